// Stands where the package's entry is, in a page whose components are precompiled: the entry `amphi-web/runtime`, and WASI that the page gives.

import * as runtime from './runtime.js';
import { wasi } from '../precompiled/wasi.js';

export { Compiled, Component, ComponentError, LinkError, Trap, compile } from './runtime.js';

const given = ({ wasi: granted, imports, ...options } = {}) => ({ ...options, imports: { ...wasi(granted), ...imports } });

export const load = (source, options) => runtime.load(source, given(options));
export const instantiate = (compiled, options) => runtime.instantiate(compiled, given(options));
