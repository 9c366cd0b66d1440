//! The buffer protocol: letting others read the memory of an instance.
//!
//! A class exports memory by a method `__buffer__` that returns a [`Buffer`] borrowed from `self`.
//! The borrow lasts as long as the export: `&self` keeps methods that take `&mut self` out until
//! the last `memoryview` is gone, `&mut self` keeps everybody out.

use crate::class::{Instance, Methods, Ref, RefMut};
use crate::{Error, Object, Result, raw};
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

/// Memory of an instance, in C order.
pub struct Buffer<'a> {
    start: *mut u8,
    itemsize: usize,
    format: &'static CStr,
    readonly: bool,
    shape: Vec<isize>,
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

    fn over(
        start: *mut u8,
        len: usize,
        itemsize: usize,
        format: &'static CStr,
        readonly: bool,
    ) -> Buffer<'a> {
        Buffer {
            start,
            itemsize,
            format,
            readonly,
            shape: vec![len as isize],
            _memory: PhantomData,
        }
    }

    /// The same memory with several dimensions, the last of which varies fastest.
    ///
    /// # Panics
    /// If the product of the extents is not the number of items.
    pub fn with_shape(mut self, shape: &[usize]) -> Buffer<'a> {
        let items: usize = shape.iter().product();
        assert_eq!(items as isize, self.shape.iter().product::<isize>(), "shape and length differ");
        self.shape = shape.iter().map(|extent| *extent as isize).collect();
        self
    }
}

/// What lives as long as an export.
struct Export {
    shape: Vec<isize>,
    strides: Vec<isize>,
    exclusive: bool,
}

/// Flags of a consumer, from Python's `Include/pybuffer.h`.
const WRITABLE: c_int = 1;
const FORMAT: c_int = 4;
const ND: c_int = 8;
const STRIDES: c_int = 0x10;

/// The slot `bf_getbuffer` over a `__buffer__(&self)`.
#[doc(hidden)]
pub fn export<T: Methods>(
    object: &Object<'_>,
    view: *mut HPy_buffer,
    flags: c_int,
    memory: impl for<'a> FnOnce(&'a T) -> Result<Buffer<'a>>,
) -> Result<Status> {
    let borrow = instance::<T>(object)?.borrow()?;
    fill(object, view, flags, memory(&borrow)?, false)?;
    core::mem::forget(borrow);
    Ok(Status::OK)
}

/// The slot `bf_getbuffer` over a `__buffer__(&mut self)`.
#[doc(hidden)]
pub fn export_mut<T: Methods>(
    object: &Object<'_>,
    view: *mut HPy_buffer,
    flags: c_int,
    memory: impl for<'a> FnOnce(&'a mut T) -> Result<Buffer<'a>>,
) -> Result<Status> {
    let mut borrow = instance::<T>(object)?.borrow_mut()?;
    fill(object, view, flags, memory(&mut borrow)?, true)?;
    core::mem::forget(borrow);
    Ok(Status::OK)
}

fn instance<'a, 'c, T: Methods>(object: &'a Object<'c>) -> Result<&'a Instance<'c, T>> {
    // SAFETY: the object is the receiver of a slot of the class.
    unsafe { crate::rt::instance::<T>(object) }
}

fn fill(
    object: &Object<'_>,
    view: *mut HPy_buffer,
    flags: c_int,
    buffer: Buffer<'_>,
    exclusive: bool,
) -> Result<()> {
    if flags & WRITABLE != 0 && buffer.readonly {
        return Err(Error::buffer_error(format!(
            "this '{}' can only be read; ask for a view that is not writable",
            object.type_name()
        )));
    }
    let mut stride = buffer.itemsize as isize;
    let mut strides = vec![0; buffer.shape.len()];
    for (place, extent) in strides.iter_mut().zip(&buffer.shape).rev() {
        *place = stride;
        stride *= extent;
    }
    let len = buffer.shape.iter().product::<isize>() * buffer.itemsize as isize;
    let mut export = Box::new(Export { shape: buffer.shape, strides, exclusive });
    let wanted = |flag: c_int| flags & flag == flag;
    let or_null = |wanted: bool, p: *mut isize| if wanted { p } else { core::ptr::null_mut() };
    let filled = HPy_buffer {
        buf: buffer.start.cast(),
        obj: raw::give_up(object.to_owned_handle()),
        len,
        itemsize: buffer.itemsize as isize,
        readonly: buffer.readonly.into(),
        ndim: export.shape.len() as c_int,
        format: match wanted(FORMAT) {
            true => buffer.format.as_ptr().cast_mut(),
            false => core::ptr::null_mut::<c_char>(),
        },
        shape: or_null(wanted(ND), export.shape.as_mut_ptr()),
        strides: or_null(wanted(STRIDES), export.strides.as_mut_ptr()),
        suboffsets: core::ptr::null_mut(),
        internal: Box::into_raw(export).cast(),
    };
    // SAFETY: the consumer's struct, which it gave us to fill.
    unsafe { view.write(filled) };
    Ok(())
}

/// The slot `bf_releasebuffer`.
///
/// # Safety
/// `view` was filled by [`export`] or [`export_mut`] of the same class and object.
#[doc(hidden)]
pub unsafe fn release<T: Methods>(object: &Object<'_>, view: *mut HPy_buffer) -> Result<()> {
    // SAFETY: the caller's promise: the box is ours, once.
    let export = unsafe { Box::from_raw((*view).internal.cast::<Export>()) };
    let instance = instance::<T>(object)?;
    match export.exclusive {
        // The borrows that the export forgot end here.
        true => drop(RefMut::resume(instance)),
        false => drop(Ref::resume(instance)),
    }
    Ok(())
}
