// The compiler, in Node.

import { readFile } from 'node:fs/promises';
import { compiler } from './compiler.js';

/** See `compile.d.ts`. */
export const { compile, types, inspect } = compiler(() => readFile(new URL('../../wasm/amphi_compile_bg.wasm', import.meta.url)));

/** The messages of an error and of its causes. */
export function messagesOf(error) {
  const messages = [];
  for (let at = error; at instanceof Error; at = at.cause) messages.push(at.message);
  return messages;
}
