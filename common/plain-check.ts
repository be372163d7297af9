/**
 * A quick yes for values that a zod schema takes as they are. An append runs cold behind a sync, and there zod's way through its own objects
 * costs several times what the rules in them cost; so they are read once, into one closure each. Whatever this does not say yes to, zod judges:
 * a rule that is not known here only costs time. Used by main/journal for the bodies of entries.
 */
import { z } from 'zod';

/** Yes: the schema takes the value and leaves it as it is. No: ask the schema. */
export type PlainCheck = (value: unknown) => boolean;

const askZod: PlainCheck = () => false;

export function plainCheck(schema: z.ZodType): PlainCheck {
  const { def } = (schema as unknown as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'string':
      return 'format' in def ? askZod : stringCheck(rulesOf(def));
    case 'number':
      return 'format' in def && def.format === 'safeint' ? integerCheck(rulesOf(def)) : askZod;
    case 'literal': {
      const { values } = def;
      return (value) => values.includes(value as z.core.util.Literal);
    }
    case 'enum': {
      const words = new Set<unknown>(Object.values(def.entries));
      return (value) => words.has(value);
    }
    case 'union': {
      const options = def.options.map((option) => plainCheck(option as z.ZodType));
      return (value) => options.some((fits) => fits(value));
    }
    case 'optional': {
      const inner = plainCheck(def.innerType as z.ZodType);
      return (value) => value === undefined || inner(value);
    }
    case 'object':
      return isStrict(def) && rulesOf(def).length === 0 ? objectCheck(def.shape) : askZod;
    default:
      return askZod;
  }
}

type Rule = z.core.$ZodChecks['_zod']['def'];

function rulesOf(def: z.core.$ZodTypeDef): readonly Rule[] {
  return (def.checks ?? []).map((check) => (check as z.core.$ZodChecks)._zod.def);
}

function isStrict({ catchall }: z.core.$ZodObjectDef): boolean {
  return catchall?._zod.def.type === 'never';
}

function stringCheck(rules: readonly Rule[]): PlainCheck {
  const checks = rules.map(stringRule);
  return (value) => typeof value === 'string' && checks.every((fits) => fits(value));
}

/** zod counts code points, of which a string of n units has between n / 2 and n. */
function stringRule(rule: Rule): (text: string) => boolean {
  switch (rule.check) {
    case 'min_length':
      return (text) => text.length >= (rule.minimum > 1 ? 2 * rule.minimum : rule.minimum);
    case 'max_length':
      return (text) => text.length <= rule.maximum;
    case 'string_format': {
      const { pattern } = rule;
      return rule.format === 'regex' && pattern !== undefined && !pattern.global && !pattern.sticky ? (text) => pattern.test(text) : askZod;
    }
    default:
      return askZod;
  }
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

/** All that must be there fits, and nothing else is there. */
function objectCheck(shape: z.core.$ZodShape): PlainCheck {
  const members = Object.entries(shape).map(([name, schema]) => ({ name, fits: plainCheck(schema as z.ZodType) }));
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
