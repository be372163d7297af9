/**
 * What a heartbeat leaves behind for the console. The common one, which tells nothing new, changes one row and no index; a state that changed
 * is kept whole, judged in one word, and opens or ends alarms; service time is added up every ten minutes. Used by the heartbeat's route.
 */
import type { AlarmCode } from '../../../common/maintenance/alarms.ts';
import type { HeartbeatRequest, TerminalState } from '../../../common/upstream-api/terminals.ts';
import type { Health } from '../../console-api/terminals.ts';
import type { Queries, Store } from '../store/store.ts';
import { endAlarm, openAlarm } from './alarms.ts';

/** A terminal says something every fifteen seconds. */
export const SILENT_AFTER_MS = 5 * 60_000;
/** Steps of `seen_step`. */
export const SEEN_STEP_MS = 5 * 60_000;
const COUNT_SERVICE_EVERY_MS = 10 * 60_000;
const MONEY_WAITS_MS = 15 * 60_000;
const DAY_MS = 86_400_000;

export interface Heard {
  readonly terminalId: string;
  readonly beat: HeartbeatRequest;
  readonly now: number;
  /** Of the operator's local date, minutes ahead of UTC. */
  readonly utcOffsetMinutes: number;
}

export async function hear(store: Store, heard: Heard): Promise<void> {
  const { terminalId, beat, now } = heard;
  const before = await store
    .selectFrom('terminals')
    .select(['last_seen_at', 'service', 'service_counted_at', 'money_age_ms'])
    .where('terminal_id', '=', terminalId)
    .executeTakeFirst();
  if (before === undefined) return;
  const told = beat.state === undefined ? {} : judgedColumns(beat.state);
  const slice = serviceSlice(before, heard);
  await store
    .updateTable('terminals')
    .set({
      last_seen_at: now,
      seen_step: Math.floor(now / SEEN_STEP_MS),
      uplink_lag: beat.uplinkLag ?? null,
      money_age_ms: beat.uplinkMoneyAgeMs ?? null,
      ...told,
      ...(slice.counted ? { service_counted_at: now } : {}),
    })
    .where('terminal_id', '=', terminalId)
    .execute();
  for (const part of slice.parts) await addService(store, terminalId, part);
  if (beat.state !== undefined) await keepState(store, terminalId, beat.state, now);
  await watchMoney(store, heard, before.money_age_ms ?? 0);
}

type ServiceWord = TerminalState['service'] | 'silent';

interface ServicePart {
  readonly date: string;
  readonly word: ServiceWord;
  readonly ms: number;
}

interface Before {
  readonly last_seen_at: number | null;
  readonly service: TerminalState['service'] | null;
  readonly service_counted_at: number | null;
}

/** The time since it was last added up, when it is time to add up: after ten minutes, after a silence, when the service changes, at a new day. */
function serviceSlice(
  { last_seen_at: seen, service, service_counted_at: since }: Before,
  { beat, now, utcOffsetMinutes }: Heard,
): { counted: boolean; parts: ServicePart[] } {
  if (service === null || since === null || seen === null || since > now) return { counted: beat.state !== undefined, parts: [] };
  const silent = now - seen > SILENT_AFTER_MS;
  const changed = beat.state !== undefined && beat.state.service !== service;
  const dateOf = (at: number): string => new Date(at + utcOffsetMinutes * 60_000).toISOString().slice(0, 10);
  if (!silent && !changed && now - since < COUNT_SERVICE_EVERY_MS && dateOf(since) === dateOf(now)) return { counted: false, parts: [] };
  const heardUntil = silent ? Math.max(since, seen) : now;
  const split = (word: ServiceWord, from: number, to: number): ServicePart[] => {
    const parts: ServicePart[] = [];
    for (let at = from; at < to;) {
      const next = Math.min(to, nextMidnight(at, utcOffsetMinutes));
      parts.push({ date: dateOf(at), word, ms: next - at });
      at = next;
    }
    return parts;
  };
  return { counted: true, parts: [...split(service, since, heardUntil), ...split('silent', heardUntil, now)] };
}

function nextMidnight(at: number, utcOffsetMinutes: number): number {
  const offset = utcOffsetMinutes * 60_000;
  return (Math.floor((at + offset) / DAY_MS) + 1) * DAY_MS - offset;
}

