/**
 * Process entry: `npm run publish-release -- COMMAND …`. What an operator does with the repository that terminals update from; README.md in
 * fleet/publish says when and in which order. Prints one JSON line. Exit status: 1 something is wrong, 2 called wrongly.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { configurationNameSchema, directionSchema, groupSchema, targetOf, versionSchema } from '../../../common/release.ts';
import { KeyStoreError } from '../../server/keys/key-store.ts';
import { asUsage, UsageError } from '../../server/command-line.ts';
import { systemClock } from '../../server/system-ports.ts';
import { keysIn, makeKey, signersIn } from './key-folder.ts';
import { PublishError } from './publish-error.ts';
import { manifestBytes, manifestOf, storeContents } from './release-folder.ts';
import { isRole, Repository, type RoleKeys } from './repository.ts';
import { roles, tufKey, type RoleName } from './signer.ts';

type Words = Readonly<Record<string, string | undefined>>;

interface Command {
  readonly usage: string;
  readonly needs: readonly string[];
  /** @returns what is printed beside what was published; it is signed and published afterwards, unless `false` is its second part */
  run(words: Words, repository: () => Repository): Promise<object> | object;
  /** Neither signs nor publishes. */
  readonly alone?: true;
  /** Signs a new timestamp even when nothing else changed. */
  readonly refreshes?: true;
}

const commands: Readonly<Record<string, Command>> = {
  'make-key': {
    usage: 'make-key --keys DIR --name ROLE-N (--password-file FILE | --module LIBRARY --token LABEL --pin-file FILE)',
    needs: ['keys', 'name'],
    alone: true,
    run: async ({ keys = '', name = '', module, token, ...words }) => {
      const pinFile = words['pin-file'];
      const inToken = module !== undefined && token !== undefined && pinFile !== undefined ? { module, tokenLabel: token, pinFile, keyLabel: name } : undefined;
      return makeKey({ folder: keys, passwordFile: words['password-file'] }, name, inToken);
    },
  },
  init: {
    usage: 'init --repository DIR --keys DIR --password-file FILE [--thresholds root=2,targets=2]',
    needs: ['repository', 'keys'],
    run: ({ keys = '', thresholds = '' }, repository) => {
      repository().create(
        Object.fromEntries(roles.map((role) => [role, roleKeys(keys, role, thresholdsOf(thresholds)[role] ?? 1)])) as Record<RoleName, RoleKeys>,
      );
      return {};
    },
  },
  'add-release': {
    usage: 'add-release --repository DIR --folder DIR --version NAME --start PATH [--by node|own] [--os linux] [--arch x64] --journal OLDEST-NEWEST',
    needs: ['repository', 'folder', 'version', 'start', 'journal'],
    run: (words, repository) => {
      const { folder = '', version = '', start = '', os = process.platform, arch = process.arch, by = 'node', journal = '' } = words;
      const [oldest = NaN, newest = NaN] = journal.split('-').map(Number);
      if (by !== 'node' && by !== 'own') throw new UsageError('--by is node or own');
      const how = by === 'own' ? ('own' as const) : ('node' as const);
      const facts = {
        version,
        platform: { os, arch },
        start: { path: start, by: how, args: [] },
        journal: { oldest, newest, writes: newest },
      };
      const manifest = manifestOf(folder, facts);
      const to = repository();
      to.addTarget(targetOf.release(version), manifestBytes(manifest));
      return { release: version, files: manifest.files.length, stored: storeContents(to.folder, folder, manifest) };
    },
  },
  'add-configuration': {
    usage: 'add-configuration --repository DIR --file FILE --name NAME',
    needs: ['repository', 'file', 'name'],
    run: ({ file = '', name = '' }, repository) => {
      const text = readFileSync(file, 'utf8');
      JSON.parse(text);
      repository().addTarget(targetOf.configuration(configurationNameSchema.parse(name)), Buffer.from(text));
      return { configuration: name };
    },
  },
  withdraw: {
    usage: 'withdraw --repository DIR (--version NAME | --configuration NAME)',
    needs: ['repository'],
    run: ({ version, configuration }, repository) => {
      if ((version === undefined) === (configuration === undefined)) throw new UsageError('give --version or --configuration');
      const path = version === undefined ? targetOf.configuration(configuration ?? '') : targetOf.release(version);
      repository().withdraw(path);
      return { withdrawn: path };
    },
  },
  direct: {
    usage: 'direct --repository DIR --group NAME --version NAME [--configuration NAME]',
    needs: ['repository', 'group', 'version'],
    run: ({ group = '', version = '', configuration }, repository) => {
      const to = repository();
      const direction = directionSchema.parse({ release: versionSchema.parse(version), configuration: configuration ?? null });
      const named = [targetOf.release(version), ...(configuration === undefined ? [] : [targetOf.configuration(configuration)])];
      for (const path of named) if (!to.catalogue().includes(path)) throw new PublishError(`${path} is not in the catalogue: terminals would refuse it`);
      to.direct(targetOf.direction(groupSchema.parse(group)), Buffer.from(`${JSON.stringify(direction)}\n`));
      return { group, ...direction };
    },
  },
  keys: {
    usage: 'keys --repository DIR --role ROLE --keys DIR [--threshold N] [--only NAME,NAME]',
    needs: ['repository', 'role', 'keys'],
    run: ({ role = '', keys = '', threshold, only }, repository) => {
      if (!isRole(role)) throw new UsageError(`--role is one of ${roles.join(', ')}`);
      const to = repository();
      to.setKeys(role, roleKeys(keys, role, threshold === undefined ? to.keysOf(role).threshold : Number(threshold), only?.split(',')));
      return { role };
    },
  },
  renew: {
    usage: 'renew --repository DIR --role root|targets|director',
    needs: ['repository', 'role'],
    run: ({ role = '' }, repository) => {
      if (role !== 'root' && role !== 'targets' && role !== 'director') throw new UsageError('--role is root, targets or director; refresh does the others');
      repository().renew(role);
      return { role };
    },
  },
  sign: { usage: 'sign --repository DIR --keys DIR --password-file FILE', needs: ['repository', 'keys'], run: () => ({}) },
  refresh: { usage: 'refresh --repository DIR --keys DIR --password-file FILE', needs: ['repository', 'keys'], run: () => ({}), refreshes: true },
  root: {
    usage: 'root --repository DIR --to FILE',
    needs: ['repository', 'to'],
    alone: true,
    run: ({ to = '' }, repository) => {
      writeFileSync(to, repository().rootText);
      return { root: to };
    },
  },
};

