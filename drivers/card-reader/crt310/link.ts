/**
 * The CRT-310's side of the handshake (motor/acked-line.ts): ENQ, answers that echo their command, and what an abort may stop. Used by the
 * device only. Source: card-readers.md sections 0 and 1.2.
 *
 * A unit begins to execute only when it hears ENQ: before that, nothing has happened, and even a motion may be sent again. After it,
 * nothing can stop it, and no effect is ever asked for twice.
 */
import type { Clock } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { Transport } from '../../transport/transport.ts';
import { AckedLine, MAX_SENDS, type Pending } from '../motor/acked-line.ts';
import type { LinkCommand } from '../motor/protocol.ts';
import { Crt310Decoder, ENQ, encodeFrame, type Crt310Content, type Crt310Text } from './codec.ts';
import { hasSecretPayload } from './commands.ts';

/** 10 bits of the slowest speed, 1200 baud. */
const MS_PER_BYTE = 10_000 / 1_200;
/** 02 LENH LENL CM PM. */
const SHOWN = 5;

export class Crt310Link extends AckedLine<Crt310Content, Crt310Text> {
  readonly #enq: boolean;

  /** @param options `enq`: the unit waits for ENQ before it executes */
  constructor(transport: Transport, clock: Clock, { enq }: { readonly enq: boolean }) {
    super(transport, clock, new Crt310Decoder(), {
      executesOn: enq ? 'enq' : 'frame',
      msPerByte: MS_PER_BYTE,
      shown: SHOWN,
      isSecret: hasSecretPayload,
    });
    this.#enq = enq;
  }

  protected encode(command: LinkCommand): Uint8Array {
    return encodeFrame({ type: 'message', ...command });
  }

  /** Ends it at once while nothing was executed, and always for what has no effect; a motion or an APDU under way is waited for. */
  protected onAbort(pending: Pending<Crt310Text>, reason: unknown): void {
    if (pending.command.resend !== 'never' || pending.phase === 'sent') this.fail(pending, 'cancelled', reason);
  }

  protected override onAcknowledged(): void {
    if (this.#enq) this.control(ENQ);
  }

  protected onFrame({ text }: Crt310Content, bytes: Uint8Array): boolean {
    this.trace('fromDevice', text.type === 'message' ? this.redacted(bytes, text) : toHex(bytes));
    const { pending } = this;
    // Before ENQ the unit has nothing to say to this command: it is a late answer to an earlier one.
    if (!pending || (pending.phase === 'sent' && this.#enq)) return true;
    if (text.type === 'refusal' || (text.cm === pending.command.cm && text.pm === pending.command.pm)) pending.resolve(text);
    return true;
  }

  /** The unit does not repeat an answer. What may be done twice is asked anew. */
  protected onBroken(pending: Pending<Crt310Text>): void {
    const { resend } = pending.command;
    if ((resend === 'always' || resend === 'unacknowledged') && pending.sends < MAX_SENDS) this.send(pending);
    else this.fail(pending, 'garbled');
  }
}
