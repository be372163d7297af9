/**
 * `npm run audit`: whether a published weakness is known of what is shipped. Exit 1 for one that is high or critical; of tools they are only
 * named, since nothing of them goes to a terminal. A registry that answers no audits is said, and is no failure: the next run asks again.
 */
import { z } from 'zod';
import { run } from '../run-tool.ts';

const auditSchema = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity: z.enum(['info', 'low', 'moderate', 'high', 'critical']), range: z.string() })),
});

export interface AuditResult {
  /** One line a package, the worst first; `undefined`: the registry answered no audit. */
  readonly found: readonly string[] | undefined;
  readonly serious: number;
}

const ORDER = ['critical', 'high', 'moderate', 'low', 'info'] as const;

/** @param json what `npm audit --json` printed */
export function judgeAudit(json: string): AuditResult {
  const parsed = auditSchema.safeParse(parse(json));
  if (!parsed.success) return { found: undefined, serious: 0 };
  const all = Object.entries(parsed.data.vulnerabilities).sort(([, one], [, other]) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
  return {
    found: all.map(([name, { severity, range }]) => `${severity}: ${name} ${range}`),
    serious: all.filter(([, { severity }]) => severity === 'critical' || severity === 'high').length,
  };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

async function audit(omit: readonly string[]): Promise<AuditResult> {
  const { output } = await run('npm', ['audit', '--json', ...omit], { limitMs: 120_000 });
  return judgeAudit(output.slice(output.indexOf('{')));
}

if (import.meta.main) {
  const shipped = await audit(['--omit', 'dev']);
  const tools = await audit([]);
  if (shipped.found === undefined) process.stdout.write('not run: the registry answers no audits\n');
  else {
    for (const line of shipped.found) process.stdout.write(`shipped, ${line}\n`);
    for (const line of tools.found ?? []) if (!shipped.found.includes(line)) process.stdout.write(`tools, ${line}\n`);
    process.stdout.write(`${shipped.found.length} known weaknesses in what is shipped, ${shipped.serious} of them serious\n`);
  }
  process.exitCode = shipped.serious > 0 ? 1 : 0;
}
