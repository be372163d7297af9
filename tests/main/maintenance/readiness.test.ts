/** The readiness report: signed, kept, journaled, on paper and as a PDF; and the only way back into service. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import receiptline from 'receiptline';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { noPoppler } from '../../launcher/poppler.ts';
import { journalKinds, type NewEntry } from '../../../common/journal-kinds.ts';
import { selfTestNames, type SelfTestName, type Tested } from '../../../common/maintenance/self-tests.ts';
import { terminalKey } from '../../../main/identity/terminal-key.ts';
import { keptReport, readReport } from '../../../main/maintenance/readiness/kept-report.ts';
import { createReadiness } from '../../../main/maintenance/readiness/port.ts';
import { readinessPdf } from '../../../main/maintenance/readiness/report-pdf.ts';
import { textPdf } from '../../../main/maintenance/readiness/text-pdf.ts';
import { PortError } from '../../../state-machines/ports.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const NOW = Date.UTC(2026, 10, 22, 1, 30);
const STAFF = { sessionId: 'visit-1', staff: '20317' };
const HEAD = { epoch: 1, seq: 412, hash: 'ab'.repeat(32) };

const results = (failing: readonly SelfTestName[] = []): Tested[] =>
  selfTestNames.map((name) => ({
    test: name,
    part: 'cardReader',
    model: 'crt591-m001',
    at: NOW,
    ...(failing.includes(name) ? { result: 'failed', why: 'deviceError', detail: 'mediaJammed: 卡住了' } : { result: 'passed' }),
  }));

function bench(folder = mkdtempSync(path.join(tmpdir(), 'readiness-')), key = terminalKey(generateKeyPairSync('ed25519').privateKey)) {
  const file = path.join(folder, 'readiness.jws');
  const written: NewEntry[] = [];
  const printed: string[] = [];
  const pauses: (readonly string[])[] = [];
  const world = { journalFails: false };
  const readiness = createReadiness({
    clock: new SimulatedClock(NOW),
    key,
    kept: keptReport(file),
    fitted: selfTestNames,
    terminal: { terminalId: 'T-0001', shortName: 'A01', version: '1.4.0', timeZone: 'Asia/Shanghai' },
    heading: ['江城一卡通', '图书馆'],
    head: () => HEAD,
    append: (entry) => {
      if (world.journalFails) throw new PortError('journalUnavailable', 'the disk is full');
      written.push(entry);
    },
    printer: {
      columns: 48,
      print: async ({ markup }) => {
        printed.push(receiptline.transform(markup, { cpl: 48, encoding: 'gb18030', command: 'text', spacing: false }));
        return { outcome: { state: 'printed', confirmedBy: 'processId' }, sha256: 'AB', byteCount: 1, presented: 'notSupported', replaced: [] };
      },
    },
    onPaused: (paused) => pauses.push(paused),
    onTrouble: (error) => {
      throw error;
    },
  });
  return { folder, file, key, written, printed, pauses, world, readiness };
}

describe('a report', () => {
  test('is signed by the terminal, kept, and journaled with the hash of what was signed', () => {
    const { readiness, written, file, key } = bench();
    const report = readiness.report(STAFF, results());
    const jws = keptReport(file).read() ?? '';
    expect(readReport(jws, key.publicKey)?.report).toEqual(report);
    expect(report).toMatchObject({ terminalId: 'T-0001', by: '20317', verdict: 'ready', journal: HEAD });
    const [entry] = written;
    expect(entry?.kind).toBe('readiness.reported');
    expect(journalKinds['readiness.reported'].parse(entry?.body)).toMatchObject({ verdict: 'ready', failed: [], sessionId: 'visit-1' });
    expect(entry?.body).toMatchObject({ sha256: createHash('sha256').update(jws).digest('hex').toUpperCase() });
  });

  test('of another terminal, or with one letter changed, is not believed', () => {
    const { readiness, file, key } = bench();
    readiness.report(STAFF, results(['noteReturned']));
    const jws = keptReport(file).read() ?? '';
    expect(readReport(jws, terminalKey(generateKeyPairSync('ed25519').privateKey).publicKey)).toBeUndefined();
    const [head = '', payload = '', signature = ''] = jws.split('.');
    const forged = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('"limited"', '"ready"')).toString('base64url');
    expect(readReport([head, forged, signature].join('.'), key.publicKey)).toBeUndefined();
  });

  test('pauses what its failing tests need, also after a restart; the next report frees it', () => {
    const first = bench();
    first.readiness.report(STAFF, results(['noteReturned', 'codeScan']));
    expect(first.pauses).toEqual([['cash', 'qrPresented']]);
    const second = bench(first.folder, first.key);
    expect(second.readiness.paused).toEqual(['cash', 'qrPresented']);
    second.readiness.report({ ...STAFF, sessionId: 'visit-2' }, results());
    expect(bench(first.folder, first.key).readiness.paused).toEqual([]);
  });

  test('a file that this terminal did not sign pauses nothing and opens nothing', () => {
    const other = bench();
    const { folder, key, file } = bench();
    other.readiness.report(STAFF, results(['noteReturned']));
    writeFileSync(file, keptReport(other.file).read() ?? '');
    const { readiness } = bench(folder, key);
    expect(readiness.paused).toEqual([]);
    expect(readiness.backInService(STAFF.sessionId)).toMatchObject({ may: false });
  });

  test('that the journal does not take was not made', () => {
    const { readiness, world, pauses, file } = bench();
    world.journalFails = true;
    expect(() => readiness.report(STAFF, results(['noteReturned']))).toThrow(PortError);
    expect(pauses).toEqual([]);
    expect(keptReport(file).read()).toBeUndefined();
    expect(readiness.backInService(STAFF.sessionId)).toEqual({ may: false, why: 'unreported', blocking: [] });
  });
});

describe('back in service', () => {
  test('only by a report of this visit', () => {
    const { readiness } = bench();
    expect(readiness.backInService('visit-1')).toEqual({ may: false, why: 'unreported', blocking: [] });
    readiness.report(STAFF, results());
    expect(readiness.backInService('visit-1')).toEqual({ may: true, paused: [] });
    expect(readiness.backInService('visit-2')).toEqual({ may: false, why: 'unreported', blocking: [] });
  });

  test('with a failing card reader not at all, and it is named; with a failing acceptor without cash', () => {
    const { readiness } = bench();
    readiness.report(STAFF, results(['cardRead', 'noteReturned']));
    expect(readiness.backInService('visit-1')).toEqual({ may: false, why: 'notReady', blocking: ['cardRead'] });
    readiness.report(STAFF, results(['noteReturned']));
    expect(readiness.backInService('visit-1')).toEqual({ may: true, paused: ['cash'] });
  });
});

describe('on paper', () => {
  test.each([
    ['zh-CN', /就绪报告/, /收一张纸币并退回 +未通过/],
    ['en', /Readinessreport/, /Accept and return a note +failed/],
  ])('in %s: every test, the verdict, the place in the journal and a line to sign on', async (locale, title, failing) => {
    const { readiness, printed } = bench();
    const report = readiness.report(STAFF, results(['noteReturned']));
    expect(await readiness.print(report, locale)).toMatchObject({ state: 'printed' });
    const [slip = ''] = printed;
    expect(slip.replaceAll(' ', '')).toMatch(title); // set wide
    expect(slip).toMatch(failing);
    expect(slip).toContain('2026-11-22 09:30:00');
    expect(slip).toContain('ab'.repeat(16));
    expect(slip).toContain('____');
    expect(slip.split('\n').filter((line) => /(通过|passed)$/.test(line.trimEnd()) && !/未通过/.test(line))).toHaveLength(selfTestNames.length - 1);
  });

  test('a report that is not the last one is not printed', async () => {
    const { readiness } = bench();
    const report = readiness.report(STAFF, results());
    readiness.report(STAFF, results());
    expect(await readiness.print(report, 'en')).toMatchObject({ state: 'failedBefore' });
  });
});

/** What ISO 32000-1 7.5 asks of a file: the table names where each object begins; its text is in the font's own code. */
function readPdf(file: Uint8Array): { readonly text: string; readonly pages: number } {
  const source = Buffer.from(file).toString('latin1');
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(source)?.[1]);
  const rows = source.slice(start).split('\n');
  expect(rows[0]).toBe('xref');
  const count = Number(rows[1]?.split(' ')[1]);
  for (let id = 1; id < count; id += 1) expect(source.slice(Number(rows[2 + id]?.slice(0, 10)))).toMatch(new RegExp(`^${id} 0 obj\n`));
  for (const [, length, body] of source.matchAll(/\/Length (\d+) >>\nstream\n([^]*?)\nendstream/g)) expect(body).toHaveLength(Number(length));
  const words = [...source.matchAll(/<((?:[0-9A-F]{2})+)> Tj/g)].map(([, hex = '']) => new TextDecoder('gbk').decode(Buffer.from(hex, 'hex')));
  return { text: words.join('\n'), pages: Number(/\/Count (\d+)/.exec(source)?.[1]) };
}

