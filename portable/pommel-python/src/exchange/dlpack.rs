//! DLPack: tensors in capsules, for libraries that know nothing of each other.
//!
//! The structs are those of version 1 of the protocol, as its header `dlpack.h` has them. A capsule
//! starts as "dltensor" (old) or "dltensor_versioned"; whoever takes the tensor over renames it, and
//! calls the tensor's own function in the end.

use super::{Export, Place, format, over};
use crate::error::Raise;
use core::ffi::{CStr, c_void};
use core::ptr::NonNull;
use pommel::held::{self, Farewell};
use pommel::prelude::*;
use pommel::{Capsule, Destroy};
use pommel_array::{Array, Order};

/// Memory that the processor reads: where arrays of ours are.
const CPU: i32 = 1;
/// Memory of the processor that a GPU can read as well.
const PINNED: [i32; 2] = [3, 11];
/// The version that is written, and whose parts are read.
const VERSION: (u32, u32) = (1, 0);

const READ_ONLY: u64 = 1;
const IS_COPIED: u64 = 2;

#[repr(C)]
struct Tensor {
    data: *mut u8,
    device: (i32, i32),
    ndim: i32,
    code: u8,
    bits: u8,
    lanes: u16,
    shape: *mut i64,
    strides: *mut i64,
    byte_offset: u64,
}

/// What an old capsule points to.
#[repr(C)]
struct Old {
    tensor: Tensor,
    context: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut Old)>,
}

/// What a capsule with a version points to.
#[repr(C)]
struct Versioned {
    version: (u32, u32),
    context: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut Versioned)>,
    flags: u64,
    tensor: Tensor,
}

/// The two kinds of capsules.
trait Managed: Sized + 'static {
    const NAME: &'static CStr;
    const USED: &'static CStr;
    fn tensor(&self) -> &Tensor;
    fn is_readonly(&self) -> bool;
    fn new(tensor: Tensor, flags: u64, context: *mut c_void) -> Self;
    fn context(&self) -> *mut c_void;
    fn deleter(&self) -> Option<unsafe extern "C" fn(*mut Self)>;
}

impl Managed for Old {
    const NAME: &'static CStr = c"dltensor";
    const USED: &'static CStr = c"used_dltensor";
    fn tensor(&self) -> &Tensor {
        &self.tensor
    }
    /// An old capsule cannot say so; NumPy does not write to it either.
    fn is_readonly(&self) -> bool {
        true
    }
    fn new(tensor: Tensor, _flags: u64, context: *mut c_void) -> Old {
        Old { tensor, context, deleter: Some(free::<Old>) }
    }
    fn context(&self) -> *mut c_void {
        self.context
    }
    fn deleter(&self) -> Option<unsafe extern "C" fn(*mut Old)> {
        self.deleter
    }
}

impl Managed for Versioned {
    const NAME: &'static CStr = c"dltensor_versioned";
    const USED: &'static CStr = c"used_dltensor_versioned";
    fn tensor(&self) -> &Tensor {
        &self.tensor
    }
    fn is_readonly(&self) -> bool {
        self.flags & READ_ONLY != 0
    }
    fn new(tensor: Tensor, flags: u64, context: *mut c_void) -> Versioned {
        let deleter = Some(free::<Versioned> as _);
        Versioned { version: VERSION, context, deleter, flags, tensor }
    }
    fn context(&self) -> *mut c_void {
        self.context
    }
    fn deleter(&self) -> Option<unsafe extern "C" fn(*mut Versioned)> {
        self.deleter
    }
}

/// What a tensor of ours leads to.
struct Context {
    _export: Export,
    shape: Vec<i64>,
    strides: Vec<i64>,
}

/// Frees a tensor of ours. Its consumer may call this in any thread, with Python or without.
unsafe extern "C" fn free<M: Managed>(managed: *mut M) {
    // SAFETY: `pack` made both boxes, and a consumer calls this once, at the end.
    unsafe {
        let managed = Box::from_raw(managed);
        let context = Box::from_raw(managed.context().cast::<Context>());
        held::away(|| drop(context));
    }
}

/// Frees a capsule that nobody has taken over.
struct End<M>(core::marker::PhantomData<M>);
impl<M: Managed> Destroy for End<M> {
    unsafe fn destroy(name: Option<&CStr>, pointer: NonNull<c_void>) {
        if name == Some(M::NAME) {
            // SAFETY: the tensor is still the capsule's.
            unsafe { free(pointer.cast::<M>().as_ptr()) }
        }
    }
}

/// Where arrays of ours are.
pub(crate) fn device() -> (i32, i32) {
    (CPU, 0)
}

