// Runs the tests of components in Workers and service workers: a page of its own, since a browser has room for so many memories.

import './service-worker.js';
import './worker.js';
import './worker-files.js';
import { report } from './report.js';

report();