test('as a PDF: the same words, and the whole JWS that proves them', () => {
  const { readiness, file, key } = bench();
  readiness.report(STAFF, results(['testPage']));
  const jws = keptReport(file).read() ?? '';
  const signed = readReport(jws, key.publicKey);
  if (signed === undefined) throw new Error('not signed');
  const { text, pages } = readPdf(readinessPdf(signed, jws, ['江城一卡通'], 'zh-CN', 'Asia/Shanghai'));
  expect(text).toContain('就绪报告');
  expect(text).toContain('暂停：打印凭条');
  expect(text).toContain('设备报错 · mediaJammed: 卡住了');
  expect(text.replaceAll('\n', '')).toContain(jws);
  expect(pages).toBe(1);
  expect(text).toContain('第 1 页，共 1 页');
});

test('lines that find no room go on, on the next line and on the next page', () => {
  const { text, pages } = readPdf(
    textPdf(
      'long',
      Array.from({ length: 80 }, (_, at) => ({ text: `${at} ${'字'.repeat(60)}😀`, size: 10 }) as const),
      (page, of) => `${page}/${of}`,
    ),
  );
  expect(pages).toBe(4); // 160 lines of 14.5 points, 51 on a page of 742
  expect(text).toContain('4/4');
  expect(text.match(/字/g)).toHaveLength(80 * 60);
  expect(text).toContain('〓');
});

