/**
 * A quick yes for values that a zod schema takes as they are. An append runs cold behind a sync, and there zod's way through its own objects
 * costs several times what the rules in them cost; so they are read once, into one closure each. Whatever this does not say yes to, zod judges:
 * a rule that is not known here only costs time. Used by main/journal for the bodies of entries, and by fleet/server for those of requests.
 */
import type { z } from 'zod';

/** Yes: the schema takes the value and leaves it as it is. No: ask the schema. */
export type PlainCheck = (value: unknown) => boolean;

const askZod: PlainCheck = () => false;

export function plainCheck(schema: z.core.$ZodType): PlainCheck {
  const def = defOf(schema);
  if (def.type === 'string') return 'format' in def ? askZod : stringCheck(rulesOf(def));
  if (def.type === 'number') return 'format' in def && def.format === 'safeint' ? integerCheck(rulesOf(def)) : askZod;
  if (def.type === 'literal') return oneOf(def.values);
  if (def.type === 'enum') return oneOf(Object.values(def.entries));
  if (def.type === 'array') return arrayCheck(plainCheck(def.element), rulesOf(def));
  if (def.type === 'record') return isOfAnything(def) ? isPlainRecord : askZod;
  if (def.type === 'object') return isStrict(def) && rulesOf(def).length === 0 ? objectCheck(def.shape) : askZod;
  if (def.type === 'union') {
    const options = def.options.map((option) => plainCheck(option));
    return (value) => options.some((fits) => fits(value));
  }
  if (def.type === 'optional') {
    const inner = plainCheck(def.innerType);
    return (value) => value === undefined || inner(value);
  }
  return askZod;
}

/** How a schema is made: zod's own word for those who read schemas (zod.dev/library-authors). */
function defOf(schema: z.core.$ZodType): z.core.$ZodTypes['_zod']['def'] {
  const { _zod: internals } = schema as z.core.$ZodTypes;
  return internals.def;
}

type Rule = z.core.$ZodChecks['_zod']['def'];

function rulesOf({ checks = [] }: z.core.$ZodTypeDef): readonly Rule[] {
  return checks.map((check) => {
    const { _zod: internals } = check as z.core.$ZodChecks;
    return internals.def;
  });
}

function isStrict({ catchall }: z.core.$ZodObjectDef): boolean {
  return catchall !== undefined && defOf(catchall).type === 'never';
}

function oneOf(words: Iterable<unknown>): PlainCheck {
  const known = new Set(words);
  return (value) => known.has(value);
}

function stringCheck(rules: readonly Rule[]): PlainCheck {
  const checks = rules.map(stringRule);
  return (value) => typeof value === 'string' && checks.every((fits) => fits(value));
}

/** zod counts code points, of which a string of n units has between n / 2 and n. */
function stringRule(rule: Rule): (text: string) => boolean {
  if (rule.check === 'min_length') return (text) => text.length >= (rule.minimum > 1 ? 2 * rule.minimum : rule.minimum);
  if (rule.check === 'max_length') return (text) => text.length <= rule.maximum;
  if (rule.check !== 'string_format' || rule.format !== 'regex') return askZod;
  const { pattern } = rule;
  return pattern === undefined || pattern.global || pattern.sticky ? askZod : (text) => pattern.test(text);
}

function integerCheck(rules: readonly Rule[]): PlainCheck {
  let least = Number.MIN_SAFE_INTEGER;
  let most = Number.MAX_SAFE_INTEGER;
  for (const rule of rules) {
    if (rule.check === 'greater_than' && rule.inclusive && typeof rule.value === 'number') least = Math.max(least, rule.value);
    else if (rule.check === 'less_than' && rule.inclusive && typeof rule.value === 'number') most = Math.min(most, rule.value);
    else return askZod;
  }
  return (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;
}

function arrayCheck(fits: PlainCheck, rules: readonly Rule[]): PlainCheck {
  let least = 0;
  let most = Infinity;
  for (const rule of rules) {
    if (rule.check === 'min_length') least = Math.max(least, rule.minimum);
    else if (rule.check === 'max_length') most = Math.min(most, rule.maximum);
    else return askZod;
  }
  return (value) => Array.isArray(value) && value.length >= least && value.length <= most && eachFits(value, fits);
}

/** A hole is an element, too. */
function eachFits(values: readonly unknown[], fits: PlainCheck): boolean {
  for (const value of values) if (!fits(value)) return false;
  return true;
}

/** Any names, any values. */
function isOfAnything({ keyType, valueType, checks = [] }: z.core.$ZodRecordDef): boolean {
  const names = defOf(keyType);
  return names.type === 'string' && !('format' in names) && rulesOf(names).length === 0 && defOf(valueType).type === 'unknown' && checks.length === 0;
}

/** zod leaves a member called __proto__ out. */
function isPlainRecord(value: unknown): boolean {
  return isPlainObject(value) && !Object.hasOwn(value, '__proto__');
}

/** All that must be there fits, and nothing else is there. */
function objectCheck(shape: z.core.$ZodShape): PlainCheck {
  const members = Object.entries(shape).map(([name, schema]) => ({ name, fits: plainCheck(schema) }));
  return (value) => {
    if (!isPlainObject(value)) return false;
    let known = 0;
    for (const { name, fits } of members) {
      const member = value[name];
      if (!fits(member)) return false;
      if (member !== undefined || Object.hasOwn(value, name)) known += 1;
    }
    return Object.keys(value).length === known;
  };
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
