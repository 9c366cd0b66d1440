//! Arrays of other libraries, and memory of other objects, both ways and without a copy.
//!
//! Unsafe code of this crate lives in this folder alone. Its laws:
//!
//! * Memory of others becomes an array together with its owner, which keeps it in place: an export, an
//!   object, or a tensor of DLPack. Whether it may be written is what its owner says.
//! * Memory of ours goes out together with an [`Export`], which keeps it in place and, if others may
//!   write there, tells the engine so until it is dropped.

mod buffer;
mod dlpack;
mod format;
mod interface;
pub(crate) mod numbers;

pub(crate) use buffer::{export, frombuffer, hold, native_format};
pub(crate) use dlpack::{device, from_dlpack, give};
pub(crate) use interface::interface;

use crate::error::Raise;
use core::any::Any;
use core::ptr::NonNull;
use pommel::prelude::*;
use pommel_array::npy::{ByteOrder, Header};
use pommel_array::{Array, DType, Order};

/// An array over the memory of another object, if it has memory of numbers.
///
/// Texts, `None` and dicts, of which lists are full that are no arrays, are told apart by their type;
/// every other object is asked for a buffer, then for what libraries of arrays offer.
pub(crate) fn import(object: &Object<'_>) -> Result<Option<Array>> {
    if object.is_none() || object.is_a::<Str>() || object.is_a::<Dict>() {
        return Ok(None);
    }
    if let Some(array) = buffer::import(object)? {
        return Ok(Some(array));
    }
    if object.is_a::<Type>() {
        // A class has the methods of its instances, and none of their memory.
        return Ok(None);
    }
    if let Some(array) = interface::import(object)? {
        return Ok(Some(array));
    }
    if object.has_attr(c"__dlpack__") && object.has_attr(c"__dlpack_device__") {
        return from_dlpack(object, None, None).map(Some);
    }
    if object.has_attr(c"__array__") {
        let array = object.call_method(c"__array__", ())?;
        return match buffer::import(&array)? {
            Some(array) => Ok(Some(array)),
            None => interface::import(&array),
        };
    }
    Ok(None)
}

/// Whether an operator leaves the answer to the other operand: an array of a library that handles
/// NumPy's functions itself, such as one of dask, or a kind of NumPy's arrays with rules of its own.
pub(crate) fn is_left_to(other: &Object<'_>) -> bool {
    let Ok(method) = other.type_().get_attr(c"__array_ufunc__") else { return false };
    if method.is_none() {
        return true;
    }
    // Masked arrays and matrices are more than their elements.
    let priority = other.get_attr(c"__array_priority__").and_then(|p| p.extract::<f64>());
    if priority.is_ok_and(|priority| priority > 0.0) {
        return true;
    }
    // NumPy's own arrays and numbers have the method of `ndarray`.
    let home = method.get_attr(c"__objclass__").and_then(|class| class.get_attr(c"__module__"));
    !home.and_then(|name| name.extract::<String>()).is_ok_and(|name| name == "numpy")
}

/// Versions of the array API standard that the package follows: each adds to the one before.
const VERSIONS: [&str; 5] = ["2021.12", "2022.12", "2023.12", "2024.12", "2025.12"];

/// A `ValueError` unless the package follows a version of the standard.
pub(crate) fn check_version(version: Option<&str>) -> Result<()> {
    match version {
        Some(version) if !VERSIONS.contains(&version) => Err(Error::value_error(format!(
            "argument 'api_version' must be one of {}, or None, not '{version}'",
            VERSIONS.join(", ")
        ))),
        _ => Ok(()),
    }
}

/// What others know of our memory. It stays in place until this is dropped.
pub(crate) struct Export {
    array: Array,
    writable: bool,
}

impl Export {
    /// Lets others see an array, and write to it unless it is read-only.
    fn begin(array: &Array) -> Result<Export> {
        array.eval().raise()?;
        let writable = !array.is_readonly();
        if writable {
            array.data().begin_export().raise()?;
        }
        Ok(Export { array: array.clone(), writable })
    }

    /// The first element.
    fn start(&self) -> Result<*mut u8> {
        Ok(self.array.address().raise()?.cast_mut())
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        if self.writable {
            self.array.data().end_export();
        }
    }
}

/// Where elements of another library lie.
struct Place<'a> {
    start: *mut u8,
    dtype: DType,
    /// Whether the bytes of each number stand in the other order than this machine's.
    swapped: bool,
    shape: &'a [isize],
    strides: &'a [isize],
    readonly: bool,
    /// Whether nobody ever writes there.
    constant: bool,
}

/// An array over memory of others; a copy if its elements are not aligned or have the other order of
/// bytes.
///
/// # Safety
/// All elements of the layout can be read (and written, unless it is read-only) as long as `owner` is
/// there.
unsafe fn over(place: &Place<'_>, owner: Box<dyn Any + Send + Sync>) -> Result<Array> {
    if place.shape.contains(&0) {
        // Without elements there need not be memory, and nothing is shared.
        return Array::zeros(place.dtype, place.shape).raise();
    }
    let Some(first) = NonNull::new(place.start) else {
        return Err(Error::buffer_error(format!(
            "the elements of shape {:?} are said to lie at address 0, where no memory is",
            place.shape
        )));
    };
    let writable = !place.readonly && !place.swapped;
    // SAFETY: the caller's promise.
    let array = unsafe {
        Array::foreign(first, place.dtype, place.shape, place.strides, writable, owner).raise()?
    };
    if place.swapped {
        return native(&array);
    }
    if place.readonly && !place.constant {
        // Others may write what we may not: nothing that reads it is put off.
        array.data().export_forever().raise()?;
    }
    Ok(array)
}

/// A copy of an array whose bytes stand in the other order.
pub(crate) fn native(array: &Array) -> Result<Array> {
    let copy = array.copied(Order::C).raise()?;
    let mut header = Header::new(copy.dtype(), Order::C, copy.shape());
    header.byte_order = match ByteOrder::NATIVE {
        ByteOrder::Little => ByteOrder::Big,
        ByteOrder::Big => ByteOrder::Little,
    };
    let start = copy.address_for_writing().raise()?;
    // SAFETY: the bytes of a fresh array in C order, which nobody else has.
    let bytes =
        unsafe { core::slice::from_raw_parts_mut(start, copy.size() * copy.dtype().size()) };
    header.make_native(bytes);
    Ok(copy)
}

/// The bytes of an array as elements of another type.
pub(crate) fn reinterpreted(bytes: &Array, dtype: DType, shape: &[isize]) -> Result<Array> {
    let array = Array::empty(dtype, shape).raise()?;
    let len = array.size() * dtype.size();
    let to = array.address_for_writing().raise()?;
    bytes
        .with_slice(|bytes: &[u8]| {
            assert_eq!(bytes.len(), len, "as many bytes as the elements have");
            // SAFETY: the elements of a fresh array in C order, which have so many bytes.
            unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), to, len) }
        })
        .raise()?;
    Ok(array)
}

/// The error for elements that are not numbers of ours.
#[cold]
fn unknown(object: &Object<'_>, elements: &str) -> Error {
    let named = object.get_attr(c"dtype").and_then(|dtype| dtype.to_text());
    let named = named.unwrap_or_else(|_| format!("of the format '{elements}'"));
    Error::type_error(format!(
        "elements of the type {named} cannot be taken over: convert them to a type of numbers first, \
         such as with astype('float64'), or keep them in {}",
        object.type_name()
    ))
}
