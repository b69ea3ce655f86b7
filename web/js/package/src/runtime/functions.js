// The functions that a component exports.

/** Each by the number of its export, of what stands side by side and in that. */
export function functionsOf(items, found = new Map()) {
  for (const one of items) {
    if (one.func !== undefined) found.set(one.export, one);
    if (one.instance !== undefined) functionsOf(one.instance, found);
  }
  return found;
}
