// Core values as the 64-bit words that the application's wasm keeps them in.

const scratch = new DataView(new ArrayBuffer(8));

/** How a core value is read from and written to a word in memory. */
const WORDS = {
  i32: { get: (view, at) => view.getInt32(at, true), set: (view, at, value) => view.setInt32(at, value, true) },
  i64: { get: (view, at) => view.getBigInt64(at, true), set: (view, at, value) => view.setBigInt64(at, value, true) },
  f32: { get: (view, at) => view.getFloat32(at, true), set: (view, at, value) => view.setFloat32(at, value, true) },
  f64: { get: (view, at) => view.getFloat64(at, true), set: (view, at, value) => view.setFloat64(at, value, true) },
};

export function toWord(value, core) {
  scratch.setBigUint64(0, 0n);
  WORDS[core].set(scratch, 0, value);
  return scratch.getBigUint64(0, true);
}

export function fromWord(word, core) {
  scratch.setBigUint64(0, word, true);
  return WORDS[core].get(scratch, 0);
}

/** Words of these core types at an address. */
export function readWords(buffer, at, flat) {
  const view = new DataView(buffer, at);
  return flat.map((core, index) => WORDS[core].get(view, index * 8));
}

/** A word, whole. */
export function writeWord(buffer, at, core, value) {
  new DataView(buffer, at).setBigUint64(0, toWord(value, core), true);
}
