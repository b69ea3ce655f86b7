// All kinds of types, for whoever does not know beforehand what a component needs.

import { KNOWN } from './crossing.js';
import * as kinds from './kinds.js';

Object.assign(KNOWN, kinds);
