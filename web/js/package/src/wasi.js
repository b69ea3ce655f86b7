// What a component is granted of WASI, from the option `wasi`.

/** Fills `grants`, the engine's, with what `wasi` says. */
export function grant(grants, { args = [], env = {}, directories, http = false, stdin, stdout, stderr } = {}) {
  args.forEach((arg) => grants.arg(String(arg)));
  for (const [name, value] of Object.entries(env)) grants.env(name, String(value));
  for (const { path, directory, readOnly } of directoriesOf(directories)) grants.directory(path, directory.tree, readOnly);
  if (http) grants.http();
  if (stdin !== undefined) grants.stdin(bytes(stdin));
  if (stdout !== undefined) grants.stdout(texts(stdout));
  if (stderr !== undefined) grants.stderr(texts(stderr));
  return grants;
}

/** The directories of `wasi`, each with the name that a component finds it under. */
export function directoriesOf(directories = {}) {
  return Object.entries(directories).map(([path, given]) => {
    const { directory = given, readOnly = false } = given;
    if (!(directory instanceof Directory)) throw new TypeError(`directories[${path}]: expected what \`directory\` makes, found ${typeof given}`);
    return { path, directory, readOnly };
  });
}

/** A directory in memory, which the page and the components that are granted it share. */
export class Directory {
  /** `tree` is the engine's. */
  constructor(tree) {
    this.tree = tree;
  }

  /** Writes a file anew, and makes the directories on the way to it. */
  write(path, content) {
    this.tree.write(path, bytes(content));
  }

  /** The bytes of a file. */
  read(path) {
    return this.tree.read(path);
  }

  /** Writes what has changed to where the browser keeps it, for one that it keeps. */
  async sync() {
    await this.tree.sync();
  }

  /** The paths of all files, in order. */
  files() {
    return this.tree.files();
  }
}

/** The directory of `tree`, with files by their paths. */
export function filled(tree, files) {
  const made = new Directory(tree);
  for (const [path, content] of Object.entries(files)) made.write(path, content);
  return made;
}

const bytes = (content) => (typeof content === 'string' ? new TextEncoder().encode(content) : content);

/** Gives `handler` bytes as text; a character may be written in parts. */
function texts(handler) {
  const decoder = new TextDecoder();
  return (bytes) => {
    const text = decoder.decode(bytes, { stream: true });
    if (text !== '') handler(text);
  };
}
