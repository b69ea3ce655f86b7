// Parts of a page, made by calls: whatever is text stays text.

export const byId = (id) => document.getElementById(id);

/** An element with attributes and contents. */
export function element(name, attributes = {}, ...contents) {
  return filled(document.createElement(name), attributes, contents);
}

/** The same of a drawing. */
export function drawn(name, attributes = {}, ...contents) {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, contents);
}

function filled(made, attributes, contents) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...contents.filter((part) => part !== undefined && part !== null));
  return made;
}

/** One child of an element for each item of a list. What is there stays, and so does the focus in it. */
export class Children {
  #parent;
  #key;
  #make;
  #shown = new Map();

  /** `key` tells items apart; `make` gives a `node` and an `update`, which takes the item. */
  constructor(parent, key, make) {
    this.#parent = parent;
    this.#key = key;
    this.#make = make;
  }

  show(items) {
    const before = this.#shown;
    this.#shown = new Map();
    for (const [place, item] of items.entries()) {
      const key = this.#key(item);
      const child = before.get(key) ?? this.#make(item);
      before.delete(key);
      this.#shown.set(key, child);
      child.update(item);
      const there = this.#parent.children[place];
      if (there !== child.node) this.#parent.insertBefore(child.node, there ?? null);
    }
    for (const { node } of before.values()) node.remove();
  }
}
