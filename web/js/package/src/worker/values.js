// Values on their way between a page and a Worker: copies, but for resources, which go by number.

/** The key of what stands for a resource in a message: no field of a record can be called that. */
const KEY = '\0';

/** A value as it is sent: `standFor(object)` gives what is sent for a resource, and nothing for everything else. */
export const encode = (value, standFor) =>
  copy(value, (object) => {
    const sent = standFor(object);
    return sent && { [KEY]: sent };
  });

/** A value as it was before: `resource(sent)` gives the object for what `standFor` has given. */
export const decode = (value, resource) => copy(value, (object) => (Object.hasOwn(object, KEY) ? resource(object[KEY]) : undefined));

function copy(value, replace) {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value;
  if (Array.isArray(value)) return value.map((item) => copy(item, replace));
  const other = replace(value);
  if (other !== undefined) return other;
  if (value instanceof Map) return new Map(Array.from(value, (pair) => copy(pair, replace)));
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, copy(field, replace)]));
}

/** Objects that the other side knows by number. */
export class Table {
  #objects = new Map();
  #next = 0;

  add(object) {
    const number = this.#next++;
    this.#objects.set(number, object);
    return number;
  }

  get(number) {
    return this.#objects.get(number);
  }

  take(number) {
    const object = this.#objects.get(number);
    this.#objects.delete(number);
    return object;
  }
}
