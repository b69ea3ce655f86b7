// The same in a Worker.

import init, { keep } from './amphi_runner.js';

try {
  await init();
  postMessage({ said: await keep(new URL('.', location.href).href) });
} catch (error) {
  postMessage({ failed: String(error) });
}
