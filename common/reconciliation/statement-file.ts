/** Reads a statement (common/upstream-api/statements.ts) and trusts nothing of it: every line, every total, nothing twice. */
import type { z } from 'zod';
import { notesTotal } from '../journal-kinds.ts';
import {
  acquirerEndSchema,
  boxLineSchema,
  cashEndSchema,
  issuerEndSchema,
  loadLineSchema,
  lossLineSchema,
  orderLineSchema,
  refundLineSchema,
  replacementLineSchema,
  statementHeadSchema,
  type BoxLine,
  type LoadLine,
  type LossLine,
  type OrderLine,
  type RefundLine,
  type ReplacementLine,
  type StatementBook,
  type StatementHead,
} from '../upstream-api/statements.ts';
import { parseJson } from '../parse-json.ts';

/** What is wrong, with the line; nothing of the file is used. */
export class StatementError extends Error {
  override readonly name = 'StatementError';
}

export interface AcquirerStatement {
  readonly head: StatementHead;
  readonly orders: readonly OrderLine[];
  readonly refunds: readonly RefundLine[];
}

export interface IssuerStatement {
  readonly head: StatementHead;
  readonly loads: readonly LoadLine[];
  readonly losses: readonly LossLine[];
  readonly replacements: readonly ReplacementLine[];
}

export interface CashStatement {
  readonly head: StatementHead;
  readonly boxes: readonly BoxLine[];
}

/** @throws {StatementError} */
export function readAcquirerStatement(text: string): AcquirerStatement {
  const file = new StatementFile(text, 'acquirer');
  const orders = file.all('order', orderLineSchema, ({ orderId, capturedAt }) => ({ id: orderId, at: capturedAt }));
  const refunds = file.all('refund', refundLineSchema, ({ refundId, refundedAt }) => ({ id: refundId, at: refundedAt }));
  file.closes(acquirerEndSchema, { orders: orders.length, captured: sumOf(orders), refunds: refunds.length, refunded: sumOf(refunds) });
  return { head: file.head, orders, refunds };
}

/** @throws {StatementError} */
export function readIssuerStatement(text: string): IssuerStatement {
  const file = new StatementFile(text, 'issuer');
  const loads = file.all('load', loadLineSchema, ({ loadId, authorizedAt }) => ({ id: loadId, at: authorizedAt }));
  const inState = (state: LoadLine['state']): number => sumOf(loads.filter((load) => load.state === state));
  const losses = file.all('loss', lossLineSchema, ({ reportId, reportedAt }) => ({ id: reportId, at: reportedAt }));
  const replacements = file.all('replacement', replacementLineSchema, ({ replacementId, writtenAt }) => ({ id: replacementId, at: writtenAt }));
  const reserved = inState('reserved') + inState('undetermined');
  file.closes(issuerEndSchema, { loads: loads.length, credited: inState('credited'), reserved, losses: losses.length, replacements: replacements.length });
  return { head: file.head, loads, losses, replacements };
}

/** @throws {StatementError} */
export function readCashStatement(text: string): CashStatement {
  const file = new StatementFile(text, 'cash');
  const boxes = file.all('box', boxLineSchema, ({ terminalId, boxId, settlementId, countedAt }) => ({
    id: `${terminalId} ${settlementId ?? `${boxId} ${countedAt}`}`,
    at: countedAt,
  }));
  file.closes(cashEndSchema, { boxes: boxes.length, counted: boxes.reduce((sum, { notes }) => sum + notesTotal(notes), 0) });
  return { head: file.head, boxes };
}

function sumOf(lines: readonly { readonly amount: number }[]): number {
  return lines.reduce((sum, { amount }) => sum + amount, 0);
}

interface Line {
  readonly number: number;
  readonly word: string;
  readonly content: unknown;
}

class StatementFile {
  readonly head: StatementHead;
  readonly #book: StatementBook;
  readonly #lines: readonly Line[];
  #read = 2;

  constructor(text: string, book: StatementBook) {
    this.#book = book;
    this.#lines = text
      .split('\n')
      .map((line, index) => ({ line: line.trim(), number: index + 1 }))
      .filter(({ line }) => line !== '')
      .map(({ line, number }) => this.#lineOf(line, number));
    const [first] = this.#lines;
    const head = first?.word === 'statement' ? statementHeadSchema.safeParse(first.content) : undefined;
    if (head?.success !== true) throw this.#error(1, 'expected {"statement":{"book","from","to","madeAt"}}');
    if (head.data.book !== book) throw this.#error(1, `this is the statement of the ${head.data.book}, not of the ${book}`);
    if (head.data.from > head.data.to) throw this.#error(1, 'it ends before it begins');
    this.head = head.data;
  }

  /** Every line of this word, each id once, each time within the period. */
  all<T>(word: string, schema: z.ZodType<T>, named: (line: T) => { readonly id: string; readonly at: string }): readonly T[] {
    const seen = new Set<string>();
    const found = this.#lines.filter((line) => line.word === word);
    this.#read += found.length;
    return found.map(({ number, content }) => {
      const line = schema.safeParse(content);
      if (!line.success) throw this.#error(number, `${word}: ${problemOf(line.error)}`);
      const { id, at } = named(line.data);
      if (seen.has(id)) throw this.#error(number, `${word} ${id} stands there twice`);
      if (this.#book !== 'cash' && (at < this.head.from || at >= this.head.to))
        throw this.#error(number, `${word} ${id} of ${at} is outside the statement's period`);
      seen.add(id);
      return line.data;
    });
  }

  /** The last line agrees with the others, and there is no other kind of line. */
  closes(schema: z.ZodType<Readonly<Record<string, number>>>, due: Readonly<Record<string, number>>): void {
    const last = this.#lines.at(-1);
    const end = last?.word === 'end' ? schema.safeParse(last.content) : undefined;
    if (end?.success !== true) throw this.#error(last?.number ?? 1, 'the last line is not {"end":{…}}: the file was cut short');
    const wrong = Object.keys(due).find((name) => end.data[name] !== due[name]);
    if (wrong !== undefined) throw this.#error(last?.number ?? 1, `${wrong} is ${end.data[wrong]}, the lines add up to ${due[wrong]}`);
    if (this.#lines.length !== this.#read) throw this.#error(this.#strange(), 'a line of another kind');
  }

  #strange(): number {
    const own: readonly string[] = { acquirer: ['order', 'refund'], issuer: ['load', 'loss', 'replacement'], cash: ['box'] }[this.#book];
    return this.#lines.slice(1, -1).find(({ word }) => !own.includes(word))?.number ?? 1;
  }

  #lineOf(line: string, number: number): Line {
    const parsed = parseJson(line);
    const members = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
    const [member] = members;
    if (member === undefined || members.length !== 1) throw this.#error(number, 'expected a JSON object with one member');
    return { number, word: member[0], content: member[1] };
  }

  #error(line: number, what: string): StatementError {
    return new StatementError(`line ${line}: ${what}`);
  }
}

function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'not readable' : `${issue.path.join('.')}: ${issue.message}`;
}
