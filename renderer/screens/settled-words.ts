/** The sentences of money that is safe but not on the card, for every outcome and cause. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { money as yuan, type Say } from '../words.ts';

export interface SettledWords {
  readonly title: string;
  /** Stands over the amount: where it is now. */
  readonly where: string;
  readonly happened: string;
  readonly money: string;
  readonly now: string;
  readonly card: string | undefined;
}

/** @param amount the money as it is read, without the currency */
export function settledWords(body: ViewBodyOf<'settled'>, say: Say, amount: string): SettledWords {
  const { outcome, why, tender, card, settledWithinHours: hours } = body;
  const common = { happened: say(`settled.happened.${why}`), card: card === 'absent' ? undefined : say(`settled.card.${card}`) };
  switch (outcome) {
    case 'refunded': {
      const key = `refunded_${tender}` as const;
      return {
        ...common,
        title: say(`settled.title.${key}`),
        where: say(`settled.where.${key}`),
        money: say(`settled.money.${key}`, { amount }),
        now: say(`settled.now.${key}`),
      };
    }
    case 'voucher':
      return {
        ...common,
        title: say('settled.title.voucher'),
        where: say('settled.where.voucher'),
        money: say('settled.money.voucher', { amount }),
        now: body.voucher === undefined ? say('settled.now.voucherAtDesk') : say('settled.now.voucher', { date: body.voucher.validUntil }),
      };
    case 'case':
      if (body.noteStuck === true) return { ...common, ...noteStuckWords(body, say, amount) };
      return {
        ...common,
        title: say('settled.title.case'),
        where: say(`settled.where.case_${tender}`),
        money: say(`settled.money.case_${tender}`, { amount, hours }),
        now: say('settled.now.case'),
      };
  }
}

/** Nobody knows the value of the note that is stuck; what else was paid is on the card or in the case. */
function noteStuckWords({ why, amount, loaded = 0, settledWithinHours: hours }: ViewBodyOf<'settled'>, say: Say, held: string) {
  const money =
    amount > 0
      ? say('settled.noteStuck.moneyHeld', { amount: held, hours })
      : loaded > 0
        ? say('settled.noteStuck.moneyLoaded', { loaded: yuan(loaded), hours })
        : say('settled.noteStuck.money', { hours });
  return {
    title: say('settled.noteStuck.title'),
    where: say(amount > 0 ? 'settled.where.case_cash' : 'settled.noteStuck.where'),
    happened: say(why === 'noteUndetermined' ? 'settled.noteStuck.happened' : `settled.happened.${why}`),
    money,
    now: say('settled.noteStuck.now'),
  };
}
