// A Worker of the page's own, in which a precompiled component runs that imports WASI.

import { load } from '../amphi-web/runtime.js';
import '../amphi-web/wasi.js';

let out = '';
const wasi = { args: ['hello', 'worker'], stdout: (text) => (out += text) };
const { exports } = await load(new URL('../guests/hello.wasm', import.meta.url), { wasi });
exports['wasi:cli/run'].run();
postMessage(out);
