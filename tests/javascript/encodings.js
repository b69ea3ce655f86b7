// Strings in each encoding that a component may have, by functions of the world itself; and strings that are none.

import { Trap, load } from './amphi-web/index.js';
import { equal, test, throws } from './tests.js';

const TEXTS = ['', 'ascii', 'größer', 'Ω and 😀', 'x'.repeat(100), 'ü'.repeat(100), '😀'.repeat(50), '\ufeffmark'];

test('strings cross in every encoding', async () => {
  const { exports } = await load('encodings.wasm');
  for (const text of TEXTS) {
    for (const name of ['echoUtf8', 'echoUtf16', 'echoCompact']) equal(exports[name](text), text, name);
  }
  exports.echoUtf16('Ω😀');
  equal(exports.units(), 3);
  exports.echoUtf8('Ω😀');
  equal(exports.units(), 6);
  exports.echoCompact('größer');
  equal(exports.units(), 6);
  exports.echoCompact('Ω');
  equal(exports.units(), 2 ** 31 + 1);
  equal(exports.echoUtf16('\ud800'), '\ufffd');
});

test('strings that are none are refused', async () => {
  for (const [name, text] of [
    ['broken', 'not valid utf-16'],
    ['outside', 'out of bounds'],
  ]) {
    const { exports } = await load('encodings.wasm');
    await throws(Trap, text, () => exports[name]());
    await throws(Trap, 'cannot be entered', () => exports.units());
  }
});

test('strings cross from one component to another in every pair of encodings', async () => {
  const encodings = ['utf8', 'utf16', 'compact'];
  const { exports } = await load('transcoding.wasm');
  const texts = [...TEXTS, `${'a'.repeat(300)}ü`, `${'ü'.repeat(300)}Ω`, `${'é'.repeat(10)}Ω${'é'.repeat(300)}`, 'ÿĀ', `a${'\u07ff\u0800\uffff😀'.repeat(40)}`];
  for (const from of encodings) {
    for (const to of encodings) {
      const name = `${from}${to[0].toUpperCase()}${to.slice(1)}`;
      for (const text of texts) equal(exports[name](text), text, name);
    }
  }
});

test('strings that are none do not cross from one component to another', async () => {
  for (const encoding of ['utf8', 'utf16']) {
    const { exports } = await load('transcoding.wasm');
    const name = `broken${encoding[0].toUpperCase()}${encoding.slice(1)}`;
    await throws(Trap, `invalid ${encoding} encoding`, () => exports[name]());
    await throws(Trap, 'cannot be entered', () => exports[name]());
  }
});
