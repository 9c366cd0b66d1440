//! Native extensions for every Python from one binary, in safe Rust.
//!
//! An extension is an ordinary Rust library whose crate type is `cdylib`. Four attributes make
//! Python things of Rust things: [`module`], [`function`], [`class`] and [`methods`].
//!
//! ```
//! #[pommel::module]
//! mod bank {
//!     use pommel::prelude::*;
//!
//!     /// An account of whole cents.
//!     #[class]
//!     pub struct Account {
//!         cents: i64,
//!     }
//!
//!     #[methods]
//!     impl Account {
//!         #[new]
//!         #[signature(cents = 0)]
//!         fn new(cents: i64) -> Account {
//!             Account { cents }
//!         }
//!
//!         /// What is in the account.
//!         #[getter]
//!         fn cents(&self) -> i64 {
//!             self.cents
//!         }
//!
//!         /// Takes money out.
//!         fn withdraw(&mut self, cents: i64) -> Result<()> {
//!             if cents > self.cents {
//!                 return Err(Error::value_error("not enough money"));
//!             }
//!             self.cents -= cents;
//!             Ok(())
//!         }
//!
//!         fn __add__(&self, other: &Account) -> Account {
//!             Account { cents: self.cents + other.cents }
//!         }
//!     }
//!
//!     /// Calls `rule` with each account and keeps those for which it says yes.
//!     #[function]
//!     fn select<'c>(accounts: &List<'c>, rule: &Object<'c>) -> Result<Vec<Object<'c>>> {
//!         let mut selected = Vec::new();
//!         for account in accounts.iter()? {
//!             let account = account?;
//!             if rule.call((&account,))?.is_true()? {
//!                 selected.push(account);
//!             }
//!         }
//!         Ok(selected)
//!     }
//! }
//!
//! // A test needs no Python.
//! pommel::testing::run!(hpy_mock::Interpreter::new(), bank, |module| {
//!     let account = module.call_method(c"Account", (500,))?;
//!     account.call_method(c"withdraw", (200,))?;
//!     assert_eq!(account.get_attr(c"cents")?.extract::<i64>()?, 300);
//!     assert!(account.call_method(c"withdraw", (301,)).is_err());
//!     Ok(())
//! });
//! ```
//!
//! # What to know
//!
//! * **Handles** ([`Object`], [`List`], [`Str`] and so on) live no longer than the call that made
//!   them, which their lifetime says. What has to stay goes into a [`Field`] of a class.
//! * **The context** ([`Ctx`]) is permission to use Python. A function that makes objects takes one
//!   as a parameter, or takes that of an object by [`Object::ctx`].
//! * **Arguments** are whatever implements [`Argument`], results whatever implements [`Output`]: the
//!   numbers, texts and containers of Rust, handles, and classes of the extension.
//! * **Errors** ([`Error`]) are exceptions on their way, as values: `?` passes them on, a panic
//!   becomes a `RuntimeError`.
//! * **Borrows**: a method takes `&self` or `&mut self`, and Python code that gets in between meets
//!   a `RuntimeError` instead of a second `&mut`. A method that calls back into Python and must be
//!   entered again takes `&Instance<'_, Self>` ([`Instance`]) and borrows for itself.
//! * **Threads**: a class is `Send + Sync`, because any thread may use it. [`Ctx::detach`] lets
//!   others run Python meanwhile.

extern crate self as pommel;

mod buffer;
mod capsule;
mod class;
mod convert;
mod ctx;
pub mod datetime;
#[cfg(feature = "host")]
#[doc(hidden)]
pub mod door;
mod error;
pub mod held;
mod object;
#[doc(hidden)]
pub mod raw;
#[doc(hidden)]
pub mod rt;
mod stub;
pub mod testing;
mod view;

pub use buffer::{Buffer, Element};
pub use capsule::{Capsule, Destroy};
pub use class::{Class, Field, Instance, Methods, Ref, RefMut, Traverse, Visitor, type_object};
#[doc(hidden)]
pub use class::{ClassCell, new_instance};
pub use convert::{Argument, FromPython, IntoPython, Output};
pub use ctx::Ctx;
pub use error::{Error, Exception, Result, exception};
pub use hpy_abi::CmpOp;
pub use object::{
    Bool, Borrowed, Bytes, CallArguments, Complex, Dict, Float, FrozenSet, Int, Items, Kind, List,
    Module, Name, Object, Set, Slice, Str, Tuple, Type, Values, WeakRef,
};
pub use pommel_macros::{class, function, methods, module};
pub use rt::Args;
pub use stub::Annotation;
pub use view::{View, ViewMut};

/// What an extension usually needs: `use pommel::prelude::*;`.
pub mod prelude {
    pub use crate::{
        Args, Bool, Buffer, Bytes, Complex, Ctx, Dict, Error, Field, Float, FromPython, FrozenSet,
        Instance, Int, IntoPython, List, Module, Object, Result, Set, Slice, Str, Tuple, Type,
        View, ViewMut, WeakRef, class, exception, function, methods, module,
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
    #[doc = include_str!("../../../docs/how-to/type-stubs.md")]
    mod type_stubs {}
    #[doc = include_str!("../../../docs/reference/context-members.md")]
    mod context_members {}
    #[doc = include_str!("../../../docs/reference/safe-api.md")]
    mod safe_api {}
}
