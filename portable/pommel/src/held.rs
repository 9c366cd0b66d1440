//! Things of Python in memory of Rust: what is kept from one call to the next, outside of a class.
//!
//! A [`Field`](crate::Field) is the place for a reference of an instance: the garbage collector sees
//! it. What is here is for memory that Rust shares and lets go when its last user does, such as the
//! elements of arrays: a [`Held`] keeps an object, a [`HeldBuffer`] an export of an object's memory,
//! and a [`Farewell`] calls a function at the end. The collector does not see them, so nothing that
//! they keep may lead back to who keeps them.
//!
//! Letting go needs Python. A thread that called [`arrive`] (making any of the three does) lets go at
//! once, unless it is inside [`Ctx::detach`] or [`away`]. Every other thread leaves a debt, which the
//! next one to arrive pays.

use crate::raw::{self, attach, calls};
use crate::{Ctx, Error, Object, Result};
use core::cell::Cell;
use core::ffi::{CStr, c_int};
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicBool, Ordering};
use hpy_abi::{HPy, HPy_buffer};
use std::sync::{Mutex, PoisonError};

thread_local! {
    /// Whether this thread may call Python when something is let go.
    static ATTACHED: Cell<bool> = const { Cell::new(false) };
    /// Whether it is just paying a debt, so that Python may be used for certain.
    static PAYING: Cell<bool> = const { Cell::new(false) };
}

/// What is to be given back to Python.
enum Debt {
    Handle(HPy),
    Export(HPy_buffer),
    Call(Box<dyn FnOnce() + Send>),
}
// SAFETY: handles and exports may be given back by any thread that may call Python, and the others
// do not look at them.
unsafe impl Send for Debt {}

/// Debts of threads that could not pay them.
static DEBTS: Mutex<Vec<Debt>> = Mutex::new(Vec::new());
/// Whether there are any.
static IN_DEBT: AtomicBool = AtomicBool::new(false);

impl Debt {
    /// Gives it back now, or leaves it to a thread that can.
    fn settle(self) {
        if ATTACHED.get() {
            self.pay();
        } else {
            DEBTS.lock().unwrap_or_else(PoisonError::into_inner).push(self);
            IN_DEBT.store(true, Ordering::Release);
        }
    }

    fn pay(self) {
        let before = PAYING.replace(true);
        // A context that a call was given is of no use after it.
        let ctx = attach::context();
        // SAFETY: this thread may call Python, as the law of this module says; who made the debt gave
        // up the only handle or export.
        unsafe {
            match self {
                Debt::Handle(handle) => calls::ctx_Close(ctx, handle),
                Debt::Export(mut view) => {
                    if let Some(release) = attach::extensions().and_then(|e| e.release_buffer) {
                        release(ctx, &raw mut view);
                    }
                }
                Debt::Call(function) => function(),
            }
        }
        PAYING.set(before);
    }
}

/// Says that this thread is in a call from Python, and pays what others owe.
#[inline]
pub fn arrive(_ctx: Ctx<'_>) {
    ATTACHED.set(true);
    if IN_DEBT.load(Ordering::Acquire) {
        pay_all();
    }
}

#[cold]
fn pay_all() {
    IN_DEBT.store(false, Ordering::Release);
    let debts = core::mem::take(&mut *DEBTS.lock().unwrap_or_else(PoisonError::into_inner));
    debts.into_iter().for_each(Debt::pay);
}

/// Runs what others call without saying whether this thread may call Python, such as a function that
/// frees memory: what it lets go is given back later, unless Python can be used for certain.
pub fn away<R>(work: impl FnOnce() -> R) -> R {
    if PAYING.get() {
        return work();
    }
    let _stay = Stay::outside();
    work()
}

/// A time in which this thread must not call Python.
pub(crate) struct Stay {
    attached: bool,
    paying: bool,
}

impl Stay {
    pub(crate) fn outside() -> Stay {
        Stay { attached: ATTACHED.replace(false), paying: PAYING.replace(false) }
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        ATTACHED.set(self.attached);
        PAYING.set(self.paying);
    }
}

/// An object that is kept until this is dropped, at any time and by any thread.
pub struct Held {
    handle: HPy,
}
// SAFETY: the handle is only used with a `Ctx` or, at the end, by a thread that may call Python.
unsafe impl Send for Held {}
// SAFETY: as above.
unsafe impl Sync for Held {}

impl Held {
    /// Keeps an object.
    ///
    /// # Safety
    /// It is not dropped by the destructor of a thread-local variable, nor after the interpreter has
    /// ended.
    pub unsafe fn new(object: &Object<'_>) -> Held {
        arrive(object.ctx());
        Held { handle: raw::give_up(object.to_owned_handle()) }
    }

    /// The object, in the call at hand.
    pub fn get<'c>(&self, ctx: Ctx<'c>) -> Object<'c> {
        // SAFETY: the handle is open as long as `self` is there.
        unsafe { raw::borrowed(ctx, self.handle) }.to_owned_handle()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        Debt::Handle(self.handle).settle();
    }
}

/// A function that is called when this is dropped, where Python may be called.
pub struct Farewell(Option<Box<dyn FnOnce() + Send>>);
// SAFETY: nobody can reach the function but the one who drops this.
unsafe impl Sync for Farewell {}

