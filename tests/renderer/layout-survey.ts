/** What is wrong with the layout of many screens in one page, each with the screen that it is on, and how high what is touched lies. */
import type { Preferences } from '../../state-machines/view.ts';
import { viewOf, type Sample, type Setting } from './fixtures.ts';
import { layoutFaults } from './geometry.ts';
import type { KioskPage } from './kiosk-page.ts';

type Samples = Readonly<Record<string, Sample>>;

/** px from the top of portrait glass below which everything is touched with buttons set low. */
export const LOW_REACH_TOP = 1920 - 964;

export async function faultsOf(kiosk: KioskPage, samples: Samples, settings: readonly Setting[]): Promise<string[]> {
  const shown = settings.flatMap((setting) =>
    Object.entries(samples)
      .filter(([, sample]) => canBe(sample, setting.preferences ?? {}))
      .map(([name, sample]) => ({ name: `${name} (${JSON.stringify(setting.preferences ?? {})})`, view: viewOf(sample, setting) })),
  );
  const faults = await kiosk.survey(
    shown.map(({ view }) => view),
    layoutFaults,
  );
  return faults.flatMap((found, index) => found.map((fault) => `${shown[index]?.name ?? ''}: ${fault}`));
}

function canBe({ sizes, low }: Sample, { size = 'standard', lowReach = false }: Partial<Preferences>): boolean {
  return sizes?.includes(size) !== false && !(lowReach && low === false);
}

/** Runs in the page. */
const topOfControls = (): number =>
  Math.min(
    ...[...document.querySelectorAll('button')].filter((button) => button.getClientRects().length > 0).map((button) => button.getBoundingClientRect().top),
  );

/** Screens of `samples` on which something that is touched lies higher than `top` px. */
export async function beyondReach(kiosk: KioskPage, samples: Samples, setting: Setting, top: number): Promise<string[]> {
  const shown = Object.entries(samples).filter(([, sample]) => canBe(sample, setting.preferences ?? {}));
  const tops = await kiosk.survey(
    shown.map(([, sample]) => viewOf(sample, setting)),
    topOfControls,
  );
  return shown.flatMap(([name], index) => ((tops[index] ?? 0) < top ? [`${name} ${JSON.stringify(setting)}: ${String(tops[index])}`] : []));
}