/// A capsule with the memory of an array: the method `__dlpack__`.
pub(crate) fn give<'c>(
    ctx: Ctx<'c>,
    array: &Array,
    max_version: Option<(u32, u32)>,
    dl_device: Option<(i32, i32)>,
    copy: Option<bool>,
) -> Result<Object<'c>> {
    if dl_device.is_some_and(|device| device != self::device()) {
        return Err(Error::buffer_error(
            "argument 'dl_device' must be (1, 0), the processor, which is the only device there is",
        ));
    }
    let copied = copy == Some(true);
    let array = if copied { array.copied(Order::C).raise()? } else { array.clone() };
    if max_version.is_some_and(|(major, _)| major >= 1) {
        return pack::<Versioned>(ctx, &array, if copied { IS_COPIED } else { 0 });
    }
    if array.is_readonly() {
        return Err(Error::buffer_error(
            "a read-only array needs a capsule with a version: pass max_version=(1, 0), or copy=True",
        ));
    }
    pack::<Old>(ctx, &array, 0)
}

fn pack<'c, M: Managed>(ctx: Ctx<'c>, array: &Array, flags: u64) -> Result<Object<'c>> {
    let size = array.dtype().size() as isize;
    let strides = array.layout().strides();
    if strides.iter().any(|stride| stride % size != 0) {
        return Err(Error::buffer_error(
            "the elements lie at distances that are no multiples of their size, which DLPack cannot \
             say: pass copy=True",
        ));
    }
    let export = Export::begin(array)?;
    let (data, readonly) = (export.start()?, !export.writable);
    let context = Box::into_raw(Box::new(Context {
        _export: export,
        shape: array.shape().iter().map(|&extent| extent as i64).collect(),
        strides: strides.iter().map(|&stride| (stride / size) as i64).collect(),
    }));
    // SAFETY: nobody else has the box.
    let (shape, strides) =
        unsafe { ((*context).shape.as_mut_ptr(), (*context).strides.as_mut_ptr()) };
    let tensor = Tensor {
        data,
        device: device(),
        ndim: array.ndim() as i32,
        code: format::dlpack_code(array.dtype()),
        bits: size as u8 * 8,
        lanes: 1,
        shape,
        strides,
        byte_offset: 0,
    };
    let flags = flags | if readonly { READ_ONLY } else { 0 };
    let managed = NonNull::from(Box::leak(Box::new(M::new(tensor, flags, context.cast()))));
    // SAFETY: the destructor of this kind frees what was just made.
    match unsafe { Capsule::new::<End<M>>(ctx, managed.cast(), M::NAME) } {
        Ok(capsule) => Ok(capsule.into()),
        Err(error) => {
            // SAFETY: no capsule has it.
            unsafe { free(managed.as_ptr()) };
            Err(error)
        }
    }
}

/// An array over the tensor of an object with `__dlpack__`.
pub(crate) fn from_dlpack(
    object: &Object<'_>,
    device: Option<&str>,
    copy: Option<bool>,
) -> Result<Array> {
    let ctx = object.ctx();
    let (kind, number): (i32, i32) = object.call_method(c"__dlpack_device__", ())?.extract()?;
    let elsewhere = kind != CPU && !PINNED.contains(&kind);
    if elsewhere && device.is_none() {
        return Err(Error::buffer_error(format!(
            "the elements are on another device, which DLPack calls ({kind}, {number}): pass \
             device='cpu' for a copy"
        )));
    }
    let capsule = ask(ctx, object, elsewhere, copy)?;
    let array = if Capsule::is_named(&capsule, Versioned::NAME) {
        take::<Versioned>(ctx, capsule)?
    } else {
        take::<Old>(ctx, capsule)?
    };
    if copy == Some(true) { array.copied(Order::C).raise() } else { Ok(array) }
}

/// Calls `__dlpack__` with what it takes.
fn ask<'c>(
    ctx: Ctx<'c>,
    object: &Object<'c>,
    elsewhere: bool,
    copy: Option<bool>,
) -> Result<Object<'c>> {
    let method = object.get_attr(c"__dlpack__")?;
    let version = ctx.object(VERSION)?;
    let mut named = vec![("max_version", version)];
    if elsewhere {
        named.push(("dl_device", ctx.object(device())?));
    }
    if let Some(copy) = copy {
        named.push(("copy", ctx.object(copy)?));
    }
    let given: Vec<_> = named.iter().map(|(name, value)| (*name, value)).collect();
    match method.call_with((), &given) {
        // Who is older than version 1 knows none of these.
        Err(error) if error.is(ctx, exception::TypeError) && !elsewhere => {
            if copy == Some(false) {
                return Err(error);
            }
            drop(error);
            method.call(())
        }
        answer => answer,
    }
}

