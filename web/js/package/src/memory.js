// The guest's memory, which is seen anew whenever it has grown.

import { Trap } from './errors.js';

/** How many bytes of values one call may take from a guest, as in Wasmtime. */
const FUEL = 128 << 20;

export class Memory {
  constructor(memory, realloc) {
    this.memory = memory;
    this.realloc = realloc;
    /** How many units the string or list has that was stored last. */
    this.units = 0;
    this.fuel = FUEL;
    this.see();
  }

  see() {
    const buffer = this.memory?.buffer ?? new ArrayBuffer(0);
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  /** To be called whenever the guest has run: a buffer that has grown is another one, and the old one is empty. */
  refresh() {
    if (this.bytes.length === 0) this.see();
  }

  /** A call begins. */
  begin() {
    this.fuel = FUEL;
    if (this.bytes.length === 0) this.see();
  }

  /** Memory of the guest's to be written to. */
  allocate(align, size) {
    return this.reallocate(0, 0, align, size);
  }

  reallocate(old, oldSize, align, size) {
    const at = this.realloc(old, oldSize, align, size) >>> 0;
    this.refresh();
    if ((at & (align - 1)) !== 0) throw new Trap('realloc return: result not aligned');
    if (at + size > this.bytes.length) throw new Trap('realloc return: beyond end of memory');
    return at;
  }

  /** Fails unless `size` bytes at `at` are the guest's own. */
  check(at, align, size) {
    if ((at & (align - 1)) !== 0) throw new Trap('pointer not aligned');
    if (at + size > this.bytes.length) throw new Trap('pointer out of bounds of memory');
  }

  /** As `check`, for what is copied out for good, and takes `made` bytes then. */
  spend(at, align, size, made = size) {
    this.check(at, align, size);
    this.fuel -= made;
    if (this.fuel < 0) throw new Trap('too much data is copied out of the component by one call');
  }
}
