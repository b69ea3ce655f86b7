// What a precompiled component is made of, for those who build pages: they have just made it, so that what its sections have is not checked.

import { numberAt } from '../leb.js';
import { DESCRIPTION, MAGIC, MODULE, arrived, headOf } from '../runtime/file.js';
import { joined } from '../source.js';
import { suppliedTo } from '../versions.js';

/** What adapters between components do not need. */
const OWN = ['lower', 'new', 'drop', 'rep'];

/** The description of a precompiled component, if JavaScript has one, its core modules, and whether JavaScript runs it alone, without what only compositions need. */
export async function unpacked(file) {
  const arriving = arrived(file);
  const { flags, sections } = await headOf(arriving, MAGIC);
  const found = { [DESCRIPTION]: [], [MODULE]: [] };
  for (const { kind, length } of sections) {
    const bytes = await arriving.exactly(length, 'a section');
    found[kind]?.push(bytes);
  }
  const [description] = found[DESCRIPTION].map((bytes) => JSON.parse(new TextDecoder().decode(bytes)));
  const isAlone = flags === 0 && description?.trampolines.every(({ kind }) => OWN.includes(kind)) && suppliedTo(description).length === 0;
  return { description, modules: found[MODULE], isAlone };
}

/** A core module without its custom sections, which say by whom it was made, and names. */
export function bare(module) {
  const kept = [module.subarray(0, 8)];
  for (let at = 8; at < module.length; ) {
    const begin = at;
    const [size, start] = numberAt(module, at + 1);
    at = start + size;
    if (module[begin] !== 0) kept.push(module.subarray(begin, at));
  }
  return joined(kept);
}
