//! The buffer protocol: letting others read the memory of an instance.
//!
//! A class exports memory by a method `__buffer__` that returns a [`Buffer`] borrowed from `self`.
//! The borrow lasts as long as the export: `&self` keeps methods that take `&mut self` out until
//! the last `memoryview` is gone, `&mut self` keeps everybody out.

use crate::class::{Methods, Ref, RefMut, end_export, keep_export};
use crate::held::{self, c_strides};
use crate::raw::{self, attach};
use crate::{Error, Object, Result, rt};
use core::any::Any;
use core::ffi::{CStr, c_char, c_int};
use core::marker::PhantomData;
use hpy_abi::{HPy_buffer, Status};

/// Numbers that a buffer may consist of.
///
/// # Safety
/// Every bit pattern is a value, there is no padding, and `FORMAT` describes the type in the manner
/// of Python's `struct` module.
pub unsafe trait Element: Copy + Send + Sync + 'static {
    /// The format character.
    const FORMAT: &'static CStr;
}
macro_rules! elements {
    ($($ty:ty = $format:literal;)*) => {$(
        // SAFETY: a plain number, and the format that `struct` has for it.
        unsafe impl Element for $ty {
            const FORMAT: &'static CStr = $format;
        }
    )*};
}
elements! {
    i8 = c"b"; i16 = c"h"; i32 = c"i"; i64 = c"q"; isize = c"n";
    u8 = c"B"; u16 = c"H"; u32 = c"I"; u64 = c"Q"; usize = c"N";
    f32 = c"f"; f64 = c"d";
}

/// Memory of an instance.
pub struct Buffer<'a> {
    start: *mut u8,
    itemsize: usize,
    format: &'static CStr,
    readonly: bool,
    shape: Vec<isize>,
    /// Bytes from one item to the next, for each dimension. Where an extent is 0 they have no
    /// meaning and may wrap.
    strides: Vec<isize>,
    owner: Option<Box<dyn Any + Send>>,
    _memory: PhantomData<&'a [u8]>,
}

impl<'a> Buffer<'a> {
    /// One-dimensional memory that is only read.
    pub fn new<T: Element>(items: &'a [T]) -> Buffer<'a> {
        Buffer::over(items.as_ptr().cast_mut().cast(), items.len(), size_of::<T>(), T::FORMAT, true)
    }

    /// One-dimensional memory that may be written.
    pub fn writable<T: Element>(items: &'a mut [T]) -> Buffer<'a> {
        Buffer::over(items.as_mut_ptr().cast(), items.len(), size_of::<T>(), T::FORMAT, false)
    }

    /// Memory of any items, in any layout: `start` is the first item, `strides` are the bytes from
    /// one item to the next along each dimension, and `format` says in the manner of Python's
    /// `struct` module what an item is. `owner` is dropped when the export ends, in a call from
    /// Python.
    ///
    /// # Panics
    /// If there are not as many strides as extents, or more than 64, the most that Python allows.
    ///
    /// # Safety
    /// All items of the layout can be read (and written, unless `readonly`), for as long as the owner
    /// is there or the instance is borrowed.
    pub unsafe fn strided(
        start: *mut u8,
        (itemsize, format): (usize, &'static CStr),
        shape: &[isize],
        strides: &[isize],
        readonly: bool,
        owner: Option<Box<dyn Any + Send>>,
    ) -> Buffer<'a> {
        assert_eq!(shape.len(), strides.len(), "there is a stride for each extent");
        assert!(shape.len() <= 64, "more than 64 dimensions");
        Buffer {
            start,
            itemsize,
            format,
            readonly,
            shape: shape.to_vec(),
            strides: strides.to_vec(),
            owner,
            _memory: PhantomData,
        }
    }

    fn over(
        start: *mut u8,
        len: usize,
        itemsize: usize,
        format: &'static CStr,
        readonly: bool,
    ) -> Buffer<'a> {
        let (shape, strides) = ([len as isize], [itemsize as isize]);
        // SAFETY: the items of a slice, which the instance lends.
        unsafe { Buffer::strided(start, (itemsize, format), &shape, &strides, readonly, None) }
    }

    /// The same memory with several dimensions, the last of which varies fastest.
    ///
    /// # Panics
    /// If the product of the extents is not the number of items, there are more than 64 dimensions,
    /// the most that Python allows, or the items do not lie in C order.
    pub fn with_shape(mut self, shape: &[usize]) -> Buffer<'a> {
        let items = self.shape.iter().product::<isize>();
        let product = |mut extents: core::slice::Iter<'_, usize>| {
            extents.try_fold(1isize, |n, &m| n.checked_mul(isize::try_from(m).ok()?))
        };
        assert_eq!(product(shape.iter()), Some(items), "shape and length differ");
        assert!(shape.len() <= 64, "more than 64 dimensions");
        assert!(self.lies_in(Order::C), "the items do not lie in C order");
        self.shape = shape.iter().map(|extent| *extent as isize).collect();
        self.strides = c_strides(&self.shape, self.itemsize as isize);
        self
    }

    /// Whether the items lie without gaps, in an order.
    fn lies_in(&self, order: Order) -> bool {
        if self.shape.contains(&0) {
            return true;
        }
        let mut expected = self.itemsize as isize;
        let mut fits = |(&extent, &stride): (&isize, &isize)| {
            let fits = extent == 1 || stride == expected;
            expected = expected.saturating_mul(extent);
            fits
        };
        let axes = self.shape.iter().zip(&self.strides);
        match order {
            Order::C => axes.rev().all(&mut fits),
            Order::Fortran => axes.into_iter().all(&mut fits),
        }
    }
}

