import { calls } from './component.js';

tell(calls.add(1, 2), 3);
