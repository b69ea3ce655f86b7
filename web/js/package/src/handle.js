// Handles: how resources cross, as numbers that the store's tables have.

import { MISMATCH, Trap } from './errors.js';
import { GuestResource, HostResource } from './resources.js';
import { single, u32 } from './scalar.js';

/** The crossing of `own` or `borrow`, as the plan describes it in `type`. */
export function handle(guest, memory, type) {
  const resource = guest.resources.get(type.resource);
  const ways = type.kind === 'own' ? OWN : BORROW;
  const [kind] = [GuestResource, HostResource].filter((Kind) => resource instanceof Kind);
  const { to, from, lend } = kind === GuestResource ? ways.guest(guest, resource, type) : ways.host(guest, resource ?? unknown, type);
  const { put, get } = u32;
  const claimed = (value, path) => (kind === GuestResource ? claim(guest, resource.record(value), type, path) : undefined);
  const wrong = (value, path) => (resource ?? unknown).wrong(value, path) ?? claimed(value, path);
  return {
    ...single(memory, { core: 'i32', to, from, put, get, wrong }),
    // What is given away has to be right before anything is given away.
    moves: type.kind === 'own',
    // Lent handles are given back at the end of the call, which the store has to know of.
    lends: type.kind === 'borrow' && !type.defined,
    borrows: type.kind === 'borrow',
    lend,
  };
}

/** A resource of the engine's own, such as a stream of WASI. */
const unknown = new HostResource(undefined, 'a resource that JavaScript can have');
unknown.has = () => false;

/** Notes that a call has an object at `path`, or says why it cannot: what is given away is nowhere else, and nobody else has it. */
function claim(guest, record, { kind }, path) {
  const isGiven = kind === 'own';
  const { name } = record.resource;
  if (isGiven && !record.owned) return `${path}: expected a ${name} of its own, found one that is lent to it`;
  if (isGiven && record.lends > 0) return `${path}: expected a ${name}, found one that is lent to a call that is under way`;
  const other = guest.claims.get(record);
  if (other !== undefined && (isGiven || other.isGiven)) return `${path}: expected another ${name}, found that of \`${other.path}\``;
  guest.claims.set(record, { path, isGiven });
  return undefined;
}

/** A handle that the guest gives leaves its table; one that is none is the guest's end. */
function taken(guest, table, number) {
  try {
    return guest.instance.takeOwn(table, number);
  } catch (error) {
    throw new Trap(error.message, undefined, error);
  }
}

/** As `taken`, for one that the guest lends. */
function lent(guest, table, number) {
  try {
    return guest.instance.lend(table, number);
  } catch (error) {
    throw new Trap(error.message, undefined, error);
  }
}

const OWN = {
  guest: (guest, resource, { table }) => ({
    to(value) {
      const record = resource.record(value);
      if (record === undefined || record.lends > 0 || !record.owned) throw MISMATCH;
      const number = guest.instance.insertOwn(table, record.rep);
      resource.give(record);
      return number;
    },
    from: (number) => resource.wrap(taken(guest, table, number), true),
  }),
  host: (guest, resource, { table }) => ({
    to(value) {
      if (!resource.has(value)) throw MISMATCH;
      return guest.instance.insertOwn(table, guest.objects.add(value));
    },
    from: (number) => guest.objects.take(taken(guest, table, number)),
  }),
};

function lendFrom(resource, value) {
  const record = resource.record(value);
  if (record === undefined) throw MISMATCH;
  record.lends += 1;
  return record;
}

const BORROW = {
  guest: (guest, resource, { table, defined }) => ({
    /** What an object stands for, which is lent until whoever asks gives it back. */
    lend: (value) => lendFrom(resource, value),
    to(value) {
      const record = lendFrom(resource, value);
      guest.afterwards.push(() => (record.lends -= 1));
      return defined ? record.rep : guest.instance.insertBorrow(table, record.rep);
    },
    from(number) {
      const object = resource.wrap(lent(guest, table, number), false);
      guest.afterwards.push(() => resource.give(resource.record(object) ?? {}));
      return object;
    },
  }),
  host: (guest, resource, { table }) => ({
    to(value) {
      if (!resource.has(value)) throw MISMATCH;
      const number = guest.objects.add(value);
      guest.afterwards.push(() => guest.objects.take(number));
      return guest.instance.insertBorrow(table, number);
    },
    from: (number) => guest.objects.get(lent(guest, table, number)),
  }),
};
