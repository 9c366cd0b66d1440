//! The tables as data: for printing headers and documentation, for debug and trace modes that wrap
//! every member alike, and for tests.

use crate::types::{CType, Meaning};
use core::fmt;

/// One member of the context.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its place in the table.
    pub index: usize,
    /// Its name, as in C.
    pub name: &'static str,
    /// The function's signature, or `None` for a handle.
    pub function: Option<Function>,
    /// 0 if it is in HPy 0.9.0, 1 if it was appended later.
    pub since: u32,
    /// What it is or does, one sentence.
    pub doc: &'static str,
}

/// The signature of a function member; the context argument is left out.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The arguments after the context.
    pub args: &'static [Arg],
    /// The result.
    pub ret: Type,
}

/// One argument of a function member.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
}

/// A type of the table.
#[derive(Clone, Copy, Debug)]
pub struct Type {
    /// How C spells it.
    pub c: &'static str,
    /// What a generic wrapper does with it.
    pub meaning: Meaning,
}

impl Type {
    const fn of<T: CType>() -> Type {
        Type { c: T::C, meaning: T::MEANING }
    }
}

impl Member {
    /// Bytes from the start of the context.
    pub const fn offset(&self) -> usize {
        crate::offset(self.index)
    }

    /// Bytes from the start of the context of PyPy 7.3.18 to 7.3.23.
    pub const fn offset_pypy73(&self) -> usize {
        crate::offset_pypy73(self.index)
    }
}

/// The member as a field of the C struct: `HPy h_None`, `HPy (*ctx_Dup)(HPyContext *ctx, HPy h)`.
impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(function) = self.function else { return write!(f, "HPy {}", self.name) };
        write!(f, "{}(*{})(HPyContext *ctx", function.ret, self.name)?;
        for arg in function.args {
            // A name that is a keyword in Rust ends in an underscore that C does not need.
            write!(f, ", {}{}", arg.ty, arg.name.trim_end_matches('_'))?;
        }
        f.write_str(")")
    }
}

/// The type as it stands before a name in C: `int `, `void *`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.c)?;
        if self.c.ends_with('*') { Ok(()) } else { f.write_str(" ") }
    }
}

macro_rules! function {
    (handle) => { None };
    (fn ($($arg:ident: $ty:ty),*) -> $ret:ty) => {
        Some(Function {
            args: &[$(Arg { name: stringify!($arg), ty: Type::of::<$ty>() }),*],
            ret: Type::of::<$ret>(),
        })
    };
}

macro_rules! define_members {
    ($($index:literal $name:ident: $kind:ident $(($($arg:ident: $ty:ty),*) -> $ret:ty)?,
       since $minor:literal, $doc:literal;)*) => {
        /// Every member of the context, in order.
        pub const MEMBERS: &[Member] = &[$(Member {
            index: $index,
            name: stringify!($name),
            function: function!($kind $(($($arg: $ty),*) -> $ret)?),
            since: $minor,
            doc: $doc,
        }),*];
    };
}

use crate::types::*;
use core::ffi::c_void;
crate::for_each_member!(define_members);

/// One member of [`crate::ext::Extensions`].
#[derive(Clone, Copy, Debug)]
pub struct Extension {
    /// Its name.
    pub name: &'static str,
    /// Whether it is a fact, whose type is the result of `function`, and not a function.
    pub is_data: bool,
    /// Whether a host of ours may lack it.
    pub is_optional: bool,
    /// The function's signature.
    pub function: Function,
    /// What it is or does.
    pub doc: &'static str,
}

macro_rules! define_extension_list {
    ($($name:ident: $kind:ident ($($arg:ident: $ty:ty),*) -> $ret:ty, $doc:literal;)*) => {
        /// Every member of [`crate::ext::Extensions`], in order.
        pub const EXTENSIONS: &[Extension] = &[$(Extension {
            name: stringify!($name),
            is_data: matches!(stringify!($kind).as_bytes(), b"data"),
            is_optional: matches!(stringify!($kind).as_bytes(), b"maybe"),
            function: Function {
                args: &[$(Arg { name: stringify!($arg), ty: Type::of::<$ty>() }),*],
                ret: Type::of::<$ret>(),
            },
            doc: $doc,
        }),*];
    };
}

use crate::ext::{Allocate, Inline};
crate::for_each_extension!(define_extension_list);

macro_rules! define_inline_list {
    ($($name:ident: $doc:literal;)*) => {
        /// Every fact of [`Inline`], in order: its name and what it is.
        pub const INLINE_FACTS: &[(&str, &str)] = &[$((stringify!($name), $doc)),*];
    };
}
crate::for_each_inline_fact!(define_inline_list);
