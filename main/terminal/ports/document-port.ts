/**
 * The flows' identity documents over an ID card reader: of what the card says, only a hash of its number and the first character of the
 * name leave this file, and nothing is kept.
 */
import { createHash } from 'node:crypto';
import type { IdDocument, IdReader } from '../../../drivers/id-reader/id-reader.ts';
import type { DocumentPort, DocumentReading } from '../../../state-machines/loss-report/ports.ts';
import { PortError } from '../../../state-machines/ports.ts';

/** @param today local date of this moment, `YYYY-MM-DD` */
export function documentPort(reader: Pick<IdReader, 'read'> | undefined, today: () => string): DocumentPort {
  return {
    read: async (signal) => {
      if (reader === undefined) throw new PortError('deviceFault', 'no ID card reader is fitted', { detail: 'notFitted' });
      const outcome = await reader.read(signal).catch((error: unknown) => {
        if (signal.aborted) throw new PortError('aborted', 'nobody waits for a document any more', { cause: error });
        throw new PortError('deviceFault', 'the ID card reader is away', { cause: error });
      });
      switch (outcome.kind) {
        case 'read':
          return readingOf(outcome.document, today());
        case 'otherDocument':
        case 'removed':
          return { kind: outcome.kind };
        case 'implausible':
        case 'unreadable':
          return { kind: 'unreadable' };
      }
    },
  };
}

function readingOf({ name, number, validFrom, validUntil }: IdDocument, today: string): DocumentReading {
  if (today < validFrom || (validUntil !== 'longTerm' && today > validUntil)) return { kind: 'expired' };
  return { kind: 'read', documentHash: createHash('sha256').update(`residentId:${number}`).digest('hex'), name: maskName(name) };
}

/** The first character, and nothing that tells how many follow. */
function maskName(name: string): string {
  const [first = ''] = name;
  return `${first}**`;
}
