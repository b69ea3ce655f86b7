//! How a host function's implementation gets from the store's data to its own.

use std::marker::PhantomData;

/// Names the data that the implementation of an interface works on.
///
/// Bindings generate `add_to_linker::<T, D>(linker, fn(&mut T) -> D::Data<'_>)`, where `T` is the
/// store's data and `D` implements this trait. `D` is never a value: it only says which type, with
/// which lifetime, the function projects to.
///
/// When the projection is to a plain `&mut U`, [`HasSelf<U>`] is the `D` to use. When it is to a
/// type that borrows several parts of the store's data, an empty type of one's own is:
///
/// ```text
/// struct Clock;
///
/// impl HasData for Clock {
///     type Data<'a> = ClockView<'a>;
/// }
///
/// clock::add_to_linker::<_, Clock>(&mut linker, |state| ClockView {
///     time: &mut state.time,
///     table: &mut state.table,
/// })?;
/// ```
pub trait HasData: 'static {
    /// What the projection gives, borrowed from the store's data.
    type Data<'a>;
}

/// The [`HasData`] whose data is `&mut T`.
pub struct HasSelf<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized + 'static> HasData for HasSelf<T> {
    type Data<'a> = &'a mut T;
}