const OPTIONS = [
  'repository keys password-file name module token pin-file thresholds folder version start by os arch journal file configuration group role threshold only to staging',
].flatMap((names) => names.split(' '));

function thresholdsOf(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(text.split(',').flatMap((each) => (each === '' ? [] : [[each.split('=')[0] ?? '', Number(each.split('=')[1])]])));
}

function roleKeys(folder: string, role: RoleName, threshold: number, only?: readonly string[]): RoleKeys {
  const keys = keysIn(folder).filter((key) => key.role === role && (only?.includes(key.name) ?? true));
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > keys.length)
    throw new PublishError(`${role} has ${keys.length} keys in ${folder}, and ${threshold} are to sign: make keys with make-key`);
  return { keys: keys.map(({ publicKey }) => tufKey(publicKey)), threshold };
}

async function run([name = '', ...args]: readonly string[]): Promise<void> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(`expected one of ${Object.keys(commands).join(', ')}; usage: npm run publish-release -- COMMAND …`);
  const words = asUsage((): Words => {
    const { values } = parseArgs({ args, options: Object.fromEntries(OPTIONS.map((option) => [option, { type: 'string' as const }])) });
    const missing = command.needs.filter((need) => values[need] === undefined);
    if (missing.length > 0) throw new UsageError(`--${missing.join(', --')} missing; usage: npm run publish-release -- ${command.usage}`);
    return values;
  });
  const repository = (): Repository => new Repository(words['repository'] ?? '', () => systemClock.now(), words['staging']);
  const said = await command.run(words, repository);
  if (command.alone === true) return print(said);
  const signers = words['keys'] === undefined ? [] : await signersIn({ folder: words['keys'], passwordFile: words['password-file'] });
  print({ ...said, ...(await repository().sign(signers, command.refreshes)) });
}

function print(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

run(process.argv.slice(2)).catch((error: unknown) => {
  const expected = error instanceof UsageError || error instanceof PublishError || error instanceof KeyStoreError;
  process.stderr.write(`${error instanceof Error ? (expected ? error.message : error.message.split('\n')[0]) : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
