/**
 * The shell: Electron's main process. Owns the window, the `kiosk:` scheme, the page's and the terminal process's supervision, and
 * passes Views down and touches up without understanding either. Entry of `dist/main/shell.js`.
 */
import path from 'node:path';
import { app, ipcMain, Menu, powerSaveBlocker, protocol, screen, session, type BrowserWindow } from 'electron';
import { FLAVOR } from '../../common/flavor.ts';
import { ServiceManager } from '../service-manager.ts';
import { startProgram } from '../start-program.ts';
import { parseCommandLine, type ShellCommand } from './command-line.ts';
import { hardenContents, hardenSession } from './hardening.ts';
import { PageLink } from './ipc.ts';
import { NightlyRenewal } from './nightly-renewal.ts';
import { SCHEME } from './origins.ts';
import { createProtocolHandler } from './protocol.ts';
import { RendererSupervisor } from './renderer-supervisor.ts';
import { systemClock } from './shell-clock.ts';
import { brief, createShellLog, type ShellLog } from './shell-log.ts';
import { utilityFork } from './terminal-fork.ts';
import { startTraining } from './training.ts';
import { TerminalSupervisor } from './terminal-supervisor.ts';
import { fit, loadKioskPage, openKioskWindow } from './window.ts';

/** How the application ends; its own starter (systemd, the launcher) reads this. */
const exitCodes = { stopped: 0, wrong: 1, calledWrongly: 2, pageLost: 10 } as const;

/** Where the build put our neighbors: `<dist>/main/shell.js` beside `terminal.js` and `preload.cjs`, the page in `<dist>/renderer`. */
const neighbors = {
  terminal: path.join(import.meta.dirname, 'terminal.js'),
  preload: path.join(import.meta.dirname, 'preload.cjs'),
  /** Of the training package only. */
  world: path.join(import.meta.dirname, 'training-world.js'),
  renderer: path.join(import.meta.dirname, '..', 'renderer'),
};

/** Between the kiosk's window and the bench's, px. */
const GAP = 16;

launch();

/** What must happen before Electron is ready happens in this turn; the rest follows when it is. */
function launch(): void {
  const line = parseCommandLine(process.argv.slice(app.isPackaged ? 1 : 2), app.isPackaged);
  if (!line.ok) {
    process.stderr.write(`${line.problem}\n`);
    app.exit(exitCodes.calledWrongly);
    return;
  }
  if (!app.requestSingleInstanceLock()) {
    process.stderr.write('this terminal is already running; stop it first\n');
    app.exit(exitCodes.wrong);
    return;
  }
  // What the application writes is nobody else's to read.
  process.umask(0o077);
  const log = createShellLog();
  process.on('uncaughtException', (error) => {
    log.error({ error: brief(error.stack ?? String(error)) }, 'the shell failed');
    app.exit(exitCodes.wrong);
  });
  app.enableSandbox();
  // A dump of memory would hold what no log may: none is written.
  app.commandLine.appendSwitch('disable-breakpad');
  app.commandLine.appendSwitch('disable-pinch');
  // On Linux the page has no voice without it (renderer/ACCESS.md).
  app.commandLine.appendSwitch('enable-speech-dispatcher');
  app.commandLine.appendSwitch('overscroll-history-navigation', '0');
  const port = line.command.remoteDebuggingPort;
  if (port !== undefined) app.commandLine.appendSwitch('remote-debugging-port', String(port));
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
  app.on('web-contents-created', (_event, contents) => hardenContents(contents, log));
  app
    .whenReady()
    .then(() => run(line.command, log))
    .catch((error: unknown) => {
      log.error({ error: brief(String(error)) }, 'the shell could not start');
      app.exit(exitCodes.wrong);
    });
}

async function run(command: ShellCommand, log: ShellLog): Promise<void> {
  const benchOrigin = command.benchUrl === undefined ? undefined : new URL(command.benchUrl).origin;
  Menu.setApplicationMenu(null);
  powerSaveBlocker.start('prevent-display-sleep');
  hardenSession(session.defaultSession, benchOrigin, log);
  protocol.handle(SCHEME, createProtocolHandler({ root: neighbors.renderer, benchOrigin }));

  const display = screen.getPrimaryDisplay().bounds;
  const window = openKioskWindow({ preload: neighbors.preload, packaged: app.isPackaged, display, glass: command.window });
  const kioskId = window.webContents.id;
  const page = superviseRenderer(window, log, () => void end(exitCodes.pageLost));
  const nights = new NightlyRenewal({ clock: systemClock, renew: () => page.renew() });
  const systemd = new ServiceManager({ env: process.env, clock: systemClock, start: startProgram });
  const terminal = new TerminalSupervisor({
    fork: utilityFork(neighbors.terminal, ['--config', command.config, ...(app.isPackaged ? ['--packaged'] : [])]),
    clock: systemClock,
    log,
    publish: (view) => {
      nights.saw(view);
      link.publish(view);
    },
    onKey: (press) => link.tellKey(press),
    onStop: (exitCode) => void end(exitCode),
  });
  const link = new PageLink({
    ipc: ipcMain,
    log,
    onUi: (event) => {
      nights.touched();
      terminal.touch(event);
    },
    onReady: (contentsId) => {
      if (contentsId === kioskId) {
        page.ready();
        systemd.ready();
      }
      terminal.pageReady();
    },
  });
  const end = stopOnce({ page, terminal, nights, systemd, log });

  link.admit(window.webContents);
  app.on('before-quit', (event) => {
    event.preventDefault();
    void end(exitCodes.stopped);
  });
  app.on('window-all-closed', () => app.quit());
  window.on('closed', () => app.quit());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());

  if (FLAVOR === 'training') {
    const world = await startTraining({
      entry: neighbors.world,
      config: command.config,
      contents: window.webContents,
      log,
      onLost: (exitCode) => void end(exitCode),
    });
    if (world === undefined) return;
  }
  terminal.start();
  page.loading();
  loadKioskPage(window);
  if (command.benchUrl !== undefined) {
    const { openBenchWindow } = await import('./bench-window.ts');
    const left = command.window === undefined ? 0 : fit(command.window, display).width + GAP;
    link.admit(openBenchWindow(neighbors.preload, command.benchUrl, left).webContents);
  }
}

interface Ended {
  readonly page: RendererSupervisor;
  readonly terminal: TerminalSupervisor;
  readonly nights: NightlyRenewal;
  readonly systemd: ServiceManager;
  readonly log: ShellLog;
}

/** Ends the application in order: the page isn't reloaded any more, the terminal process closes its books. The first who asks decides the exit code. */
function stopOnce({ page, terminal, nights, systemd, log }: Ended): (exitCode: number) => Promise<void> {
  let ending = false;
  return async (exitCode) => {
    if (ending) return;
    ending = true;
    page.end();
    nights.end();
    systemd.stopping();
    await terminal.stop();
    log.info({ exitCode }, 'the shell ends');
    app.exit(exitCode);
  };
}

function superviseRenderer(window: BrowserWindow, log: ShellLog, giveUp: () => void): RendererSupervisor {
  const contents = window.webContents;
  const supervisor = new RendererSupervisor({
    page: { reload: () => contents.reload(), crash: () => contents.forcefullyCrashRenderer() },
    clock: systemClock,
    log,
    giveUp,
  });
  contents.on('render-process-gone', (_event, details) => supervisor.gone(details.reason));
  window.on('unresponsive', () => supervisor.unresponsive());
  return supervisor;
}
