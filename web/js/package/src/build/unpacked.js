// What a precompiled component is made of, for those who build pages: they have just made it, so that nothing of it is checked.

import { joined } from '../source.js';
import { suppliedTo } from '../versions.js';

/** Kinds of sections. */
const [DESCRIPTION, MODULE] = [2, 3];

/** What adapters between components do not need. */
const OWN = ['lower', 'new', 'drop', 'rep'];

/** The description of a precompiled component, if JavaScript has one, its core modules, and whether JavaScript runs it alone, without what only compositions need. */
export function unpacked(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const number = (at) => view.getUint32(at, true);
  const [length, flags, features] = [number(16), number(20), number(28)];
  const sections = { [DESCRIPTION]: [], [MODULE]: [] };
  let begin = length;
  for (let at = 36 + features; at < length; at += 12) {
    const end = begin + number(at + 4);
    sections[number(at)]?.push(file.subarray(begin, end));
    begin = end;
  }
  const [description] = sections[DESCRIPTION].map((bytes) => JSON.parse(new TextDecoder().decode(bytes)));
  const isAlone = flags === 0 && description?.trampolines.every(({ kind }) => OWN.includes(kind)) && suppliedTo(description).length === 0;
  return { description, modules: sections[MODULE], isAlone };
}

/** A core module without its custom sections, which say by whom it was made, and names. */
export function bare(module) {
  const kept = [module.subarray(0, 8)];
  for (let at = 8; at < module.length; ) {
    const begin = at;
    const id = module[at++];
    let size = 0;
    for (let shift = 1, more = true; more; shift *= 128) {
      more = module[at] >= 128;
      size += (module[at++] & 127) * shift;
    }
    at += size;
    if (id !== 0) kept.push(module.subarray(begin, at));
  }
  return joined(kept);
}
