// Records and tuples: fields one after another.

import { MISMATCH, wrong } from './errors.js';
import { isCommon, misspelt, property, unknownField } from './names.js';

/** The flat values of several parts, or nothing where there are too many to be passed one by one. */
export function joined(parts) {
  const flat = parts.flatMap((part) => part.flat ?? new Array(17).fill());
  return flat.length > 16 ? null : flat;
}

/** A record with the fields `[name, crossing, offset]`. */
export function record(fields) {
  const parts = fields.map(([name, type, offset]) => ({ name, type, offset }));
  // Most records have no field of a name that every object has something under.
  const names = fields.map(([name]) => name);
  const read = names.some(isCommon) ? property : (value, name) => value[name];
  // Whatever else is missing is no value of its type.
  const options = parts.filter(({ type }) => type.isNullable).map(({ name }) => name);
  const expectFields = (value) => {
    if (value === null || typeof value !== 'object') throw MISMATCH;
    for (const name of options) {
      if (read(value, name) !== undefined) continue;
      if (misspelt(value, names) !== undefined) throw MISMATCH;
      return;
    }
  };
  return {
    flat: joined(parts.map(({ type }) => type)),
    push(value, out) {
      expectFields(value);
      for (const { name, type } of parts) type.push(read(value, name), out);
    },
    pull(cursor) {
      const value = {};
      for (const { name, type } of parts) value[name] = type.pull(cursor);
      return value;
    },
    store(value, at) {
      expectFields(value);
      for (let index = 0; index < parts.length; index++) {
        const { name, type, offset } = parts[index];
        type.store(read(value, name), at + offset);
      }
    },
    load(at) {
      const value = {};
      for (let index = 0; index < parts.length; index++) {
        const { name, type, offset } = parts[index];
        value[name] = type.load(at + offset);
      }
      return value;
    },
    wrong(value, path) {
      if (value === null || typeof value !== 'object') return wrong(path, 'object', value);
      const unknown = misspelt(value, names);
      if (unknown !== undefined) return unknownField(path, names, unknown);
      return first(parts, ({ name, type }) => type.wrong(read(value, name), `${path}.${name}`));
    },
  };
}

/** A tuple with the items `[name, crossing, offset]`, whose names are empty. */
export function tuple(items) {
  const parts = items.map(([, type, offset]) => ({ type, offset }));
  const isOne = (value) => Array.isArray(value) && value.length === parts.length;
  return {
    flat: joined(parts.map(({ type }) => type)),
    push(value, out) {
      if (!isOne(value)) throw MISMATCH;
      parts.forEach(({ type }, index) => type.push(value[index], out));
    },
    pull: (cursor) => parts.map(({ type }) => type.pull(cursor)),
    store(value, at) {
      if (!isOne(value)) throw MISMATCH;
      parts.forEach(({ type, offset }, index) => type.store(value[index], at + offset));
    },
    load: (at) => parts.map(({ type, offset }) => type.load(at + offset)),
    wrong(value, path) {
      if (!Array.isArray(value)) return wrong(path, 'array', value);
      if (!isOne(value)) return `${path}: expected an array of ${parts.length}, found one of ${value.length}`;
      return first(parts, ({ type }, index) => type.wrong(value[index], `${path}[${index}]`));
    },
  };
}

/** The first thing that `look` finds. */
function first(parts, look) {
  for (let index = 0; index < parts.length; index++) {
    const found = look(parts[index], index);
    if (found !== undefined) return found;
  }
  return undefined;
}
