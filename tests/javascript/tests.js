// Tests by name, and what they assert with.

import { collected } from './collected.js';
import { show } from './show.js';

const all = [];

/** Declares a test. */
export const test = (name, body) => all.push({ name, body });

/** Runs every test: `[{ name, error }]`, where `error` is text or null. */
export async function run() {
  const results = [];
  for (const { name, body } of all) {
    let error = null;
    // No test has to find room among what others have left.
    await collected();
    try {
      await body();
    } catch (thrown) {
      error = `${thrown}\n${thrown?.stack ?? ''}\n${thrown?.cause?.stack ?? thrown?.cause ?? ''}`;
    }
    results.push({ name, error });
  }
  return results;
}

/** Throws unless both are the same value. */
export function equal(found, expected, what = '') {
  const [one, other] = [show(found), show(expected)];
  if (one !== other) throw new Error(`${what} expected ${other}, found ${one}`);
}

/** Throws unless `body` throws an error of that type with that text; gives the error. */
export async function throws(type, text, body) {
  let value;
  try {
    value = await body();
  } catch (error) {
    if (!(error instanceof type)) throw new Error(`expected ${type.name}, found ${error}`, { cause: error });
    if (!String(error.message).includes(text)) throw new Error(`expected “${text}”, found “${error.message}”`, { cause: error });
    return error;
  }
  throw new Error(`expected ${type.name} “${text}”, found ${show(value)}`);
}
