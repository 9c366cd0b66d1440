//! Errors in both directions.

use pommel::prelude::*;
use std::fmt;

/// The integer in a text: an error of Rust's own becomes an exception.
#[function]
pub fn parse(text: &str) -> Result<i64> {
    Ok(text.trim().parse()?)
}

#[function]
pub fn read_file(path: &str) -> Result<String> {
    Ok(std::fs::read_to_string(path)?)
}

/// An error type of the extension's own.
#[derive(Debug)]
pub enum Trouble {
    Small(u8),
    Large,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Small(size) => write!(f, "trouble of size {size}"),
            Trouble::Large => f.write_str("large trouble"),
        }
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Error {
        match trouble {
            Trouble::Small(_) => Error::value_error(trouble.to_string()),
            Trouble::Large => Error::overflow_error(trouble.to_string()),
        }
    }
}

fn troubled(size: u8) -> Result<u8, Trouble> {
    match size {
        0 => Ok(0),
        1..10 => Err(Trouble::Small(size)),
        _ => Err(Trouble::Large),
    }
}

/// Both kinds of errors in one function, and a `Result` with an error of its own.
#[function]
pub fn handled(text: &str) -> Result<u8, Error> {
    let size = text.parse()?;
    Ok(troubled(size)?)
}

/// A class whose constructor may refuse, with an error type of its own.
#[class]
pub struct Fussy {
    size: u8,
}

#[methods]
impl Fussy {
    #[new]
    fn new(size: u8) -> Result<Fussy, Trouble> {
        troubled(size).map(|size| Fussy { size })
    }

    fn size(&self) -> Result<u8, Trouble> {
        troubled(self.size)
    }
}

/// Raises one of the built-in exceptions.
#[function]
pub fn raise_builtin(name: &str) -> Result<()> {
    Err(match name {
        "ArithmeticError" => Error::arithmetic_error(name),
        "AssertionError" => Error::assertion_error(name),
        "AttributeError" => Error::attribute_error(name),
        "BufferError" => Error::buffer_error(name),
        "EOFError" => Error::eof_error(name),
        "FileNotFoundError" => Error::file_not_found_error(name),
        "FloatingPointError" => Error::floating_point_error(name),
        "ImportError" => Error::import_error(name),
        "IndexError" => Error::index_error(name),
        "KeyError" => Error::key_error(name),
        "KeyboardInterrupt" => Error::keyboard_interrupt(name),
        "LookupError" => Error::lookup_error(name),
        "MemoryError" => Error::memory_error(name),
        "NameError" => Error::name_error(name),
        "NotImplementedError" => Error::not_implemented_error(name),
        "OSError" => Error::os_error(name),
        "OverflowError" => Error::overflow_error(name),
        "RecursionError" => Error::recursion_error(name),
        "ReferenceError" => Error::reference_error(name),
        "RuntimeError" => Error::runtime_error(name),
        "StopIteration" => Error::stop_iteration(name),
        "SystemError" => Error::system_error(name),
        "TimeoutError" => Error::timeout_error(name),
        "TypeError" => Error::type_error(name),
        "UnicodeError" => Error::unicode_error(name),
        "ValueError" => Error::value_error(name),
        "ZeroDivisionError" => Error::zero_division_error(name),
        _ => return Ok(()),
    })
}

/// Raises whatever it is given.
#[function]
pub fn raise_object(exception: &Object<'_>) -> Result<()> {
    Err(Error::from_value(exception))
}

/// Adds the module's own exceptions.
pub fn add_exceptions(module: &Module<'_>) -> Result<()> {
    let ctx = module.ctx();
    let base = exception::ValueError.type_object(ctx);
    let error = Type::new_exception(ctx, c"kitchen_sink.SinkError", &base)?;
    let leak = Type::new_exception(ctx, c"kitchen_sink.LeakError", &error)?;
    module.add(c"SinkError", &error)?;
    module.add(c"LeakError", &leak)
}

/// Raises an exception of the module's own type.
#[function]
pub fn own_exception(ctx: Ctx<'_>, name: &str, value: &Object<'_>) -> Result<()> {
    let module = ctx.import(c"kitchen_sink")?;
    let type_ = module.get_attr(name)?;
    Err(Error::raise(type_.cast::<Type<'_>>()?, value))
}

/// `raise KeyError("outer") from <what the callback raised>`.
#[function]
pub fn caused(ctx: Ctx<'_>, callback: &Object<'_>) -> Result<()> {
    match callback.call(()) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::key_error("outer").caused_by(ctx, error)),
    }
}

/// `raise ValueError("outer") from OSError("inner")`, both made by Rust.
#[function]
pub fn caused_by_own(ctx: Ctx<'_>) -> Result<()> {
    Err(Error::value_error("outer").caused_by(ctx, Error::os_error("inner")))
}

/// Two errors at once: the second one is reported, the first dropped.
#[function]
pub fn second_of_two<'c>(first: &Object<'c>, second: &Object<'c>) -> Result<Object<'c>> {
    let first = first.call(());
    let second = second.call(());
    first.or(second)
}

/// Whether both callbacks failed; two errors are held at once and dropped in the order they came.
#[function]
pub fn both_failed(first: &Object<'_>, second: &Object<'_>) -> bool {
    let (first, second) = (first.call(()), second.call(()));
    first.is_err() && second.is_err()
}

/// Calls `cleanup` while it holds the error of `work`, and reports that one.
#[function]
pub fn cleanup_after_error<'c>(work: &Object<'c>, cleanup: &Object<'c>) -> Result<Object<'c>> {
    match work.call(()) {
        Ok(value) => Ok(value),
        Err(error) => {
            cleanup.call(())?;
            Err(error)
        }
    }
}

/// What Rust sees of an exception, and whether it is of some types.
#[function]
pub fn error_text(
    ctx: Ctx<'_>,
    callback: &Object<'_>,
    type_: &Type<'_>,
) -> Option<(String, bool, bool)> {
    let error = callback.call(()).err()?;
    let text = error.to_string();
    Some((text, error.is(ctx, exception::LookupError), error.is_instance_of(type_)))
}

#[function]
pub fn panics(index: usize) -> u8 {
    [1, 2, 3][index]
}

#[function]
pub fn panics_with_text(text: &str) -> bool {
    panic!("{text}")
}

/// Issues a `UserWarning`.
#[function]
pub fn warn(ctx: Ctx<'_>) -> Result<()> {
    ctx.warn(c"UserWarning", c"this is only a test", 1)
}
