/** A transaction, or a report of a lost card, read off its journal as a row of moments: where the chart stood at each entry, and what the person saw. Pure. */
import type { Ports } from '../../ports.ts';
import type { ReplayedEntry } from '../rooms-port.ts';
import { lossReportFlow } from './loss-report.ts';
import { momentsOf, type ReplayFrame } from './moments.ts';
import { replacementFlow } from './replacement.ts';
import { stillPorts } from './still-ports.ts';
import { pendingLoadFlow, topUpFlow } from './top-up.ts';

/** @param entries of one transaction, the oldest first. None: it begins as nothing that can be replayed does */
export function framesOf(entries: readonly ReplayedEntry[], ports: Ports): readonly ReplayFrame[] {
  const [first] = entries;
  if (first === undefined) return [];
  const still = stillPorts(ports, Date.parse(first.at));
  if (first.kind === 'loss.reporting') return momentsOf(lossReportFlow(entries, still), entries);
  if (first.kind !== 'transaction.opened') return [];
  if (first.body['type'] === 'replacement') return momentsOf(replacementFlow(entries, still), entries);
  return first.body['tender'] === 'pending' ? momentsOf(pendingLoadFlow(entries, still), entries) : momentsOf(topUpFlow(entries, still), entries);
}
