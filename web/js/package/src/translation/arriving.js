// What is to be seen of a component while it arrives.

import { numberAt } from '../leb.js';

/** Sections of a component: core modules, and what is imported. */
const [MODULE, IMPORTS] = [1, 10];

/** How much of a component is looked at. */
const MOST = 1 << 16;

/** Interfaces of WASI as the section of imports has them. */
const INTERFACE = /wasi:[a-z-]+\/[a-z-]+@[0-9.]+/g;

/** What listens to a component that arrives: it tells `hear` the interfaces of WASI that are imported, and gives false once there are no others. */
export function listener(hear) {
  let told = 0;
  return (bytes) => {
    const { names, isOver } = importedBy(bytes);
    if (names.length > told) hear(names);
    told = names.length;
    return !isOver && bytes.length < MOST;
  };
}

/** The interfaces of WASI that are imported by what there is of a component, and whether core modules have begun. */
function importedBy(bytes) {
  const names = [];
  for (let at = 8; at < bytes.length; ) {
    const kind = bytes[at];
    const [length, start] = numberAt(bytes, at + 1);
    if (kind === MODULE) return { names, isOver: true };
    if (start + length > bytes.length) break;
    if (kind === IMPORTS) names.push(...(String.fromCharCode(...bytes.subarray(start, start + Math.min(length, MOST))).match(INTERFACE) ?? []));
    at = start + length;
  }
  return { names, isOver: false };
}
