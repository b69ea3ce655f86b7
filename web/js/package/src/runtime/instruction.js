// The instruction at a place that a stack trace names.

/** Kinds of imports, and the ids of sections. */
const [TABLE, MEMORY, GLOBAL] = [1, 2, 3];
const [IMPORTS, CODE] = [2, 10];

/** What is read of a module. */
class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 8;
  }

  byte() {
    return this.bytes[this.at++];
  }

  leb() {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (!(byte & 128)) break;
    }
    return value;
  }

  /** A name, whose length comes first. */
  skip() {
    this.at += this.leb();
  }

  limits() {
    const flags = this.byte();
    this.leb();
    if (flags & 1) this.leb();
  }

  type() {
    // A reference to a type has that after it.
    if ([0x63, 0x64].includes(this.byte())) this.leb();
  }

  global() {
    this.type();
    this.byte();
  }

  /** How many functions an import section has. */
  functions() {
    let count = 0;
    for (let left = this.leb(); left > 0; left--) {
      this.skip();
      this.skip();
      const kind = this.byte();
      if (kind === TABLE) this.type();
      if (kind === TABLE || kind === MEMORY) this.limits();
      else if (kind === GLOBAL) this.global();
      else count += this.function(kind);
    }
    return count;
  }

  /** A function's or a tag's import. */
  function(kind) {
    if (kind !== 0) this.byte();
    this.leb();
    return kind === 0 ? 1 : 0;
  }
}

/** The two first bytes of the instruction at `offset` of a core module, if that is in the body of its function `number`. */
export function instructionAt(bytes, number, offset) {
  const reader = new Reader(bytes);
  let current = 0;
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const end = reader.leb() + reader.at;
    if (id === IMPORTS) current = reader.functions();
    if (id === CODE) {
      for (let left = reader.leb(); left > 0; left--, current++) {
        const size = reader.leb();
        const isThere = offset >= reader.at && offset < reader.at + size;
        if (current === number) return isThere ? [bytes[offset], bytes[offset + 1]] : undefined;
        reader.at += size;
      }
    }
    reader.at = end;
  }
  return undefined;
}
