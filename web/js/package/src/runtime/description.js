// The description of a component, checked before anything of it is used: what each part is made of, and that numbers stand for something.
//
// `amphi-precompile` writes it (`description.rs`, `instantiation.rs`). A check takes a value, where it is, and the description so far.

import { functionsOf } from './functions.js';
import { OPERATIONS } from './transcoding.js';

/** How values are shown in errors. */
const shown = (value) => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

function fail(at, expected, value) {
  throw new Error(`the description of the component: \`${at}\`: expected ${expected}, found ${shown(value)}`);
}

const isNumber = (value) => Number.isInteger(value) && value >= 0;

/** A number below what `most` gives of the description. */
const below = (most) => (value, at, whole) => {
  const end = typeof most === 'number' ? most : most(whole);
  if (!isNumber(value) || value >= end) fail(at, `a number below ${end}`, value);
};

const u32 = below(2 ** 32);
const text = (value, at) => {
  // A field of that name would be what an object inherits from.
  if (typeof value !== 'string' || value === '__proto__') fail(at, 'a name', value);
};
const boolean = (value, at) => typeof value === 'boolean' || fail(at, 'true or false', value);
const coreType = (value, at) => (typeof value === 'string' && /^[iIfF]{0,32}:[iIfF]{0,2}$/.test(value)) || fail(at, 'a core type', value);
const oneOf = (values) => (value, at) => values.includes(value) || fail(at, `one of \`${values.join('`, `')}\``, value);

const orNull = (check) => (value, at, whole) => value === null || check(value, at, whole);
const optional = (check) => (value, at, whole) => value === undefined || check(value, at, whole);

const list = (check) => (value, at, whole) => {
  if (!Array.isArray(value)) fail(at, 'a list', value);
  value.forEach((item, index) => check(item, `${at}[${index}]`, whole));
};

const tuple = (...checks) => (value, at, whole) => {
  if (!Array.isArray(value) || value.length !== checks.length) fail(at, `a list of ${checks.length}`, value);
  checks.forEach((check, index) => check(value[index], `${at}[${index}]`, whole));
};

const object = (checks) => (value, at, whole) => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) fail(at, 'an object', value);
  for (const [key, check] of Object.entries(checks)) check(Object.hasOwn(value, key) ? value[key] : undefined, `${at}.${key}`, whole);
};

/** An object of a `kind`, each of which has parts of its own. */
const kinds = (parts) => (value, at, whole) => {
  object({ kind: oneOf(Object.keys(parts)) })(value, at, whole);
  object(parts[value.kind])(value, at, whole);
};

const typeIndex = below(({ types }) => types.length);
const optionsIndex = below(({ options }) => options.length);
const table = below(({ tables }) => tables.length);
const instance = below(({ instances }) => instances);
const module = below(({ modules }) => modules.length);
const lowering = (value, at, whole) => {
  below(({ lowerings }) => lowerings.length)(value, at, whole);
  if (whole.lowerings[value] === null) fail(at, 'an import that is called', value);
};
const extracted = (kind) => below(({ steps }) => steps.filter((step) => step?.kind === kind).length);

/** The number of a trampoline, an export of a core instance, or the flags of a component instance. */
function definition(value, at, whole) {
  if (!Array.isArray(value)) below(({ trampolines }) => trampolines.length)(value, at, whole);
  else if (value.length === 1) tuple(instance)(value, at, whole);
  else tuple(u32, anyText)(value, at, whole);
}

const anyText = (value, at) => typeof value === 'string' || fail(at, 'text', value);

/** A number, or the table or global that it comes from. */
const measure = (value, at, whole) => (Array.isArray(value) ? tuple(anyText, anyText) : below(2 ** 65))(value, at, whole);

const func = object({ params: list(tuple(text, typeIndex)), result: orNull(typeIndex) });

/** What stands side by side. */
const item = (parts) => {
  const inside = (value, at, whole) => list(check)(value, at, whole);
  const check = object({
    name: anyText,
    as: text,
    role: optional(oneOf(['constructor', 'method', 'static'])),
    of: optional(anyText),
    resource: optional(u32),
    instance: optional(inside),
    ...parts,
  });
  return check;
};

function exported(value, at, whole) {
  item({ instance: optional(list(exported)) })(value, at, whole);
  const isOne = value.func !== undefined || value.instance !== undefined || value.resource !== undefined;
  if (!isOne) fail(at, 'a function, an interface or a resource', value);
  if (value.func === undefined) return;
  object({ func, export: u32, core: definition, options: optionsIndex })(value, at, whole);
  if (Array.isArray(value.core) && value.core.length === 1) fail(`${at}.core`, 'a function', value.core);
}

/** Sizes of types without parts, in bytes. */
const SIZES = { bool: 1, u8: 1, s8: 1, u16: 2, s16: 2, u32: 4, s32: 4, u64: 8, s64: 8, f32: 4, f64: 8, char: 4, string: 8 };

