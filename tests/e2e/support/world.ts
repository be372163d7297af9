/**
 * A terminal in its world: sandbox upstream, simulated cabinet, the shell's real code, a cardholder. Tests look at what is really there —
 * notes in the box, money in chips, upstream's books — and only then at what the journal says of it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@playwright/test';
import type { DeviceName, FaultName } from '../../../drivers/bench/protocol.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import type { TransactionState } from '../../../common/money/transaction-state.ts';
import { buildApp, productParts } from '../../launcher/build.ts';
import { Cardholder } from '../../launcher/cardholder.ts';
import { findHost } from '../../launcher/host.ts';
import { launchShell, type RunningShell } from '../../launcher/launch-shell.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../launcher/sandbox.ts';
import { accountOf, ALL_AGREES, countOf, difference, entriesOf, transactionOf, truthOf, type Change, type Truth } from './ground-truth.ts';

export type { Truth } from './ground-truth.ts';

export interface WorldOptions extends Pick<SandboxOptions, 'base' | 'carry' | 'settings' | 'speed'> {
  /** Between sandbox and shell, e.g. to put something between the terminal and upstream. */
  readonly prepare?: (sandbox: Sandbox) => Promise<void>;
}

/** The card that most tests use: 23.20 yuan, valid. */
export const CARD = 'student-6688';
/** Another valid card: 990 yuan of at most 1,000. */
export const OTHER_CARD = 'student-3071';

/** A step between processes may take a while on a busy machine. */
const PATIENCE = 40_000;

export class World {
  readonly sandbox: Sandbox;
  readonly shell: RunningShell;
  readonly person: Cardholder;
  readonly #start: Truth;

  private constructor(sandbox: Sandbox, shell: RunningShell, start: Truth) {
    this.sandbox = sandbox;
    this.shell = shell;
    this.person = new Cardholder(sandbox, shell);
    this.#start = start;
  }

