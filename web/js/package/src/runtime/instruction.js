// The instruction at a place that a stack trace names.

import { numberAt } from '../leb.js';

/** The id of the section of functions' bodies. */
const CODE = 10;

/** The two first bytes of the instruction at `offset` of a core module, `{ compiled, bytes }`, if that is in the body of its function `number`. */
export function instructionAt({ compiled, bytes }, number, offset) {
  let at = 8;
  const leb = () => {
    const [value, end] = numberAt(bytes, at);
    at = end;
    return value;
  };
  let left = number - WebAssembly.Module.imports(compiled).filter(({ kind }) => kind === 'function').length;
  while (left >= 0 && at < bytes.length) {
    const id = bytes[at++];
    const end = leb() + at;
    for (let count = id === CODE ? leb() : 0; count > 0; count--) {
      const size = leb();
      if (left-- === 0) return offset >= at && offset < at + size ? [bytes[offset], bytes[offset + 1]] : undefined;
      at += size;
    }
    at = end;
  }
  return undefined;
}
