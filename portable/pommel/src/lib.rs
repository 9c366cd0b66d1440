//! Native extensions for every Python from one binary, in safe Rust.
#![doc = "(The module documentation is completed with the macros.)"]

extern crate self as pommel;

mod buffer;
mod class;
mod convert;
mod ctx;
#[cfg(feature = "host")]
#[doc(hidden)]
pub mod door;
mod error;
mod object;
#[doc(hidden)]
pub mod raw;
#[doc(hidden)]
pub mod rt;
pub mod testing;

pub use buffer::{Buffer, Element};
pub use class::{Class, Field, Instance, Methods, Ref, RefMut, Traverse, Visitor, type_object};
#[doc(hidden)]
pub use class::{ClassCell, new_instance};
pub use convert::{Argument, FromPython, IntoPython, Output};
pub use ctx::Ctx;
pub use error::{Error, Exception, Result, exception};
pub use object::{
    Borrowed, Bytes, CallArguments, Dict, Items, Kind, List, Module, Name, Object, Slice, Str,
    Tuple, Type,
};
pub use pommel_macros::{class, function, methods, module};
pub use rt::Args;

/// What an extension usually needs: `use pommel::prelude::*;`.
pub mod prelude {
    pub use crate::{
        Args, Buffer, Bytes, Ctx, Dict, Error, Field, FromPython, Instance, IntoPython, List,
        Module, Object, Result, Slice, Str, Tuple, Type, class, exception, function, methods,
        module,
    };
}

/// The pages of the repository that show Rust: their examples are documentation tests.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../../README.md")]
    mod readme {}
    #[doc = include_str!("../../../docs/tutorial/first-extension.md")]
    mod first_extension {}
    #[doc = include_str!("../../../docs/how-to/from-pyo3.md")]
    mod from_pyo3 {}
    #[doc = include_str!("../../../docs/reference/safe-api.md")]
    mod safe_api {}
}
