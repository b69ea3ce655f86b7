// Flags: an object with a boolean for each.

import { MISMATCH, wrong } from './errors.js';
import { property } from './names.js';
import { SCALARS, single } from './scalar.js';

/** The number that holds flags, by its size. */
const WORDS = { 1: SCALARS.u8, 2: SCALARS.u16, 4: SCALARS.u32 };

export function flags(memory, fields, { size }) {
  const isOne = (value) => value === undefined || value === null || typeof value === 'object';
  return single(memory, {
    ...WORDS[size],
    core: 'i32',
    to(value) {
      if (!isOne(value)) throw MISMATCH;
      let bits = 0;
      if (value) fields.forEach((field, index) => (bits |= property(value, field) ? 1 << index : 0));
      return bits;
    },
    from(bits) {
      const value = {};
      fields.forEach((field, index) => (value[field] = ((bits >>> index) & 1) === 1));
      return value;
    },
    wrong: (value, path) => (isOne(value) ? undefined : wrong(path, 'object', value)),
  });
}
