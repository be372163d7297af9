/** The bill of materials of a package: CycloneDX 1.6, made from the lock file by CycloneDX's own tool, without time and serial number. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectRoot, run } from '../run-tool.ts';

/** What is shipped, native parts of other platforms included: the same text on every machine. @throws {Error} what the tool says */
export async function billOfMaterials(): Promise<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sbom-'));
  try {
    const file = path.join(folder, 'sbom.json');
    const { code, output } = await run(
      'cyclonedx-npm',
      ['--omit', 'dev', '--package-lock-only', '--output-reproducible', '--output-format', 'JSON', '--spec-version', '1.6', '--output-file', file],
      { cwd: projectRoot, limitMs: 60_000 },
    );
    if (code !== 0) throw new Error(`the bill of materials could not be made: ${output}`);
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
