// A component in a Worker, as the page has it: the same exports, whose calls are messages.

import { orAborted } from '../abort.js';
import { Trap } from '../errors.js';
import { exportsOf } from '../exports.js';
import { dispose } from '../names.js';
import { allPlaces, placeOf } from '../places.js';
import { fulfilling, isPromise } from '../promise.js';
import { recordOf } from '../resources.js';
import { withoutWit } from '../runtime/compiled.js';
import { isFile } from '../runtime/file.js';
import { bytesOf, isOwn, kept } from '../source.js';
import { directoriesOf } from '../wasi.js';
import { decodeError, encodeError } from './failures.js';
import { Host } from './host.js';
import { Jobs } from './jobs.js';
import { Mirror } from './mirror.js';
import { shapeOf } from './shape.js';
import { decode, encode } from './values.js';

const LOST = 'is gone with the Worker that it lived in';

/** One Worker with one instance. */
class Life {
  #worker;
  #values;
  #settle;
  #ended;
  #host;
  /** The directories that the component is granted, each once. */
  #mirrors;
  /** Errors of the page's functions that are on their way back through the component. */
  #thrown = [];

  /** `remote` is what resources of the component belong to; `failed` is called when the Worker itself has failed. */
  constructor(remote, { imports, wasi, progress, failed }) {
    this.#host = new Host(imports);
    const granted = directoriesOf(wasi.directories);
    const directories = [...new Set(granted.map(({ directory }) => directory))];
    this.#mirrors = directories.map(({ tree }) => new Mirror(tree));
    /** The grants of directories, as they are sent. */
    this.grants = granted.map(({ path, directory, readOnly }) => ({ path, number: directories.indexOf(directory), readOnly }));
    this.wasi = wasi;
    this.progress = progress;
    this.#values = {
      encode: (value) => encode(value, (object) => this.#standFor(object)),
      decode: (value) =>
        decode(value, ({ host, guest, of }) =>
          host === undefined ? remote.resources.get(of).wrap({ life: this, number: guest }, true) : this.#host.object(host),
        ),
    };
    this.#worker = new Worker(placeOf('worker'), { type: 'module', name: 'amphi' });
    this.#worker.onmessage = ({ data }) => {
      for (const [type, content] of Object.entries(data)) this.#receive(type, content);
    };
    this.#worker.onerror = ({ message }) => failed(new Error(`the Worker has failed: ${message ?? 'its script cannot be loaded'}`));
  }

  #standFor(object) {
    const record = recordOf(object);
    if (record === undefined) return this.#host.standFor(object);
    if (record.rep.life !== this) throw new TypeError(`the ${record.resource.name} ${LOST}`);
    if (!record.alive) throw new TypeError(`expected a ${record.resource.name}, found one that was disposed of or given away`);
    return { guest: record.rep.number };
  }

  /** Starts the component: what its plan says of its exports. */
  start(content) {
    return this.#ask('start', content);
  }

  /** Calls an export. */
  async call(item, args) {
    return fulfilling(this.#values.decode(await this.#ask('call', { item, args: this.#values.encode(args) })), item.name);
  }

  /** A resource of the component is disposed of, or forgotten. */
  dispose(number) {
    this.#worker.postMessage({ type: 'dispose', content: number });
  }

  /** Ends the Worker, whatever it does; what it was asked rejects with `reason`. */
  end(reason) {
    this.#worker.terminate();
    this.#worker.onmessage = null;
    this.#ended = reason;
    this.#settle?.reject(reason);
  }

  #ask(type, content) {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) throw this.#ended;
      this.#settle = { resolve, reject };
      const files = this.#mirrors.map((mirror) => mirror.changes());
      this.#worker.postMessage({ type, content: { ...content, files } });
    });
  }

  #receive(type, content) {
    switch (type) {
      case 'done':
        this.#settle.resolve(content);
        break;
      case 'failed':
        this.#settle.reject(content.origin === undefined ? decodeError(content.error, this.#values) : this.#thrown[content.origin]);
        this.#thrown = [];
        break;
      case 'files':
        this.#take(content);
        break;
      case 'import':
        this.#serve(content);
        break;
      case 'drop':
        this.#host.drop(content);
        break;
      case 'forget':
        this.#host.forget(content);
        break;
      case 'wasi':
        this.wasi[content.name](...content.args);
        break;
      case 'progress':
        this.progress?.(content);
        break;
    }
  }

  /** What the component has changed of its directories, which may be more than the page's take. */
  #take(files) {
    try {
      files.forEach((changes, index) => changes && this.#mirrors[index].apply(changes));
    } catch (error) {
      this.#settle.reject(error);
    }
  }

  async #serve({ number, target, self, args }) {
    const { encode, decode } = this.#values;
    let content;
    try {
      const given = this.#host.call({ ...target, self: decode(self) }, decode(args));
      content = { number, value: encode(isPromise(given) ? await given : given) };
    } catch (error) {
      content = { number, error: encodeError(error, this.#values), origin: this.#thrown.push(error) - 1 };
    }
    this.#worker.postMessage({ type: 'reply', content });
  }
}

