// Handles of one instance: a table for each of its component instances, and the scopes of the calls that lend them, as Wasmtime has them.

import { Ending } from './traps.js';

/** The most handles that a table has, and an instance: a lend counts as one, and so does a call of a component behind another. */
const MOST = 2 ** 28;
const LIMIT = 100_000;

const fail = (text) => {
  throw new Ending(text);
};

/** A handle that is in use: `lends` is nothing for one that is borrowed, `scope` nothing for one that is owned. */
class Entry {
  constructor(rep, type, scope) {
    this.rep = rep;
    this.type = type;
    this.scope = scope;
    this.lends = 0;
  }

  get isOwned() {
    return this.scope === undefined;
  }
}

/** One table: handles from 1, those that are free in the order in which they were given back. */
class Table {
  entries = [];
  free = [];

  entry(handle, type) {
    const entry = this.entries[handle - 1];
    if (entry === undefined) fail(`unknown handle index ${handle}`);
    if (type !== undefined && entry.type !== type) {
      fail(`handle index ${handle} used with the wrong type, expected guest-defined resource but found a different guest-defined resource`);
    }
    return entry;
  }

  insert(entry) {
    const index = this.free.pop() ?? this.entries.length;
    if (index + 1 >= MOST) fail('cannot allocate another handle: index overflow');
    this.entries[index] = entry;
    return index + 1;
  }

  remove(handle, type) {
    const entry = this.entry(handle);
    if (entry.lends > 0) fail('cannot remove owned resource while borrowed');
    this.entry(handle, type);
    this.entries[handle - 1] = undefined;
    this.free.push(handle - 1);
    return entry;
  }
}

export class Handles {
  #tables;
  #types;
  #live = 0;
  #depth = 0;
  /** Scopes of calls that borrow: `{ depth, borrows }`, innermost last. */
  #scopes = [];
  /** Handles that are lent: `{ depth, entry }`, those of the innermost call last. */
  #lent = [];

  /** `types` are the resource types, each `[resource, component instance]`, of so many component `instances`. */
  constructor(types, instances) {
    this.#types = types;
    this.#tables = Array.from({ length: instances }, () => new Table());
    /** How many calls of components behind others are under way. */
    this.calls = new WebAssembly.Global({ value: 'i32', mutable: true }, 0);
  }

  #table(type) {
    const known = this.#types[type] ?? fail(`unknown resource type ${type}`);
    return this.#tables[known[1]];
  }

  #oneMore(doing) {
    if (this.#live + this.calls.value >= LIMIT) fail(`cannot ${doing}: store handle limit exceeded`);
    this.#live += 1;
  }

  insertOwn(type, rep) {
    const table = this.#table(type);
    this.#oneMore('allocate another handle');
    return table.insert(new Entry(rep, type));
  }

  /** A borrowed resource enters the table for the length of the current call. */
  insertBorrow(type, rep) {
    const table = this.#table(type);
    this.#checkDepth();
    if (this.#scopes.at(-1)?.depth !== this.#depth) this.#scopes.push({ depth: this.#depth, borrows: 0 });
    this.#scopes.at(-1).borrows += 1;
    this.#oneMore('allocate another handle');
    return table.insert(new Entry(rep, type, this.#depth));
  }

  takeOwn(type, handle) {
    const { isOwned, rep } = this.#remove(type, handle);
    if (!isOwned) fail('cannot lift own resource from a borrow');
    return rep;
  }

  /** A handle is lent for the length of the current call. */
  lend(type, handle) {
    const entry = this.#table(type).entry(handle, type);
    if (entry.isOwned) {
      this.#oneMore('lend resource');
      entry.lends += 1;
      this.#checkDepth();
      this.#lent.push({ depth: this.#depth, entry });
    }
    return entry.rep;
  }

  rep(type, handle) {
    return this.#table(type).entry(handle, type).rep;
  }

  /** A handle is dropped: the representation whose destructor is to be run, if it was owned. */
  drop(type, handle) {
    const { isOwned, rep, scope } = this.#remove(type, handle);
    if (isOwned) return rep;
    const borrower = this.#scopes.find(({ depth }) => depth === scope);
    if (borrower !== undefined) borrower.borrows -= 1;
    return undefined;
  }

  #remove(type, handle) {
    const entry = this.#table(type).remove(handle, type);
    this.#live -= 1;
    return entry;
  }

  #checkDepth() {
    if (this.#depth === 0) fail('a borrowed handle is used outside of a call');
  }

  /** A call begins: the depth to go back to at its end. */
  enter() {
    return this.#depth++;
  }

  /** The current call ends, but for its result: borrows are gone, and what it was lent is free again. */
  finish() {
    const scope = this.#scopes.at(-1);
    if (scope?.depth === this.#depth && scope.borrows > 0) fail('borrow handles still remain at the end of the call');
    while (this.#lent.at(-1)?.depth === this.#depth) {
      this.#lent.pop().entry.lends -= 1;
      this.#live -= 1;
    }
  }

  /** Calls have ended, so that `depth` are left. */
  leave(depth) {
    this.#depth = depth;
    while (this.#scopes.length > 0 && this.#scopes.at(-1).depth > depth) this.#scopes.pop();
    while (this.#lent.length > 0 && this.#lent.at(-1).depth > depth) this.#lent.pop();
  }

  /** A call of a component behind another begins that lends handles. */
  enterGuest() {
    this.calls.value += 1;
    this.enter();
  }

  leaveGuest() {
    this.finish();
    this.calls.value = Math.max(this.calls.value - 1, 0);
    this.leave(Math.max(this.#depth - 1, 0));
  }
}
