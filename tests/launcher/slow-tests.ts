/** Tests that take their time: which of them wait together, which compute beside them, and which `npm run check` leaves to `npm test`. Read by vitest.config.ts, playwright.config.ts and steps.ts. */

/**
 * What stands behind real ports or in processes of its own and waits for mechanics and silences nine tenths of its time, so more of them
 * run side by side than there are cores, and what computes gives way to them. The longest first.
 */
export const WAITING = [
  'tests/main/terminal/crash-cash.test.ts',
  'tests/main/terminal/crash-pending.test.ts',
  'tests/drivers/conformance/cash-acceptor-cctalk.test.ts',
  'tests/main/updates/bad-releases.test.ts',
  'tests/main/updates/update-process.test.ts',
  'tests/main/terminal/crash-replacement.test.ts',
  'tests/main/terminal/crash-qr.test.ts',
  'tests/drivers/conformance/cash-acceptor-*.test.ts',
  'tests/drivers/conformance/receipt-printer-ports-*.test.ts',
  'tests/drivers/card-reader/pcsc/over-pcscd.test.ts',
  'tests/drivers/conformance/id-reader.test.ts',
  'tests/drivers/conformance/card-reader-ports-*.test.ts',
  'tests/main/terminal/elsewhere-process.test.ts',
  'tests/drivers/conformance/cabinet-io.test.ts',
  'tests/main/cli/settle.test.ts',
  'tests/drivers/conformance/code-scanner*.test.ts',
  'tests/main/maintenance/end-to-end.test.ts',
  'tests/main/upstream/killed.test.ts',
  'tests/main/terminal/crash-voucher.test.ts',
  'tests/main/terminal/crash-qr-presented.test.ts',
  'tests/main/terminal/crash-bank-card.test.ts',
  'tests/main/terminal/help.test.ts',
  'tests/main/cli/devices.test.ts',
  'tests/drivers/receipt-printer/links.test.ts',
  'tests/drivers/transport/transports.test.ts',
  'tests/drivers/transport/usb-printer.test.ts',
];

/** End-to-end tests of pages that no device stands behind: they compute, and wait for nothing. */
export const PAGE_BY_PAGE = [
  'screens.spec.ts',
  'access.spec.ts',
  'right-to-left.spec.ts',
  'training-mark.spec.ts',
  'staff-screens.spec.ts',
  'slip-page.spec.ts',
  'console/*.spec.ts',
];

/** The package, made and installed: `npm test` fetches its fresh Debian while other tests run. */
export const PACKAGE = ['tests/launcher/package/install.test.ts', 'tests/launcher/package/pack.test.ts', 'tests/launcher/package/training.test.ts'];

/** The upstream server on PostgreSQL: the same files that the units run on SQLite, and those that are about PostgreSQL alone. */
export const FLEET_SUITE = ['tests/fleet/*.test.ts', 'tests/fleet/issuer/*.test.ts', 'tests/fleet/postgres/*.test.ts'];

/** Of these, what is about the embedded store alone. */
export const EMBEDDED_ONLY = [
  'tests/fleet/backup.test.ts',
  'tests/fleet/bus-cluster.test.ts',
  'tests/fleet/console-fleet-size.test.ts',
  'tests/fleet/load.test.ts',
  'tests/fleet/units.test.ts',
  'tests/fleet/sqlite-store.test.ts',
  'tests/fleet/update-repository.test.ts',
];

/** Enumerations of cuts, kills and damage, and other files of more than about six seconds: part of every release, not of every commit. The longest first. */
export const ENUMERATIONS = [
  'tests/drivers/cash-acceptor/money-safety.test.ts',
  'tests/main/updates/power-cuts.test.ts',
  'tests/main/updates/fuzzed-metadata.test.ts',
  'tests/main/updates/kills.test.ts',
  'tests/fleet/releases/publishing.test.ts',
  'tests/main/terminal/elsewhere.test.ts',
  'tests/main/terminal/babble.test.ts',
  'tests/launcher/new-device/new-device.test.ts',
  'tests/main/maintenance/sign-in/forgeries.test.ts',
  'tests/crashes/crashes.test.ts',
  'tests/fuzz/fuzz.test.ts',
  'tests/fuzz/server/server.test.ts',
  'tests/simulation/fault-kinds.test.ts',
  'tests/fleet/load.test.ts',
  'tests/fleet/backup.test.ts',
  'tests/fleet/bus.test.ts',
  'tests/fleet/bus-cluster.test.ts',
  'tests/fleet/clearing-consumer.test.ts',
  'tests/main/journal/every-bit.test.ts',
  'tests/simulation/exhaustive.test.ts',
  'tests/simulation/determinism.test.ts',
  'tests/simulation/pruning.test.ts',
  'tests/drivers/receipt-printer/escpos/paper-out-everywhere.test.ts',
  'tests/main/upstream/interruptions.test.ts',
  'tests/main/terminal/losses.test.ts',
  'tests/fleet/operator-commands.test.ts',
  'tests/main/cli/kioskctl.test.ts',
  'tests/main/journal/crash.test.ts',
  'tests/main/journal/damage.test.ts',
  'tests/fleet/issuer/replacements.test.ts',
  'tests/main/support/search.test.ts',
  'tests/fleet/open-loads.test.ts',
  'tests/fleet/clearing.test.ts',
  'tests/main/cli/reconcile.test.ts',
];
