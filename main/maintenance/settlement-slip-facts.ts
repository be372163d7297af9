/** What the slip of a settlement says, out of the journal: for kioskctl and for the cabinet. */
import type { SettlementState } from '../../common/money/settlement-state.ts';
import type { Journal } from '../journal/journal.ts';
import type { SettlementSlip } from '../receipts/settlement-slip.ts';

export interface SettledBox {
  readonly journal: Pick<Journal, 'epoch' | 'entriesAfter' | 'checkpointsAfter'>;
  readonly settlement: SettlementState;
  readonly terminalId: string;
  readonly candidates: readonly string[];
}

/** @param heading lines above the title: operator and place, where they are known */
export function slipOf({ journal, settlement, terminalId, candidates }: SettledBox, heading: readonly string[]): SettlementSlip {
  const { settlementId, at, businessDate, by, boxOut, boxIn, expected, counted, lastEpoch, lastSeq } = settlement;
  const [stored] = journal.entriesAfter(lastEpoch, lastSeq - 1, 1);
  const [checkpoint] = lastEpoch === journal.epoch ? journal.checkpointsAfter(lastSeq - 1, 1) : [];
  const [header = '', , value = ''] = checkpoint?.jws.split('.') ?? [];
  return {
    heading,
    terminalId,
    settlementId,
    at: Date.parse(at),
    businessDate,
    by,
    boxOut,
    boxIn,
    expected,
    ...(counted === undefined ? {} : { counted }),
    candidates,
    entry: { epoch: lastEpoch, seq: lastSeq, hash: stored?.hash ?? '' },
    signature: { kid: kidOf(header), value },
    reprint: earlierSlips(journal, settlement),
  };
}

function kidOf(header: string): string {
  const parsed: unknown = header === '' ? undefined : JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));
  return typeof parsed === 'object' && parsed !== null && 'kid' in parsed ? String(parsed.kid) : '';
}

/** Slips of just this state of the settlement that were begun before. */
export function earlierSlips(journal: Pick<Journal, 'epoch' | 'entriesAfter'>, settlement: SettlementState): number {
  const prefix = jobPrefix(settlement);
  const { lastEpoch, lastSeq } = settlement;
  const later = journal.entriesAfter(journal.epoch, lastEpoch === journal.epoch ? lastSeq : 0, Number.MAX_SAFE_INTEGER);
  return later.filter(({ entry }) => entry.kind === 'receipt.printing' && String(entry.body['jobId']).startsWith(prefix)).length;
}

export function jobPrefix({ settlementId, lastEpoch, lastSeq }: SettlementState): string {
  return `${settlementId}:${lastEpoch}-${lastSeq}:`;
}
