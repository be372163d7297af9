/**
 * An issuer's script between terminal, card and issuer: the real journal, runner, card desk and recovery, a real server, a real chip. Wherever
 * the card is torn out, the line is cut or the process dies, the card is unchanged or complete once it is back, and the journal says which.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { foldCardScript, type ScriptAsk } from '../../../common/card-script.ts';
import type { Chip } from '../../../drivers/card/pboc/chip.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { continueCardScript, leaveCardScript, startCardScript, type ScriptOutcome } from '../../../state-machines/card-script.ts';
import { file15Of, holdersChip, inTheField, issuerWithKeys } from '../../fleet/issuer/cards.ts';
import { HOLDER, SERIAL } from '../../fleet/issuer/people.ts';
import { startWorld, V1, type World } from '../../fleet/support.ts';
import { Died, Station, type Death } from './station.ts';

interface Scene {
  readonly world: World;
  readonly station: Station;
  readonly chip: Chip;
}

/** A card that waits for its activation, in the slot. */
async function scene(): Promise<Scene> {
  const world = await startWorld(issuerWithKeys());
  await world.hand('/sandbox/issuer/holders', HOLDER);
  await world.hand(`/sandbox/issuer/cards/${SERIAL}/status`, { status: 'notActivated' });
  const folder = mkdtempSync(path.join(tmpdir(), 'scripts-'));
  const station = new Station(world, folder, 'T-0001');
  onTestFinished(() => {
    station.end();
    rmSync(folder, { recursive: true });
  });
  const chip = holdersChip({ purse: { enabled: false } });
  station.slot.insert(chip);
  return { world, station, chip };
}

const ASK: Omit<ScriptAsk, 'uid'> = { scriptId: 'S1', function: 'activate', card: V1.card, reference: 'A01-1122-7K4M-9' };

async function activates({ station }: Scene): Promise<ScriptOutcome | string> {
  return station.does(async (ports) => {
    const started = await startCardScript(ports, ASK);
    return started.kind === 'issued' ? continueCardScript(ports, started.script) : started.kind;
  });
}

/** The card comes back: what its journal left open goes on. */
async function comesBack({ station, chip }: Scene): Promise<ScriptOutcome | undefined> {
  inTheField(chip);
  station.slot.insert(chip);
  return station.does(async (ports) => {
    const script = ports.recovery.unfinishedScriptOf(V1.card);
    return script === undefined ? undefined : continueCardScript(ports, script);
  });
}

const isActive = (chip: Chip): boolean => file15Of(inTheField(chip)).slice(16, 18) === '01';
const scriptState = (station: Station) => foldCardScript(station.entries());
const atIssuer = async (world: World) => (await world.books()).issuerServices.scripts;

test('every command is on disk before the card gets it, and the outcome after it was read back', async () => {
  const here = await scene();
  expect(await activates(here)).toEqual({ kind: 'confirmed' });
  expect(here.station.kinds()).toEqual(['script.asking', 'script.issued', 'script.sending', 'script.answered', 'script.confirmed']);
  expect(isActive(here.chip)).toBe(true);
  expect(await atIssuer(here.world)).toMatchObject({ confirmed: 1, running: 0, written: 0 });
  expect(verifyJournal(here.station.journalPath)).toMatchObject({ ok: true });
  const written = JSON.stringify(here.station.entries());
  expect(written).not.toMatch(/04D6950/); // no command, and so no MAC, is in the journal
});

test('what the issuer refuses is refused in the journal, and the card is as it was', async () => {
  const here = await scene();
  await here.world.hand(`/sandbox/issuer/cards/${SERIAL}/status`, { status: 'active' });
  expect(await activates(here)).toBe('refused');
  expect(scriptState(here.station)).toMatchObject({ state: 'refused', code: 'alreadyActive' });
  expect(isActive(here.chip)).toBe(false);
});

