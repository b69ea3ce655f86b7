// The compiler, where its wasm is fetched. In Node `src/build/node.js` stands for it.

import { compiler } from './src/build/compiler.js';

/** See `compile.d.ts`. */
export const { compile, types, inspect } = compiler(() => undefined);