describe('the PDF, opened by a reader that is not ours', () => {
  beforeEach((context) => {
    const missing = noPoppler();
    if (missing !== undefined) context.skip(`not run: ${missing}`);
  });

  test.each([
    ['zh-CN', /就绪报告/, /暂停：打印凭条/, /江城一卡通/],
    ['en', /Readiness report/i, /mediaJammed/, /江城一卡通/],
  ] as const)('%s: one whole page of A4 with its verdicts, in Chinese characters where they are Chinese', (locale, ...words) => {
    const { readiness, file, key } = bench();
    readiness.report(STAFF, results(['testPage']));
    const jws = keptReport(file).read() ?? '';
    const signed = readReport(jws, key.publicKey);
    if (signed === undefined) throw new Error('not signed');
    const folder = mkdtempSync(path.join(tmpdir(), 'readiness-pdf-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const pdf = path.join(folder, 'report.pdf');
    writeFileSync(pdf, readinessPdf(signed, jws, ['江城一卡通'], locale, 'Asia/Shanghai'));
    const reader = (program: string, ...args: readonly string[]) => {
      const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' });
      // whatever is not as it should be in a file is said there
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
      return stdout;
    };
    const facts = reader('pdfinfo', pdf);
    expect(facts).toMatch(/Pages: +1$/m);
    expect(facts).toMatch(/Page size: +595 x 842 pts \(A4\)/);
    expect(facts).toMatch(/Title: +\S/);
    const text = reader('pdftotext', '-layout', pdf, '-');
    for (const each of words) expect(text).toMatch(each);
    expect(text.replaceAll(/\s/g, '')).toContain(jws);
    const fonts = reader('pdffonts', pdf);
    expect(fonts).toMatch(/STSong-Light.*CID Type 0/);
  });
});
