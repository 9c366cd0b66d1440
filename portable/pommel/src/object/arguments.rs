//! The positional arguments of a call from Rust into Python.

use super::{Object, Sealed};
use crate::{Ctx, IntoPython, Result};
use hpy_abi::HPy;

/// A tuple of up to eight Rust values and handles, or a slice of handles.
pub trait CallArguments: Sealed {
    /// Calls `then` with the raw arguments, behind a receiver if there is one.
    #[doc(hidden)]
    fn with<'c, R>(
        self,
        ctx: Ctx<'c>,
        receiver: Option<&Object<'c>>,
        then: impl FnOnce(&[HPy]) -> Result<R>,
    ) -> Result<R>;
}

/// So many arguments are few.
const FEW: usize = 8;

impl Sealed for &[&Object<'_>] {}
impl CallArguments for &[&Object<'_>] {
    fn with<'c, R>(
        self,
        _ctx: Ctx<'c>,
        receiver: Option<&Object<'c>>,
        then: impl FnOnce(&[HPy]) -> Result<R>,
    ) -> Result<R> {
        let receiver = receiver.map(Object::as_raw);
        let all = receiver.into_iter().chain(self.iter().map(|o| o.as_raw()));
        // Few arguments need no memory of the allocator.
        let mut few = [HPy::NULL; FEW];
        if self.len() < FEW {
            let mut count = 0;
            for (place, argument) in few.iter_mut().zip(all) {
                *place = argument;
                count += 1;
            }
            return then(&few[..count]);
        }
        then(&all.collect::<Vec<HPy>>())
    }
}

macro_rules! tuple_arguments {
    ($($name:ident)*) => {
        impl<$($name: IntoPython),*> Sealed for ($($name,)*) {}
        impl<$($name: IntoPython),*> CallArguments for ($($name,)*) {
            #[inline]
            #[allow(non_snake_case, unused_variables)]
            fn with<'c, R>(
                self,
                ctx: Ctx<'c>,
                receiver: Option<&Object<'c>>,
                then: impl FnOnce(&[HPy]) -> Result<R>,
            ) -> Result<R> {
                let ($($name,)*) = self;
                $(let $name = $name.into_python(ctx)?;)*
                let first = receiver.map_or(HPy::NULL, Object::as_raw);
                let all = [first, $($name.as_raw()),*];
                then(if receiver.is_some() { &all } else { &all[1..] })
            }
        }
    };
}
tuple_arguments!();
tuple_arguments!(A);
tuple_arguments!(A B);
tuple_arguments!(A B C);
tuple_arguments!(A B C D);
tuple_arguments!(A B C D E);
tuple_arguments!(A B C D E F);
tuple_arguments!(A B C D E F G);
tuple_arguments!(A B C D E F G H);
