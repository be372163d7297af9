/** The pictures of the statecharts are what the machines are. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { diagramFile, diagrams } from '../launcher/diagrams.ts';

it('the diagrams in state-machines/README.md are drawn from the machines as they are; npm run diagrams draws them anew', () => {
  expect(readFileSync(diagramFile, 'utf8')).toBe(diagrams());
});
