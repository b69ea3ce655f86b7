// From a type of the plan to the closures that its values cross by, made once for each type and memory.
//
// A crossing has the core types that it is `flat` as (or null where it is never passed so), `size` and `align` in memory, `push` and `pull`
// for flat values, `store` and `load` for memory, and `wrong`, which finds what is wrong with a value and where. Values of one core
// value have `to` and `from` besides. `weight` is how many bytes a value is counted as in a list that a guest gives. Nothing on the way checks
// a path: `MISMATCH` is thrown, and `wrong` looks again.

import { flags } from './flags.js';
import { handle } from './handle.js';
import { list, text } from './list.js';
import { record, tuple } from './record.js';
import { SCALARS, single } from './scalar.js';
import { ENCODINGS } from './text.js';
import { enumeration, option, result, variant } from './variant.js';

const COMPOUND = { variant, option, result };

/** What a value is counted as that has no parts, whatever it takes in the guest: as much as in Wasmtime. And a flag. */
const VALUE = 40;
const FLAG = 8;

export class Crossings {
  #made = [];

  constructor(guest, memory, encoding) {
    this.guest = guest;
    this.memory = memory;
    this.encoding = ENCODINGS[encoding];
  }

  /** The crossing of the type at `index` of the plan's table. */
  of(index) {
    return (this.#made[index] ??= this.#make(this.guest.plan.types[index]));
  }

  #make(type) {
    const parts = this.#partsOf(type);
    const some = (property) => parts.some((part) => part[property]);
    return {
      moves: some('moves'),
      lends: some('lends'),
      borrows: some('borrows'),
      ...this.#crossing(type),
      size: type.size,
      align: type.align,
      kind: type.kind,
      weight: this.#weigh(type),
    };
  }

  /** What is behind a pointer is counted when it is read. */
  #weigh({ kind, fields = [], cases = [], names = [] }) {
    const weight = ([, index]) => (index === null ? 0 : this.of(index).weight);
    const payload = cases.reduce((most, part) => Math.max(most, weight(part)), 0);
    const all = fields.reduce((sum, part) => sum + weight(part), VALUE + payload);
    return kind === 'flags' ? all + FLAG * names.length : all;
  }

  #partsOf({ of, fields = [], cases = [] }) {
    const inside = [of, ...fields.map(([, index]) => index), ...cases.map(([, index]) => index)];
    return inside.filter((index) => index !== undefined && index !== null).map((index) => this.of(index));
  }

  #crossing(type) {
    const { memory } = this;
    const named = ([name, index, ...rest]) => [name, index === null ? undefined : this.of(index), ...rest];
    switch (type.kind) {
      case 'string':
        return text(memory, this.encoding);
      case 'list':
        return list(memory, this.guest.plan.types[type.of].kind, this.of(type.of));
      case 'record':
        return record(type.fields.map(named));
      case 'tuple':
        return tuple(type.fields.map(named));
      case 'variant':
      case 'option':
      case 'result':
        return COMPOUND[type.kind](memory, type.cases.map(named), type);
      case 'enum':
        return enumeration(memory, type.names, type);
      case 'flags':
        return flags(memory, type.names, type);
      case 'own':
      case 'borrow':
        return handle(this.guest, memory, type);
      default:
        return single(memory, SCALARS[type.kind]);
    }
  }
}
