// Runs the tests of components in a page whose components are precompiled, and those of files.

import './compiling.js';
import './counted.js';
import './encodings.js';
import './errors.js';
import './files.js';
import './forgetting.js';
import './imports.js';
import './names.js';
import './promises.js';
import './requests.js';
import './resources.js';
import './throwing.js';
import './values.js';
import './wasi.js';
import { report } from './report.js';

report();
