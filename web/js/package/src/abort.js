// Giving up what takes a while.

/** What `work` gives, unless `signal` is quicker. */
export async function orAborted(work, signal) {
  if (signal === undefined) return work;
  let stop;
  const aborted = new Promise((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
