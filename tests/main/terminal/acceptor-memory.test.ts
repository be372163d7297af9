/** What a cash acceptor's driver must know again is in the journal, in one durable step with the credit: nothing is booked twice or never. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import { CctalkBillAcceptor } from '../../../drivers/cash-acceptor/cctalk/bill-device.ts';
import { cctalkBillOptionsSchema } from '../../../drivers/cash-acceptor/cctalk/bill-options.ts';
import { SimulatedCctalkBill } from '../../../drivers/cash-acceptor/cctalk/bill-simulator.ts';
import type { AcceptorMemory } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { foldTransaction } from '../../../common/money/fold.ts';
import type { Journal } from '../../../main/journal/journal.ts';
import { JournalError } from '../../../main/journal/journal-error.ts';
import { JournaledMemory, type MemoryJournal } from '../../../main/terminal/acceptor-memory.ts';
import { within } from '../../drivers/cash-acceptor/cctalk/bench.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';
import { Bench, START } from '../journal/bench.ts';
import { attach } from './supervised-bench.ts';

const NOTE = { noteId: 'n1', denomination: 5000 };

function credit(journal: Journal, memory?: string): void {
  const transactionId = 't1';
  journal.append({ kind: 'note.escrowed', transactionId, body: NOTE });
  journal.append({ kind: 'note.stacking', transactionId, body: NOTE });
  journal.append({ kind: 'cash.stacked', transactionId, body: { ...NOTE, evidence: 'vendValid', ...(memory === undefined ? {} : { memory }) } });
}

describe('what was kept', () => {
  test('nothing: nothing is read, and nothing is written for it', () => {
    const journal = new Bench().open();
    journal.append(START);
    const { seq } = journal.head;
    expect(new JournaledMemory(journal).read()).toBeUndefined();
    expect(journal.head.seq).toBe(seq);
  });

  test('is read by the next process', async () => {
    const bench = new Bench();
    await new JournaledMemory(bench.open()).keep('counter 7');
    bench.closeAll();
    expect(new JournaledMemory(bench.open()).read()).toBe('counter 7');
  });

  test('with a credit and by itself: the latest counts, whichever way it came', async () => {
    const journal = new Bench().open();
    const memory = new JournaledMemory(journal);
    await memory.keep('before');
    credit(journal, 'with the credit');
    expect(memory.read()).toBe('with the credit');
    await memory.keep('after');
    expect(memory.read()).toBe('after');
  });

  test('a credit without one leaves the one before', async () => {
    const journal = new Bench().open();
    const memory = new JournaledMemory(journal);
    await memory.keep('before');
    credit(journal);
    expect(memory.read()).toBe('before');
  });

  test('changes nothing of the money: a transaction folds as without it', () => {
    const [plain, remembering] = [new Bench().open(), new Bench().open()];
    credit(plain);
    credit(remembering, 'counter 7');
    const folded = (journal: Journal) => foldTransaction(journal.transaction('t1').map(({ entry }) => entry));
    expect(folded(remembering).held).toBe(5000);
    expect(folded(remembering).anomalies).toEqual(folded(plain).anomalies);
    expect(remembering.balances()).toEqual(plain.balances());
  });
});

/** So many entries, of which the one at `at` remembers. */
class LongJournal implements MemoryJournal {
  readonly appended: unknown[] = [];
  read = 0;
  readonly head: MemoryJournal['head'];
  readonly #at: number;
  readonly #fails: boolean;

  constructor(entries: number, at: number, fails = false) {
    this.head = { epoch: 1, seq: entries };
    this.#at = at;
    this.#fails = fails;
  }

