// The component's largest core module and nothing else, by hand. What it imports does nothing.

const nothing = () => 0;
const imports = new Proxy({}, { get: () => new Proxy({}, { get: () => nothing }) });
const { instance } = await WebAssembly.instantiateStreaming(fetch('core.wasm'), imports);
const core = instance.exports;

/** Puts a text into the module's memory: its pointer and its length. */
function place(text) {
  const bytes = new TextEncoder().encode(text);
  const pointer = core.cabi_realloc(0, 0, 1, bytes.length);
  new Uint8Array(core.memory.buffer).set(bytes, pointer);
  return [pointer, bytes.length];
}

/** The number at an address. */
const word = (address) => new DataView(core.memory.buffer).getUint32(address, true);

/** The text whose pointer and length are at an address. */
const text = (address) => new TextDecoder().decode(new Uint8Array(core.memory.buffer, word(address), word(address + 4)));
