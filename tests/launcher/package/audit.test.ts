import { expect, test } from 'vitest';
import { judgeAudit } from './audit.ts';

const answer = (severities: Readonly<Record<string, string>>): string =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(Object.entries(severities).map(([name, severity]) => [name, { name, severity, range: '<2.0.0', via: [] }])),
  });

test('nothing known: nothing serious', () => {
  expect(judgeAudit(answer({}))).toEqual({ found: [], serious: 0 });
});

test('what is known is named with the versions it is about, the worst first; high and critical count', () => {
  expect(judgeAudit(answer({ small: 'low', bad: 'high', middling: 'moderate', worst: 'critical' }))).toEqual({
    found: ['critical: worst <2.0.0', 'high: bad <2.0.0', 'moderate: middling <2.0.0', 'low: small <2.0.0'],
    serious: 2,
  });
});

test.each([
  ['a registry that answers no audits', '{"message":"405 Method Not Allowed","statusCode":405,"error":{}}'],
  ['no answer at all', ''],
  ['a page in the place of an answer', '<html>502</html>'],
])('%s: no result, rather than a good one', (_case, text) => {
  expect(judgeAudit(text).found).toBeUndefined();
});