/// In which order items lie without gaps.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    /// The last dimension varies fastest.
    C,
    /// The first does.
    Fortran,
}

/// What lives as long as an export.
pub(crate) struct Export {
    shape: Vec<isize>,
    strides: Vec<isize>,
    _owner: Option<Box<dyn Any + Send>>,
}

/// Flags of a consumer, from Python's `Include/pybuffer.h`.
const WRITABLE: c_int = 1;
const FORMAT: c_int = 4;
const ND: c_int = 8;
const STRIDES: c_int = 0x10;
const C_CONTIGUOUS: c_int = 0x20 | STRIDES;
const F_CONTIGUOUS: c_int = 0x40 | STRIDES;
const ANY_CONTIGUOUS: c_int = 0x80 | STRIDES;

/// The slot `bf_getbuffer` over a `__buffer__(&self)`.
///
/// # Safety
/// `view` is the consumer's struct, to be filled; `object` is the receiver of the slot.
#[doc(hidden)]
pub unsafe fn export<T: Methods>(
    object: &Object<'_>,
    view: *mut HPy_buffer,
    flags: c_int,
    memory: impl for<'a> FnOnce(&'a T) -> Result<Buffer<'a>>,
) -> Result<Status> {
    // SAFETY: the caller's promise.
    let borrow = unsafe { rt::instance::<T, true>(object)? }.borrow()?;
    // SAFETY: the caller's promise.
    unsafe { fill(object, view, flags, memory(&borrow)?)? };
    core::mem::forget(borrow);
    Ok(Status::OK)
}

/// The slot `bf_getbuffer` over a `__buffer__(&mut self)`.
///
/// # Safety
/// As for [`export`].
#[doc(hidden)]
pub unsafe fn export_mut<T: Methods>(
    object: &Object<'_>,
    view: *mut HPy_buffer,
    flags: c_int,
    memory: impl for<'a> FnOnce(&'a mut T) -> Result<Buffer<'a>>,
) -> Result<Status> {
    // SAFETY: the caller's promise.
    let mut borrow = unsafe { rt::instance::<T, true>(object)? }.borrow_mut()?;
    // SAFETY: the caller's promise.
    unsafe { fill(object, view, flags, memory(&mut borrow)?)? };
    core::mem::forget(borrow);
    Ok(Status::OK)
}

