//! Arrays of other libraries, and memory of other objects.

use pommel::prelude::*;
use pommel_array::Array;

/// An array over the memory of another object, if it has memory of numbers.
pub(crate) fn import(_object: &Object<'_>) -> Result<Option<Array>> {
    Ok(None)
}
