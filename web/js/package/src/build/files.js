// Files, with the errors of the command.

import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { getSystemErrorMap } from 'node:util';

/** `work`, whose error becomes the cause of one that says `what`. */
export async function doing(what, work) {
  try {
    return await work();
  } catch (error) {
    throw new Error(what, { cause: ofSystem(error) });
  }
}

/** What the system says, without how Node says it. */
function ofSystem(error) {
  const [, text] = getSystemErrorMap().get(error.errno) ?? [];
  return text === undefined ? error : new Error(`${text[0].toUpperCase()}${text.slice(1)} (os error ${-error.errno})`);
}

export const read = (path) => doing(`cannot read \`${path}\``, () => readFile(path));

/** Writes a file, and makes its folder. */
export async function write(path, content) {
  const folder = dirname(path);
  await doing(`cannot create the folder \`${folder}\``, () => mkdir(folder, { recursive: true }));
  await doing(`cannot write \`${path}\``, () => writeFile(path, content));
}

/** Refuses to write where another file is, `what`, which would be lost. */
export async function expectOther(path, other, what) {
  const [one, two] = await Promise.all([path, other].map((file) => realpath(file).catch(() => resolve(file))));
  if (one === two) throw new Error(`cannot write \`${path}\`: expected another file than ${what}`);
}

/** Refuses to overwrite what does not begin with the first line of `text`, which somebody else has written. */
export async function expectOurs(path, text) {
  // Whatever else is wrong with it shows when it is written.
  const there = await readFile(path, 'utf8').catch(() => undefined);
  const [first] = text.split('\n', 1);
  if (there === undefined || there.startsWith(first)) return;
  throw new Error(`cannot write \`${path}\`: expected no file, or one that this command has written, found another`);
}
