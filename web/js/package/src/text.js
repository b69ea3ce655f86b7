// Strings in a guest's memory, in each of the three encodings.
//
// Short ones are encoded and decoded by hand: an encoder takes longer to be called than to do its work.

import { Trap } from './errors.js';

const encoder = new TextEncoder();
const decoder8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const decoder16 = /* @__PURE__ */ new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true });

/** Up to here by hand. */
const SHORT = 64;

/** Set in the length of a string that is UTF-16 where it could be Latin-1. */
const UTF16_TAG = 2 ** 31;

/** How a string is stored, which gives its address and leaves its length in `memory.units`, and loaded. */
export const utf8 = { align: 1, store: storeUtf8, load: loadUtf8 };
export const utf16 = { align: 2, store: storeUtf16, load: loadUtf16 };
export const compact = { align: 2, store: storeCompact, load: loadCompact };

function storeUtf8(memory, text) {
  const { length } = text;
  if (length > SHORT) return storeLong(memory, text);
  for (let index = 0; index < length; index++) {
    if (text.charCodeAt(index) > 127) return place(memory, encoder.encode(text));
  }
  const at = memory.allocate(1, length);
  const { bytes } = memory;
  for (let index = 0; index < length; index++) bytes[at + index] = text.charCodeAt(index);
  memory.units = length;
  return at;
}

function place(memory, encoded) {
  const at = memory.allocate(1, encoded.length);
  memory.bytes.set(encoded, at);
  memory.units = encoded.length;
  return at;
}

/** Most long texts are ASCII, which takes as many bytes as units; the others take up to three. */
function storeLong(memory, text) {
  const { length } = text;
  let at = memory.allocate(1, length);
  const first = encoder.encodeInto(text, memory.bytes.subarray(at, at + length));
  memory.units = first.written;
  if (first.read === length) return at;
  const most = length * 3;
  at = memory.reallocate(at, length, 1, most);
  const rest = memory.bytes.subarray(at + first.written, at + most);
  memory.units += encoder.encodeInto(text.slice(first.read), rest).written;
  return memory.reallocate(at, most, 1, memory.units);
}

function loadUtf8(memory, at, length) {
  memory.spend(at, 1, length);
  if (length === 0) return '';
  const { bytes } = memory;
  const end = at + length;
  if (length > SHORT) return decode(decoder8, bytes, at, end);
  for (let index = at; index < end; index++) {
    if (bytes[index] > 127) return decode(decoder8, bytes, at, end);
  }
  return units(bytes, at, end);
}

/** The text of bytes that are a unit each. */
function units(bytes, at, end) {
  let text = '';
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(
      bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3], bytes[at + 4], bytes[at + 5], bytes[at + 6], bytes[at + 7],
    );
  }
  for (; at < end; at++) text += String.fromCharCode(bytes[at]);
  return text;
}

function decode(decoder, bytes, at, end) {
  try {
    return decoder.decode(bytes.subarray(at, end));
  } catch (error) {
    throw new Trap(`the component gave a string that is not valid ${decoder.encoding}`, undefined, error);
  }
}

function storeUtf16(memory, text) {
  const whole = text.toWellFormed();
  const { length } = whole;
  const at = memory.allocate(2, length * 2);
  for (let index = 0; index < length; index++) memory.view.setUint16(at + index * 2, whole.charCodeAt(index), true);
  memory.units = length;
  return at;
}

function loadUtf16(memory, at, length) {
  memory.spend(at, 2, length * 2);
  return decode(decoder16, memory.bytes, at, at + length * 2);
}

function storeCompact(memory, text) {
  const { length } = text;
  for (let index = 0; index < length; index++) {
    if (text.charCodeAt(index) > 255) {
      const at = storeUtf16(memory, text);
      memory.units += UTF16_TAG;
      return at;
    }
  }
  const at = memory.allocate(2, length);
  for (let index = 0; index < length; index++) memory.bytes[at + index] = text.charCodeAt(index);
  memory.units = length;
  return at;
}

function loadCompact(memory, at, length) {
  if (length >= UTF16_TAG) return loadUtf16(memory, at, length - UTF16_TAG);
  memory.spend(at, 2, length);
  return units(memory.bytes, at, at + length);
}
