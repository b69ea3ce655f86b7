//! The `flags!` macro: a Rust type for a WIT `flags` type.
//!
//! Wasmtime's own `flags!` is a procedural macro that always resolves through a crate called
//! `wasmtime`, and takes no other path. This one takes the path of the crate to resolve through as
//! its first tokens, so that one expansion serves both hosts: it uses nothing but names that
//! `wasmtime::component::__internal` and that of `amphi-web` have in common.
//!
//! The value is kept as 32-bit words whatever the size of the flags in the canonical ABI; lifting
//! and lowering go through the integer of that size, so that bits which no flag names are treated
//! as the integer's own rules say.

/// Expands to a type for a WIT `flags` type: `__flags! { (path::to::crate) Name { #[component(name
/// = "a")] const A; } }`.
///
/// The first group is the path of the crate with `component::__internal`; what follows is what
/// `wasmtime::component::flags!` takes.
#[doc(hidden)]
#[macro_export]
macro_rules! __flags {
    // The name of a flag in WIT: that of its `component` attribute, else its own.
    (@name $flag:ident) => { ::core::stringify!($flag) };
    (@name $flag:ident #[component(name = $name:literal)] $($rest:tt)*) => { $name };
    (@name $flag:ident #[$($other:tt)*] $($rest:tt)*) => { $crate::__flags!(@name $flag $($rest)*) };

    (@count $($flag:ident)*) => { <[&'static str]>::len(&[$(::core::stringify!($flag)),*]) };

    (@words $($flag:ident)*) => { usize::div_ceil($crate::__flags!(@count $($flag)*), 32) };

    (($($krate:tt)+) $name:ident { $($(#[$($attr:tt)*])* const $flag:ident);* $(;)? }) => {
        #[doc = ::core::concat!("The flags `", ::core::stringify!($name), "`.")]
        #[derive(::core::clone::Clone, ::core::marker::Copy)]
        pub struct $name {
            #[doc(hidden)]
            __bits: [u32; $crate::__flags!(@words $($flag)*)],
        }

        const _: () = {
            use $($krate)+::component::{
                __internal, ComponentType as __ComponentType, Lift as __Lift, Lower as __Lower,
            };
            use $($krate)+::{Result as __Result, ValRaw as __ValRaw};

            const __COUNT: usize = $crate::__flags!(@count $($flag)*);
            const __WORDS: usize = $crate::__flags!(@words $($flag)*);

            // The integer that carries a word in the canonical ABI.
            const __WIDTH: usize = if __COUNT <= 8 { 1 } else if __COUNT <= 16 { 2 } else { 4 };
            struct __Width<const WIDTH: usize>;
            trait __Carrier {
                type Int;
                const TYPE: __internal::InterfaceType;
            }
            impl __Carrier for __Width<1> {
                type Int = u8;
                const TYPE: __internal::InterfaceType = __internal::InterfaceType::U8;
            }
            impl __Carrier for __Width<2> {
                type Int = u16;
                const TYPE: __internal::InterfaceType = __internal::InterfaceType::U16;
            }
            impl __Carrier for __Width<4> {
                type Int = u32;
                const TYPE: __internal::InterfaceType = __internal::InterfaceType::U32;
            }
            type __Int = <__Width<__WIDTH> as __Carrier>::Int;
            const __TYPE: __internal::InterfaceType = <__Width<__WIDTH> as __Carrier>::TYPE;

            #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "named as the flags are")]
            enum __Flag { $($flag),* }

            #[allow(dead_code, reason = "there may be no flags")]
            const fn __bit(flag: usize) -> $name {
                let mut bits = [0; __WORDS];
                bits[flag / 32] = 1 << (flag % 32);
                $name { __bits: bits }
            }

            // The bits of word `index` that a flag names.
            const fn __named(index: usize) -> u32 {
                let left = __COUNT - 32 * index;
                if left >= 32 { u32::MAX } else { (1 << left) - 1 }
            }

            impl $name {
                $(
                    #[doc = ::core::concat!("The flag `", $crate::__flags!(@name $flag $(#[$($attr)*])*), "`.")]
                    pub const $flag: Self = __bit(__Flag::$flag as usize);
                )*

                /// The flags as 32-bit words, the first flag in the lowest bit of the first word.
                pub fn as_array(&self) -> [u32; __WORDS] {
                    self.__bits
                }

                /// No flag.
                pub fn empty() -> Self {
                    Self { __bits: [0; __WORDS] }
                }

                /// Every flag.
                pub fn all() -> Self {
                    !Self::empty()
                }

                /// Whether every flag of `other` is set.
                pub fn contains(&self, other: Self) -> bool {
                    *self & other == other
                }

                /// Whether some flag of `other` is set.
                pub fn intersects(&self, other: Self) -> bool {
                    *self & other != Self::empty()
                }

                fn __zip(self, other: Self, operation: fn(u32, u32) -> u32) -> Self {
                    let mut bits = self.__bits;
                    for (word, other) in bits.iter_mut().zip(other.__bits) {
                        *word = operation(*word, other);
                    }
                    Self { __bits: bits }
                }
            }

            impl ::core::default::Default for $name {
                fn default() -> Self {
                    Self::empty()
                }
            }

            impl ::core::cmp::PartialEq for $name {
                fn eq(&self, other: &Self) -> bool {
                    let mut words = self.__bits.iter().zip(&other.__bits).enumerate();
                    words.all(|(index, (a, b))| (a ^ b) & __named(index) == 0)
                }
            }

            impl ::core::cmp::Eq for $name {}

            impl ::core::fmt::Debug for $name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    __internal::format_flags(&self.__bits, &[$(::core::stringify!($flag)),*], f)
                }
            }

            impl ::core::ops::BitOr for $name {
                type Output = Self;

                fn bitor(self, other: Self) -> Self {
                    self.__zip(other, |a, b| a | b)
                }
            }

            impl ::core::ops::BitOrAssign for $name {
                fn bitor_assign(&mut self, other: Self) {
                    *self = *self | other;
                }
            }

            impl ::core::ops::BitAnd for $name {
                type Output = Self;

                fn bitand(self, other: Self) -> Self {
                    self.__zip(other, |a, b| a & b)
                }
            }

            impl ::core::ops::BitAndAssign for $name {
                fn bitand_assign(&mut self, other: Self) {
                    *self = *self & other;
                }
            }

            impl ::core::ops::BitXor for $name {
                type Output = Self;

                fn bitxor(self, other: Self) -> Self {
                    self.__zip(other, |a, b| a ^ b)
                }
            }

            impl ::core::ops::BitXorAssign for $name {
                fn bitxor_assign(&mut self, other: Self) {
                    *self = *self ^ other;
                }
            }

            impl ::core::ops::Not for $name {
                type Output = Self;

                fn not(self) -> Self {
                    Self { __bits: self.__bits.map(|word| !(word as __Int) as u32) }
                }
            }

            // SAFETY: `Lower` is an array of `ValRaw`, one for each word, as the canonical ABI
            // flattens flags.
            unsafe impl __ComponentType for $name {
                type Lower = [__ValRaw; __WORDS];

                const ABI: __internal::CanonicalAbiInfo = __internal::CanonicalAbiInfo::flags(__COUNT);
                const MAY_REQUIRE_REALLOC: bool = false;

                fn typecheck(
                    ty: &__internal::InterfaceType,
                    types: &__internal::InstanceType<'_>,
                ) -> __Result<()> {
                    let names = [$($crate::__flags!(@name $flag $(#[$($attr)*])*)),*];
                    __internal::typecheck_flags(ty, types, &names)
                }
            }

            // SAFETY: every `ValRaw` of `dst`, and every byte of the flags in memory, is written,
            // or the error returned.
            unsafe impl __Lower for $name {
                fn linear_lower_to_flat<T>(
                    &self,
                    cx: &mut __internal::LowerContext<'_, T>,
                    _ty: __internal::InterfaceType,
                    dst: &mut ::core::mem::MaybeUninit<<Self as __ComponentType>::Lower>,
                ) -> __Result<()> {
                    for (index, word) in self.__bits.iter().enumerate() {
                        let dst = __internal::map_maybe_uninit!(dst[index]);
                        __Lower::linear_lower_to_flat(&(*word as __Int), cx, __TYPE, dst)?;
                    }
                    ::core::result::Result::Ok(())
                }

                fn linear_lower_to_memory<T>(
                    &self,
                    cx: &mut __internal::LowerContext<'_, T>,
                    _ty: __internal::InterfaceType,
                    offset: usize,
                ) -> __Result<()> {
                    for (index, word) in self.__bits.iter().enumerate() {
                        let offset = offset + index * __WIDTH;
                        __Lower::linear_lower_to_memory(&(*word as __Int), cx, __TYPE, offset)?;
                    }
                    ::core::result::Result::Ok(())
                }
            }

            // SAFETY: every bit pattern is a valid value.
            unsafe impl __Lift for $name {
                fn linear_lift_from_flat(
                    cx: &mut __internal::LiftContext<'_>,
                    _ty: __internal::InterfaceType,
                    src: &<Self as __ComponentType>::Lower,
                ) -> __Result<Self> {
                    let mut flags = Self::empty();
                    for (word, src) in flags.__bits.iter_mut().zip(src) {
                        *word = <__Int as __Lift>::linear_lift_from_flat(cx, __TYPE, src)? as u32;
                    }
                    ::core::result::Result::Ok(flags)
                }

                fn linear_lift_from_memory(
                    cx: &mut __internal::LiftContext<'_>,
                    _ty: __internal::InterfaceType,
                    bytes: &[u8],
                ) -> __Result<Self> {
                    let mut flags = Self::empty();
                    for (word, bytes) in flags.__bits.iter_mut().zip(bytes.chunks_exact(__WIDTH)) {
                        *word = <__Int as __Lift>::linear_lift_from_memory(cx, __TYPE, bytes)? as u32;
                    }
                    ::core::result::Result::Ok(flags)
                }
            }
        };
    };
}