/// Fills the consumer's struct.
///
/// # Safety
/// `view` may be written; what `buffer` leads to stays as long as the export.
unsafe fn fill(
    object: &Object<'_>,
    view: *mut HPy_buffer,
    flags: c_int,
    buffer: Buffer<'_>,
) -> Result<()> {
    if flags & WRITABLE != 0 && buffer.readonly {
        return Err(Error::buffer_error(format!(
            "this '{}' can only be read; ask for a view that is not writable",
            object.type_name()
        )));
    }
    let wanted = |flag: c_int| flags & flag == flag;
    check_order(&buffer, wanted)?;
    let len = buffer.shape.iter().product::<isize>() * buffer.itemsize as isize;
    let mut export =
        Box::new(Export { shape: buffer.shape, strides: buffer.strides, _owner: buffer.owner });
    let or_null = |wanted: bool, p: *mut isize| if wanted { p } else { core::ptr::null_mut() };
    let filled = HPy_buffer {
        buf: buffer.start.cast(),
        obj: raw::give_up(object.to_owned_handle()),
        len,
        itemsize: buffer.itemsize as isize,
        readonly: buffer.readonly.into(),
        // Without a shape the memory is a row of bytes.
        ndim: if wanted(ND) { export.shape.len() as c_int } else { 1 },
        format: match wanted(FORMAT) {
            true => buffer.format.as_ptr().cast_mut(),
            false => core::ptr::null_mut::<c_char>(),
        },
        shape: or_null(wanted(ND), export.shape.as_mut_ptr()),
        strides: or_null(wanted(STRIDES), export.strides.as_mut_ptr()),
        suboffsets: core::ptr::null_mut(),
        internal: core::ptr::null_mut(),
    };
    let internal = match attach::keeps_structs() {
        true => Box::into_raw(export).cast(),
        // PyPy ends an export with a struct that has nothing but the address and the length.
        false => {
            // SAFETY: the receiver of the slot, whose struct is borrowed.
            unsafe { keep_export(object, *export) };
            core::ptr::null_mut()
        }
    };
    // SAFETY: the consumer's struct, which it gave us to fill.
    unsafe { view.write(HPy_buffer { internal, ..filled }) };
    Ok(())
}

/// A `BufferError` unless the items lie as the consumer wants them.
fn check_order(buffer: &Buffer<'_>, wanted: impl Fn(c_int) -> bool) -> Result<()> {
    let (c, fortran) = (buffer.lies_in(Order::C), buffer.lies_in(Order::Fortran));
    let problem = if !wanted(STRIDES) && !c {
        "this memory has gaps or another order than C's, and a view without strides was asked for"
    } else if wanted(C_CONTIGUOUS) && !c {
        "this memory has gaps, or its last dimension does not vary fastest"
    } else if wanted(F_CONTIGUOUS) && !fortran {
        "this memory has gaps, or its first dimension does not vary fastest"
    } else if wanted(ANY_CONTIGUOUS) && !c && !fortran {
        "this memory has gaps"
    } else {
        return Ok(());
    };
    Err(Error::buffer_error(format!("{problem}: copy it first")))
}

/// The slot `bf_releasebuffer` after [`export`].
///
/// # Safety
/// `view` was filled by [`export`] for this object.
#[doc(hidden)]
pub unsafe fn release<T: Methods>(object: &Object<'_>, view: *mut HPy_buffer) -> Result<()> {
    // SAFETY: the caller's promise. The borrow that the export forgot ends here.
    unsafe {
        let borrow = Ref::resume(rt::instance::<T, true>(object)?)?;
        free(object, view);
        drop(borrow);
    }
    Ok(())
}

/// The slot `bf_releasebuffer` after [`export_mut`].
///
/// # Safety
/// `view` was filled by [`export_mut`] for this object.
#[doc(hidden)]
pub unsafe fn release_mut<T: Methods>(object: &Object<'_>, view: *mut HPy_buffer) -> Result<()> {
    // SAFETY: the caller's promise. The borrow that the export forgot ends here.
    unsafe {
        let borrow = RefMut::resume(rt::instance::<T, true>(object)?)?;
        free(object, view);
        drop(borrow);
    }
    Ok(())
}

/// Frees what lived as long as the export.
///
/// # Safety
/// `view` was filled here for this object, and its export ends.
unsafe fn free(object: &Object<'_>, view: *mut HPy_buffer) {
    held::arrive(object.ctx());
    // SAFETY: the caller's promise: the box is ours, and freed once.
    unsafe {
        match attach::keeps_structs() {
            true => drop(Box::from_raw((*view).internal.cast::<Export>())),
            false => end_export(object),
        }
    }
}
