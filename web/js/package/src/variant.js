// Variants, options and results: a number that tells the case, and the payload of that case; and enums, which have no payloads.

import { MISMATCH, Trap, found, wrong } from './errors.js';
import { misspelt, unknownField } from './names.js';
import { single } from './scalar.js';

/** How the number of a case is stored, by its size. */
const TAGS = {
  1: { put: (memory, at, tag) => (memory.bytes[at] = tag), get: (memory, at) => memory.bytes[at] },
  2: {
    put: (memory, at, tag) => memory.view.setUint16(at, tag, true),
    get: (memory, at) => memory.view.getUint16(at, true),
  },
  4: {
    put: (memory, at, tag) => memory.view.setUint32(at, tag, true),
    get: (memory, at) => memory.view.getUint32(at, true),
  },
};

const scratch = new DataView(new ArrayBuffer(8));

function bitsOf32(value) {
  scratch.setFloat32(0, value);
  return scratch.getInt32(0);
}

function bitsOf64(value) {
  scratch.setFloat64(0, value);
  return scratch.getBigInt64(0);
}

function floatOf32(bits) {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
}

function floatOf64(bits) {
  scratch.setBigInt64(0, bits);
  return scratch.getFloat64(0);
}

/** From a payload's own core type to the one that it shares with other payloads. */
const WIDEN = {
  'f32 i32': bitsOf32,
  'i32 i64': (value) => BigInt.asUintN(32, BigInt(value)),
  'f32 i64': (value) => BigInt.asUintN(32, BigInt(bitsOf32(value))),
  'f64 i64': bitsOf64,
};

/** And back. */
const NARROW = {
  'f32 i32': floatOf32,
  'i32 i64': (value) => Number(BigInt.asIntN(32, value)),
  'f32 i64': (value) => floatOf32(Number(BigInt.asIntN(32, value))),
  'f64 i64': floatOf64,
};

/** The core type that two payloads share. */
function shared(one, other) {
  if (one === undefined || one === other) return other;
  const both = [one, other].sort().join(' ');
  return both === 'f32 i32' ? 'i32' : 'i64';
}

/** The flat values that the payloads share, or nothing where there are too many. */
function sharedFlat(payloads) {
  const flat = [];
  for (const payload of payloads) {
    if (payload === undefined) continue;
    if (payload.flat === null) return null;
    payload.flat.forEach((core, index) => (flat[index] = shared(flat[index], core)));
  }
  return flat.length > 15 ? null : flat;
}

/**
 * Anything with cases. `cases` are `[name, crossing or nothing]`; `take` gives the number of a value's case and leaves the payload in
 * `taken.payload`; `make` makes the value of a case and a payload; `problem` is what is wrong with a value itself.
 */
function cased(memory, cases, type, { taken, take, make, problem }) {
  const payloads = cases.map(([, payload]) => payload);
  const flat = sharedFlat(payloads);
  const { put, get } = TAGS[type.tag];
  const offset = type.payload;
  const check = (tag) => {
    if (tag >= cases.length) throw new Trap(`the component gave case ${tag} of a variant that has ${cases.length}`);
    return tag;
  };
  return {
    flat: flat === null ? null : ['i32', ...flat],
    push(value, out) {
      const tag = take(value);
      const payload = payloads[tag];
      out.push(tag);
      const start = out.length;
      if (payload !== undefined) payload.push(taken.payload, out);
      for (let index = 0; index < flat.length; index++) {
        const own = payload?.flat[index];
        if (own === undefined) out.push(flat[index] === 'i64' ? 0n : 0);
        else if (own !== flat[index]) out[start + index] = WIDEN[`${own} ${flat[index]}`](out[start + index]);
      }
    },
    pull(cursor) {
      const tag = check(cursor.values[cursor.at++] >>> 0);
      const start = cursor.at;
      cursor.at += flat.length;
      const payload = payloads[tag];
      if (payload === undefined) return make(tag);
      const values = payload.flat.map((own, index) => {
        const value = cursor.values[start + index];
        return own === flat[index] ? value : NARROW[`${own} ${flat[index]}`](value);
      });
      return make(tag, payload.pull({ values, at: 0 }));
    },
    store(value, at) {
      const tag = take(value);
      const { payload } = taken;
      put(memory, at, tag);
      payloads[tag]?.store(payload, at + offset);
    },
    load(at) {
      const tag = check(get(memory, at));
      const payload = payloads[tag];
      return payload === undefined ? make(tag) : make(tag, payload.load(at + offset));
    },
    wrong(value, path) {
      const own = problem(value, path);
      if (own !== undefined) return own;
      const tag = take(value);
      return payloads[tag]?.wrong(taken.payload, cases.plain ? path : `${path}.val`);
    },
  };
}

const FIELDS = ['tag', 'val'];

/** `{ tag, val }`; with `always`, there is a `val` even where a case has no payload. */
export function variant(memory, cases, type, always = false) {
  const names = cases.map(([name]) => name);
  const tags = new Map(names.map((name, tag) => [name, tag]));
  const taken = { payload: undefined };
  /** What an object has in the place of a payload that is missing. */
  const unknown = (value, tag) => (value.val === undefined && cases[tag][1] !== undefined ? misspelt(value, FIELDS) : undefined);
  return cased(memory, cases, type, {
    taken,
    take(value) {
      const tag = tags.get(value?.tag);
      if (tag === undefined || unknown(value, tag) !== undefined) throw MISMATCH;
      taken.payload = value.val;
      return tag;
    },
    make: (tag, val) => (cases[tag][1] === undefined && !always ? { tag: names[tag] } : { tag: names[tag], val }),
    problem(value, path) {
      if (value === null || typeof value !== 'object') return wrong(path, 'object with `tag`', value);
      if (!tags.has(value.tag)) return `${path}.tag: ${oneOf(names, value.tag)}`;
      const name = unknown(value, tags.get(value.tag));
      return name === undefined ? undefined : unknownField(path, FIELDS, name);
    },
  });
}

/** `{ tag: 'ok' | 'err', val }`, with a `val` in any case, as jco has it. */
export function result(memory, cases, type) {
  return variant(memory, cases, type, true);
}

/** The payload itself or `undefined`; as a variant where the payload can be `undefined` too. */
export function option(memory, cases, type) {
  const payload = cases[1][1];
  if (payload.isNullable) return variant(memory, cases, type);
  const taken = { payload: undefined };
  const plain = Object.assign([...cases], { plain: true });
  const crossing = cased(memory, plain, type, {
    taken,
    take(value) {
      taken.payload = value;
      return value === undefined || value === null ? 0 : 1;
    },
    make: (tag, value) => value,
    problem: () => undefined,
  });
  return { ...crossing, isNullable: true };
}

/** The name of a case. */
export function enumeration(memory, names, { size }) {
  const tags = new Map(names.map((name, tag) => [name, tag]));
  return single(memory, {
    core: 'i32',
    to(value) {
      const tag = tags.get(value);
      if (tag === undefined) throw MISMATCH;
      return tag;
    },
    from(tag) {
      const name = names[tag >>> 0];
      if (name === undefined) throw new Trap(`the component gave case ${tag} of an enum that has ${names.length}`);
      return name;
    },
    ...TAGS[size],
    wrong: (value, path) => (tags.has(value) ? undefined : `${path}: ${oneOf(names, value)}`),
  });
}

function oneOf(names, value) {
  const what = typeof value === 'string' ? `\`${value}\`` : found(value);
  return `expected one of \`${names.join('`, `')}\`, found ${what}`;
}