describe('a card that is torn out', () => {
  test.each(['before', 'after'] as const)('%s it executed the command is complete once it is back', async (when) => {
    const here = await scene();
    here.chip.arm({ kind: 'tear', command: 'updateBinary', when });
    const torn = await activates(here);
    expect(torn).toMatchObject({ kind: 'cardGone', script: { last: { step: 1 } } });
    if (typeof torn === 'string' || torn.kind !== 'cardGone') throw new Error('not torn');
    await here.station.does(async (ports) => leaveCardScript(ports, torn.script, 'cardGone'));
    expect(scriptState(here.station)).toMatchObject({ state: 'running', told: true });
    await here.station.tends();
    expect(await comesBack(here)).toEqual({ kind: 'confirmed' });
    expect(isActive(here.chip)).toBe(true);
    expect(await comesBack(here)).toBeUndefined();
  });

  test('another card that comes instead is left alone', async () => {
    const here = await scene();
    here.chip.arm({ kind: 'tear', command: 'updateBinary', when: 'before' });
    const torn = await activates(here);
    if (typeof torn === 'string' || torn.kind !== 'cardGone') throw new Error('not torn');
    const other = holdersChip({ serial: '00004100000012340001', purse: { enabled: false } });
    here.station.slot.insert(other);
    expect(await here.station.does((ports) => continueCardScript(ports, torn.script))).toMatchObject({ kind: 'cardGone', otherTail: '0001' });
    expect(isActive(other)).toBe(false);
    expect(await here.station.does(async (ports) => ports.recovery.unfinishedScriptOf({ ...V1.card, serial: '00004100000012340001' }))).toBeUndefined();
  });

  test('and is begun anew at another terminal has no open script here afterwards', async () => {
    const here = await scene();
    here.chip.arm({ kind: 'tear', command: 'updateBinary', when: 'before' });
    await activates(here);
    const folder = mkdtempSync(path.join(tmpdir(), 'scripts-'));
    const other = new Station(here.world, folder, 'T-0002');
    onTestFinished(() => {
      other.end();
      rmSync(folder, { recursive: true });
    });
    inTheField(here.chip);
    other.slot.insert(here.chip);
    const there = await other.does(async (ports) => {
      const started = await startCardScript(ports, { ...ASK, scriptId: 'S2' });
      return started.kind === 'issued' ? continueCardScript(ports, started.script) : started;
    });
    expect(there).toEqual({ kind: 'confirmed' });
    expect(await comesBack(here)).toEqual({ kind: 'abandoned' });
    expect(scriptState(here.station).state).toBe('abandoned');
    expect(await atIssuer(here.world)).toMatchObject({ confirmed: 1, abandoned: 1, running: 0, written: 0 });
  });
});

test('with the line cut after the command was given out, the script goes on when the issuer answers', async () => {
  const here = await scene();
  here.station.cutAfter('/v1/issuer/scripts/S1/next');
  const cut = await activates(here);
  expect(cut).toMatchObject({ kind: 'unreachable', script: { last: { step: 1, status: '9000' } } });
  here.station.online = true;
  expect(await comesBack(here)).toEqual({ kind: 'confirmed' });
});

test('the answer of the confirmation is lost: it is asked for again and is confirmed once', async () => {
  const here = await scene();
  await here.world.hand('/sandbox/faults', { loseNextAnswer: '/v1/issuer/scripts/S1/confirm' });
  expect(await activates(here)).toEqual({ kind: 'confirmed' });
  expect(await atIssuer(here.world)).toMatchObject({ confirmed: 1 });
});

test('one that never touched its card is given up in the background', async () => {
  const here = await scene();
  here.station.cutAfter('/v1/issuer/scripts');
  expect(await activates(here)).toMatchObject({ kind: 'unreachable' });
  here.station.online = true;
  await here.station.tends();
  expect(scriptState(here.station).state).toBe('abandoned');
  expect(await atIssuer(here.world)).toMatchObject({ abandoned: 1, running: 0 });
  expect(isActive(here.chip)).toBe(false);
});

const DEATHS: readonly Death[] = ['script.asking', 'script.issued', 'script.sending', 'script.answered', 'script.confirmed'].flatMap((kind) =>
  (['before', 'after'] as const).map((when) => ({ kind, when })),
);

test.each(DEATHS)('dead $when $kind: whole or untouched, and the journal and the issuer say the same', async (death) => {
  const here = await scene();
  here.station.dieAt(death);
  await expect(activates(here)).rejects.toBeInstanceOf(Died);
  await here.station.reborn();
  await here.station.tends();
  await comesBack(here);
  await here.station.tends();
  const state = scriptState(here.station).state;
  expect(state).toBe(isActive(here.chip) ? 'confirmed' : state === 'none' ? 'none' : 'abandoned');
  const { running, written, confirmed } = await atIssuer(here.world);
  expect({ running, written, confirmed }).toEqual({ running: 0, written: 0, confirmed: isActive(here.chip) ? 1 : 0 });
  expect(verifyJournal(here.station.journalPath)).toMatchObject({ ok: true });
});
