// Values of one core value: numbers, booleans, characters.
//
// Each has: the core type; `to` a core value, which throws `MISMATCH`; `from` one; `put` into and `get` from a memory, of what `to` gives;
// and what is `expected` of a value, by its type and then by its range.

import { MISMATCH, Trap, found, wrong } from './errors.js';

/** An integer of up to 32 bits, for which `same` gives the number itself if it fits. */
function integer(same, expected, put, get, from = same) {
  return {
    core: 'i32',
    to(value) {
      if (typeof value !== 'number' || same(value) !== value) throw MISMATCH;
      return value;
    },
    from,
    put,
    get,
    wrong(value, path) {
      if (typeof value !== 'number') return wrong(path, 'number', value);
      return same(value) === value ? undefined : `${path}: expected an integer ${expected}, found ${value}`;
    },
  };
}

function bigInteger(same, expected, put, get) {
  return {
    core: 'i64',
    to(value) {
      if (typeof value !== 'bigint' || same(value) !== value) throw MISMATCH;
      return value;
    },
    from: same,
    put,
    get,
    wrong(value, path) {
      if (typeof value !== 'bigint') return wrong(path, 'bigint', value);
      return same(value) === value ? undefined : `${path}: expected an integer ${expected}, found ${value}n`;
    },
  };
}

function float(core, put, get) {
  return {
    core,
    to(value) {
      if (typeof value !== 'number') throw MISMATCH;
      return value;
    },
    from: (value) => value,
    put,
    get,
    wrong: (value, path) => (typeof value === 'number' ? undefined : wrong(path, 'number', value)),
  };
}

/** The one character that a text is, or nothing. */
function codePoint(text) {
  if (typeof text !== 'string') return undefined;
  const code = text.codePointAt(0);
  const isScalar = code !== undefined && (code < 0xd800 || code > 0xdfff);
  return isScalar && text.length === (code > 0xffff ? 2 : 1) ? code : undefined;
}

function character(code) {
  const value = code >>> 0;
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) throw new Trap('the component gave a `char` that is none');
  return String.fromCodePoint(value);
}

export const bool = {
  core: 'i32',
  to(value) {
    if (typeof value !== 'boolean') throw MISMATCH;
    return value ? 1 : 0;
  },
  from: (value) => value !== 0,
  put: (memory, at, value) => (memory.bytes[at] = value),
  get: (memory, at) => memory.bytes[at],
  wrong: (value, path) => (typeof value === 'boolean' ? undefined : wrong(path, 'boolean', value)),
};

export const u8 = /* @__PURE__ */ integer(
  (value) => value & 255,
  'from 0 to 255',
  (memory, at, value) => (memory.bytes[at] = value),
  (memory, at) => memory.bytes[at],
);

export const s8 = /* @__PURE__ */ integer(
  (value) => (value << 24) >> 24,
  'from -128 to 127',
  (memory, at, value) => (memory.bytes[at] = value),
  (memory, at) => memory.view.getInt8(at),
);

export const u16 = /* @__PURE__ */ integer(
  (value) => value & 65535,
  'from 0 to 65535',
  (memory, at, value) => memory.view.setUint16(at, value, true),
  (memory, at) => memory.view.getUint16(at, true),
);

export const s16 = /* @__PURE__ */ integer(
  (value) => (value << 16) >> 16,
  'from -32768 to 32767',
  (memory, at, value) => memory.view.setInt16(at, value, true),
  (memory, at) => memory.view.getInt16(at, true),
);

export const u32 = /* @__PURE__ */ integer(
  (value) => value >>> 0,
  'from 0 to 4294967295',
  (memory, at, value) => memory.view.setUint32(at, value, true),
  (memory, at) => memory.view.getUint32(at, true),
);

export const s32 = /* @__PURE__ */ integer(
  (value) => value | 0,
  'from -2147483648 to 2147483647',
  (memory, at, value) => memory.view.setInt32(at, value, true),
  (memory, at) => memory.view.getInt32(at, true),
);

export const u64 = /* @__PURE__ */ bigInteger(
  (value) => BigInt.asUintN(64, value),
  'from 0 to 2^64 - 1',
  (memory, at, value) => memory.view.setBigUint64(at, value, true),
  (memory, at) => memory.view.getBigUint64(at, true),
);

export const s64 = /* @__PURE__ */ bigInteger(
  (value) => BigInt.asIntN(64, value),
  'from -2^63 to 2^63 - 1',
  (memory, at, value) => memory.view.setBigInt64(at, value, true),
  (memory, at) => memory.view.getBigInt64(at, true),
);

export const f32 = /* @__PURE__ */ float(
  'f32',
  (memory, at, value) => memory.view.setFloat32(at, value, true),
  (memory, at) => memory.view.getFloat32(at, true),
);

export const f64 = /* @__PURE__ */ float(
  'f64',
  (memory, at, value) => memory.view.setFloat64(at, value, true),
  (memory, at) => memory.view.getFloat64(at, true),
);

export const char = {
  core: 'i32',
  to(value) {
    const code = codePoint(value);
    if (code === undefined) throw MISMATCH;
    return code;
  },
  from: character,
  put: (memory, at, value) => memory.view.setUint32(at, value, true),
  get: (memory, at) => memory.view.getUint32(at, true),
  wrong(value, path) {
    if (codePoint(value) !== undefined) return undefined;
    const what = typeof value === 'string' ? `string of length ${value.length}` : found(value);
    return `${path}: expected a string of one character, found ${what}`;
  },
};

/** A crossing from what is known of a value with one core value. */
export function single(memory, { core, to, from, put, get, wrong: problem }) {
  return {
    flat: [core],
    to,
    from,
    push: (value, out) => out.push(to(value)),
    pull: (cursor) => from(cursor.values[cursor.at++]),
    store: (value, at) => put(memory, at, to(value)),
    load: (at) => from(get(memory, at)),
    wrong: problem,
  };
}
