// The declarations of the components that an application imports: a file with a module for each, and a folder with their types.

import { access, readFile } from 'node:fs/promises';
import { basename, dirname, join, parse, relative } from 'node:path';
import { expectOurs, write } from './files.js';
import { types } from './node.js';

const FIRST_LINE = '// Made by `amphi-web/vite`, which overwrites this file.';

/** Begins the line before a component's module, which has its path. */
const MARK = '// of ';

export class Declared {
  #file;
  #promised;
  /** The paths of components, from the folder that the file is in, and their types. */
  #known = new Map();
  #turn = Promise.resolve();

  /** `file` is the file; `promised` says whether exports return promises. */
  constructor(file, promised) {
    this.#file = file;
    this.#promised = promised;
  }

  /** Writes the declarations of the component at `path` that has these bytes. One is written after another. */
  add(path, bytes) {
    const written = this.#turn.then(() => this.#add(path, bytes));
    this.#turn = written.catch(() => {});
    return written;
  }

  async #add(path, bytes) {
    if (this.#known.size === 0) await this.#readKnown();
    const place = relative(dirname(this.#file), path).replaceAll('\\', '/');
    // No component is outside of the folder for types.
    const folder = join(this.#folder, dirname(place).replaceAll('..', '_'));
    const files = await types(bytes, { name: parse(path).name, async: this.#promised });
    for (const file of files) await replace(join(folder, file.path), file.text);
    this.#known.set(place, /^export interface (\w+) \{\n {2}imports: /m.exec(files[0].text)[1]);
    await replace(this.#file, this.#text());
  }

  get #folder() {
    return this.#file.replace(/\.d\.ts$/, '');
  }

  /** What an earlier run has written: not each run imports all components. */
  async #readKnown() {
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    if (!text.startsWith(FIRST_LINE)) return;
    for (const [, place, type] of text.matchAll(/^\/\/ of (.*)\ndeclare [^]*?\.(\w+)>;\n\}$/gm)) {
      if (await access(join(dirname(this.#file), place)).then(() => true, () => false)) this.#known.set(place, type);
    }
  }

  #text() {
    const places = [...this.#known.keys()].sort();
    const modules = places.map((place) => {
      const type = imported(`./${basename(this.#folder)}/${place.replaceAll('..', '_').replace(/\.[^./]*$/, '')}.js`, this.#known.get(place));
      return `${MARK}${place}
declare module '*/${shortest(place, places)}?component' {
  /** Where the precompiled component is. */
  export const url: string;
  /** Compiles the component, which then makes any number of instances. */
  export const compile: ${imported('amphi-web/runtime', 'BoundCompile')};
  /** Compiles the component and makes an instance. */
  export const load: ${imported('amphi-web/runtime', 'BoundLoad')}<${type}>;
}`;
    });
    return `${[FIRST_LINE, ...modules].join('\n\n')}\n`;
  }
}

/** A type of another module. */
const imported = (module, name) => ['import', `('${module}').${name}`].join('');

/** The shortest end of a path that no other one has. */
function shortest(place, places) {
  const parts = place.split('/');
  for (let from = parts.length - 1; from > 0; from--) {
    const end = parts.slice(from).join('/');
    if (places.filter((other) => `/${other}`.endsWith(`/${end}`)).length === 1) return end;
  }
  return place;
}

/** Writes a file that is ours or not there, unless it says that already: whoever watches it is told of changes. */
async function replace(path, text) {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return;
  await expectOurs(path, text);
  await write(path, text);
}
