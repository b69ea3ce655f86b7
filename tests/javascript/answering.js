// A service worker: a component answers its scope.

import { answerFetches } from './amphi-web/service-worker.js';

answerFetches('guests/respond.wasm', { matches: ({ url }) => new URL(url).pathname !== '/echo-not' });
