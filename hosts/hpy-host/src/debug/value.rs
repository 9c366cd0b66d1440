//! What the types of the tables mean to debug mode: one implementation per type.
//!
//! Arguments of context functions are *lowered*, from handles of ours to the host's, and results
//! *raised*; with the extension's own functions it is the other way round, in `function`.

use super::Debugger;
use super::Misuse;
use super::pool::Owner;
use hpy_abi::*;
use std::cell::{Cell, UnsafeCell};
use std::ffi::{CStr, c_void};

/// A use of the context, and what results have to know about its arguments.
pub(super) struct Call {
    pub debugger: &'static Debugger,
    /// The first handle among the arguments: a pointer in the result points into its object.
    pub first: Cell<HPy>,
    /// Where the length of the result is written.
    pub size: Cell<*mut Len>,
}

impl Call {
    #[inline(always)]
    pub fn new(debugger: &'static Debugger) -> Call {
        Call { debugger, first: Cell::new(HPy::NULL), size: Cell::new(std::ptr::null_mut()) }
    }
}

/// An argument of a context function. `Rest` are the arguments behind it, lowered.
pub(super) trait Lower<Rest>: Sized {
    type Lowered: Lowered<Self>;
    /// # Safety
    /// The argument obeys the ABI, but for handles, which may be invalid.
    unsafe fn lower(self, call: &Call, rest: Rest) -> Self::Lowered;
}

/// An argument as the wrapped context gets it.
pub(super) trait Lowered<T> {
    fn value(&self) -> T;
    /// Hands back what the wrapped context has written.
    ///
    /// # Safety
    /// The wrapped function has returned.
    #[inline(always)]
    unsafe fn finish(&self, _: &Call) {}
}

/// A value that is its own.
#[derive(Clone, Copy)]
pub(super) struct Plain<T>(pub T);
impl<T: Copy> Lowered<T> for Plain<T> {
    #[inline(always)]
    fn value(&self) -> T {
        self.0
    }
}

macro_rules! plain {
    ($($ty:ty),* $(,)?) => {$(
        impl<Rest> Lower<Rest> for $ty {
            type Lowered = Plain<$ty>;
            #[inline(always)]
            unsafe fn lower(self, _: &Call, _: Rest) -> Plain<$ty> {
                Plain(self)
            }
        }
        impl Raise for $ty {
            #[inline(always)]
            unsafe fn raise(self, _: &Call) -> $ty {
                self
            }
        }
    )*};
}
plain!(
    (),
    bool,
    f64,
    i32,
    u32,
    i64,
    u64,
    usize,
    HPyField,
    HPyGlobal,
    HPyThreadState,
    Status,
    Flag,
    FlagOrErr,
    Len,
    LenOrErr,
    Hash,
    WideChars,
    Ucs4,
    CmpOp,
    SourceKind,
    CapsuleKey,
    BuiltinShape,
    Signature,
    HPyCFunction,
    *mut c_void,
    *mut *mut c_void,
    *mut HPyField,
    *mut HPyGlobal,
    *mut cpy_PyObject,
    *mut HPyType_Spec,
    *mut HPyCapsule_Destructor,
    *mut HPyCallFunction,
    HPyTracker,
);

impl<Rest> Lower<Rest> for HPy {
    type Lowered = Plain<HPy>;
    #[inline(always)]
    unsafe fn lower(self, call: &Call, _: Rest) -> Plain<HPy> {
        call.first.set(self);
        Plain(call.debugger.unwrap_handle(self))
    }
}

macro_rules! text {
    ($($ty:ident)*) => {$(
        impl<Rest> Lower<Rest> for $ty {
            type Lowered = Plain<$ty>;
            #[inline(always)]
            unsafe fn lower(self, _: &Call, _: Rest) -> Plain<$ty> {
                Plain(self)
            }
        }
    )*};
}
text!(Utf8 Chars);

impl<Rest> Lower<Rest> for *mut Len {
    type Lowered = Plain<*mut Len>;
    #[inline(always)]
    unsafe fn lower(self, call: &Call, _: Rest) -> Plain<*mut Len> {
        call.size.set(self);
        Plain(self)
    }
}

