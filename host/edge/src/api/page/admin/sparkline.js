// A minute of a number as a line, with the number beside it.

import { drawn, element } from './element.js';
import { KEPT } from './history.js';

const WIDTH = 120;
const HEIGHT = 28;
/** So that a line at the edge is not cut off. */
const EDGE = 2;

/** A measure: its name, short and whole, the number now, and the line; `least` is the least that the top of the line stands for. */
export class Sparkline {
  node;
  #name;
  #words;
  #least;
  #now = element('dd');
  #line = drawn('path', { class: 'line' });
  #area = drawn('path', { class: 'area' });
  #point = drawn('circle', { class: 'point', r: 2 });
  #drawing = drawn('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img' }, this.#area, this.#line, this.#point);

  constructor(short, name, kind, words, least) {
    this.#name = name;
    this.#words = words;
    this.#least = least;
    this.node = element('div', { class: `measure ${kind}` }, element('dt', { title: name }, short), this.#now, element('dd', { class: 'drawing' }, this.#drawing));
  }

  show(values) {
    const now = values.at(-1) ?? null;
    const known = values.filter((value) => value !== null);
    const most = Math.max(this.#least, ...known);
    const points = values.map((value, place) => value !== null && at(place + KEPT - values.length, value / most));
    const runs = connected(points);
    this.#now.textContent = this.#words(now);
    this.node.toggleAttribute('data-nothing', !known.some((value) => value > 0));
    this.#line.setAttribute('d', runs.map((run) => `M${run.join('L')}`).join(''));
    this.#area.setAttribute('d', runs.map((run) => `M${run.join('L')}L${run.at(-1)[0]} ${HEIGHT}L${run[0][0]} ${HEIGHT}Z`).join(''));
    const last = points.at(-1);
    this.#point.toggleAttribute('hidden', !last);
    if (last) {
      this.#point.setAttribute('cx', last[0]);
      this.#point.setAttribute('cy', last[1]);
    }
    this.#drawing.setAttribute('aria-label', this.#said(known));
  }

  #said(known) {
    if (!known.length) return `${this.#name}: nothing in the last minute`;
    const [least, most] = [Math.min(...known), Math.max(...known)].map(this.#words);
    return `${this.#name} in the last minute: from ${least} to ${most}`;
  }
}

function at(place, part) {
  const x = EDGE + (place * (WIDTH - 2 * EDGE)) / (KEPT - 1);
  const y = HEIGHT - EDGE - part * (HEIGHT - 2 * EDGE);
  return [x.toFixed(1), y.toFixed(1)];
}

/** The runs of points that are known. */
function connected(points) {
  const runs = [];
  let open = false;
  for (const point of points) {
    if (point && open) runs.at(-1).push(point);
    else if (point) runs.push([point]);
    open = Boolean(point);
  }
  return runs;
}
