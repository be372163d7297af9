/** Finding the application and the record of one load, on cards that answer from a script: what no chip of ours would say. */
import { describe, expect, test } from 'vitest';
import { findApplication, findLoadRecord, readStatement, type LoadTrace } from '../../../../drivers/card/pboc/application.ts';
import { CardLink } from '../../../../drivers/card/pboc/link.ts';
import type { LoadLog } from '../../../../drivers/card/pboc/load-verdict.ts';
import { scriptedChannel, type RecordingChannel } from '../channels.ts';
import { profile, V2_REF } from './cards.ts';

const FCI_V2 = '6F318408A000000632010105A5259F0801029F0C1E01011000FFFFFFFF02010310517001017090798420190806204012310000';
const linkTo = (channel: RecordingChannel): CardLink => new CardLink(channel, { pinRefused: false });

const find = (answers: readonly string[], list = [profile()]) => {
  const channel = scriptedChannel(answers);
  return findApplication(linkTo(channel), list).then((selection) => ({ selection, sent: channel.sent }));
};

const loadRecord = (changes: { amount?: string; type?: string; terminal?: string; date?: string; time?: string } = {}): string =>
  `0010000000${changes.amount ?? '00001388'}${changes.type ?? '02'}${changes.terminal ?? '301000890003'}${changes.date ?? '20261122'}${changes.time ?? '133000'}9000`;

const statementRecord = (type: string, time: string, date = '20261122') => `0001000000000000C8${type}000001000050${date}${time}9000`;

const load: LoadTrace = { amount: 5000, purseType: 2, terminalId: '301000890003', hostDate: '20261122', hostTime: '133000' };
const BLANK = `${'00'.repeat(23)}9000`;
const look = async (answers: readonly string[], loadLogSfis = [0x18]): Promise<{ log: LoadLog; reads: number }> => {
  const channel = scriptedChannel(answers);
  const log = await findLoadRecord(linkTo(channel), profile({ loadLogSfis }), load);
  return { log, reads: channel.sent.length };
};
const absence = async (...answers: string[]) => (await look(answers)).log;

describe('finding the application', () => {
  test('what the PPSE lists is selected first, by its full name', async () => {
    const aid = 'A00000063201010510009156000014A1';
    const ppse = `6F29840E325041592E5359532E4444463031A517BF0C1461124F10${aid}`;
    const { selection, sent } = await find([`${ppse}9000`, `${FCI_V2}9000`]);
    expect(sent[1]).toBe(`00A4040010${aid}00`);
    expect(selection).toMatchObject({ kind: 'selected', ref: { ...V2_REF, aid } });
  });

  test('a list that makes no sense is passed over', async () => {
    const { selection } = await find(['6F0184 9000', `${FCI_V2}9000`]);
    expect(selection).toMatchObject({ kind: 'selected', ref: V2_REF });
  });

  test.each(['6900', '6A80', '6283', '6A81'])('an FCI with status %s is a blocked card that says who it is', async (statusWord) => {
    const { selection } = await find(['6A82', `${FCI_V2}${statusWord}`]);
    expect(selection).toMatchObject({ kind: 'blocked', ref: V2_REF });
  });

  test.each(['6A82', '6D00', '6E00', '6900'])('%s without data: not this application', async (statusWord) => {
    expect((await find(['6A82', statusWord])).selection).toEqual({ kind: 'notFound' });
  });

  test('a path is left at the first directory that is not there', async () => {
    const campus = profile({ aid: undefined, path: ['3F00', '1001'] });
    const { selection, sent } = await find(['6A82', '6A82', `${FCI_V2}9000`], [campus]);
    expect([selection.kind, sent.length]).toEqual(['notFound', 2]);
  });

  test('an FCI without file 15, and a file 15 that is refused for a blocked card', async () => {
    const { selection } = await find(['6A82', '6F0A8408A000000632010105 9000', '6A81']);
    expect(selection).toMatchObject({ kind: 'blocked' });
  });

  test.each(['6A82', '00009000'])('a file 15 answered %s: the card can not be read', async (answer) => {
    await expect(find(['6A82', '6F0A8408A000000632010105 9000', answer])).rejects.toMatchObject({ name: 'CardStopped', how: 'senseless' });
  });
});

describe('looking for the record of a load', () => {
  test('found: and no more is read', async () => {
    expect(await look([loadRecord({ time: '140000' }), loadRecord(), loadRecord()])).toEqual({ log: { kind: 'found' }, reads: 2 });
  });

  test('found behind slots that were never written', async () => {
    expect(await look([BLANK, BLANK, loadRecord()])).toMatchObject({ log: { kind: 'found' } });
  });

  test.each([{ amount: '00001389' }, { type: '01' }, { type: '06' }, { terminal: '301000890004' }, { date: '20261123' }, { time: '133001' }])(
    'a record that differs in %j is not it',
    async (changes) => {
      expect((await look([loadRecord(changes), '6A83'])).log.kind).toBe('notFound');
    },
  );

  test('absence is proven by an empty log or an older record, not by newer ones alone', async () => {
    expect(await absence('6A83')).toEqual({ kind: 'notFound', provesAbsence: true });
    expect(await absence(...Array.from({ length: 10 }, () => BLANK))).toEqual({ kind: 'notFound', provesAbsence: true });
    expect(await absence(loadRecord({ time: '140000' }), loadRecord({ time: '120000' }), '6A83')).toEqual({ kind: 'notFound', provesAbsence: true });
    expect(await absence(loadRecord({ date: '20261123' }), loadRecord({ time: '140000' }), '6A83')).toEqual({ kind: 'notFound', provesAbsence: false });
    expect(await absence(loadRecord({ date: '00000000' }), '6A83')).toEqual({ kind: 'notFound', provesAbsence: false });
  });

  test.each(['6982', '6900', '6981', '00009000'])('a log that answers %s is unreadable, even with a good one beside it', async (answer) => {
    expect((await look([answer, loadRecord({ time: '120000' }), '6A83'], [0x1a, 0x18])).log).toEqual({ kind: 'unreadable' });
  });

  test('a log file that is not there doesn’t matter, unless none is', async () => {
    expect((await look(['6A82', loadRecord({ time: '120000' }), '6A83'], [0x1a, 0x18])).log).toEqual({ kind: 'notFound', provesAbsence: true });
    expect((await look(['6A82', '6A82'], [0x1a, 0x18])).log).toEqual({ kind: 'unreadable' });
  });

  test('no more records are read than the file has slots', async () => {
    expect((await look(Array.from({ length: 50 }, () => loadRecord({ time: '140000' })))).reads).toBe(10);
  });
});

test('the statement: every kind of record, newest first, one that stands in two files once, one without a date not at all', async () => {
  const first = [
    statementRecord('02', '100000'),
    statementRecord('06', '090000'),
    statementRecord('03', '110000'),
    statementRecord('09', '080000', '00261122'),
    statementRecord('06', '070000', '20269922'),
    '6A83',
  ];
  const second = [statementRecord('02', '100000'), statementRecord('09', '120000'), '6982'];
  const statement = await readStatement(linkTo(scriptedChannel([...first, ...second])), profile({ statementSfis: [0x18, 0x1a] }));
  expect(statement.map(({ at, kind }) => `${at} ${kind}`)).toEqual([
    '2026-11-22T12:00:00 purchase',
    '2026-11-22T11:00:00 other',
    '2026-11-22T10:00:00 load',
    '2026-11-22T09:00:00 purchase',
    '0026-11-22T08:00:00 purchase',
  ]);
});
