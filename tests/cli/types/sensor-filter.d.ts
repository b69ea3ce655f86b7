// Made by `amphi types`, which overwrites this file.

/** What the number of a reading stands for. */
export type Unit =
  | { tag: 'celsius' }
  | { tag: 'hectopascal' }
  | { tag: 'percent' }
  /** Any other unit, by its name. */
  | { tag: 'other'; val: string };

/** One reading of one sensor. */
export interface Reading {
  /** Which sensor took the reading. Must not be empty. */
  sensor: string;
  /** When, in milliseconds since the start of 1970 (UTC). */
  timestamp: bigint;
  /** What was read. Must be finite. */
  value: number;
  /** The unit of `value`. A sensor keeps its unit throughout one run. */
  unit: Unit;
  /** Names and values that the source attached. The filter does not look at them. */
  tags: [string, string][];
  /** How far the sensor trusts the reading, from 0 to 1. Readings below 0.25 are ignored. */
  quality?: number | undefined;
}

/** What is wrong with a reading. */
export type Problem =
  /** The id of the sensor is empty. */
  | { tag: 'missing-sensor' }
  /** The value is an infinity or not a number. */
  | { tag: 'not-finite' }
  /** The unit differs from that of the sensor's first reading, which is given here. */
  | { tag: 'unit-changed'; val: Unit }
  /** The quality, given here, is not within 0 and 1. */
  | { tag: 'quality-out-of-range'; val: number };

/** A reading that cannot be accepted. */
export interface Fault {
  /** The position of the reading in the input, from 0. */
  index: number;
  /** The sensor that the reading names. */
  sensor: string;
  /** What is wrong. */
  problem: Problem;
}

/** Why there is no report. */
export type FilterError =
  /** There are no readings at all. */
  | { tag: 'empty' }
  /** A reading is invalid. The first one is given. */
  | { tag: 'invalid'; val: Fault };

/** A reading that was dropped. */
export interface Outlier {
  /** The position of the reading in the input, from 0. */
  index: number;
  /** The sensor that took it. */
  sensor: string;
  /** What was read. */
  value: number;
  /** The median of the readings around it. */
  expected: number;
  /** How many times the usual deviation the value lies from `expected`. */
  score: number;
}

/** What is left of one sensor's readings. */
export interface Summary {
  /** The sensor. */
  sensor: string;
  /** The unit of the numbers below. */
  unit: Unit;
  /** How many readings were kept. */
  kept: number;
  /** How many were dropped as outliers. */
  dropped: number;
  /** How many were ignored for their low quality. */
  ignored: number;
  /** The first and the last timestamp among the readings kept. */
  span: [bigint, bigint];
  /** The least value kept. */
  minimum: number;
  /** The greatest value kept. */
  maximum: number;
  /** The arithmetic mean of the values kept. */
  mean: number;
  /** Their median. */
  median: number;
}

/** The result of one run. */
export interface Report {
  /** One summary per sensor that has readings left, in the order of their ids. */
  summaries: Summary[];
  /** What was dropped, in the order of the input. */
  outliers: Outlier[];
}

/**
 * `demo:sensor/filter@1.0.0`
 *
 * The filter and the types it works on.
 */
export interface Filter {
  /**
   * Filters `readings`, which may come in any order.
   *
   * The rule for outliers: take a sensor's readings in the order of time, and for each of them the window of the 31
   * readings nearest to it (fewer when the sensor has fewer). With `m` the median of the window and `d` the median of the
   * distances from `m`, the score of a value `x` is `|x - m| / (1.4826 * d)`. If `d` is 0, the divisor is 1.2533 times the
   * mean of those distances; if that is 0 too, so is the score. A reading whose score is above 3.5 is dropped.
   * A window of fewer than five readings says too little: then nothing is dropped.
   *
   * @throws an error whose `payload` is `FilterError`
   */
  run(readings: Reading[]): Report;
}
