/** The knowledge base at the terminal of resources/config/example.json, for the tests of main/support. */
import path from 'node:path';
import { loadConfig } from '../../../main/config/config.ts';
import { factsOf } from '../../../main/support/facts.ts';
import { answersAt, bundledKnowledge, type Answer } from '../../../main/support/knowledge.ts';
import { projectRoot } from '../../launcher/run-tool.ts';

export const EXAMPLE = loadConfig(path.join(projectRoot, 'resources', 'config', 'example.json'));

export function answersIn(language: string): readonly Answer[] {
  return answersAt(bundledKnowledge(), language, factsOf(EXAMPLE, language));
}
