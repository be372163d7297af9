/**
 * Runs one command as root in a small virtual machine that sees this machine's files read-only: a kernel where virtual HID and USB
 * devices can be plugged in, which the usual test machine's has not. Plain emulation, since the processor's help isn't there in
 * most machines that are virtual themselves. Used by run.ts.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MissingNeed, needProgram } from '../launcher/needs.ts';
import { projectRoot, run } from '../launcher/run-tool.ts';
import { image, pack } from './image.ts';

/** Emulated, everything takes ten to twenty times as long as outside. */
const LIMIT_MS = 600_000;

export interface Ran {
  /** Of the command; undefined: the machine didn't come so far. */
  readonly code: number | undefined;
  readonly output: string;
}

/**
 * @param command for /bin/sh, in the checkout's folder
 * @throws {MissingNeed} when this machine can't run one, naming what it lacks
 */
export async function runInMachine(command: string): Promise<Ran> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new MissingNeed(`the virtual machine is prepared for Linux on x64, this is ${process.platform} on ${process.arch}`);
  const qemu = await needProgram(['qemu-system-x86_64'], 'qemu-system-x86');
  const cpio = await needProgram(['cpio'], 'cpio');
  const { kernel, initrd } = await image();
  const work = mkdtempSync(path.join(tmpdir(), 'vm-run-'));
  try {
    const shares = hiddenFolders().map((folder, at) => ({ tag: `share${at}`, folder }));
    const extra = path.join(work, 'extra');
    mkdirSync(extra);
    writeFileSync(path.join(extra, 'vm-command'), `cd ${quoted(realpathSync(projectRoot))} && ${command}\n`);
    writeFileSync(path.join(extra, 'vm-shares'), shares.map(({ tag, folder }) => `${tag} ${folder}\n`).join(''));
    await pack(cpio, extra, path.join(work, 'extra.gz'));
    // A kernel unpacks archives that are glued together one over the other.
    const together = path.join(work, 'initrd.gz');
    writeFileSync(together, Buffer.concat([readFileSync(initrd), readFileSync(path.join(work, 'extra.gz'))]));
    const { output } = await run(qemu, qemuArguments(kernel, together, shares), { show: true, limitMs: LIMIT_MS });
    const text = output.replaceAll('\r', '');
    const code = /VM-EXIT (\d+)/.exec(text)?.[1];
    return { code: code === undefined ? undefined : Number(code), output: text };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface Share {
  readonly tag: string;
  readonly folder: string;
}

function qemuArguments(kernel: string, initrd: string, shares: readonly Share[]): readonly string[] {
  const share = ({ tag, folder }: Share): string[] => [
    '-virtfs',
    `local,path=${folder.replaceAll(',', ',,')},mount_tag=${tag},security_model=none,readonly=on,multidevs=remap`,
  ];
  const options = [
    '-accel tcg,thread=multi -cpu max -machine q35 -smp 2 -m 1024',
    '-nodefaults -no-user-config -no-reboot -display none -serial stdio -monitor none',
  ];
  const start = ['-kernel', kernel, '-initrd', initrd, '-append', 'console=ttyS0 quiet loglevel=3 panic=-1'];
  return [...options.join(' ').split(' '), ...start, ...[{ tag: 'host', folder: '/' }, ...shares].flatMap(share)];
}

/** What is needed inside and lies where the machine has a fresh, empty folder of its own. Packages may be a link to another place. */
function hiddenFolders(): readonly string[] {
  const needed = [realpathSync(projectRoot), realpathSync(path.join(projectRoot, 'node_modules')), path.dirname(realpathSync(process.execPath))];
  const hidden = needed.filter((folder) => /^\/(?:tmp|run)\//.test(folder));
  return hidden.filter((folder, at) => !hidden.some((other, before) => (folder.startsWith(`${other}/`) || (folder === other && before < at)) && before !== at));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
