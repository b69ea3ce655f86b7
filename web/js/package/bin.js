#!/usr/bin/env node
// The command `amphi-web`: what `amphi` has for those who build pages, from npm alone.

import { run } from './src/build/command.js';

// Who reads the output has seen enough.
process.stdout.on('error', ({ code }) => process.exit(code === 'EPIPE' ? 0 : 2));
process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
});
