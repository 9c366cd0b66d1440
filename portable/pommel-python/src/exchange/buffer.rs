//! The buffer protocol: memory that `memoryview` sees, ours and that of others.

use super::{Export, Place, format, over, unknown};
use pommel::held::{Held, HeldBuffer};
use pommel::prelude::*;
use pommel_array::{Array, DType};

/// Our memory for others.
pub(crate) fn export(array: &Array) -> Result<Buffer<'_>> {
    let export = Export::begin(array)?;
    let (start, readonly) = (export.start()?, !export.writable);
    let item = (array.dtype().size(), format::of(array.dtype()));
    let (shape, strides) = (array.shape(), array.layout().strides());
    // SAFETY: all elements lie in the memory of the array (a law of `Array`), which the owner keeps; it
    // may be written if the export says so.
    Ok(unsafe { Buffer::strided(start, item, shape, strides, readonly, Some(Box::new(export))) })
}

/// Memory of another object, however it is lent.
enum Lent {
    /// By the buffer protocol.
    Export(HeldBuffer),
    /// By an object that a module in Python found, on hosts that cannot lend memory: where, of which
    /// format, and who keeps it.
    Found { address: usize, format: String, itemsize: usize, readonly: bool, keeper: Held },
}

/// An object's memory with its layout.
struct Memory {
    lent: Lent,
    shape: Vec<isize>,
    strides: Vec<isize>,
}

impl Memory {
    /// `None` if the object exports no memory, or says that it cannot.
    fn of(object: &Object<'_>) -> Option<Memory> {
        if !HeldBuffer::is_offered() {
            return Memory::found(object).ok().flatten();
        }
        // SAFETY: arrays are dropped by objects of Python, and never by a thread's local variables.
        let held = unsafe { HeldBuffer::of(object) }.ok().flatten()?;
        let (shape, strides) = (held.shape().to_vec(), held.strides().to_vec());
        Some(Memory { lent: Lent::Export(held), shape, strides })
    }

    /// The same by way of Python, where the host has no consumer of buffers.
    fn found(object: &Object<'_>) -> Result<Option<Memory>> {
        let found = object.ctx().import(c"pommel._lent")?.call_method(c"lent", (object,))?;
        if found.is_none() {
            return Ok(None);
        }
        let lent = Lent::Found {
            address: found.get_index(0)?.extract()?,
            format: found.get_index(1)?.extract()?,
            itemsize: found.get_index(2)?.extract()?,
            readonly: found.get_index(3)?.extract()?,
            // SAFETY: as in `of`.
            keeper: unsafe { Held::new(&found.get_index(6)?) },
        };
        let (shape, strides) = (found.get_index(4)?.extract()?, found.get_index(5)?.extract()?);
        Ok(Some(Memory { lent, shape, strides }))
    }

    fn dtype(&self) -> Option<(DType, bool)> {
        match &self.lent {
            Lent::Export(held) => format::parse(held.format(), held.itemsize()),
            Lent::Found { format, itemsize, .. } => {
                format::parse(&std::ffi::CString::new(&**format).ok()?, *itemsize)
            }
        }
    }

    fn format(&self) -> String {
        match &self.lent {
            Lent::Export(held) => held.format().to_string_lossy().into_owned(),
            Lent::Found { format, .. } => format.clone(),
        }
    }

    fn itemsize(&self) -> usize {
        match &self.lent {
            Lent::Export(held) => held.itemsize(),
            Lent::Found { itemsize, .. } => *itemsize,
        }
    }

    fn start(&self) -> *mut u8 {
        match &self.lent {
            Lent::Export(held) => held.start(),
            Lent::Found { address, .. } => core::ptr::with_exposed_provenance_mut(*address),
        }
    }

    fn is_readonly(&self) -> bool {
        match &self.lent {
            Lent::Export(held) => held.is_readonly(),
            Lent::Found { readonly, .. } => *readonly,
        }
    }

    /// What keeps the memory.
    fn into_owner(self) -> Box<dyn core::any::Any + Send + Sync> {
        match self.lent {
            Lent::Export(held) => Box::new(held),
            Lent::Found { keeper, .. } => Box::new(keeper),
        }
    }
}

