/** What comes from outside and isn't as it should be: configuration, bytes of devices, answers of upstream, messages of the page. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import zhCN from '../../resources/locales/zh-CN/screens.json' with { type: 'json' };
import { buildApp, productParts } from '../launcher/build.ts';
import { findHost } from '../launcher/host.ts';
import { launchShell } from '../launcher/launch-shell.ts';
import { projectRoot, run } from '../launcher/run-tool.ts';
import { FalseUpstream, NoisyLine, wrongAnswers, type WrongAnswer } from './support/bad-neighbors.ts';
import { CARD, World } from './support/world.ts';

test.describe.configure({ timeout: 180_000 });

test.describe('a configuration with several mistakes', () => {
  let folder: string;
  let file: string;
  const mistakes = [
    /terminal\.timeZone: "Asia\/Shangri-La": /,
    /devices\.cardReader\.address: "usb:1": .*unknown scheme/,
    /devices\.cashAcceptor\.options\.denominations/,
    /topUp\.presets/,
    /colour: /,
  ];

  test.beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kiosk-config-'));
    file = path.join(folder, 'terminal.json');
    const config = JSON.parse(readFileSync(path.join(projectRoot, 'resources', 'config', 'example.json'), 'utf8'));
    config.terminal.timeZone = 'Asia/Shangri-La';
    config.devices.cardReader.address = 'usb:1';
    config.devices.cashAcceptor.options.denominations = [-1];
    config.topUp.presets = ['20 yuan'];
    config.colour = 'green';
    config.data.folder = path.join(folder, 'data');
    writeFileSync(file, JSON.stringify(config));
  });
  test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('kioskctl names every one of them with its place, and ends with 1', async () => {
    const { code, output } = await run(process.execPath, ['main/cli/kioskctl.ts', 'config', 'check', file]);
    expect(code).toBe(1);
    for (const mistake of mistakes) expect(output).toMatch(mistake);
    expect(output).not.toMatch(/^\s+at /m);
  });

  test('the terminal process does the same and asks for a technician (13)', async () => {
    const { code, output } = await run(process.execPath, ['main/terminal/main.ts', '--config', file]);
    expect(code).toBe(13);
    for (const mistake of mistakes) expect(output).toMatch(mistake);
    expect(output).not.toMatch(/^\s+at /m);
  });

  test('the screen is out of service, and nobody starts it again and again', async () => {
    await buildApp();
    const shell = await launchShell({ host: await findHost(), appDir: productParts.outDir, config: file });
    try {
      const page = await shell.page();
      await expect(page.getByTestId('screen')).toHaveAttribute('data-screen', 'out-of-service', { timeout: 40_000 });
      expect(shell.lines.filter((line) => line.includes('terminal process started'))).toHaveLength(1);
    } finally {
      await shell.close();
    }
  });

  test('a file that is no JSON, and one that is not there: one line each', async () => {
    const broken = path.join(folder, 'broken.json');
    writeFileSync(broken, '{ "terminal": ');
    for (const wrong of [broken, path.join(folder, 'missing.json')]) {
      const { code, output } = await run(process.execPath, ['main/cli/kioskctl.ts', 'config', 'check', wrong]);
      expect(code).toBe(1);
      expect(output).toContain(wrong);
      expect(output).not.toMatch(/^\s+at /m);
    }
  });
});

test('devices that speak nothing but noise: out of service with a reason, in service when good ones are there, and again', async () => {
  const lines: NoisyLine[] = [];
  const world = await World.start({
    carry: async (_device, address) => {
      const line = new NoisyLine(address.replace(/^sim:/, ''), 20_261_122 + lines.length);
      lines.push(line);
      return line.open();
    },
  });
  try {
    const { person, shell } = world;
    const pid = shell.terminalPid();
    await person.sees('out-of-service');
    expect(await person.readsTitle()).toBe(zhCN.outOfService.title);
    for (const line of lines) line.set(false);
    const before = await world.truth();
    await person.choosesTopUp(CARD, 2000);
    await person.touches('tender-qr');
    const order = await person.seesCode();
    await world.upstream(`/sandbox/orders/${order}/pay`);
    await person.sees('done');
    await person.leaves();
    await world.expectChange(before, { paid: 2000, chips: { [CARD]: { balance: 2000, loads: 1 } }, credited: 2000 });
    for (const line of lines) line.set(true);
    await person.sees('out-of-service');
    for (const line of lines) line.set(false);
    await person.sees('attract');
    await world.expectSound();
    expect(shell.terminalPid()).toBe(pid);
  } finally {
    await world.stop();
    for (const line of lines) line.close();
  }
});

test.describe('an upstream that answers', () => {
  let world: World;
  let upstream: FalseUpstream;

  test.beforeAll(async () => {
    world = await World.start({
      speed: 3,
      prepare: async ({ config }) => {
        const settings = JSON.parse(readFileSync(config, 'utf8'));
        upstream = new FalseUpstream(settings.upstream.url);
        settings.upstream.url = await upstream.open();
        writeFileSync(config, JSON.stringify(settings));
      },
    });
  });
  test.afterAll(async () => {
    await world.stop();
    upstream.close();
  });

  for (const wrong of Object.keys(wrongAnswers) as WrongAnswer[]) {
    test(`${wrong}: the top-up is refused before any money, and goes on when upstream is right again`, async () => {
      const { person, shell } = world;
      const before = await world.truth();
      const pid = shell.terminalPid();
      await person.sees('attract');
      await person.touches('start-top-up');
      await person.sees('insert-card');
      upstream.be(wrong);
      await person.inserts(CARD);
      // Where the heartbeat was faster, the card is read and the service is off; else the issuer is asked and does not answer.
      if ((await person.sees('trouble', 'menu')) === 'trouble') expect(await person.readsTitle()).toBe(zhCN.trouble.issuerOffline.title);
      upstream.be(undefined);
      await person.leaves();
      await world.expectChange(before, {});
      expect(shell.terminalPid()).toBe(pid);
    });
  }

  test('JSON of another shape, with notes in the box: the money is owed by a voucher, nobody believes the answer', async () => {
    const { person } = world;
    const before = await world.truth();
    await person.choosesTopUp(CARD, 2000);
    await person.touches('tender-cash');
    await person.sees('top-up-cash');
    await person.pays(2000);
    upstream.be('JSON of another shape');
    await person.touches('confirm');
    await person.sees('settled');
    await person.seesFact('outcome', 'voucher');
    upstream.be(undefined);
    await person.seesFact('receipt', 'printed');
    await person.leaves();
    await world.expectChange(before, { box: [2000] });
    await world.expectSound();
  });

  test('but a page that says nonsense is not heard by anyone, and can go on', async () => {
    const { person, shell } = world;
    await person.sees('attract');
    const from = shell.lines.length;
    const page = await person.page();
    const nonsense: readonly unknown[] = [
      null,
      'start',
      [],
      {},
      { version: 1, seq: 1 },
      { version: 2, seq: 1, act: { type: 'start' } },
      { version: 1, seq: -1, act: { type: 'start' } },
      { version: 1, seq: 1, act: { type: 'open-the-safe' } },
      { version: 1, seq: 1, act: { type: 'amount', amount: 20.5 } },
      { version: 1, seq: 1, act: { type: 'digit', digit: '0'.repeat(100_000) } },
      { version: 1, seq: 1, act: { type: 'start' }, also: 'this' },
    ];
    await page.evaluate((messages) => {
      const kiosk: { send(message: unknown): void } = window.kiosk;
      for (const message of messages) {
        try {
          kiosk.send(message);
        } catch {
          // refused at the door is as good as dropped behind it
        }
      }
    }, nonsense);
    // Well formed, but made on a screen that was gone long ago.
    await page.evaluate(() => window.kiosk.send({ version: 1, seq: 0, act: { type: 'service', service: 'topUp' } }));
    await shell.waitForLine(/a touch on an old screen was dropped/, { from });
    expect(await person.shows()).toBe('attract');
    // the shell's own lines may come after the terminal's
    const dropped = () => shell.lines.slice(from).filter((line) => line.includes('dropped a malformed message of the page')).length;
    await expect.poll(dropped).toBe(nonsense.length);
    await person.touches('start-top-up');
    await person.sees('insert-card');
    await person.touches('back');
    await person.sees('attract');
  });

  test('and two touches made on one screen: the second one is not taken for a touch of the next screen', async () => {
    const { person, shell } = world;
    await person.sees('attract');
    const from = shell.lines.length;
    const page = await person.page();
    await page.evaluate(async () => {
      const seq = await new Promise<number>((resolve) => {
        window.kiosk.onView((view) => resolve((view as { seq: number }).seq));
        window.kiosk.ready();
      });
      window.kiosk.send({ version: 1, seq, act: { type: 'start' } });
      window.kiosk.send({ version: 1, seq, act: { type: 'back' } });
    });
    await shell.waitForLine(/"act":"back".*a touch on an old screen was dropped/, { from });
    expect(await person.sees('insert-card')).toBe('insert-card');
    await person.touches('back');
    await person.sees('attract');
  });
});
