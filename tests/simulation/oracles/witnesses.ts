/** Who looks on in every world, of chance (run-seed.ts) and of the enumeration (scenario.ts). */
import type { World } from '../world.ts';
import { AccountOracle } from './accounts.ts';
import { CallbackOracle } from './callbacks.ts';
import { DeskOracle } from './desk.ts';
import { LossOracle } from './losses.ts';
import { ReplacementOracle } from './replacements.ts';
import { ScreenOracle } from './screens.ts';
import { SettlementOracle } from './settlements.ts';
import { StaffOracle } from './staff.ts';
import { SurveyOracle } from './surveys.ts';
import { VoucherOracle } from './vouchers.ts';
import { WriteAheadOracle } from './write-ahead.ts';

/** @returns the one that is asked afterwards what the glass showed */
export function watch(world: World): ScreenOracle {
  const screens = new ScreenOracle(world);
  world.witnesses.push(
    screens,
    new WriteAheadOracle(world),
    new LossOracle(world),
    new DeskOracle(world),
    new CallbackOracle(world),
    new SurveyOracle(world),
    new VoucherOracle(world),
    new ReplacementOracle(world),
    new AccountOracle(world),
    new StaffOracle(world),
    new SettlementOracle(world),
  );
  return screens;
}
