// Strings on their way from one component's memory to another's: what an adapter between the two asks for.
//
// An adapter checks bounds and finds the space; what is taken and returned is what Wasmtime's adapters expect (`codegen/transcoder.rs` of
// `amphi-translate` is the same in wasm). Lengths are in code units.

import { Ending } from './traps.js';

/** Set in the length of a string that is UTF-16 where it could be Latin-1. */
const UTF16_TAG = 2 ** 31;

/** Valid strings longer than this are recognised by the browser. */
const LONG = 64;

const DECODERS = { utf8: new TextDecoder('utf-8', { fatal: true }), utf16: new TextDecoder('utf-16le', { fatal: true }) };

/** Bytes of a code unit. */
const UNIT = { utf8: 1, utf16: 2, latin1: 1 };

/** How many bytes the code point takes that was read last. */
let size = 0;

/** The code point at an address, or -1 where there is none. */
const READ = {
  latin1(bytes, at) {
    size = 1;
    return bytes[at];
  },

  utf16(bytes, at, end) {
    const unit = bytes[at] | (bytes[at + 1] << 8);
    size = 2;
    if ((unit & 0xf800) !== 0xd800) return unit;
    if (unit >= 0xdc00 || end - at < 4) return -1;
    const next = bytes[at + 2] | (bytes[at + 3] << 8);
    size = 4;
    return (next & 0xfc00) === 0xdc00 ? 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff) : -1;
  },

  utf8(bytes, at, end) {
    const lead = bytes[at];
    size = 1;
    if (lead < 0x80) return lead;
    if (lead < 0xc2 || lead > 0xf4) return -1;
    size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (end - at < size) return -1;
    let code = lead & (0xff >> (size + 1));
    for (let index = 1; index < size; index++) {
      const byte = bytes[at + index];
      if ((byte & 0xc0) !== 0x80) return -1;
      code = (code << 6) | (byte & 0x3f);
    }
    const isShortest = code >= [0x80, 0x800, 0x10000][size - 2];
    return isShortest && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? code : -1;
  },
};

/** Writes a code point up to the address `end`: where the next goes, or -1 if this one does not fit there. */
const WRITE = {
  latin1(bytes, at, end, code) {
    if (code > 0xff || at + 1 > end) return -1;
    bytes[at] = code;
    return at + 1;
  },

  utf16(bytes, at, end, code) {
    const put = (unit, to) => {
      bytes[to] = unit;
      bytes[to + 1] = unit >> 8;
      return to + 2;
    };
    if (code < 0x10000) return put(code, at);
    return put(0xdc00 | ((code - 0x10000) & 0x3ff), put(0xd800 | ((code - 0x10000) >> 10), at));
  },

  utf8(bytes, at, end, code) {
    const length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (at + length > end) return -1;
    if (length === 1) bytes[at] = code;
    else bytes[at] = ((0xf00 >> length) & 0xff) | (code >> (6 * (length - 1)));
    for (let index = 1; index < length; index++) bytes[at + index] = 0x80 | ((code >> (6 * (length - 1 - index))) & 0x3f);
    return at + length;
  },
};

const invalid = (source) => new Ending(`invalid ${source} encoding`);

/** Copies a string that is valid, as it is. */
const copying = (source) => (from, to) => (at, length, into) => {
  const bytes = new Uint8Array(from.buffer, at >>> 0, (length >>> 0) * UNIT[source]);
  if (!isValid(source, bytes)) throw invalid(source);
  new Uint8Array(to.buffer).set(bytes, into >>> 0);
};

function isValid(source, bytes) {
  if (source === 'latin1') return true;
  if (bytes.length <= LONG) {
    for (let at = 0; at < bytes.length; at += size) {
      if (READ[source](bytes, at, bytes.length) < 0) return false;
    }
    return true;
  }
  try {
    DECODERS[source].decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * Writes code points as they are read, up to the first that does not fit, or that is not to be read: where `isBounded`, the first that is not ASCII
 * if `asciiOnly`, and else, where `stops`, one that is none. Gives the addresses that were reached.
 */
function pass({ source, target, stops }, from, to, { at, end, into, intoEnd = Infinity, asciiOnly = false }) {
  const [bytes, written] = [new Uint8Array(from.buffer), new Uint8Array(to.buffer)];
  const [read, write] = [READ[source], WRITE[target]];
  let all = 0;
  while (at < end) {
    const code = read(bytes, at, end);
    const width = size;
    if (code < 0 && !stops) throw invalid(source);
    if (code < 0 || (asciiOnly && code >= 0x80)) break;
    const next = write(written, into, intoEnd, code);
    if (next < 0) break;
    all |= code;
    into = next;
    at += width;
  }
  return { at, into, all };
}

/** From one encoding to another; `stops` says that the first pass to Latin-1 only finds out how far it gets. */
function recoding(source, target, { isBounded = false, inflates = false, deflates = false } = {}) {
  const recipe = { source, target, stops: target === 'latin1' };
  return (from, to) => (start, length, begin, room, more) => {
    const [at, into] = [start >>> 0, begin >>> 0];
    const end = at + (length >>> 0) * UNIT[source];
    const past = inflates ? inflate(to, into, more >>> 0) : into;
    const bounds = isBounded ? { intoEnd: into + (room >>> 0), asciiOnly: more !== 0 } : {};
    const done = pass(recipe, from, to, { at, end, into: past, ...bounds });
    const [read, written] = [(done.at - at) / UNIT[source], (done.into - into) / UNIT[target]];
    if (deflates) return done.all > 0xff ? (length | UTF16_TAG) >>> 0 : deflate(to, into, written);
    if (isBounded || recipe.stops) return [read, written];
    return source === 'latin1' ? undefined : written;
  };
}

/** Makes UTF-16 of Latin-1, from the last to the first: where it ends. */
function inflate(memory, into, length) {
  const bytes = new Uint8Array(memory.buffer);
  for (let index = length - 1; index >= 0; index--) {
    bytes[into + index * 2] = bytes[into + index];
    bytes[into + index * 2 + 1] = 0;
  }
  return into + length * 2;
}

/** Makes Latin-1 of UTF-16 that is. */
function deflate(memory, into, length) {
  const bytes = new Uint8Array(memory.buffer);
  for (let index = 0; index < length; index++) bytes[into + index] = bytes[into + index * 2];
  return length;
}

/** What makes, for the memories that are read and written, the function that an adapter calls, by the name of what it does. */
export const OPERATIONS = {
  copyUtf8: copying('utf8'),
  copyUtf16: copying('utf16'),
  copyLatin1: copying('latin1'),
  latin1ToUtf16: recoding('latin1', 'utf16'),
  latin1ToUtf8: recoding('latin1', 'utf8', { isBounded: true }),
  utf16ToUtf8: recoding('utf16', 'utf8', { isBounded: true }),
  utf8ToLatin1: recoding('utf8', 'latin1'),
  utf16ToLatin1: recoding('utf16', 'latin1'),
  utf8ToUtf16: recoding('utf8', 'utf16'),
  utf8ToCompactUtf16: recoding('utf8', 'utf16', { inflates: true }),
  utf16ToCompactUtf16: recoding('utf16', 'utf16', { inflates: true }),
  utf16ToCompactProbablyUtf16: recoding('utf16', 'utf16', { deflates: true }),
};