  static async start(options: WorldOptions = {}): Promise<World> {
    const { prepare, settings, ...carrier } = options;
    await buildApp();
    const sandbox = await startSandbox({ settings: { log: { level: 'debug' }, ...settings }, ...carrier });
    try {
      await prepare?.(sandbox);
      const start = await truthOf(sandbox);
      const shell = await launchShell({ host: await findHost(), appDir: productParts.outDir, config: sandbox.config });
      return new World(sandbox, shell, start);
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.shell.close();
    await this.sandbox.stop();
  }

  // --- hands ---

  async fault(fault: FaultName, on = true): Promise<void> {
    expect(await this.sandbox.hand({ act: 'fault', fault, on })).toEqual({ done: true });
  }

  async network(up: boolean): Promise<void> {
    await this.sandbox.hand({ act: 'network', up });
  }

  /** A hand at upstream's own address, e.g. `/sandbox/orders/<id>/pay`. */
  async upstream(route: string, body: object = {}): Promise<void> {
    const response = await fetch(new URL(route, this.sandbox.upstreamUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status, `${route}: ${await response.text()}`).toBe(200);
  }

  // --- the world, as it is ---

  async truth(): Promise<Truth> {
    return truthOf(this.sandbox);
  }

  /** Waits until exactly this, and nothing else, has happened since `before`: what upstream is told may come a little later. */
  async expectChange(before: Truth, change: Partial<Change>): Promise<void> {
    const expected: Change = { box: [], chips: {}, paid: 0, credited: 0, reserved: 0, ...change };
    await expect.poll(async () => difference(before, await this.truth()), { timeout: PATIENCE }).toEqual(expected);
  }

  /** The slip with this reference, as a person reads it: blanks within a line are one. */
  async slip(reference: string): Promise<string> {
    let found: readonly string[] | undefined;
    await expect
      .poll(
        async () => {
          const { slips } = await this.sandbox.cabinet();
          found = slips.findLast(({ text }) => text.some((line) => line.includes(reference)))?.text;
          return found !== undefined;
        },
        { message: `a slip with ${reference}`, timeout: PATIENCE },
      )
      .toBe(true);
    return (found ?? []).map((line) => line.trim().replaceAll(/ +/g, ' ')).join('\n');
  }

  /** A hand tears the slip with this reference off, or takes it from a presenter, which holds it until then. */
  async takesSlip(reference: string): Promise<void> {
    await expect
      .poll(
        async () => {
          await this.sandbox.hand({ act: 'tearPaper' });
          const { slips } = await this.sandbox.cabinet();
          return slips.some(({ taken, text }) => taken && text.some((line) => line.includes(reference)));
        },
        { message: `the slip with ${reference} comes out`, timeout: PATIENCE },
      )
      .toBe(true);
  }

  /** The transaction that a reference was given for, folded from its entries. */
  transaction(reference: string): TransactionState {
    return transactionOf(this.sandbox.journal, reference);
  }

  /** Kinds of the journal's entries that belong to a reference, in order. */
  kinds(reference: string): readonly string[] {
    return entriesOf(this.sandbox.journal, reference).map(({ kind }) => kind);
  }

  /** How many times a device came up, as the journal has it. */
  identified(): number {
    return countOf(this.sandbox.journal, 'device.identified');
  }

  /** How many transactions were ever opened. */
  transactions(): number {
    return verifyJournal(this.sandbox.journal).transactions;
  }

  /**
   * The books agree with the world: the journal proves itself, nothing is held, and what was taken is on cards or owed.
   * @param undecided fen that a chip got while its transaction is still an open case
   */
  async expectSound({ undecided = 0 }: { readonly undecided?: number } = {}): Promise<void> {
    const account = async () => accountOf(this.sandbox.journal, this.#start, await this.truth());
    await expect.poll(account, { timeout: PATIENCE }).toEqual({ ...ALL_AGREES, chipsUnbooked: undecided });
  }

  /** Faults off, network up, the attract screen ready to serve: as the next test wants it. */
  async rest(): Promise<void> {
    const { faults, network } = await this.sandbox.cabinet();
    for (const fault of faults) await this.fault(fault, false);
    if (network === 'down') await this.network(true);
    await this.person.sees('attract');
  }
}

/** Puts every device of the cabinet behind a pseudo-terminal: the terminal opens serial ports, socat carries the bytes. */
export class PseudoTerminals {
  readonly #running: { readonly process: ChildProcess; readonly link: string }[] = [];

  /** For `startSandbox`. @param address `sim:/path.sock` */
  readonly carry = async (device: DeviceName, address: string): Promise<string> => {
    const line = LINES[device];
    if (line === undefined) return address;
    const socket = address.replace(/^sim:/, '');
    const link = path.join(path.dirname(socket), `tty-${device}`);
    const carrier = spawn('socat', ['-t', '0', `pty,raw,echo=0,link=${link}`, `unix-connect:${socket}`], { stdio: ['ignore', 'ignore', 'inherit'] });
    this.#running.push({ process: carrier, link });
    for (let waited = 0; !existsSync(link) && waited < PATIENCE; waited += 20) await pause(20);
    if (!existsSync(link)) throw new Error(`socat made no ${link}`);
    return `serial:${link}?${line}`;
  };

  stop(): void {
    for (const { process: carrier, link } of this.#running) {
      carrier.kill('SIGTERM');
      rmSync(link, { force: true });
    }
  }
}

/** As the devices' documents say (card-readers.md 1.1, 4, cash-acceptor.md 3); printers come with 9600 to 115200. What is on USB has no such line. */
const LINES: Readonly<Partial<Record<DeviceName, string>>> = {
  cardReader: 'baudRate=38400',
  cashAcceptor: 'baudRate=9600&parity=even',
  receiptPrinter: 'baudRate=115200',
  idReader: 'baudRate=115200',
  cabinet: 'baudRate=9600',
};
