// Figures as people read them.

const NONE = '–';
const plain = new Intl.NumberFormat('en');
const rounded = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const chance = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });

export const count = (number) => plain.format(number);

export const rate = (perSecond) => (perSecond === null ? NONE : tenths.format(perSecond));

export const percent = (number) => `${rounded.format(number)} %`;

/** A part of one. What is not nothing does not look like nothing. */
export function share(part) {
  if (part === null) return NONE;
  return part > 0 && part < 0.0005 ? '< 0.1 %' : `${tenths.format(part * 100)} %`;
}

export function time(micros) {
  if (micros === null) return NONE;
  if (micros < 1000) return `${micros} µs`;
  return micros < 1_000_000 ? `${rounded.format(micros / 1000)} ms` : `${rounded.format(micros / 1_000_000)} s`;
}

export const probability = (number) => (number > 0 && number < 0.001 ? number.toExponential(1) : chance.format(number));

/** Digits of a digest that tell it from others, as metrics and logs have them. */
export const short = (digest) => digest.slice(0, 12);

/** What a version is told of by: the version of its interface, if it has one, and digits of its digest. */
export const title = ({ version, digest }) => (version ? `${version} (${short(digest)})` : short(digest));

/** When something was, in the reader's time; the day only if it was another. */
export function moment(at) {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  return today ? date.toLocaleTimeString() : date.toLocaleString();
}