/// An object's memory as it is lent by the buffer protocol; `None` if it is not.
///
/// # Safety
/// As for [`HeldBuffer::of`].
pub(crate) unsafe fn hold(object: &Object<'_>) -> Option<HeldBuffer> {
    // SAFETY: the caller's promise.
    unsafe { HeldBuffer::of(object) }.ok().flatten()
}

/// What the items of lent memory are, if they stand in this machine's order; of a `memoryview` those that
/// it gives as numbers itself, whose format is one letter.
pub(crate) fn native_format(held: &HeldBuffer, one_letter: bool) -> Option<DType> {
    let format = held.format().to_bytes();
    let letters = format.strip_prefix(b"@").unwrap_or(format).len();
    let (dtype, swapped) = format::parse(held.format(), held.itemsize())?;
    (!swapped && (letters == 1 || !one_letter)).then_some(dtype)
}

/// An array over what an object exports; `None` if it exports nothing.
pub(super) fn import(object: &Object<'_>) -> Result<Option<Array>> {
    let Some(memory) = Memory::of(object) else { return Ok(None) };
    let Some((dtype, swapped)) = memory.dtype() else {
        return Err(unknown(object, &memory.format()));
    };
    if dtype == DType::UInt8 && memory.shape == [8] && is_a_time(object) {
        return Err(unknown(object, "B"));
    }
    let place = Place {
        start: memory.start(),
        dtype,
        swapped,
        shape: &memory.shape.clone(),
        strides: &memory.strides.clone(),
        readonly: memory.is_readonly(),
        constant: object.is_a::<Bytes>(),
    };
    // SAFETY: the exporter keeps its memory as long as the owner is there, and says what it is.
    unsafe { over(&place, memory.into_owner()).map(Some) }
}

/// NumPy's points in time export the eight bytes that they have. PyPy names the module of a type, too.
#[cold]
fn is_a_time(object: &Object<'_>) -> bool {
    matches!(object.type_name().rsplit('.').next(), Some("datetime64" | "timedelta64"))
}

/// An array over the bytes of an object, whatever it says that they are.
pub(crate) fn frombuffer(
    object: &Object<'_>,
    dtype: DType,
    count: isize,
    offset: usize,
) -> Result<Array> {
    let memory = Memory::of(object).ok_or_else(|| {
        Error::type_error(format!(
            "argument 'buffer' must be an object that exports memory, such as bytes, not {}",
            object.type_name()
        ))
    })?;
    let len = bytes_without_gaps(&memory).ok_or_else(|| {
        Error::value_error("argument 'buffer' must be memory without gaps: copy it first")
    })?;
    let size = dtype.size();
    let room = len.checked_sub(offset).ok_or_else(|| {
        Error::value_error(format!("argument 'offset' must be at most {len}, not {offset}"))
    })?;
    let count = match usize::try_from(count) {
        Ok(count) => count,
        Err(_) if room % size == 0 => room / size,
        Err(_) => {
            return Err(Error::value_error(format!(
                "argument 'buffer' has {room} bytes behind the offset, which is no multiple of the \
                 {size} bytes of an element: say 'count'"
            )));
        }
    };
    if count.checked_mul(size).is_none_or(|needed| needed > room) {
        return Err(Error::value_error(format!(
            "argument 'count' must be at most {}, as many elements as 'buffer' has, not {count}",
            room / size
        )));
    }
    let place = Place {
        // Never read where there are no elements.
        start: memory.start().wrapping_add(offset),
        dtype,
        swapped: false,
        shape: &[count as isize],
        strides: &[size as isize],
        readonly: memory.is_readonly(),
        constant: object.is_a::<Bytes>(),
    };
    // SAFETY: so many bytes are there behind the offset, and the exporter keeps them.
    unsafe { over(&place, memory.into_owner()) }
}

/// How many bytes there are, if they lie in C order.
fn bytes_without_gaps(memory: &Memory) -> Option<usize> {
    let mut expected = memory.itemsize() as isize;
    if memory.shape.contains(&0) {
        return Some(0);
    }
    for (&extent, &stride) in memory.shape.iter().zip(&memory.strides).rev() {
        if extent != 1 && stride != expected {
            return None;
        }
        expected = expected.checked_mul(extent)?;
    }
    usize::try_from(expected).ok()
}
