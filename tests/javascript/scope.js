// Service workers: when one answers, and a page in its scope.

/** Waits until a service worker answers. */
export async function activated(registration) {
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  await new Promise((resolve, reject) => {
    const look = () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('the service worker could not be installed'));
    };
    worker.addEventListener('statechange', look);
    look();
  });
}

/** A frame with a page in the scope, whose address a service worker has answered. */
export function opened(address) {
  const frame = document.createElement('iframe');
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  frame.src = address;
  document.body.append(frame);
  return loaded.then(() => frame);
}
