/** What of a configuration must hold together by its flavor: a training terminal has nothing real, and no other bears its name. Rules of schema.ts. */
import { flavorOf, TRAINING_PREFIX } from '../../common/flavor.ts';
import type { FlavorSettings } from './schema.ts';

export interface Misfit {
  readonly path: readonly string[];
  readonly expected: string;
}

/** What of a configuration does not go with its flavor, by itself. */
export function flavorMisfits({ flavor, terminal, devices, upstream, updates, sandbox }: FlavorSettings): readonly Misfit[] {
  if (flavor === 'production')
    return flavorOf(terminal.id) === 'production'
      ? []
      : [{ path: ['terminal', 'id'], expected: `expected another name: with ${TRAINING_PREFIX} those of training terminals begin (flavor: "training")` }];
  const misfits: Misfit[] = [];
  const misfit = (place: readonly string[], expected: string): void => void misfits.push({ path: place, expected });
  if (flavorOf(terminal.id) !== 'training') misfit(['terminal', 'id'], `expected a name that begins with ${TRAINING_PREFIX}: it is a training terminal’s`);
  if (!sandbox) misfit(['sandbox'], 'expected true: a training terminal has nothing that is real');
  for (const [name, device] of Object.entries(devices))
    if (device?.address.startsWith('sim:') === false) misfit(['devices', name, 'address'], 'expected sim:NAME: a training terminal has no real devices');
  if (upstream.url !== undefined && !isOnThisMachine(upstream.url))
    misfit(['upstream', 'url'], 'expected null: a training terminal brings its own upstream, and speaks to no other');
  if (upstream.serverPublicKey !== undefined) misfit(['upstream', 'serverPublicKey'], 'expected null: a training terminal trusts its own upstream only');
  if (updates.url !== undefined) misfit(['updates', 'url'], 'expected null: releases are for production terminals');
  return misfits;
}

function isOnThisMachine(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(URL.parse(url)?.hostname ?? '');
}