/** What is known of a type at `at`: its parts come before it. */
function checkTypes(types) {
  list(object({ kind: anyText, size: u32, align: oneOf([1, 2, 4, 8]) }))(types, 'types');
  types.forEach((type, index) => {
    const part = below(index);
    const place = `types[${index}]`;
    const cases = { cases: list(tuple(text, orNull(part))), tag: oneOf([1, 2, 4]), payload: u32 };
    const handle = { table: u32, resource: u32, defined: boolean };
    const parts = {
      list: { of: part },
      record: { fields: list(tuple(text, part, u32)) },
      tuple: { fields: list(tuple(text, part, u32)) },
      variant: cases,
      option: cases,
      result: cases,
      enum: { names: list(text), size: oneOf([1, 2, 4]) },
      flags: { names: list(text), size: oneOf([1, 2, 4]) },
      own: handle,
      borrow: handle,
    };
    const isScalar = Object.hasOwn(SIZES, type.kind);
    if (isScalar && type.size !== SIZES[type.kind]) fail(`${place}.size`, String(SIZES[type.kind]), type.size);
    if (!isScalar) kinds(parts)(type, place);
    if (type.kind === 'flags' && type.names.length > type.size * 8) fail(`${place}.names`, `at most ${type.size * 8}`, type.names);
    if (['option', 'result'].includes(type.kind) && type.cases.length !== 2) fail(`${place}.cases`, 'two cases', type.cases);
    if (type.kind === 'option' && type.cases[1][1] === null) fail(`${place}.cases[1]`, 'a payload', type.cases[1]);
  });
}

const PARTS = {
  instances: below(2 ** 16),
  tables: list(orNull(tuple(u32, instance))),
  options: list(
    object({
      memory: orNull(extracted('memory')),
      realloc: orNull(extracted('realloc')),
      postReturn: orNull(extracted('postReturn')),
      encoding: oneOf(['utf8', 'utf16', 'latin1+utf16']),
    }),
  ),
  exports: list(exported),
  imports: list(item({ func: optional(boolean), module: optional(boolean) })),
  lowerings: list(orNull(object({ path: list(anyText), func, options: optionsIndex }))),
  modules: list(
    object({
      imports: list(tuple(anyText, anyText)),
      start: orNull(anyText),
      elements: list(tuple(measure, measure, below(2 ** 64))),
      counted: list(tuple(u32, coreType)),
      single: (value, at, whole) => typeof value === 'string' || orNull(list(tuple(anyText, u32)))(value, at, whole),
    }),
  ),
  steps: list(
    kinds({
      instantiate: { module, imports: list(definition) },
      imported: {},
      memory: { index: u32, core: definition },
      realloc: { index: u32, core: definition, instance },
      postReturn: { index: u32, core: definition, type: coreType, instance },
      resource: { index: u32, core: orNull(definition), instance },
    }),
  ),
  trampolines: list(
    kinds({
      lower: { lowering, type: coreType, caller: instance },
      new: { table, type: coreType, caller: instance },
      rep: { table, type: coreType, caller: instance },
      drop: { table, type: oneOf(['i:']), caller: instance },
      transcode: { operation: oneOf(Object.keys(OPERATIONS)), from: extracted('memory'), to: extracted('memory'), type: coreType },
      transferOwn: { type: coreType },
      transferBorrow: { type: coreType },
      trap: { type: coreType },
      enter: { type: coreType },
      exit: { type: coreType },
    }),
  ),
};

/** What a description says, with exported functions by their number: `functions`. */
export function described(json) {
  let whole;
  try {
    whole = JSON.parse(json);
  } catch (error) {
    throw new Error(`the description of the component is not JSON: ${error.message}`, { cause: error });
  }
  object({})(whole, 'description');
  checkTypes(whole.types);
  // What others count is a list before it is looked at.
  const counted = ['tables', 'options', 'lowerings', 'modules', 'steps', 'trampolines'];
  for (const part of counted) list(() => {})(whole[part], part);
  for (const [part, check] of Object.entries(PARTS)) check(whole[part], part, whole);
  checkSteps(whole);
  return Object.assign(whole, { functions: functionsOf(whole.exports) });
}

/** A module is given something for each of its imports, and what is extracted is numbered from 0. */
function checkSteps({ steps, modules }) {
  const next = { memory: 0, realloc: 0, postReturn: 0 };
  steps.forEach(({ kind, index, module: number, imports }, place) => {
    if (kind === 'instantiate') {
      const wanted = modules[number].imports.length;
      if (imports.length !== wanted) fail(`steps[${place}].imports`, `${wanted} definitions`, imports);
      for (const [at] of [...modules[number].counted, ...(Array.isArray(modules[number].single) ? modules[number].single.map(([, at]) => [at]) : [])]) {
        if (at >= wanted) fail(`modules[${number}]`, `imports below ${wanted}`, at);
      }
    }
    if (kind in next && index !== next[kind]++) fail(`steps[${place}].index`, String(next[kind] - 1), index);
  });
}
