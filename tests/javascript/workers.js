// Runs the tests of components in Workers: a page of its own, since a browser has room for so many memories.

import './worker.js';
import { report } from './report.js';

report();
