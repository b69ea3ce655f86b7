// Components that throw: what they catch, and what becomes of the rest. A browser in which exceptions are not to be relied on refuses them.

import { Trap, load } from './amphi-web/index.js';
import { equal, test, throws } from './tests.js';

const refuse = () => {
  throw new RangeError('refused by the page');
};

test('what a component throws and does not catch ends it', async () => {
  const make = () => load('throwing.wasm', { imports: { refuse } });
  let component;
  try {
    component = await make();
  } catch (error) {
    if (!String(error).includes('exceptions: disabled, or not reliable in this browser')) throw error;
    return;
  }
  equal(component.exports.caught(), 7);
  await throws(Trap, 'thrown Wasm exception', () => component.exports.thrown());
  await throws(Trap, 'it has trapped', () => component.exports.caught());
  component = await make();
  await throws(RangeError, 'refused by the page', () => component.exports.refused());
  await throws(Trap, 'it has trapped', () => component.exports.caught());
});
