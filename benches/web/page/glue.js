// The same core functions behind JavaScript written by hand for them: what a page without components would have.

import { exported, instantiate, postReturn } from './core.js';
import { BYTES, ENTRIES, NUMBERS, NUMBERS_SUM, TEXTS, expect } from './values.js';

/** Bytes of an `entry`, and where its fields are. */
const ENTRY = { size: 32, weight: 8, note: 16 };

/** The shapes around the core module, as loops: `{ [shape]: run(times) }`. */
export function glue(module) {
  const core = instantiate(module, { 'add-one': (x) => (x + 1) >>> 0 });
  const { memory, cabi_realloc: realloc } = core;
  const encoder = new TextEncoder();
  const decoder = new TextDecoder('utf-8', { fatal: true });

  // A view is made anew when the memory has grown.
  let bytes = new Uint8Array(memory.buffer);
  let data = new DataView(memory.buffer);
  function refresh() {
    if (bytes.buffer === memory.buffer) return;
    bytes = new Uint8Array(memory.buffer);
    data = new DataView(memory.buffer);
  }

  function place(source, align) {
    const pointer = realloc(0, 0, align, source.byteLength);
    refresh();
    bytes.set(source, pointer);
    return pointer;
  }

  /** Bytes into the guest, through a function, and back by `take`. */
  function echo(name, take) {
    const call = exported(core, name);
    const clean = postReturn(core, name);
    return (source) => {
      const result = call(place(source, 1), source.byteLength);
      refresh();
      const start = data.getUint32(result, true);
      const back = take(start, start + data.getUint32(result + 4, true));
      clean(result);
      return back;
    };
  }

  const echoBytes = echo('echo-bytes', (start, end) => bytes.slice(start, end));
  const echoEncoded = echo('echo-text', (start, end) => decoder.decode(bytes.subarray(start, end)));
  const echoText = (text) => echoEncoded(encoder.encode(text));

  const sum = exported(core, 'sum');
  const sumNumbers = (numbers) => sum(place(new Uint8Array(numbers.buffer), 4), numbers.length);

  const count = exported(core, 'count-notes');
  function countNotes(entries) {
    const start = realloc(0, 0, 8, entries.length * ENTRY.size);
    let at = start;
    for (const { id, weight, note } of entries) {
      const encoded = note === undefined ? undefined : encoder.encode(note);
      const pointer = encoded === undefined ? 0 : place(encoded, 1);
      refresh();
      data.setUint32(at, id, true);
      data.setFloat64(at + ENTRY.weight, weight, true);
      data.setUint8(at + ENTRY.note, encoded === undefined ? 0 : 1);
      if (encoded !== undefined) {
        data.setUint32(at + ENTRY.note + 4, pointer, true);
        data.setUint32(at + ENTRY.note + 8, encoded.length, true);
      }
      at += ENTRY.size;
    }
    return count(start, entries.length);
  }

  const addByHost = exported(core, 'add-by-host');
  return {
    ...Object.fromEntries(Object.entries(TEXTS).map(([shape, text]) => [shape, repeat(() => echoText(text).length, text.length)])),
    'echo-bytes': repeat(() => echoBytes(BYTES).length, BYTES.length),
    'sum-numbers': repeat(() => sumNumbers(NUMBERS), NUMBERS_SUM),
    'count-notes': repeat(() => countNotes(ENTRIES), ENTRIES.length / 2),
    'import-scalar': (times) => expect(addByHost(0, times) >>> 0, times),
  };
}

/** A loop of calls that each return `each`. */
export function repeat(call, each) {
  return (times) => {
    let sum = 0;
    for (let round = 0; round < times; round++) sum += call();
    expect(sum, each * times);
  };
}
