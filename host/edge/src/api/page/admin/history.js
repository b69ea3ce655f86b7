// The last minute of each version: what the API tells of now, kept.

/** How many looks are kept: a minute, at one a second. */
export const KEPT = 60;
/** Beyond this many milliseconds between two looks nobody knows what was. */
const GAP = 3000;

export class History {
  #versions = new Map();
  #at = null;

  /** Takes a look at all functions down. */
  take({ at, functions }) {
    const passed = this.#at === null ? null : at - this.#at;
    this.#at = at;
    const before = this.#versions;
    this.#versions = new Map();
    for (const { name, versions } of functions) {
      for (const version of versions) {
        const key = keyOf(name, version);
        const kept = before.get(key) ?? { total: null, series: { rate: [], failed: [], p50: [], p99: [] } };
        add(kept, version, passed);
        this.#versions.set(key, kept);
      }
    }
  }

  /** Lists of numbers, the latest last; null where nothing is known. */
  of(name, version) {
    return this.#versions.get(keyOf(name, version)).series;
  }
}

const keyOf = (name, { digest }) => `${name} ${digest}`;

function add(kept, { outcomes, recent }, passed) {
  const total = Object.values(outcomes).reduce((sum, calls) => sum + calls, 0);
  // A server that began anew counts from nothing.
  const known = kept.total !== null && passed > 0 && total >= kept.total;
  const rate = known ? ((total - kept.total) * 1000) / passed : null;
  kept.total = total;
  if (passed > GAP) push(kept.series, { rate: null, failed: null, p50: null, p99: null });
  push(kept.series, {
    rate,
    failed: recent.calls > 0 ? recent.failed / recent.calls : null,
    p50: recent.p50_micros,
    p99: recent.p99_micros,
  });
}

function push(series, values) {
  for (const [name, value] of Object.entries(values)) {
    series[name].push(value);
    if (series[name].length > KEPT) series[name].shift();
  }
}
