// From a type of the plan to the closures that its values cross by, made once for each type and memory.
//
// A crossing has the core types that it is `flat` as (or null where it is never passed so), `size` and `align` in memory, `push` and `pull`
// for flat values, `store` and `load` for memory, and `wrong`, which finds what is wrong with a value and where. Values of one core
// value have `to` and `from` besides. `weight` is how many bytes a value is counted as in a list that a guest gives. Nothing on the way checks
// a path: `MISMATCH` is thrown, and `wrong` looks again.

/**
 * What makes the crossing of a type, by its kind, from the crossings of the same memory and the type; and how strings are encoded. `all.js` puts in
 * all there are; an application that is built, what its components need.
 */
export const KNOWN = Object.create(null);

/** What a value is counted as that has no parts, whatever it takes in the guest: as much as in Wasmtime. And a flag. */
const VALUE = 40;
const FLAG = 8;

export class Crossings {
  #made = [];

  constructor(guest, memory, encoding) {
    this.guest = guest;
    this.memory = memory;
    this.encoding = KNOWN[encoding];
  }

  /** The crossing of the type at `index` of the plan's table. */
  of(index) {
    return (this.#made[index] ??= this.#make(this.guest.plan.types[index]));
  }

  /** What a case or a field has after its name, with the crossing of its type. */
  named(parts) {
    return parts.map(([name, index, ...rest]) => [name, index === null ? undefined : this.of(index), ...rest]);
  }

  #make(type) {
    const parts = this.#partsOf(type);
    const some = (property) => parts.some((part) => part[property]);
    return {
      moves: some('moves'),
      lends: some('lends'),
      borrows: some('borrows'),
      ...KNOWN[type.kind](this, type),
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
}
