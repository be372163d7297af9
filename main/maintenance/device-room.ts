/** One device as the rooms show it: what supervision knows of it, and how often it was lost of late. */
import { localMoment } from '../../common/local-moment.ts';
import type { DeviceDetail } from '../../state-machines/maintenance/rooms/devices-screens.ts';
import type { DevicesPort } from '../../state-machines/maintenance/rooms-port.ts';
import type { Journal } from '../journal/journal.ts';
import type { Supervision } from '../terminal/supervision.ts';

export interface DeviceRoomOptions {
  readonly supervision: () => Pick<Supervision, 'devices' | 'retry'>;
  readonly journal: Pick<Journal, 'head' | 'entriesAfter'>;
  readonly timeZone: string;
}

/** So far back losses are counted. */
const ENTRIES_BACK = 2000;
const MOST = 12;
const SHORT = 200;

export function deviceRoom({ supervision, journal, timeZone }: DeviceRoomOptions): DevicesPort {
  const losses = new Losses(journal);
  return {
    detail: (part) => {
      const device = supervision().devices.find(({ name }) => name === part);
      if (device === undefined) return undefined;
      const { identity, since, report, trouble } = device;
      const { count, lastAt } = losses.of(part);
      return {
        part,
        ...(identity === undefined ? {} : identityOf(identity)),
        since: localMoment(timeZone, since),
        impairments: report.impairments.slice(0, MOST).map((text) => text.slice(0, SHORT)),
        ...(trouble === undefined ? {} : { trouble: { code: trouble.code.slice(0, SHORT), message: trouble.message.slice(0, 500) } }),
        storage: report.storage.slice(0, MOST).map(({ id, level, count: pieces }) => ({ id, level, ...(pieces === undefined ? {} : { count: pieces }) })),
        losses: { count, ...(lastAt === undefined ? {} : { lastAt: localMoment(timeZone, Date.parse(lastAt)) }) },
      };
    },
    retry: (part) => void supervision().retry(part),
  };
}

function identityOf({ model, maker, firmware, serialNumber }: NonNullable<Supervision['devices'][number]['identity']>): Partial<DeviceDetail> {
  const short = (name: string, text: string | undefined) => (text === undefined ? {} : { [name]: text.slice(0, SHORT) });
  return { model: model.slice(0, SHORT), ...short('maker', maker), ...short('firmware', firmware), ...short('serialNumber', serialNumber) };
}

/** `device.lost` among the last entries, each read once. */
class Losses {
  readonly #journal: DeviceRoomOptions['journal'];
  readonly #counted = new Map<string, { readonly count: number; readonly lastAt: string }>();
  #at: { readonly epoch: number; readonly seq: number } | undefined;

  constructor(journal: DeviceRoomOptions['journal']) {
    this.#journal = journal;
  }

  of(device: string): { readonly count: number; readonly lastAt?: string } {
    const { epoch, seq } = this.#journal.head;
    const from = this.#at?.epoch === epoch ? this.#at.seq : Math.max(0, seq - ENTRIES_BACK);
    for (const { entry } of this.#journal.entriesAfter(epoch, from, seq - from)) {
      if (entry.kind !== 'device.lost') continue;
      const name = String(entry.body['device']);
      this.#counted.set(name, { count: (this.#counted.get(name)?.count ?? 0) + 1, lastAt: entry.at });
    }
    this.#at = { epoch, seq };
    return this.#counted.get(device) ?? { count: 0 };
  }
}
