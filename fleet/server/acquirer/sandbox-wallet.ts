/**
 * The wallets behind the sandbox's acquirer: what one does with a code that a person presents stands in the code itself, so that whoever
 * types or prints one chooses it. Used by acquirer.ts.
 */
import type { CaptureRefusal } from '../../../common/upstream-api/payments.ts';

export interface WalletVerdict {
  /** Whose code it is; empty for nobody's. */
  readonly channel: string;
  readonly verdict: 'captured' | 'confirming' | CaptureRefusal;
}

/** By the first two digits, as the wallets number theirs: WeChat Pay 10 to 15, Alipay 25 to 30, UnionPay 62. */
const channels = [
  { prefix: /^1[0-5]/, channel: '微信支付' },
  { prefix: /^(?:2[5-9]|30)/, channel: '支付宝' },
  { prefix: /^62/, channel: '云闪付' },
] as const;

/** By the last two digits; any other pays at once. */
const verdicts: Readonly<Record<string, WalletVerdict['verdict']>> = {
  '01': 'confirming',
  '02': 'balanceTooLow',
  '03': 'codeExpired',
  '04': 'limit',
  '05': 'declined',
};

export function walletVerdict(code: string): WalletVerdict {
  const wallet = channels.find(({ prefix }) => prefix.test(code));
  if (wallet === undefined) return { channel: '', verdict: 'codeUnknown' };
  return { channel: wallet.channel, verdict: verdicts[code.slice(-2)] ?? 'captured' };
}
