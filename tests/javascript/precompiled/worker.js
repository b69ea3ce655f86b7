// A Worker of the page's own, in which precompiled components run, and one that imports WASI does not.

import { load } from '../amphi-web/runtime.js';

const { exports } = await load(new URL('../encodings.wasm', import.meta.url));
const composed = await load(new URL('../transcoding.wasm', import.meta.url));
const refused = await load(new URL('../guests/hello.wasm', import.meta.url)).catch(({ message }) => message);
postMessage({ echo: exports.echoUtf8('größer'), between: composed.exports.utf16Utf8('größer'), refused });