/// Takes a tensor over.
fn take<M: Managed>(ctx: Ctx<'_>, capsule: Object<'_>) -> Result<Array> {
    let capsule = Capsule::of(capsule, M::NAME)?;
    let managed = capsule.pointer(M::NAME)?.cast::<M>();
    // SAFETY: the head of the struct is the version in all versions of this kind.
    let major = unsafe { managed.cast::<u32>().read() };
    if M::NAME == Versioned::NAME && major != VERSION.0 {
        return Err(Error::buffer_error(format!(
            "the tensor has version {major} of DLPack, and only version {} is known",
            VERSION.0
        )));
    }
    // SAFETY: a capsule of this name and version points to a tensor of this kind, which stays until its
    // function is called.
    let tensor = unsafe { managed.as_ref() };
    let (readonly, tensor) = (tensor.is_readonly(), tensor.tensor());
    let dtype = format::parse_dlpack(tensor.code, tensor.bits).filter(|_| tensor.lanes == 1);
    let dtype = dtype.ok_or_else(|| {
        Error::type_error(format!(
            "elements of DLPack's type (code {}, {} bits, {} lanes) cannot be taken over: convert \
             them to a type of the array API standard first",
            tensor.code, tensor.bits, tensor.lanes
        ))
    })?;
    if tensor.device.0 != CPU && !PINNED.contains(&tensor.device.0) {
        return Err(Error::buffer_error("the tensor's memory cannot be read by the processor"));
    }
    // SAFETY: so many extents, and as many strides unless there are none.
    let (shape, strides) = unsafe { layout(tensor, dtype.size())? };
    let no_data = tensor.data.is_null();
    let place = Place {
        start: if no_data {
            tensor.data
        } else {
            tensor.data.wrapping_add(tensor.byte_offset as usize)
        },
        dtype,
        swapped: false,
        shape: &shape,
        strides: &strides,
        readonly,
        constant: false,
    };
    capsule.rename(M::USED)?;
    let last = Last(managed);
    // SAFETY: the tensor is ours, and says what may be read and written until its function is called,
    // which is safe where Python may be used. Arrays are never dropped by a thread's local variables.
    unsafe {
        let owner = Farewell::new(ctx, move || last.call());
        over(&place, Box::new(owner))
    }
}

/// A tensor of another library that has been taken over.
struct Last<M>(NonNull<M>);
// SAFETY: it is used once, in the end, by a thread that may call Python.
unsafe impl<M> Send for Last<M> {}

impl<M: Managed> Last<M> {
    fn call(self) {
        // SAFETY: the tensor is there until now, and is not used again.
        unsafe {
            if let Some(deleter) = self.0.as_ref().deleter() {
                deleter(self.0.as_ptr());
            }
        }
    }
}

/// More axes than any array has.
const MOST_AXES: usize = 64;

/// The extents and the strides in bytes.
///
/// # Safety
/// The tensor is there, and so are its shape and strides, of as many numbers as it has axes, unless they
/// are null.
unsafe fn layout(tensor: &Tensor, size: usize) -> Result<(Vec<isize>, Vec<isize>)> {
    let refuse =
        |what: String| Err(Error::buffer_error(format!("the tensor of DLPack has {what}")));
    let Some(ndim) = usize::try_from(tensor.ndim).ok().filter(|&ndim| ndim <= MOST_AXES) else {
        return refuse(format!("{} axes: from 0 to {MOST_AXES} can be taken over", tensor.ndim));
    };
    if ndim > 0 && tensor.shape.is_null() {
        return refuse(format!("{ndim} axes and no shape"));
    }
    let read = |start: *const i64| -> Vec<isize> {
        if ndim == 0 {
            return Vec::new();
        }
        // SAFETY: the caller's promise.
        let numbers = unsafe { core::slice::from_raw_parts(start, ndim) };
        numbers.iter().map(|&number| number as isize).collect()
    };
    let shape = read(tensor.shape);
    let mut strides = vec![0; ndim];
    if tensor.strides.is_null() {
        let mut stride = size as isize;
        for (place, extent) in strides.iter_mut().zip(&shape).rev() {
            *place = stride;
            stride = stride.wrapping_mul(*extent);
        }
    } else {
        for (place, stride) in strides.iter_mut().zip(read(tensor.strides)) {
            let Some(bytes) = stride.checked_mul(size as isize) else {
                return refuse(format!("a stride of {stride} elements, which no memory has"));
            };
            *place = bytes;
        }
    }
    Ok((shape, strides))
}
