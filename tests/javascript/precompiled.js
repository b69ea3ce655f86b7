// Runs the tests of files, and those of how components are compiled and what they import, in a page whose components are precompiled. Calls and values
// are the same modules, whoever has translated the component; component scripts call it both ways.

import './compiling.js';
import './errors.js';
import './files.js';
import './imports.js';
import './requests.js';
import './wasi.js';
import { report } from './report.js';

report();