const COLUMN_OF = { inService: 'in_service', limited: 'limited', outOfService: 'out_of_service', silent: 'silent' } as const;

async function addService(store: Queries, terminalId: string, { date, word, ms }: ServicePart): Promise<void> {
  const column = COLUMN_OF[word];
  await store
    .insertInto('service_days')
    .values({ date, terminal_id: terminalId, in_service: 0, limited: 0, out_of_service: 0, silent: 0, [column]: ms })
    .onConflict((conflict) =>
      conflict.columns(['date', 'terminal_id']).doUpdateSet((expression) => ({ [column]: expression(expression.ref(`service_days.${column}`), '+', ms) })),
    )
    .execute();
}

async function keepState(store: Queries, terminalId: string, state: TerminalState, at: number): Promise<void> {
  const values = { at, state: JSON.stringify(state) };
  await store
    .insertInto('terminal_states')
    .values({ terminal_id: terminalId, ...values })
    .onConflict((conflict) => conflict.column('terminal_id').doUpdateSet(values))
    .execute();
  const broken = state.devices.filter(({ health }) => health === 'hardwareError' || health === 'offline');
  if (broken.length === 0) await endAlarm(store, terminalId, 'deviceTrouble');
  else
    await openAlarm(store, {
      terminal_id: terminalId,
      kind: 'deviceTrouble',
      since: at,
      detail: broken.map(({ device, health }) => `${device} ${health}`).join(', '),
    });
}

/** Only at the heartbeat at which it begins or ends. */
async function watchMoney(store: Queries, { terminalId, beat, now }: Heard, ageBefore: number): Promise<void> {
  const age = beat.uplinkMoneyAgeMs ?? 0;
  if (age >= MONEY_WAITS_MS && ageBefore < MONEY_WAITS_MS)
    await openAlarm(store, { terminal_id: terminalId, kind: 'moneyWaits', since: now, detail: `for ${Math.round(age / 60_000)} min` });
  if (age < MONEY_WAITS_MS && ageBefore >= MONEY_WAITS_MS) await endAlarm(store, terminalId, 'moneyWaits');
}

function judgedColumns(state: TerminalState) {
  const { health, reasons } = judge(state);
  return { health, reasons: JSON.stringify(reasons), software_version: state.version, service: state.service };
}

/** Words of a device that need a hand, or soon will. */
const TROUBLE_WORDS: readonly string[] = ['low', 'out', 'jammed', 'open', 'fault', 'full', 'removed', 'hardwareError', 'maintenance'];
/** Words that say so of a part, where they are not trouble of another. */
const FINE: readonly string[] = ['paper.full'];

/** What a terminal asks a hand for and no device's word says. */
const ALARMS_ALONE: readonly AlarmCode[] = ['journalFailed', 'diskLow', 'clockOff', 'cashUntold', 'blankStuck', 'servicePaused'];

/** In one word, and why. */
export function judge(state: TerminalState): { readonly health: Health; readonly reasons: string[] } {
  const ofDevices = state.devices.flatMap(({ device, health, words, storage }) => [
    ...(health === 'online' || health === 'deviceBusy' ? [] : [`${device}.${health}`]),
    ...Object.entries(words).flatMap(([name, word]) =>
      TROUBLE_WORDS.includes(word) && !FINE.includes(`${name}.${word}`) ? [`${device}.${name}${capital(word)}`] : [],
    ),
    ...storage.flatMap(({ id, level }) => (['low', 'empty', 'high', 'full', 'missing'].includes(level) ? [`${device}.${id}${capital(level)}`] : [])),
  ]);
  const ofAlarms = (state.alarms ?? []).flatMap(({ code, device }) => (ALARMS_ALONE.includes(code) ? [device === undefined ? code : `${device}.${code}`] : []));
  const reasons = [...new Set([...state.reasons, ...ofAlarms, ...ofDevices])].slice(0, 20);
  if (state.service === 'outOfService') return { health: 'outOfService', reasons };
  return { health: state.service === 'limited' || ofDevices.length + ofAlarms.length > 0 ? 'attention' : 'ok', reasons };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