macro_rules! builders {
    ($($ty:ident $pool:ident)*) => {$(
        impl<Rest> Lower<Rest> for $ty {
            type Lowered = Plain<$ty>;
            #[inline(always)]
            unsafe fn lower(self, call: &Call, _: Rest) -> Plain<$ty> {
                Plain($ty(match call.debugger.$pool.get(HPy(self.0)) {
                    _ if self.0 == 0 => 0,
                    Ok(inner) => inner.0,
                    Err(_) => {
                        call.debugger.misuse(Misuse::Builder, HPy::NULL);
                        0
                    }
                }))
            }
        }
        impl Raise for $ty {
            #[inline(always)]
            unsafe fn raise(self, call: &Call) -> $ty {
                match self.0 {
                    0 => self,
                    inner => {
                        let builder = call.debugger.$pool.open(HPy(inner), Owner::Extension, None);
                        $ty(builder.0)
                    }
                }
            }
        }
    )*};
}
builders!(HPyListBuilder list_builders HPyTupleBuilder tuple_builders);

/// An array of handles, short ones without an allocation.
pub(super) struct Array {
    short: [HPy; 6],
    long: Vec<HPy>,
}

impl Array {
    /// Maps `n` handles.
    ///
    /// # Safety
    /// `handles` is an array of at least that length.
    #[inline(always)]
    pub unsafe fn map(handles: Handles, n: usize, map: impl Fn(HPy) -> HPy) -> Array {
        let mut array = Array { short: [HPy::NULL; 6], long: Vec::new() };
        if n > array.short.len() {
            // SAFETY: the caller's promise.
            array.long.extend((0..n).map(|i| map(unsafe { *handles.0.add(i) })));
        } else {
            for (i, place) in array.short.iter_mut().take(n).enumerate() {
                // SAFETY: the caller's promise.
                *place = map(unsafe { *handles.0.add(i) });
            }
        }
        array
    }

    #[inline(always)]
    pub fn start(&self) -> *const HPy {
        if self.long.is_empty() { self.short.as_ptr() } else { self.long.as_ptr() }
    }
}

impl Lowered<Handles> for Array {
    #[inline(always)]
    fn value(&self) -> Handles {
        Handles(self.start())
    }
}

/// What stands behind an array of handles and says how long it is.
pub(super) trait Count {
    /// The length; handles are those of `inner`. `None` if there is none, with an exception set.
    ///
    /// # Safety
    /// `inner` is a context of this thread, and handles are open or null.
    unsafe fn count(self, inner: *mut HPyContext) -> Option<usize>;
}
impl Count for (usize,) {
    #[inline(always)]
    unsafe fn count(self, _: *mut HPyContext) -> Option<usize> {
        Some(self.0)
    }
}
impl Count for (Len,) {
    #[inline(always)]
    unsafe fn count(self, _: *mut HPyContext) -> Option<usize> {
        Some(self.0.0.max(0) as usize)
    }
}
/// A dictionary of keyword arguments brings no values.
impl Count for (Len, HPy) {
    #[inline(always)]
    unsafe fn count(self, _: *mut HPyContext) -> Option<usize> {
        Some(self.0.0.max(0) as usize)
    }
}
/// A dictionary of keyword arguments brings no values.
impl Count for (isize, HPy) {
    #[inline(always)]
    unsafe fn count(self, _: *mut HPyContext) -> Option<usize> {
        Some(self.0.max(0) as usize)
    }
}
/// The values for a tuple of names stand behind the positional arguments.
impl Count for (usize, HPy) {
    #[inline(always)]
    unsafe fn count(self, inner: *mut HPyContext) -> Option<usize> {
        if self.1.is_null() {
            return Some(self.0);
        }
        // SAFETY: the caller's promise.
        let names = unsafe { ((*inner).ctx_Length)(inner, self.1) };
        usize::try_from(names.0).ok().map(|names| self.0 + names)
    }
}

impl<Rest: Count> Lower<Rest> for Handles {
    type Lowered = Array;
    #[inline(always)]
    unsafe fn lower(self, call: &Call, rest: Rest) -> Array {
        // SAFETY: the ABI's contract about the array, and handles that were lowered.
        unsafe {
            // Names without a length are refused by `member` before they come here.
            let n = rest.count(call.debugger.inner).unwrap_or(0);
            Array::map(self, n, |h| call.debugger.unwrap_handle(h))
        }
    }
}

/// Room for a handle of the wrapped context, and where ours goes.
pub(super) struct Out {
    inner: UnsafeCell<HPy>,
    out: *mut HPy,
}

