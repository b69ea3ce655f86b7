// A Worker of the page's own, in which a precompiled component runs.

import { load } from '../amphi-web/runtime.js';

const { exports } = await load(new URL('../encodings.wasm', import.meta.url));
postMessage(exports.echoUtf8('größer'));