  append(entry: unknown): void {
    if (this.#fails) throw new JournalError('full', 'no space');
    this.appended.push(entry);
  }

  entriesAfter(epoch: number, seq: number, limit: number): readonly { readonly entry: JournalEntry }[] {
    const seqs = Array.from({ length: Math.min(limit, this.head.seq - seq) }, (_, index) => seq + 1 + index);
    this.read += seqs.length;
    return seqs.map((at) => {
      const [kind, body] = at === this.#at ? (['acceptor.memory', { text: 'deep' }] as const) : (['terminal.started', {}] as const);
      return { entry: { epoch, seq: at, id: '', at: '', businessDate: '', terminalId: '', kind, body, postings: [] } };
    });
  }
}

describe('in a journal of a million entries', () => {
  test('what was kept lately is found after a page', () => {
    const journal = new LongJournal(1_000_000, 999_990);
    expect(new JournaledMemory(journal).read()).toBe('deep');
    expect(journal.read).toBeLessThanOrEqual(500);
    expect(journal.appended).toEqual([]);
  });

  test('what lies deep is found and written anew, so that it stays in reach', () => {
    const journal = new LongJournal(1_000_000, 990_000);
    expect(new JournaledMemory(journal).read()).toBe('deep');
    expect(journal.appended).toEqual([{ kind: 'acceptor.memory', body: { text: 'deep' } }]);
  });

  test('what lies deep is known although it can not be written anew', () => {
    expect(new JournaledMemory(new LongJournal(1_000_000, 990_000, true)).read()).toBe('deep');
  });

  test('what lies too deep is not known, and the search has its end', () => {
    const journal = new LongJournal(1_000_000, 900_000);
    expect(new JournaledMemory(journal).read()).toBeUndefined();
    expect(journal.read).toBeLessThanOrEqual(20_000);
  });
});

/** A ccTalk validator whose host keeps its memory in a journal; `moment` is where that process dies. */
async function killed(moment: 'before the credit is written' | 'right after the credit is written') {
  const journal = new Bench().open();
  const clock = new SimulatedClock();
  const unit = new SimulatedCctalkBill(clock);
  const line = new SimulatedLine();
  attach(line, unit);
  const driver = (memory: AcceptorMemory): CctalkBillAcceptor => {
    const made = new CctalkBillAcceptor(cctalkBillOptionsSchema.parse({ denominations: [5000] }), { transport: line, clock, memory });
    onTestFinished(() => made.close());
    return made;
  };
  const process = { dead: false };
  const kept = new JournaledMemory(journal);
  const mortal: AcceptorMemory = {
    read: () => kept.read(),
    keep: async (text) => {
      if (process.dead) throw new Error('the process is dead');
      await kept.keep(text);
    },
  };
  const first = driver(mortal);
  first.setCreditHandler(async ({ memory }) => {
    if (moment === 'right after the credit is written') credit(journal, memory);
    process.dead = true;
    await new Promise(() => {}); // nothing of this process happens any more
  });
  await within(clock, first.connect());
  await within(clock, first.accept([fen(5000)]));
  unit.feedNote(fen(5000));
  await clock.advance(2000);
  await within(clock, first.stack());
  for (let waited = 0; !process.dead && waited < 5000; waited += 50) await clock.advance(50);
  void first.close();
  await clock.advance(1000);

  const second = driver(new JournaledMemory(journal));
  const credits: (string | undefined)[] = [];
  second.setCreditHandler(async ({ memory }) => void credits.push(memory));
  const { powerUp } = await within(clock, second.connect());
  await clock.advance(3000);
  return { box: unit.box, credits, powerUp };
}

describe('a ccTalk validator whose host process is killed', () => {
  test('right after the credit was written: it is not told a second time', async () => {
    const { box, credits, powerUp } = await killed('right after the credit is written');
    expect(box).toEqual([5000]);
    expect(credits).toEqual([]);
    expect(powerUp).toEqual({ kind: 'idle' });
  });

  test('before the credit was written: the next process is told, once', async () => {
    const { box, credits, powerUp } = await killed('before the credit is written');
    expect(box).toEqual([5000]);
    expect(credits).toHaveLength(1);
    expect(powerUp).toEqual({ kind: 'creditPending', evidence: 'vendValid' });
  });
});
