// The command `amphi-web`: arguments in; exit code, standard output and standard error out.

import { readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { parseArgs } from 'node:util';
import { doing, expectOther, expectOurs, read, write } from './files.js';
import { compile, inspect, messagesOf, types } from './node.js';

const HELP = `Precompile, describe and inspect WebAssembly components, for web pages.

Usage: amphi-web <COMMAND>

Commands:
  compile  Precompile a component for \`amphi-web/runtime\`
  types    Write TypeScript declarations of a component's exports and imports
  inspect  Show what a component imports and exports

Options:
  -h, --help     Print help
  -V, --version  Print version

Exit codes:
  0  success, also if the reader of the output is gone
  2  the command failed

Examples:
  npx amphi-web compile sensor.wasm -o public/sensor.page
  npx amphi-web types sensor.wasm -o types
  npx amphi-web inspect sensor.wasm`;

const flag = { type: 'boolean' };
const help = { ...flag, short: 'h' };
const output = { type: 'string', short: 'o' };

/** The commands: what they take, need and do. */
const COMMANDS = {
  compile: {
    options: { help, output, 'single-memory': { type: 'string' } },
    needs: ['output'],
    help: `Precompile a component for \`amphi-web/runtime\`

If the component has core modules with several memories, what browsers need that allow one is written to FILE.single-memory.

Usage: amphi-web compile -o <FILE> [OPTIONS] <COMPONENT>

Options:
  -o, --output <FILE>         The file to write
      --single-memory <FILE>  Where to write what browsers that allow one memory need, if the component needs it
  -h, --help                  Print help

Examples:
  npx amphi-web compile sensor.wasm -o public/sensor.page`,
    async run(path, { output, 'single-memory': beside = `${output}.single-memory` }) {
      const bytes = await read(path);
      for (const written of [output, beside]) await expectOther(written, path, 'the component');
      await expectOther(beside, output, 'the output');
      const { file, singleMemory } = await doing(`cannot compile \`${path}\``, () => compile(bytes));
      await write(output, file);
      if (singleMemory !== undefined) await write(beside, singleMemory);
    },
  },
  types: {
    options: { help, output, async: flag, json: flag },
    needs: ['output'],
    help: `Write TypeScript declarations of a component's exports and imports

For \`sensor.wasm\`, writes a file \`sensor.d.ts\` with the type \`Sensor\`, for \`load<Sensor>(…)\` of \`amphi-web\`, and a folder \`sensor\` with a
file for each interface, and prints the list of files. Existing files are only overwritten if this command has written them.

Usage: amphi-web types -o <DIR> [OPTIONS] <COMPONENT>

Options:
  -o, --output <DIR>  The folder to write to
      --async         Declare exports that return promises and imports that may
      --json          Print the list of files as JSON
  -h, --help          Print help

Examples:
  npx amphi-web types sensor.wasm -o types && npx tsc --noEmit`,
    async run(path, { output, async, json }) {
      const bytes = await read(path);
      const declared = await doing(`cannot write TypeScript declarations of \`${path}\``, () => types(bytes, { name: parse(path).name, async }));
      const files = declared.map((file) => ({ path: join(output, file.path), text: file.text }));
      for (const { path, text } of files) await expectOurs(path, text);
      for (const { path, text } of files) await write(path, text);
      const names = files.map(({ path }) => path);
      return json ? JSON.stringify({ files: names }, null, 2) : names.join('\n');
    },
  },
  inspect: {
    options: { help, json: flag, wasi: flag },
    needs: [],
    help: `Show what a component imports and exports

Prints the component's world in WIT, preceded by comments with its size, its number of core modules, its WASI version, and the reason if
no host supports it.

Usage: amphi-web inspect [OPTIONS] <COMPONENT>

Options:
      --json  Print JSON
      --wasi  Include the WASI packages, so that the WIT is complete
  -h, --help  Print help

Examples:
  npx amphi-web inspect sensor.wasm
  npx amphi-web inspect --wasi sensor.wasm > sensor.wit
  npx amphi-web inspect --json sensor.wasm`,
    async run(path, { json, wasi }) {
      if (json && wasi) throw new Misuse("the argument '--json' cannot be used with '--wasi'");
      const bytes = await read(path);
      return doing(`cannot inspect \`${path}\``, () => inspect(bytes, { json, wasi }));
    },
  },
};

/** Arguments that are not understood. */
class Misuse extends Error {}

/** Runs the command and gives its exit code; `out` and `err` write lines. */
export async function run(args, { out, err }) {
  try {
    const text = await answer(args);
    if (text !== undefined) out(text);
    return 0;
  } catch (error) {
    err(shown(error));
    return 2;
  }
}

async function answer([name, ...args]) {
  if (name === '-V' || name === '--version') return version();
  if (name === '-h' || name === '--help') return HELP;
  const known = Object.keys(COMMANDS).join('`, `');
  if (!Object.hasOwn(COMMANDS, name ?? '')) throw new Misuse(`expected a command out of \`${known}\`, found ${name === undefined ? 'none' : `\`${name}\``}`);
  const { options, needs, help, run } = COMMANDS[name];
  const { values, positionals } = parsed(args, options);
  if (values.help) return help;
  for (const need of needs) if (values[need] === undefined) throw new Misuse(`expected the option \`--${need}\``);
  if (positionals.length !== 1) throw new Misuse(`expected one component, found ${positionals.length}`);
  return run(positionals[0], values);
}

function parsed(args, options) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Misuse(error.message);
  }
}

async function version() {
  const description = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return `amphi-web ${JSON.parse(description).version}`;
}

/** An error as `amphi` shows it. */
function shown(error) {
  if (error instanceof Misuse) return `error: ${error.message}\n\nFor more information, try '--help'.`;
  const [message, ...causes] = messagesOf(error);
  const lines = causes.map((cause, index) => `  ${index + 1}: ${cause.trimEnd().replaceAll('\n', '\n     ')}`);
  return [`error: ${message}`, ...(lines.length > 0 ? ['caused by:'] : []), ...lines].join('\n');
}
