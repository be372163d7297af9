/**
 * Builds what the virtual machine boots: Debian's own kernel, downloaded and unpacked but never installed, and a start-up archive of
 * busybox and the modules for virtual HID and USB-serial devices. Kept in out/vm until the recipe changes. Used by machine.ts.
 */
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MissingNeed, needProgram } from '../launcher/needs.ts';
import { projectRoot, run } from '../launcher/run-tool.ts';

export interface Image {
  readonly kernel: string;
  readonly initrd: string;
}

/** Loaded at the start, in the order their dependencies ask for. */
const MODULES = ['virtio_pci', '9pnet_virtio', '9p', 'hid_generic', 'uhid'];
/** Put into /run/modules for the tests to load: a virtual USB bus with a serial gadget on it. */
const LATER_MODULES = ['dummy_hcd', 'cdc_acm', 'usb_f_acm', 'g_serial'];

/**
 * The first program: mounts this machine's files read-only, and those folders that would otherwise be hidden by the fresh /tmp and
 * /run once more in their place; then makes them the root. A real root (not chroot), as udev's library wants it.
 */
const INIT = `#!/bin/busybox sh
B=/bin/busybox
$B mount -t proc proc /proc; $B mount -t sysfs sys /sys; $B mount -t devtmpfs dev /dev
for m in /modules/*; do $B insmod $m || echo "insmod $m failed"; done
share() { $B mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144,cache=loose "$1" "$2" || { echo "mounting $2 failed"; echo "VM-EXIT 97"; $B poweroff -f; }; }
share host /host
$B mount -t tmpfs tmpfs /host/tmp; $B mount -t tmpfs tmpfs /host/run
while read -r tag folder; do $B mkdir -p "/host$folder"; share "$tag" "/host$folder"; done < /vm-shares
$B cp -r /later-modules /host/run/modules
$B cp /bin/busybox /host/run/busybox
$B cp /vm-command /host/run/vm-command
$B mount --move /proc /host/proc; $B mount --move /sys /host/sys; $B mount --move /dev /host/dev
$B cat > /host/run/vm-run <<'RUN'
export PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/tmp
/bin/sh /run/vm-command < /dev/null
echo "VM-EXIT $?"
/run/busybox sync; /run/busybox poweroff -f
RUN
exec $B switch_root /host /bin/sh /run/vm-run
`;

const RECIPE = createHash('sha256')
  .update(JSON.stringify([MODULES, LATER_MODULES, INIT]))
  .digest('hex')
  .slice(0, 12);

/** The image of this recipe; builds it where there is none. @throws {MissingNeed} */
export async function image(): Promise<Image> {
  const cache = path.join(projectRoot, 'out', 'vm');
  const built = existsSync(cache) ? readdirSync(cache).find((name) => name.endsWith(`-${RECIPE}`)) : undefined;
  const folder = path.join(cache, built ?? (await build(cache)));
  return { kernel: path.join(folder, 'vmlinuz'), initrd: path.join(folder, 'initrd.gz') };
}

async function build(cache: string): Promise<string> {
  const busybox = await needProgram(['busybox'], 'busybox-static');
  const cpio = await needProgram(['cpio'], 'cpio');
  const modprobe = await needProgram(['/usr/sbin/modprobe', '/sbin/modprobe', 'modprobe'], 'kmod');
  const depmod = await needProgram(['/usr/sbin/depmod', '/sbin/depmod', 'depmod'], 'kmod');
  const work = mkdtempSync(path.join(tmpdir(), 'vm-image-'));
  try {
    const version = await unpackKernel(work);
    const root = path.join(work, 'kernel');
    await must(depmod, ['-b', root, version]);
    const archive = path.join(work, 'archive');
    for (const name of ['bin', 'proc', 'sys', 'dev', 'host']) mkdirSync(path.join(archive, name), { recursive: true });
    copyFileSync(busybox, path.join(archive, 'bin', 'busybox'));
    const modules = await moduleFiles(modprobe, root, version, MODULES);
    const later = (await moduleFiles(modprobe, root, version, LATER_MODULES)).filter((file) => !modules.includes(file));
    await putModules(path.join(archive, 'modules'), modules);
    await putModules(path.join(archive, 'later-modules'), later);
    writeFileSync(path.join(archive, 'init'), INIT);
    chmodSync(path.join(archive, 'init'), 0o755);
    const made = path.join(work, 'made');
    mkdirSync(made);
    await pack(cpio, archive, path.join(made, 'initrd.gz'));
    copyFileSync(path.join(root, 'boot', `vmlinuz-${version}`), path.join(made, 'vmlinuz'));
    return await keep(made, cache, `${version}-${RECIPE}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Under its name only when it is whole, so that a build that was cut short is never used. */
async function keep(made: string, cache: string, name: string): Promise<string> {
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(path.join(cache, 'partial-'));
  for (const file of readdirSync(made)) copyFileSync(path.join(made, file), path.join(partial, file));
  renameSync(partial, path.join(cache, name));
  return name;
}

/** A folder as a compressed archive that a kernel starts from. */
export async function pack(cpio: string, folder: string, file: string): Promise<void> {
  await must('/bin/sh', ['-c', 'cd "$1" && find . | "$2" -o -H newc --quiet | gzip -1 > "$3"', 'sh', folder, cpio, file]);
}

/** @returns the kernel's version. It lies in `work/kernel` */
async function unpackKernel(work: string): Promise<string> {
  const name = (await kernelPackage()) ?? (await afterUpdate());
  if (name === undefined) throw new MissingNeed('this machine’s package sources offer no linux-image-amd64 to boot');
  const download = await run('apt-get', ['download', '-qq', name], { cwd: work });
  const [file] = globSync(`${name}_*.deb`, { cwd: work });
  if (download.code !== 0 || file === undefined)
    throw new MissingNeed(`the kernel package ${name} could not be downloaded: ${download.output.trim().split('\n').at(-1) ?? ''}`);
  await must('dpkg-deb', ['-x', path.join(work, file), path.join(work, 'kernel')]);
  return name.replace('linux-image-', '');
}

async function kernelPackage(): Promise<string | undefined> {
  const { output } = await run('apt-cache', ['depends', 'linux-image-amd64']);
  return /Depends: (linux-image-\d\S*)/.exec(output)?.[1];
}

async function afterUpdate(): Promise<string | undefined> {
  if (process.getuid?.() === 0) await run('apt-get', ['update', '-qq']);
  return kernelPackage();
}

/** Files of the modules and all they need, in the order they must be loaded. */
async function moduleFiles(modprobe: string, root: string, version: string, names: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const name of names) {
    const output = await must(modprobe, ['-S', version, '-d', root, '--show-depends', name]);
    files.push(...[...output.matchAll(/^insmod (\S+)/gm)].flatMap(([, file]) => (file === undefined ? [] : [file])));
  }
  return [...new Set(files)];
}

async function putModules(folder: string, files: readonly string[]): Promise<void> {
  mkdirSync(folder);
  for (const [at, file] of files.entries()) {
    const target = path.join(folder, `${at + 10}-${path.basename(file).replace(/\.xz$/, '')}`);
    if (file.endsWith('.xz')) await must('/bin/sh', ['-c', 'xz -dc "$1" > "$2"', 'sh', file, target]);
    else writeFileSync(target, readFileSync(file));
  }
}

async function must(command: string, args: readonly string[]): Promise<string> {
  const { code, output } = await run(command, args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(code)}: ${output.slice(-2000)}`);
  return output;
}
