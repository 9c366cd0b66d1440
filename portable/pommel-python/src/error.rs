//! The engine's errors as Python's exceptions.

use pommel::Error;
use pommel_array::{Error as Engine, Scalar};

/// The exception that NumPy's users expect of an error.
pub(crate) fn raised(error: Engine) -> Error {
    let text = error.to_string();
    match error {
        Engine::OutOfBounds { .. }
        | Engine::TooManyIndices { .. }
        | Engine::TwoEllipses
        | Engine::IndexShapes { .. }
        | Engine::IndexType { .. }
        | Engine::MaskShape { .. } => Error::index_error(text),
        Engine::Cast { .. } | Engine::NoKernel { .. } => Error::type_error(text),
        Engine::OutOfMemory { .. } => Error::memory_error(text),
        Engine::ScalarRange { value: Scalar::Float(value), .. } if value.is_nan() => {
            Error::value_error(text)
        }
        Engine::ScalarRange { .. } => Error::overflow_error(text),
        Engine::Axis { .. } => Error::of_class(c"pommel.exceptions", c"AxisError", text),
        Engine::LinAlg(_) => Error::of_class(c"pommel.linalg", c"LinAlgError", text),
        _ => Error::value_error(text),
    }
}

/// The result with the error as an exception.
pub(crate) trait Raise<T> {
    fn raise(self) -> pommel::Result<T>;
}

impl<T> Raise<T> for pommel_array::Result<T> {
    #[inline]
    fn raise(self) -> pommel::Result<T> {
        self.map_err(raised)
    }
}
