// An instance that the engine makes: what it imports is the engine's WASI, and what the page gives.

import { Guest } from './guest.js';
import { hostCalls } from './import.js';
import { grant } from './wasi.js';

/** Makes an instance of `handle`, the engine's component with the plan `plan`, which imports `found`: `[guest, instance]`. */
export async function linked({ Grants, Instance, Linking, waited }, handle, { plan, found, isAsync, wasi }) {
  const instance = new Instance(grant(new Grants(), wasi));
  const guest = new Guest(instance, plan, isAsync);
  const calls = hostCalls(guest, (path) => found.hostOf(path));
  const linking = isAsync ? waited(calls) : Linking.direct((number) => calls(number).direct(), guest.failed);
  found.define(guest, {
    func: (...names) => linking.func(...names),
    resource: (...resource) => linking.resource(...resource),
  });
  try {
    await instance.instantiate(handle, linking);
  } catch (error) {
    throw guest.startFailure(error);
  } finally {
    linking.free();
  }
  return [guest, instance];
}