impl Farewell {
    /// Calls a function at the end.
    ///
    /// # Safety
    /// As for [`Held::new`].
    pub unsafe fn new(ctx: Ctx<'_>, function: impl FnOnce() + Send + 'static) -> Farewell {
        arrive(ctx);
        Farewell(Some(Box::new(function)))
    }
}

impl Drop for Farewell {
    fn drop(&mut self) {
        if let Some(function) = self.0.take() {
            Debt::Call(function).settle();
        }
    }
}

/// Memory of another object, lent by the buffer protocol until this is dropped.
///
/// The exporter keeps the memory where it is. Nobody keeps it from being written meanwhile.
pub struct HeldBuffer {
    view: HPy_buffer,
    shape: Vec<isize>,
    strides: Vec<isize>,
}
// SAFETY: the pointers lead to what the exporter keeps in place; the memory itself can only be
// reached by unsafe code; the end comes where Python may be called.
unsafe impl Send for HeldBuffer {}
// SAFETY: as above.
unsafe impl Sync for HeldBuffer {}

/// Flags of a consumer: a shape, strides and a format, to read, from Python's
/// `Include/pybuffer.h`.
const RECORDS_RO: c_int = 0x10 | 8 | 4;

impl HeldBuffer {
    /// Whether the host can lend memory. PyPy's own HPy cannot.
    pub fn is_offered() -> bool {
        attach::extensions().is_some_and(|e| e.get_buffer.is_some() && e.release_buffer.is_some())
    }

    /// Asks an object for its memory, in any layout; to write as well if the exporter allows that.
    /// `None` if the host cannot lend memory; an error is the exporter's.
    ///
    /// # Safety
    /// As for [`Held::new`].
    pub unsafe fn of(object: &Object<'_>) -> Result<Option<HeldBuffer>> {
        let ctx = object.ctx();
        let Some(get) = attach::extensions().and_then(|extensions| extensions.get_buffer) else {
            return Ok(None);
        };
        arrive(ctx);
        let mut filled = MaybeUninit::uninit();
        // SAFETY: an open handle, and room for a view.
        ctx.check(unsafe { get(ctx.as_raw(), object.as_raw(), filled.as_mut_ptr(), RECORDS_RO) })?;
        // SAFETY: filled, as the host says. From here on the view is released when it is dropped.
        let view = unsafe { filled.assume_init() };
        let mut held = HeldBuffer { view, shape: Vec::new(), strides: Vec::new() };
        let ndim = checked_axes(&view)?;
        held.shape = match (view.shape.is_null(), ndim) {
            (_, 0) => Vec::new(),
            (true, _) => vec![view.len / view.itemsize.max(1)],
            // SAFETY: there are `ndim` extents where there are any, and the view lives.
            _ => unsafe { core::slice::from_raw_parts(view.shape, ndim).to_vec() },
        };
        held.strides = match view.strides.is_null() || held.shape.len() != ndim {
            true => c_strides(&held.shape, view.itemsize),
            // SAFETY: as above, of the strides.
            false => unsafe { core::slice::from_raw_parts(view.strides, ndim).to_vec() },
        };
        Ok(Some(held))
    }

    /// The first item. Null is possible where there are no items.
    pub fn start(&self) -> *mut u8 {
        self.view.buf.cast()
    }

    /// The extents.
    pub fn shape(&self) -> &[isize] {
        &self.shape
    }

    /// Bytes from one item to the next along each axis.
    pub fn strides(&self) -> &[isize] {
        &self.strides
    }

    /// Bytes of an item.
    pub fn itemsize(&self) -> usize {
        self.view.itemsize as usize
    }

    /// Whether the memory must not be written.
    pub fn is_readonly(&self) -> bool {
        self.view.readonly != 0
    }

    /// What an item is, in the manner of Python's `struct` module.
    pub fn format(&self) -> &CStr {
        match self.view.format.is_null() {
            true => c"B",
            // SAFETY: a C string that lives as long as the view.
            false => unsafe { CStr::from_ptr(self.view.format) },
        }
    }
}

impl Drop for HeldBuffer {
    fn drop(&mut self) {
        Debt::Export(self.view).settle();
    }
}

/// The most axes that Python allows.
const MOST_AXES: usize = 64;

/// How many axes a view has. An exporter whose numbers make no sense is refused before what they count
/// is read.
pub(crate) fn checked_axes(view: &HPy_buffer) -> Result<usize> {
    let axes = usize::try_from(view.ndim).ok().filter(|&axes| axes <= MOST_AXES);
    axes.filter(|_| view.len >= 0 && view.itemsize >= 0).ok_or_else(|| {
        Error::buffer_error(format!(
            "the object exports a view of {} bytes with {} axes and items of {} bytes, which no view \
             can have",
            view.len, view.ndim, view.itemsize
        ))
    })
}

/// Strides of items in C order.
pub(crate) fn c_strides(shape: &[isize], itemsize: isize) -> Vec<isize> {
    let mut stride = itemsize;
    let mut strides = vec![0; shape.len()];
    for (place, extent) in strides.iter_mut().zip(shape).rev() {
        *place = stride;
        stride = stride.wrapping_mul(*extent);
    }
    strides
}
