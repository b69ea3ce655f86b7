// What an object of imports looks like, so that a Worker can have one of the same form.

/** The members of `imports`, as data: functions, classes, and interfaces that have such. */
export const shapeOf = (imports) =>
  mapped(Object.keys(imports), (key) => {
    const value = imports[key] ?? {};
    if (typeof value === 'function') return shapeOfFunction(value, key);
    return { kind: 'interface', members: mapped(functions(value, Object.prototype), (name) => shapeOfFunction(value[name], name)) };
  });

/** Classes are named in PascalCase, functions in camelCase. */
export const isClass = (name) => /^[A-Z]/.test(name);

function shapeOfFunction(value, name) {
  if (!isClass(name)) return { kind: 'function' };
  return { kind: 'class', methods: functions(value.prototype, Object.prototype), statics: functions(value, Function.prototype) };
}

/** The names of the functions that an object has, of its own or from its class, up to the prototype `end`. */
function functions(object, end) {
  const found = new Set();
  for (let at = object; at !== null && at !== undefined && at !== end; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) found.add(name);
  }
  found.delete('constructor');
  return [...found].filter((name) => typeof object[name] === 'function');
}

const mapped = (names, make) => Object.fromEntries(names.map((name) => [name, make(name)]));
