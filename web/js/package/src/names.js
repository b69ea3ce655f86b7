// Names: of interfaces, and of what objects have of their own. What JavaScript calls things of WIT is in the plan.

/** `demo:calc/add@1.0.0` as `demo:calc/add`. */
export function unversioned(name) {
  const at = name.lastIndexOf('@');
  return at < 0 ? name : name.slice(0, at);
}

/** What all objects and all functions inherit. */
export const COMMON = [Object.prototype, Function.prototype];

/** Whether every object, or every function, has something of that name. */
export const isCommon = (name) => name in Function.prototype;

/** A property that an object has of its own accord, and not because every object or function has it: components choose the names. */
export function property(object, name) {
  if (!isCommon(name)) return object?.[name];
  for (let at = object; at !== null && at !== undefined && !COMMON.includes(at); at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, name)) return object[name];
  }
  return undefined;
}

/** Whether an object has something under a name, be it `undefined`. */
const has = (object, name) => (isCommon(name) ? property(object, name) !== undefined || Object.hasOwn(object, name) : name in object);

/** The field of an object that is none of `names`, where one of these is missing: it may be what the other was meant to be. */
export function misspelt(object, names) {
  for (const key in object) {
    if (names.includes(key) || !Object.hasOwn(object, key)) continue;
    return names.every((name) => has(object, name)) ? undefined : key;
  }
  return undefined;
}

/** What is wrong with such an object. */
export const unknownField = (path, names, found) => `${path}: expected the fields \`${names.join('`, `')}\`, found \`${found}\``;

/** `Symbol.dispose`, or what stands for it in a browser that has none yet. */
export const dispose = Symbol.dispose ?? Symbol.for('dispose');
