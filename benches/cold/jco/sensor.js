import { filter } from './component.js';

let failure;
try {
  filter.run([]);
} catch (error) {
  failure = error.payload ?? error;
}
tell(failure?.tag, 'empty');
