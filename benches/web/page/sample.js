// Times operations: each is run in batches that are long enough for the clock, and one sample of each is taken in turn, so that
// whatever else the machine does meets all of them alike.

/** How long to measure. */
export const THOROUGH = { samples: 31, batch: 10, warmUp: 600 };
/** The least that gives figures worth looking at. */
export const QUICK = { samples: 15, batch: 5, warmUp: 250 };

/** What a batch may be short by before it is made longer and measured again. */
const TOLERANCE = 0.9;

/** No clock is finer than this. */
const round = (nanoseconds) => Math.round(nanoseconds * 1000) / 1000;

/** Runs a batch and gives the milliseconds it took. */
async function time(operation, times) {
  const start = performance.now();
  const pending = operation.run(times);
  if (pending instanceof Promise) await pending;
  return performance.now() - start;
}

/** Lets the page do what it has put off. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 0));

/** How many times make a batch: at least `batch` milliseconds, once the engine has compiled what it runs often. */
async function calibrate(operation, { batch, warmUp }) {
  const end = performance.now() + warmUp;
  let times = 1;
  for (;;) {
    const took = await time(operation, times);
    if (took < batch / 8) times *= 4;
    else if (took < batch * 1.1) times = Math.ceil((times * batch * 1.25) / took);
    else if (performance.now() > end) return times;
    await pause();
  }
}

/** One sample: nanoseconds for each time. */
async function sample(operation, plan, batch) {
  for (;;) {
    await pause();
    const took = await time(operation, plan.times);
    if (took >= batch * TOLERANCE) return round((took * 1e6) / plan.times);
    plan.times = Math.ceil((plan.times * batch * 1.25) / Math.max(took, 0.1));
  }
}

/** Measures every operation, a `{ run(times) }` each, and gives `{ times, samples }` for each. `tell` hears how far it is. */
export async function measure(operations, settings, tell) {
  const plans = [];
  for (const operation of operations) {
    tell(`Warming up: ${operation.title}.`);
    plans.push({ times: await calibrate(operation, settings), samples: [] });
  }
  for (let round = 1; round <= settings.samples; round++) {
    tell(`Round ${round} of ${settings.samples}.`);
    for (const [index, operation] of operations.entries()) {
      const plan = plans[index];
      plan.samples.push(await sample(operation, plan, settings.batch));
    }
  }
  return plans;
}

/** The median, the least and the most. */
export function summary(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = round((sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2);
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}
