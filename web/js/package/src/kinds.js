// The kinds of types, by their names in a description: each makes a crossing from the crossings of the same memory and the type. And encodings of
// strings.
//
// A bundler takes what is used of it.

import * as flag from './flags.js';
import { handle } from './handle.js';
import * as lists from './list.js';
import * as records from './record.js';
import * as scalar from './scalar.js';
import * as variants from './variant.js';

export { utf16, utf8, compact as 'latin1+utf16' } from './text.js';

export const bool = ({ memory }) => scalar.single(memory, scalar.bool);
export const u8 = ({ memory }) => scalar.single(memory, scalar.u8);
export const s8 = ({ memory }) => scalar.single(memory, scalar.s8);
export const u16 = ({ memory }) => scalar.single(memory, scalar.u16);
export const s16 = ({ memory }) => scalar.single(memory, scalar.s16);
export const u32 = ({ memory }) => scalar.single(memory, scalar.u32);
export const s32 = ({ memory }) => scalar.single(memory, scalar.s32);
export const u64 = ({ memory }) => scalar.single(memory, scalar.u64);
export const s64 = ({ memory }) => scalar.single(memory, scalar.s64);
export const f32 = ({ memory }) => scalar.single(memory, scalar.f32);
export const f64 = ({ memory }) => scalar.single(memory, scalar.f64);
export const char = ({ memory }) => scalar.single(memory, scalar.char);
export const string = ({ memory, encoding }) => lists.text(memory, encoding);
export const list = (all, type) => lists.list(all.memory, all.guest.plan.types[type.of].kind, all.of(type.of));
export const record = (all, type) => records.record(all.named(type.fields));
export const tuple = (all, type) => records.tuple(all.named(type.fields));
export const variant = (all, type) => variants.variant(all.memory, all.named(type.cases), type);
export const option = (all, type) => variants.option(all.memory, all.named(type.cases), type);
export const result = (all, type) => variants.result(all.memory, all.named(type.cases), type);
export const flags = ({ memory }, type) => flag.flags(memory, type.names, type);
export const own = ({ guest, memory }, type) => handle(guest, memory, type);
export const borrow = ({ guest, memory }, type) => handle(guest, memory, type);

const enumeration = ({ memory }, type) => variants.enumeration(memory, type.names, type);
export { enumeration as enum };
