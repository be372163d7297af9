/**
 * Makes the skeleton of a new device model from the files in skeleton/: those are real sources, checked like all others, in which
 * `example-model`, `Example` and `example` stand for the model's name. Used by main.ts.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deviceModels, deviceClasses, type DeviceClass } from '../../../drivers/registry.ts';
import { projectRoot, run } from '../run-tool.ts';

/** What can't be made as it was asked for; the message is for a person. */
export class WrongRequest extends Error {
  override readonly name = 'WrongRequest';
}

export interface NewDevice {
  readonly deviceClass: DeviceClass;
  readonly model: string;
}

const FOLDERS: Readonly<Record<DeviceClass, string>> = {
  cardReader: 'card-reader',
  cashAcceptor: 'cash-acceptor',
  receiptPrinter: 'receipt-printer',
  codeScanner: 'code-scanner',
  idReader: 'id-reader',
  cabinet: 'cabinet',
  keypad: 'keypad',
};

const SKELETON = path.join(import.meta.dirname, 'skeleton');
const OF_DRIVER = [
  'shared/codec.ts',
  'shared/options.ts',
  'shared/line.ts',
  'shared/simulated-frames.ts',
  'CLASS/status.ts',
  'CLASS/device.ts',
  'CLASS/simulator.ts',
];
/** The class's sentences are no test of this project's until the model is one. */
const OF_TESTS = ['shared/codec.test.ts', 'CLASS/units.ts', 'CLASS/conformance.template.ts'];

/** @throws {WrongRequest} for an unknown class, or a name that is none or taken */
export function checkRequest(asked: readonly string[], root: string = projectRoot): NewDevice {
  const [className, model, ...rest] = asked;
  if (className === undefined || model === undefined || rest.length > 0)
    throw new WrongRequest('usage: npm run new-device -- CLASS MODEL-NAME, e.g. cabinet acme-io8');
  const deviceClass = deviceClasses.find((name) => name === className || FOLDERS[name] === className);
  if (deviceClass === undefined) throw new WrongRequest(`there is no device class ${JSON.stringify(className)}; expected one of ${deviceClasses.join(', ')}`);
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(model))
    throw new WrongRequest(`${JSON.stringify(model)} is no model name; expected small letters, digits and single hyphens, a letter first, e.g. acme-io8`);
  const folder = path.join('drivers', FOLDERS[deviceClass], model);
  if (Object.hasOwn(deviceModels[deviceClass], model)) throw new WrongRequest(`${deviceClass} has a model ${model} already`);
  for (const taken of [folder, path.join('tests', folder)]) if (existsSync(path.join(root, taken))) throw new WrongRequest(`${taken} is there already`);
  return { deviceClass, model };
}

/** @returns the files written or changed, relative to the root */
export async function makeDevice({ deviceClass, model }: NewDevice, root: string = projectRoot): Promise<readonly string[]> {
  const folder = FOLDERS[deviceClass];
  const places = new Map<string, string>();
  for (const file of OF_DRIVER) places.set(templateOf(file, folder), path.join(root, 'drivers', folder, model, path.basename(file)));
  // A class may need more options than every device has: they take the place of the shared ones.
  const own = templateOf('CLASS/options.ts', folder);
  if (existsSync(own)) places.set(own, path.join(root, 'drivers', folder, model, 'options.ts'));
  for (const file of OF_TESTS) {
    const template = templateOf(file, folder);
    // A keypad's suite has no stand in another process, so there is no table of units.
    if (existsSync(template)) places.set(template, path.join(root, 'tests', 'drivers', folder, model, path.basename(file).replace('.template.', '.test.')));
  }
  for (const [template, target] of places) {
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, named(moved(readFileSync(template, 'utf8'), template, places, root), model));
  }
  const models = path.join(root, 'drivers', folder, 'models.ts');
  writeFileSync(models, withModel(readFileSync(models, 'utf8'), model));
  const simulators = path.join(root, 'drivers', 'bench', 'simulators.ts');
  writeFileSync(simulators, withSimulator(readFileSync(simulators, 'utf8'), { deviceClass, model }));
  const files = [...places.values(), models, simulators].map((file) => path.relative(root, file));
  const { code, output } = await run('prettier', ['--write', ...files], { cwd: root });
  if (code !== 0) throw new Error(`prettier ended with ${String(code)}: ${output}`);
  return files;
}

function templateOf(file: string, folder: string): string {
  return path.join(SKELETON, file.replace('CLASS', folder));
}

/** Imports as they must be where the file goes: of each other, and of the rest of the project. */
function moved(source: string, template: string, places: ReadonlyMap<string, string>, root: string): string {
  const target = places.get(template) ?? template;
  return source.replaceAll(/from '(\.[^']*)'/g, (_all, specifier: string) => {
    const meant = path.resolve(path.dirname(template), specifier);
    const there = places.get(meant) ?? path.join(root, path.relative(projectRoot, meant));
    const relative = path.relative(path.dirname(target), there).split(path.sep).join('/');
    return `from '${relative.startsWith('.') ? relative : `./${relative}`}'`;
  });
}

function named(source: string, model: string): string {
  const pascal = pascalCase(model);
  const camel = `${pascal.charAt(0).toLowerCase()}${pascal.slice(1)}`;
  return source.replaceAll('example-model', model).replaceAll('Example', pascal).replaceAll('example', camel);
}

function pascalCase(model: string): string {
  return model.replaceAll(/(?:^|-)([a-z0-9])/g, (_all, first: string) => first.toUpperCase());
}

function afterImports(source: string): number {
  return source.indexOf(';\n', source.lastIndexOf('\nimport ')) + 2;
}

/** The bench's table with one line more. @throws {Error} when the file doesn't look as it should */
function withSimulator(source: string, { deviceClass, model }: NewDevice): string {
  const head = `  ${deviceClass}: {`;
  const at = source.indexOf(head, source.indexOf('export const simulators'));
  if (at < 0) throw new Error(`drivers/bench/simulators.ts has no ${deviceClass} in its table`);
  const name = `Simulated${pascalCase(model)}`;
  const imports = `import { ${name} } from '../${FOLDERS[deviceClass]}/${model}/simulator.ts';\n`;
  const line = ` '${model}': (clock) => new ${name}(clock),`;
  const cut = afterImports(source);
  return source.slice(0, cut) + imports + source.slice(cut, at + head.length) + line + source.slice(at + head.length);
}

/** The class's table with one line more. @throws {Error} when the file doesn't look as it should */
function withModel(source: string, model: string): string {
  const pascal = pascalCase(model);
  const camel = `${pascal.charAt(0).toLowerCase()}${pascal.slice(1)}`;
  const cut = afterImports(source);
  const end = source.indexOf('\n} as const;', source.indexOf('Models = {')) + 1;
  if (end <= 0) throw new Error('models.ts has no table `…Models = { … } as const`');
  const imports = `import { ${pascal} } from './${model}/device.ts';\nimport { ${camel}OptionsSchema } from './${model}/options.ts';\n`;
  const line = `  '${model}': modelEntry(${camel}OptionsSchema, (options, deps) => new ${pascal}(options, deps)),\n`;
  return source.slice(0, cut) + imports + source.slice(cut, end) + line + source.slice(end);
}