/** Loads a component in a Worker of its own. `translation`, if there is one, takes those that are not precompiled. */
export async function loadInWorker(source, options, translation) {
  return new WorkerComponent(source, options, translation).start();
}

/** The bytes of `source`, which the page may change if they are its own. */
async function ownBytesOf(source, options) {
  const bytes = await bytesOf(source, options);
  return isOwn(source) ? bytes.slice() : bytes;
}

/** A component in a Worker. */
export class WorkerComponent {
  #source;
  /** A promise of the component's bytes, which every Worker needs. */
  #bytes;
  #translating;
  #options;
  #life;
  #jobs;
  #wit;
  /** What the resources of all its Workers belong to. */
  #remote = {
    plan: { exports: [] },
    resources: new Map(),
    destroy: (_, { life, number }) => life === this.#life && life.dispose(number),
  };

  /** Made by `loadInWorker`. */
  constructor(source, options, translation) {
    this.#source = source;
    this.#bytes = orAborted(ownBytesOf(source, options), options.signal);
    // Who waits for them hears of it.
    this.#bytes.catch(() => {});
    this.#translating = source?.[kept] === undefined ? translation?.(source, options) : undefined;
    this.#options = options;
    this.#jobs = new Jobs({ deadline: options.deadline, stop: (reason) => this.#stop(reason) });
  }

  /** Starts the first Worker. */
  async start() {
    const { signal } = this.#options;
    this.#remote.plan.exports = await this.#jobs.run(() => this.#begin(), { signal });
    signal?.addEventListener('abort', () => this.#jobs.stopAll(signal.reason));
    /** As in the page, but that everything returns a promise. */
    this.exports = exportsOf(this.#remote, (item) => (...args) => this.#jobs.run(() => this.#call(item, args)));
    return this;
  }

  /** What `body` returns: calls that it makes, before it waits for anything, have these limits instead of those of `load`. */
  within({ deadline, signal }, body) {
    return this.#jobs.within({ deadline, signal }, body);
  }

  /** A promise of the component's world, as text and as data. */
  get wit() {
    this.#wit ??= this.#source?.[kept] === undefined ? this.#witOfBytes() : this.#source.wit;
    return this.#wit;
  }

  async #witOfBytes() {
    const bytes = await this.#bytes;
    return this.#translating === undefined || isFile(bytes) ? withoutWit() : this.#translating.wit(bytes);
  }

  /** Ends the component and its Worker. */
  [dispose]() {
    this.#jobs.close(new Trap('the component was disposed of'));
    this.#stop(new Trap('the component was disposed of'));
  }

  async #begin() {
    const { imports = {}, wasi = {}, async: isAsync, progress, keep } = this.#options;
    const { directories, ...others } = wasi;
    const entries = Object.entries(others);
    const handlers = entries.filter(([, value]) => typeof value === 'function').map(([name]) => name);
    const failed = (error) => this.#stop(error);
    const life = new Life(this.#remote, { imports, wasi, progress, failed });
    this.#life = life;
    try {
      // The Worker starts while they arrive.
      const bytes = await this.#bytes;
      const translator = isFile(bytes) ? undefined : await this.#translating?.module();
      const address = await this.#translating?.address;
      return await life.start({
        bytes,
        places: allPlaces(),
        translator,
        address,
        keep,
        shape: shapeOf(imports),
        wasi: Object.fromEntries(entries.filter(([, value]) => typeof value !== 'function')),
        handlers,
        grants: life.grants,
        isAsync: isAsync ?? (Object.keys(imports).length > 0 ? true : undefined),
      });
    } catch (error) {
      this.#stop(error);
      throw error;
    } finally {
      this.#translating?.end();
    }
  }

  async #call(item, args) {
    if (this.#life === undefined) await this.#begin();
    this.#jobs.started();
    return this.#life.call(item, args);
  }

  #stop(reason) {
    this.#life?.end(reason);
    this.#life = undefined;
  }
}
