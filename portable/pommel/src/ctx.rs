//! The execution context: the token that says "Python may be used here", and the way to make objects.

use crate::raw::{self, calls};
use crate::{Bytes, Dict, Error, IntoPython, List, Module, Object, Result, Str, Tuple, held};
use core::ffi::CStr;
use core::marker::PhantomData;
use core::ptr::NonNull;
use hpy_abi::{Chars, HPyContext, Len, SourceKind, Utf8};

/// Permission to use Python for the duration `'c` of a call from it.
///
/// It is handed to every function that asks for it and lives no longer than the call; every handle
/// carries one. It is a pointer, free to copy, and cannot be sent to another thread.
#[derive(Clone, Copy)]
pub struct Ctx<'c> {
    raw: NonNull<HPyContext>,
    _call: PhantomData<(&'c (), *mut ())>,
}

impl<'c> Ctx<'c> {
    /// The token for a context that a host handed over.
    ///
    /// # Safety
    /// `raw` is a live context, Python may be used by this thread for the whole of `'c`, and
    /// [`attach`](crate::raw::attach::attach) has seen this host.
    #[inline(always)]
    pub unsafe fn from_raw(raw: *mut HPyContext) -> Ctx<'c> {
        // SAFETY: a live context is not null.
        Ctx { raw: unsafe { NonNull::new_unchecked(raw) }, _call: PhantomData }
    }

    /// The pointer that members of the context take.
    #[inline(always)]
    pub fn as_raw(self) -> *mut HPyContext {
        self.raw.as_ptr()
    }

    /// Whether the extension runs on a host of Pommel, such as the one that travels inside it, and
    /// not on one that the interpreter brings.
    pub fn host_is_inside(self) -> bool {
        raw::attach::is_ours()
    }

    /// The name that the host gives itself, for people.
    pub fn host_name(self) -> String {
        // SAFETY: the context is live, and its name is NUL-terminated or missing.
        unsafe {
            let name = (*self.as_raw()).name;
            if name.is_null() {
                return String::new();
            }
            CStr::from_ptr(name).to_string_lossy().into_owned()
        }
    }

    /// `None`.
    pub fn none(self) -> Object<'c> {
        // SAFETY: the handle of the context is open for ever.
        unsafe { raw::borrowed(self, calls::h_None(self.as_raw())) }.to_owned_handle()
    }

    /// `NotImplemented`.
    pub fn not_implemented(self) -> Object<'c> {
        // SAFETY: the handle of the context is open for ever.
        unsafe { raw::borrowed(self, calls::h_NotImplemented(self.as_raw())) }.to_owned_handle()
    }

    /// Makes a `str`.
    pub fn str(self, text: &str) -> Result<Str<'c>> {
        Str::new(self, text)
    }

    /// Makes a `bytes`.
    pub fn bytes(self, data: &[u8]) -> Result<Bytes<'c>> {
        let (start, len) = (Chars(data.as_ptr().cast()), Len(data.len() as isize));
        // SAFETY: the pointer and the length are those of a slice; the result is a new `bytes`.
        unsafe {
            let raw = calls::ctx_Bytes_FromStringAndSize(self.as_raw(), start, len);
            raw::new_handle(self, raw).map(|o| o.assume())
        }
    }

    /// Makes a list of the items.
    pub fn list<T: IntoPython>(self, items: impl IntoIterator<Item = T>) -> Result<List<'c>> {
        List::from_items(self, items)
    }

    /// Makes a tuple of handles.
    pub fn tuple(self, items: &[&Object<'_>]) -> Result<Tuple<'c>> {
        Tuple::from_handles(self, items)
    }

    /// Makes an empty dict.
    pub fn dict(self) -> Result<Dict<'c>> {
        // SAFETY: a live context; the result is a new dict.
        unsafe { raw::new_handle(self, calls::ctx_Dict_New(self.as_raw())).map(|o| o.assume()) }
    }

    /// Makes a Python object of a Rust value.
    pub fn object<T: IntoPython>(self, value: T) -> Result<Object<'c>> {
        value.into_python(self)
    }

    /// `importlib.import_module(name)`.
    pub fn import(self, name: &CStr) -> Result<Module<'c>> {
        // SAFETY: a C string; the result is new.
        unsafe {
            let raw = calls::ctx_Import_ImportModule(self.as_raw(), Utf8(name.as_ptr()));
            raw::new_handle(self, raw).map(|o| o.assume())
        }
    }

    /// A built-in function, type or exception by name, such as `c"sorted"`.
    pub fn builtin(self, name: &CStr) -> Result<Object<'c>> {
        // SAFETY: the handle of the context is open for ever and a C string is a fine key.
        unsafe {
            let builtins = calls::h_Builtins(self.as_raw());
            let raw = calls::ctx_GetItem_s(self.as_raw(), builtins, Utf8(name.as_ptr()));
            raw::new_handle(self, raw)
        }
    }

    /// Runs Python source: the value of an expression.
    ///
    /// `globals` also serves as the locals.
    pub fn eval(self, source: &CStr, globals: &Dict<'_>) -> Result<Object<'c>> {
        self.run(source, SourceKind::EXPR, globals)
    }

    /// Runs Python source: statements. `globals` also serves as the locals.
    pub fn exec(self, source: &CStr, globals: &Dict<'_>) -> Result<()> {
        self.run(source, SourceKind::FILE, globals).map(drop)
    }

    fn run(self, source: &CStr, kind: SourceKind, globals: &Dict<'_>) -> Result<Object<'c>> {
        let file = Utf8(c"<pommel>".as_ptr());
        // SAFETY: C strings and open handles; the results are new.
        unsafe {
            let code = calls::ctx_Compile_s(self.as_raw(), Utf8(source.as_ptr()), file, kind);
            let code = raw::new_handle(self, code)?;
            let globals = globals.as_raw();
            raw::new_handle(
                self,
                calls::ctx_EvalCode(self.as_raw(), code.as_raw(), globals, globals),
            )
        }
    }

    /// Issues a warning of a category such as `c"RuntimeWarning"`, a built-in name.
    ///
    /// `stack_level` 1 blames the caller of the extension. An error if the filters make it one.
    pub fn warn(self, category: &CStr, message: &CStr, stack_level: usize) -> Result<()> {
        let category = self.builtin(category)?;
        let level = Len(stack_level as isize);
        // SAFETY: an open handle and a C string.
        let status = unsafe {
            calls::ctx_Err_WarnEx(self.as_raw(), category.as_raw(), Utf8(message.as_ptr()), level)
        };
        self.check(status)
    }

    /// Runs `work` while other threads may run Python.
    ///
    /// Nothing of Python can be reached inside: handles are not `Send`, nor is an [`Error`]. Do not
    /// get around that with a wrapper that checks the thread at run time, or by way of a thread-local
    /// variable: `work` runs in the same thread, but Python must not be used by it.
    pub fn detach<R: Send>(self, work: impl FnOnce() -> R + Send) -> R {
        /// Comes back also when `work` panics.
        struct Reattach<'c>(Ctx<'c>, hpy_abi::HPyThreadState);
        impl Drop for Reattach<'_> {
            fn drop(&mut self) {
                // SAFETY: the state is the one that leaving gave, used once.
                unsafe { calls::ctx_ReenterPythonExecution(self.0.as_raw(), self.1) }
            }
        }
        // SAFETY: this thread is attached, as the token proves, and `work` cannot use Python.
        let state = unsafe { calls::ctx_LeavePythonExecution(self.as_raw()) };
        let _reattach = Reattach(self, state);
        let _stay = held::Stay::outside();
        work()
    }

    /// Whether an exception is set.
    #[inline]
    pub(crate) fn error_is_set(self) -> bool {
        // SAFETY: a live context.
        unsafe { calls::ctx_Err_Occurred(self.as_raw()).0 != 0 }
    }

    /// Turns the status of a member into a result.
    #[inline(always)]
    pub(crate) fn check(self, status: hpy_abi::Status) -> Result<()> {
        if status.0 < 0 { Err(Error::pending()) } else { Ok(()) }
    }

    /// Turns a flag that may have failed into a result.
    #[inline(always)]
    pub(crate) fn check_flag(self, flag: hpy_abi::FlagOrErr) -> Result<bool> {
        if flag.0 < 0 { Err(Error::pending()) } else { Ok(flag.0 != 0) }
    }
}
