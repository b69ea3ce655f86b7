// The engine's script for components that import WASI without HTTP: the entries load it where they can. A Worker has no such means and imports it, too.

import { offer } from './src/runtime/offers.js';
import { startWasi } from './src/runtime/wasi.js';

offer('wasi', startWasi);
