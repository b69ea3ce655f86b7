// Runs the tests of components in the page.

import './compiler.js';
import './compiling.js';
import './counted.js';
import './encodings.js';
import './errors.js';
import './forgetting.js';
import './imports.js';
import './names.js';
import './promises.js';
import './requests.js';
import './resources.js';
import './throwing.js';
import './values.js';
import './wasi.js';
import './wit.js';
import { report } from './report.js';

report();