impl<Rest> Lower<Rest> for HandleOut {
    type Lowered = Out;
    unsafe fn lower(self, _: &Call, _: Rest) -> Out {
        Out { inner: UnsafeCell::new(HPy::NULL), out: self.0 }
    }
}

impl Lowered<HandleOut> for Out {
    fn value(&self) -> HandleOut {
        HandleOut(self.inner.get())
    }

    unsafe fn finish(&self, call: &Call) {
        // SAFETY: the wrapped function has returned, and `out` is the ABI's contract.
        unsafe { *self.out = call.debugger.open(*self.inner.get(), Owner::Extension) };
    }
}

/// The parameters of a type, which end with one of the kind `END`.
pub(super) struct Params(Vec<HPyType_SpecParam>);

impl<Rest> Lower<Rest> for *mut HPyType_SpecParam {
    type Lowered = Params;
    unsafe fn lower(self, call: &Call, _: Rest) -> Params {
        let mut params = Vec::new();
        let mut next = self;
        // SAFETY: by the ABI's contract the array is null or has an end.
        while let Some(param) = unsafe { next.as_ref() } {
            params.push(HPyType_SpecParam {
                kind: param.kind,
                object: match param.kind {
                    ParamKind::END => HPy::NULL,
                    _ => call.debugger.unwrap_handle(param.object),
                },
            });
            if param.kind == ParamKind::END {
                break;
            }
            next = next.wrapping_add(1);
        }
        Params(params)
    }
}

impl Lowered<*mut HPyType_SpecParam> for Params {
    fn value(&self) -> *mut HPyType_SpecParam {
        if self.0.is_empty() { std::ptr::null_mut() } else { self.0.as_ptr().cast_mut() }
    }
}

/// The result of a context function.
pub(super) trait Raise: Sized {
    /// # Safety
    /// The value is what the wrapped function gave for the arguments of `call`.
    unsafe fn raise(self, call: &Call) -> Self;
}

impl Raise for HPy {
    #[inline(always)]
    unsafe fn raise(self, call: &Call) -> HPy {
        call.debugger.open(self, Owner::Extension)
    }
}

/// Text of an object is NUL-terminated, and may have NULs of its own if its length is asked for.
impl Raise for Utf8 {
    unsafe fn raise(self, call: &Call) -> Utf8 {
        if self.0.is_null() {
            return self;
        }
        // SAFETY: the text has an end, and as many bytes before it as the object says.
        unsafe {
            let len = match call.size.get().as_ref() {
                Some(size) => size.0 as usize,
                None => CStr::from_ptr(self.0).count_bytes(),
            };
            Utf8(lend_memory(call, self.0.cast(), len + 1).cast())
        }
    }
}

/// Bytes of an object are those of a `bytes`, and a NUL.
impl Raise for Chars {
    unsafe fn raise(self, call: &Call) -> Chars {
        if self.0.is_null() {
            return self;
        }
        let inner = call.debugger.inner;
        // SAFETY: the function gave the contents of its argument, which is a `bytes` therefore.
        unsafe {
            let bytes = call.debugger.unwrap_handle(call.first.get());
            let len = ((*inner).ctx_Bytes_Size)(inner, bytes).0;
            Chars(lend_memory(call, self.0.cast(), len as usize + 1).cast())
        }
    }
}

/// A copy of memory that ends with the first argument; the memory itself where that is not to be
/// had.
///
/// # Safety
/// There are `len` bytes.
unsafe fn lend_memory(call: &Call, start: *const u8, len: usize) -> *const u8 {
    // SAFETY: the caller's promise.
    let bytes = unsafe { std::slice::from_raw_parts(start, len) };
    call.debugger.handles.attach(call.first.get(), bytes).unwrap_or(start)
}

impl Debugger {
    /// Closes a builder that is about to be consumed; gives what it stands for, null if it is
    /// invalid.
    pub(super) fn take_builder(&self, pool: &super::Pool, builder: isize) -> isize {
        if builder == 0 {
            return 0;
        }
        let inner = pool.get(HPy(builder)).map_or(0, |inner: HPy| inner.0);
        if inner == 0 || pool.close(HPy(builder), |_| true).is_none() {
            self.misuse(Misuse::Builder, HPy::NULL);
            return 0;
        }
        inner
    }
}
