/** Sabotage works on the source as it is: a defect whose place was rewritten would be found missing only when someone runs it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../launcher/run-tool.ts';
import { defects } from './sabotage/defects.ts';

test.each(defects.map((defect) => [defect.name, defect] as const))(
  '%s can be put into the source: its text stands there once',
  (_name, { file, find, replace }) => {
    expect(readFileSync(path.join(projectRoot, file), 'utf8').split(find)).toHaveLength(2);
    expect(replace).not.toBe(find);
  },
);
