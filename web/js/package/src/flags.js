// Flags: an object with a boolean for each.

import { MISMATCH, wrong } from './errors.js';
import { misspelt, property, unknownField } from './names.js';
import { single, u16, u32, u8 } from './scalar.js';

/** The number that holds flags, by its size. */
const WORDS = { 1: u8, 2: u16, 4: u32 };

export function flags(memory, fields, { size }) {
  const isObject = (value) => value === undefined || value === null || typeof value === 'object';
  const unknown = (value) => (value ? misspelt(value, fields) : undefined);
  return single(memory, {
    ...WORDS[size],
    core: 'i32',
    to(value) {
      if (!isObject(value) || unknown(value) !== undefined) throw MISMATCH;
      let bits = 0;
      if (value) fields.forEach((field, index) => (bits |= property(value, field) ? 1 << index : 0));
      return bits;
    },
    from(bits) {
      const value = {};
      fields.forEach((field, index) => (value[field] = ((bits >>> index) & 1) === 1));
      return value;
    },
    wrong(value, path) {
      if (!isObject(value)) return wrong(path, 'object', value);
      const name = unknown(value);
      return name === undefined ? undefined : unknownField(path, fields, name);
    },
  });
}
