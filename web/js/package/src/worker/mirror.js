// A directory that a component in a Worker is granted: both sides have one of their own, and tell each other between calls what has changed.

export class Mirror {
  /** What the other side has: paths, and what a file was then; a directory is empty text. */
  #known = new Map();
  #version;
  #tree;

  /** `tree` is the engine's. */
  constructor(tree) {
    this.#tree = tree;
  }

  /** What has changed since the last time, as `{ removed, written }`; nothing where nothing has. */
  changes() {
    const version = this.#tree.version();
    if (version === this.#version) return undefined;
    this.#version = version;
    const [before, now] = [this.#known, this.#stamps()];
    this.#known = now;
    const isOther = (path) => now.get(path) === undefined || (now.get(path) === '') !== (before.get(path) === '');
    const written = [...now].filter(([path, stamp]) => before.get(path) !== stamp);
    return {
      // What is inside comes before what it is in.
      removed: [...before.keys()].filter(isOther).reverse(),
      written: written.map(([path, stamp]) => [path, stamp === '' ? undefined : this.#tree.read(path)]),
    };
  }

  /** Makes what the other side has changed. Where both have changed a file, the other side's stays. */
  apply({ removed, written }) {
    for (const path of removed) this.#remove(path);
    for (const [path, content] of written) {
      if (content === undefined) this.#tree.make(path);
      else this.#tree.write(path, content);
    }
    const now = this.#stamps();
    for (const [path] of written) this.#known.set(path, now.get(path));
    this.#version = undefined;
  }

  #remove(path) {
    this.#known.delete(path);
    try {
      this.#tree.remove(path);
    } catch {
      // It is gone here, too, or has something that the other side does not know of.
    }
  }

  #stamps() {
    const entries = this.#tree.stamps();
    const stamps = new Map();
    for (let index = 0; index < entries.length; index += 2) stamps.set(entries[index], entries[index + 1]);
    return stamps;
  }
}
