//! The attribute macros of `pommel`: `module`, `function`, `class` and `methods`.
//!
//! They turn Rust items into the constants and C functions that describe a module to a host, and
//! nothing more: whatever can be an ordinary function is one, in `pommel::rt`.
//! The items themselves stay as they were written.
//! A mistake is reported at the token where it was made, with what to write instead.
#![forbid(unsafe_code)]

mod class;
mod declaration;
mod function;
mod methods;
mod module;
mod parameters;
mod protocols;
mod text;
mod wrapper;

use proc_macro::TokenStream;

/// Makes a Python module of an inline Rust module.
///
/// Functions with `#[function]` and structs with `#[class]` inside become part of it, `#[export]`
/// on a `use` adds those that stand elsewhere, and a function with `#[init]` runs last.
/// Options: `name = "..."` if the Python name is not that of the Rust module.
#[proc_macro_attribute]
pub fn module(options: TokenStream, item: TokenStream) -> TokenStream {
    expand(module::expand(options.into(), item.into()))
}

/// Makes a Python function of a Rust function.
///
/// Options: `name = "..."`, and `signature = (a, b = 1, /, *args, key = None, **kwargs)` in
/// Python's notation where parameters have defaults or are not both positional and named.
/// A parameter of the type `Ctx` receives the context and is not part of the signature.
#[proc_macro_attribute]
pub fn function(options: TokenStream, item: TokenStream) -> TokenStream {
    expand(function::expand(options.into(), item.into()))
}

/// Makes a Python class of a Rust struct. Its methods stand in one `#[methods] impl`.
///
/// Options: `name = "..."`; `subclass`, so that Python code may inherit from it.
#[proc_macro_attribute]
pub fn class(options: TokenStream, item: TokenStream) -> TokenStream {
    expand(class::expand(options.into(), item.into()))
}

/// Makes the functions of an `impl` the methods of a class.
///
/// Special methods (`__add__`, `__len__`, ...) fill the slots that Python calls.
/// Attributes on functions: `#[new]`, `#[staticmethod]`, `#[classmethod]`, `#[getter]`,
/// `#[setter]`, `#[name = "..."]`, `#[signature(...)]`, and `#[skip]` for a function that Python
/// does not see.
///
/// Option: `operators = Type`, what type checkers are told that operators and comparisons give
/// whose Rust functions return an `Object`, which may be `NotImplemented`.
#[proc_macro_attribute]
pub fn methods(options: TokenStream, item: TokenStream) -> TokenStream {
    expand(methods::expand(options.into(), item.into()))
}

fn expand(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result.unwrap_or_else(syn::Error::into_compile_error).into()
}
