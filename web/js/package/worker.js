// The script of the Worker that a component runs in with the option `worker`.

import { startHttp } from './src/runtime/http.js';
import { offer } from './src/runtime/offers.js';
import { startWasi } from './src/runtime/wasi.js';
import { listen } from './src/worker/inside.js';

offer('wasi', startWasi);
offer('http', startHttp);
listen();
