// Lists: typed arrays of numbers, which are copied as they are, and arrays of everything else. And strings, which cross alike.

import { MISMATCH, wrong } from './errors.js';

/** The typed array that a list of numbers is. */
const ARRAYS = {
  u8: Uint8Array,
  s8: Int8Array,
  u16: Uint16Array,
  s16: Int16Array,
  u32: Uint32Array,
  s32: Int32Array,
  u64: BigUint64Array,
  s64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};

/** A crossing of what is stored behind a pointer and a length: `put` gives the pointer and leaves the length in `memory.units`. */
function behindPointer(memory, put, get, problem) {
  return {
    flat: ['i32', 'i32'],
    push(value, out) {
      const at = put(value);
      out.push(at, memory.units);
    },
    pull(cursor) {
      const at = cursor.values[cursor.at++] >>> 0;
      return get(at, cursor.values[cursor.at++] >>> 0);
    },
    store(value, at) {
      const pointer = put(value);
      memory.view.setUint32(at, pointer, true);
      memory.view.setUint32(at + 4, memory.units, true);
    },
    load: (at) => get(memory.view.getUint32(at, true), memory.view.getUint32(at + 4, true)),
    wrong: problem,
  };
}

export function text(memory, { store, load }) {
  return behindPointer(
    memory,
    (value) => {
      if (typeof value !== 'string') throw MISMATCH;
      return store(memory, value);
    },
    (at, length) => load(memory, at, length),
    (value, path) => (typeof value === 'string' ? undefined : wrong(path, 'string', value)),
  );
}

/** A list whose elements are of the kind `kind` and cross as `element` says. */
export function list(memory, kind, element) {
  const Numbers = ARRAYS[kind];
  return Numbers === undefined ? ofAnything(memory, element) : ofNumbers(memory, Numbers, element);
}

function ofAnything(memory, element) {
  const { size, align, load, weight } = element;
  const put = (value) => {
    if (!Array.isArray(value)) throw MISMATCH;
    return putEach(memory, element, value);
  };
  const get = (at, length) => {
    memory.spend(at, align, length * size, length * weight);
    const values = new Array(length);
    for (let index = 0; index < length; index++) values[index] = load(at + index * size);
    return values;
  };
  const problem = (value, path) => (Array.isArray(value) ? problemOfEach(element, value, path) : wrong(path, 'array', value));
  return behindPointer(memory, put, get, problem);
}

function ofNumbers(memory, Numbers, element) {
  const { size, align } = element;
  const put = (value) => {
    if (value instanceof Numbers) return putBytes(memory, align, value);
    if (Numbers === Uint8Array && value instanceof ArrayBuffer) return putBytes(memory, align, new Uint8Array(value));
    if (!Array.isArray(value)) throw MISMATCH;
    return putEach(memory, element, value);
  };
  const get = (at, length) => {
    memory.spend(at, align, length * size);
    return new Numbers(memory.bytes.buffer.slice(at, at + length * size));
  };
  const problem = (value, path) => {
    if (value instanceof Numbers || (Numbers === Uint8Array && value instanceof ArrayBuffer)) return undefined;
    return Array.isArray(value) ? problemOfEach(element, value, path) : wrong(path, Numbers.name, value);
  };
  return behindPointer(memory, put, get, problem);
}

/** Numbers of the right width are the bytes that the guest has: every browser's machine is little-endian. */
function putBytes(memory, align, numbers) {
  const at = memory.allocate(align, numbers.byteLength);
  memory.bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), at);
  memory.units = numbers.length;
  return at;
}

function putEach(memory, { size, align, store }, values) {
  const { length } = values;
  const at = memory.allocate(align, length * size);
  for (let index = 0; index < length; index++) store(values[index], at + index * size);
  memory.units = length;
  return at;
}

function problemOfEach(element, values, path) {
  for (let index = 0; index < values.length; index++) {
    const problem = element.wrong(values[index], `${path}[${index}]`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
