// What adapters call between two components of a composition.

import { countedCall } from './glue.js';
import { OPERATIONS } from './transcoding.js';
import { trapOfCode } from './traps.js';

/** What compositions need of the runtime: calls that are counted, and the functions behind the trampolines of adapters. */
export const between = { counted: countedCall, call };

/** The function behind a trampoline. `defines` says of a handle table whether its component instance defines the resource. */
function call({ kind, operation, from, to }, { handles, memories, defines }) {
  switch (kind) {
    case 'transcode':
      return OPERATIONS[operation](memories[from], memories[to]);
    case 'transferOwn':
      return (handle, source, target) => handles.insertOwn(target, handles.takeOwn(source, handle >>> 0));
    case 'transferBorrow':
      return (handle, source, target) => {
        const rep = handles.lend(source, handle >>> 0);
        // Who defines a resource gets its representation.
        return defines(target) ? rep : handles.insertBorrow(target, rep);
      };
    case 'trap':
      return (code) => {
        throw trapOfCode(code);
      };
    case 'enter':
      return () => handles.enterGuest();
    case 'exit':
      return () => handles.leaveGuest();
  }
}
