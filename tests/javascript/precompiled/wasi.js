// WASI as an application may give it by itself: arguments, the environment, and standard output, but no files.

const encoder = new TextEncoder();

/** The imports of a component that is written in Rust and uses these alone. */
export function wasi({ args = [], env = {}, stdin = '', stdout = () => {}, stderr = () => {} } = {}) {
  class Failure {
    toDebugString() {
      return 'closed';
    }
  }
  class InputStream {
    constructor(text) {
      this.rest = encoder.encode(text);
    }
    read(most) {
      if (this.rest.length === 0) throw { tag: 'closed' };
      const bytes = this.rest.slice(0, Number(most));
      this.rest = this.rest.slice(bytes.length);
      return bytes;
    }
    blockingRead(most) {
      return this.read(most);
    }
    subscribe() {
      return new Pollable();
    }
  }
  class OutputStream {
    constructor(handler) {
      this.handler = handler;
    }
    checkWrite() {
      return 65536n;
    }
    write(bytes) {
      this.handler(new TextDecoder().decode(bytes));
    }
    blockingWriteAndFlush(bytes) {
      this.write(bytes);
    }
    flush() {}
    blockingFlush() {}
    subscribe() {
      return new Pollable();
    }
  }
  class Pollable {
    block() {}
    ready() {
      return true;
    }
  }
  class Descriptor {}
  for (const name of ['appendViaStream', 'getFlags', 'getType', 'metadataHash', 'metadataHashAt', 'openAt', 'readViaStream', 'stat', 'statAt', 'writeViaStream']) {
    Descriptor.prototype[name] = () => {
      throw 'bad-descriptor';
    };
  }
  class TerminalInput {}
  class TerminalOutput {}
  return {
    'wasi:cli/environment': { getEnvironment: () => Object.entries(env), getArguments: () => args, initialCwd: () => undefined },
    'wasi:cli/exit': {
      exit(status) {
        throw new Error(`exit: ${status.tag}`);
      },
    },
    'wasi:cli/stdin': { getStdin: () => new InputStream(stdin) },
    'wasi:cli/stdout': { getStdout: () => new OutputStream(stdout) },
    'wasi:cli/stderr': { getStderr: () => new OutputStream(stderr) },
    'wasi:cli/terminal-input': { TerminalInput },
    'wasi:cli/terminal-output': { TerminalOutput },
    'wasi:cli/terminal-stdin': { getTerminalStdin: () => undefined },
    'wasi:cli/terminal-stdout': { getTerminalStdout: () => undefined },
    'wasi:cli/terminal-stderr': { getTerminalStderr: () => undefined },
    'wasi:clocks/monotonic-clock': { now: () => 0n, subscribeDuration: () => new Pollable(), subscribeInstant: () => new Pollable() },
    'wasi:clocks/wall-clock': { now: () => ({ seconds: 0n, nanoseconds: 0 }) },
    'wasi:filesystem/preopens': { getDirectories: () => [] },
    'wasi:filesystem/types': { Descriptor, filesystemErrorCode: () => undefined },
    'wasi:io/error': { Error: Failure },
    'wasi:io/poll': { Pollable, poll: (pollables) => Uint32Array.from(pollables.keys()) },
    'wasi:io/streams': { InputStream, OutputStream },
    'wasi:random/insecure-seed': { insecureSeed: () => [1n, 2n] },
    'wasi:random/random': { getRandomBytes: (count) => new Uint8Array(Number(count)), getRandomU64: () => 4n },
  };
}
