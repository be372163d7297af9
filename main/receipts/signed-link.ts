/**
 * The flows' slip port over the terminal's key: what a slip says becomes a link whose fragment is the signed claim. Behind `#` a browser
 * sends nothing to anyone, so the operator's web server never logs what a person's slip says. main/terminal makes one.
 */
import { SLIP_TYPE, slipPayload } from '../../common/slip.ts';
import type { SlipPort, SlipStatement } from '../../state-machines/ports.ts';
import type { TerminalKey } from '../identity/terminal-key.ts';

export interface SignedLinkOptions {
  readonly key: Pick<TerminalKey, 'signJws'>;
  readonly terminalId: string;
  /** The operator's page; without `#`. */
  readonly verifyUrl: string;
}

export function createSlipPort({ key, terminalId, verifyUrl }: SignedLinkOptions): SlipPort {
  /** A screen asks for the same link with every frame. */
  let last = { payload: '', link: '' };
  return {
    linkOf: (statement) => {
      const { entry, reference } = statement;
      if (entry === undefined) return `${verifyUrl}#${reference}`;
      const claims = slipPayload({ ...claimsOf(statement), terminalId, epoch: entry.epoch, seq: entry.seq, hash: entry.hash, at: Math.floor(entry.at / 1000) });
      const payload = JSON.stringify(claims);
      if (payload !== last.payload) last = { payload, link: `${verifyUrl}#${key.signJws(SLIP_TYPE, claims)}` };
      return last.link;
    },
  };
}

function claimsOf({ reference, outcome, amount, tender, cardTail }: SlipStatement) {
  return { reference, outcome, amount, tender, cardTail: cardTail.slice(-4) };
}
