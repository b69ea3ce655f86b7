// The engine's script for components that import WASI with HTTP, or are granted directories: the entries load it where they can. A Worker has no
// such means and imports it, too.

import { offer } from './src/runtime/offers.js';
import { startHttp } from './src/runtime/http.js';

offer('http', startHttp);
