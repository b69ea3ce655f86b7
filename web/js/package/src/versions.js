// Versions of interfaces: which serves an import, and which the engine supplies. The rule is Wasmtime's and `amphi-core`'s (`version.rs`).

/** A version, as semantic versioning has them. */
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** The numbers of an interface's version, if it is compatible with others. */
function numbersOf(name) {
  const [, major, minor, patch, pre] = VERSION.exec(name.slice(name.indexOf('@') + 1)) ?? [];
  if (!name.includes('@') || major === undefined || pre !== undefined) return undefined;
  const numbers = [major, minor, patch].map(BigInt);
  const isKnown = numbers.every((number) => BigInt.asUintN(64, number) === number);
  return isKnown && (numbers[0] > 0n || numbers[1] > 0n) ? numbers : undefined;
}

/** An interface with what all versions share that are compatible with it. */
function track(name) {
  const numbers = numbersOf(name);
  if (numbers === undefined) return undefined;
  const [major, minor] = numbers;
  return `${name.slice(0, name.indexOf('@'))}@${major > 0n ? major : `0.${minor}`}`;
}

/** The packages of WASI that the engine has. */
const SUPPLIED = /^wasi:(cli|clocks|filesystem|http|io|random|sockets)\//;

/** Whether the engine supplies an interface where the page gives nothing. The rule is `amphi-core`'s (`wasi.rs`). */
export const isSupplied = (name) => SUPPLIED.test(name) && track(name)?.endsWith('@0.2') === true;

/** The interfaces that a component imports and an engine supplies. */
export const suppliedTo = ({ imports }) => imports.filter(({ name, instance }) => instance?.length > 0 && isSupplied(name)).map(({ name }) => name);

/** Whether it takes HTTP to supply it. */
export const isHttp = (name) => name.startsWith('wasi:http/');

/** The one of `interfaces` that serves a component which imports `wanted`: it itself, or else the latest that is compatible. */
export function serving(wanted, interfaces) {
  if (interfaces.includes(wanted)) return wanted;
  const wantedTrack = track(wanted);
  let latest;
  for (const name of interfaces) {
    const serves = wantedTrack !== undefined && track(name) === wantedTrack;
    if (serves && (latest === undefined || isLater(name, latest))) latest = name;
  }
  return latest;
}

function isLater(one, other) {
  const [numbers, others] = [numbersOf(one), numbersOf(other)];
  const at = numbers.findIndex((number, index) => number !== others[index]);
  return at >= 0 && numbers[at] > others[at];
}
