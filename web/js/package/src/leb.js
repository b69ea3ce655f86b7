// Numbers as wasm has them, in as many bytes as they take.

/** The number at `at`, and where it ends. It is infinite where the bytes end before it does. */
export function numberAt(bytes, at) {
  let number = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++];
    if (byte === undefined) return [Infinity, at];
    number += (byte & 127) * scale;
    if (byte < 128) return [number, at];
  }
}
