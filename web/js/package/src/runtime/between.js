// What adapters call between two components of a composition.

import { countedCall } from './glue.js';
import { OPERATIONS } from './transcoding.js';
import { Ending, trap } from './traps.js';

/** The traps that an adapter asks for, by Wasmtime's numbers: their names, and its words where nothing else has them. */
const CODES = {
  1: ['MemoryOutOfBounds'],
  17: ['CannotEnterComponent'],
  23: ['CannotLeaveComponent'],
  24: ['CannotBlockSyncTask', 'cannot block a synchronous task before returning'],
  25: ['InvalidChar', 'invalid `char` bit pattern'],
  26: ['DebugAssertStringEncodingFinished', 'should have finished string encoding'],
  27: ['DebugAssertEqualCodeUnits', 'code units should be equal'],
  28: ['DebugAssertPointerAligned', 'pointer should be aligned'],
  29: ['DebugAssertUpperBitsUnset', 'upper bits should be unset'],
  30: ['StringOutOfBounds', 'string content out-of-bounds'],
  31: ['ListOutOfBounds', 'list content out-of-bounds'],
  32: ['InvalidDiscriminant', 'invalid variant discriminant'],
  33: ['UnalignedPointer', 'unaligned pointer'],
  49: ['UncaughtException'],
};

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
        throw CODES[code] === undefined ? new Ending(`an adapter trapped with the unknown code ${code}`) : trap(...CODES[code]);
      };
    case 'enter':
      return () => handles.enterGuest();
    case 'exit':
      return () => handles.leaveGuest();
  }
}
