import { stack } from './measure.js';

postMessage(stack());
