// One program for the kitchen component, whoever has loaded it: what it finds, line by line.

import { VALUES } from './samples.js';
import { show } from './show.js';

const RESULTS = {
  echoResult: [{ tag: 'ok', val: 7 }, { tag: 'err', val: 'why' }],
  echoResultOk: [{ tag: 'ok', val: 'text' }, { tag: 'err', val: undefined }],
  echoResultErr: [{ tag: 'ok', val: undefined }, { tag: 'err', val: 0.5 }],
  echoResultNone: [{ tag: 'ok', val: undefined }, { tag: 'err', val: undefined }],
};

const SIXTEEN = [1, -2, 3, -4, 5, -6, 7n, -8n, 0.5, 0.25, true, 'ø', 'text', undefined];

/** What a call gives, or what it throws: the payload of an error that has one. */
function outcome(call) {
  try {
    return show(call());
  } catch (error) {
    return error !== null && typeof error === 'object' && 'payload' in error ? `err ${show(error.payload)}` : `${error}`;
  }
}

/** Calls everything that `part(interface)` has; `Counter` is the host's class. */
export function program(part, Counter) {
  const lines = [];
  const tell = (name, call) => lines.push(`${name}: ${outcome(call)}`);
  const echo = part('echo');
  for (const [name, values] of Object.entries({ ...VALUES, ...RESULTS })) {
    values.forEach((value, index) => tell(`${name} ${index}`, () => echo[name](value)));
  }
  tell('nothing', () => echo.nothing());
  tell('joinSixteen', () => echo.joinSixteen(...SIXTEEN));
  tell('joinEighteen', () => echo.joinEighteen(...SIXTEEN, Uint8Array.of(1, 2)));
  tell('repeat', () => echo.repeat('größer ', 40));
  tell('fill', () => echo.fill(9));
  tell('checksum', () => echo.checksum(Uint8Array.of(1, 2, 255)));
  baskets(part('store'), tell);
  calls(part('calls'), Counter, tell);
  return lines;
}

function baskets({ Basket, count, countAll, consume, make, reverse, wrap, unwrap, alive, visits }, tell) {
  const [one, other] = [new Basket('one'), new Basket('other')];
  tell('put', () => [one.put('a'), one.put('b'), other.put('c')]);
  tell('items', () => one.items());
  tell('count', () => [count(one), countAll([one, other, one])]);
  const merged = Basket.merge(one, other);
  tell('merge', () => [merged.name(), merged.items(), alive()]);
  tell('consume', () => [consume(merged), alive()]);
  tell('reverse', () => reverse(make(['x', 'y'])).map((basket) => basket.name()));
  tell('wrap', () => unwrap(wrap(new Basket('wrapped'), 'here')).name());
  tell('unwrap', () => unwrap(wrap(new Basket('lost'), undefined)));
  tell('visits', () => [visits(), visits()]);
}

function calls({ addMany, askAll, countUp, bump, passOn, merge, keep, release }, Counter, tell) {
  tell('addMany', () => addMany(1, 4));
  tell('askAll', () => askAll(['a?', 'b?']));
  tell('askAll err', () => askAll(['a?', 'b']));
  tell('countUp', () => countUp(5, Uint32Array.of(1, 2)));
  const counter = new Counter(1);
  tell('bump', () => [bump(counter, 2), counter.number]);
  tell('passOn', () => [passOn(counter, 1) === counter, counter.number]);
  const merged = merge(counter, new Counter(6));
  tell('merge', () => [merged instanceof Counter, merged.number]);
  tell('keep', () => keep(merged));
  tell('release', () => release());
}
