//! The context: from C to methods of [`State`] and back.
//!
//! A member that the mock has is an inherent method of `State` with the member's name, anywhere in
//! this crate, in terms of objects and `Result`.
//! One expansion of the table makes the C function around each.
//! It also makes a trait with a method for every member that says that the mock lacks it; as an
//! inherent method goes before one of a trait, that is what remains for members nobody wrote.
//!
//! How a value crosses the line is said by its types alone: [`FromC`] for arguments, [`ToC`] for
//! results. A member whose method gives a `Result` can fail: it is counted, failures are injected
//! into it, and calling it with an exception set is a fault.

use crate::buffer::View;
use crate::object::*;
use crate::state::{Owner, State};
use hpy_abi::*;
use std::convert::Infallible;
use std::ffi::{CStr, c_char, c_int, c_void};

/// What `_private` of the context points to; the head is what an extension may look for.
#[repr(C)]
pub(crate) struct Private {
    extensions: ext::Extensions,
    state: *const State,
}

impl Private {
    /// For a state that outlives every context that points here.
    pub fn new(state: *const State) -> Private {
        let extensions = ext::Extensions {
            size: size_of::<ext::Extensions>() as u32,
            flags: ext::flags::OUR_SLOTS,
            err_fetch,
            err_restore,
            inline: Default::default(),
            read_floats,
            allocator,
            intern: None,
            list_of: None,
            dict_get: None,
            get_buffer: Some(get_buffer),
            release_buffer: Some(release_buffer),
            small_ints: core::ptr::null(),
            watch: None,
            attribute_place: None,
            bind_directly: None,
            redirect: None,
            attach_thread: None,
            detach_thread: None,
            observe: None,
        };
        Private { extensions, state }
    }
}

/// The state behind a context of this crate.
///
/// # Safety
/// `ctx` is such a context, and its interpreter lives for `'a`.
unsafe fn state<'a>(ctx: *mut HPyContext) -> &'a State {
    // SAFETY: the caller vouches for both.
    unsafe { &*(*(*ctx)._private.cast::<Private>()).state }
}

unsafe extern "C" fn err_fetch(ctx: *mut HPyContext) -> HPy {
    // SAFETY: called through the context that announced it.
    let state = unsafe { state(ctx) };
    let exception = state.pending.take();
    exception.map_or(HPy::NULL, |e| state.open(e, Owner::Extension, "err_fetch"))
}

unsafe extern "C" fn read_floats(
    ctx: *mut HPyContext,
    sequence: HPy,
    items: *mut f64,
    capacity: usize,
) -> usize {
    // SAFETY: called through the context that announced it.
    let state = unsafe { state(ctx) };
    let Ok(sequence) = state.object(sequence) else { return 0 };
    let floats = state.leading_floats(&sequence);
    for (i, x) in floats.iter().take(capacity).enumerate() {
        // SAFETY: the caller has room for `capacity` items.
        unsafe { items.add(i).write(*x) };
    }
    floats.len().min(capacity)
}

/// The mock has one way to make instances.
unsafe extern "C" fn allocator(_: *mut HPyContext, _: HPy) -> Option<ext::Allocate> {
    None
}

unsafe extern "C" fn err_restore(ctx: *mut HPyContext, exception: HPy) {
    // SAFETY: called through the context that announced it.
    let state = unsafe { state(ctx) };
    // If the handle is not open the exception is the one that says so.
    let exception = state.object(exception).unwrap_or_else(|fault| fault);
    state.pending.replace(Some(exception));
}

unsafe extern "C" fn get_buffer(
    ctx: *mut HPyContext,
    object: HPy,
    view: *mut HPy_buffer,
    flags: c_int,
) -> Status {
    // SAFETY: called through the context that announced it.
    let state = unsafe { state(ctx) };
    match state.lend(object, flags) {
        Ok(lent) => {
            // SAFETY: the caller's struct, to be filled.
            unsafe { view.write(lent) };
            Status::OK
        }
        Err(exception) => {
            state.pending.replace(Some(exception));
            Status::ERR
        }
    }
}

unsafe extern "C" fn release_buffer(ctx: *mut HPyContext, view: *mut HPy_buffer) {
    // SAFETY: called through the context that announced it, with a view that `get_buffer` filled or
    // that this function has ended: then `internal` is null, else the box of `State::lend`.
    unsafe {
        let lent = std::mem::replace(&mut (*view).internal, std::ptr::null_mut());
        if !lent.is_null() {
            state(ctx).close(std::mem::replace(&mut (*view).obj, HPy::NULL));
            drop(Box::from_raw(lent.cast::<View>()));
        }
    }
}

/// A type that a method takes in place of the C type `C`.
pub(crate) trait FromC<C>: Sized {
    /// # Safety
    /// `raw` obeys the ABI: if it is a pointer it is valid as the table says.
    unsafe fn from_c(state: &State, raw: C) -> Res<Self>;
}

impl<T> FromC<T> for T {
    unsafe fn from_c(_: &State, raw: T) -> Res<T> {
        Ok(raw)
    }
}
impl FromC<HPy> for Obj {
    unsafe fn from_c(state: &State, raw: HPy) -> Res<Obj> {
        state.object(raw)
    }
}
/// A handle that may be null.
impl FromC<HPy> for Option<Obj> {
    unsafe fn from_c(state: &State, raw: HPy) -> Res<Option<Obj>> {
        if raw.is_null() { Ok(None) } else { state.object(raw).map(Some) }
    }
}
impl FromC<Utf8> for String {
    unsafe fn from_c(state: &State, raw: Utf8) -> Res<String> {
        if raw.0.is_null() {
            return Err(state.fault("a null pointer was passed for a string".into()));
        }
        // SAFETY: not null, so by the ABI NUL-terminated.
        state.decode("utf-8", unsafe { CStr::from_ptr(raw.0) }.to_bytes())
    }
}
/// A string that may be null.
impl FromC<Utf8> for Option<String> {
    unsafe fn from_c(state: &State, raw: Utf8) -> Res<Option<String>> {
        if raw.0.is_null() {
            return Ok(None);
        }
        // SAFETY: the caller's promise, handed on.
        unsafe { String::from_c(state, raw) }.map(Some)
    }
}

/// What a function that gives this C type gives when it failed.
pub(crate) trait ErrorValue {
    const ERROR: Self;
}

macro_rules! error_values {
    ($($ty:ty = $error:expr;)*) => {$(
        impl ErrorValue for $ty { const ERROR: $ty = $error; }
    )*};
}
error_values! {
    () = ();
    HPy = HPy::NULL;
    Status = Status::ERR;
    Flag = Flag(0);
    FlagOrErr = FlagOrErr::ERR;
    Len = Len(-1);
    LenOrErr = LenOrErr(-1);
    Hash = Hash(-1);
    Ucs4 = Ucs4(u32::MAX);
    BuiltinShape = BuiltinShape(-2);
    Utf8 = Utf8(std::ptr::null());
    Chars = Chars(std::ptr::null());
    HPyListBuilder = HPyListBuilder(0);
    HPyTupleBuilder = HPyTupleBuilder(0);
    HPyTracker = HPyTracker(0);
    HPyThreadState = HPyThreadState(0);
    f64 = -1.0;
    i32 = -1;
    i64 = -1;
    u32 = u32::MAX;
    u64 = u64::MAX;
    usize = usize::MAX;
    *mut c_void = std::ptr::null_mut();
    *mut cpy_PyObject = std::ptr::null_mut();
}

/// A type that a method gives in place of the C type `C`.
pub(crate) trait ToC<C> {
    /// Whether the method can raise.
    const FALLIBLE: bool = false;
    fn to_c(self, state: &State, member: &str) -> Res<C>;
}

impl<C, T: ToC<C>> ToC<C> for Res<T> {
    const FALLIBLE: bool = true;
    fn to_c(self, state: &State, member: &str) -> Res<C> {
        self?.to_c(state, member)
    }
}
impl ToC<HPy> for Obj {
    fn to_c(self, state: &State, member: &str) -> Res<HPy> {
        Ok(state.open(self, Owner::Extension, member))
    }
}
impl ToC<HPy> for Option<Obj> {
    fn to_c(self, state: &State, member: &str) -> Res<HPy> {
        Ok(self.map_or(HPy::NULL, |object| state.open(object, Owner::Extension, member)))
    }
}
impl<C> ToC<C> for Infallible {
    fn to_c(self, _: &State, _: &str) -> Res<C> {
        match self {}
    }
}

macro_rules! plain_results {
    ($($from:ty => $to:ty: $convert:expr;)*) => {$(
        impl ToC<$to> for $from {
            fn to_c(self, _: &State, _: &str) -> Res<$to> {
                let convert: fn($from) -> $to = $convert;
                Ok(convert(self))
            }
        }
    )*};
}
plain_results! {
    () => (): |()| ();
    () => Status: |()| Status::OK;
    Status => Status: |status| status;
    bool => Flag: Flag::new;
    bool => FlagOrErr: FlagOrErr::new;
    isize => Len: Len;
    isize => LenOrErr: LenOrErr;
    isize => Hash: Hash;
    u32 => Ucs4: Ucs4;
    isize => HPyListBuilder: HPyListBuilder;
    isize => HPyTupleBuilder: HPyTupleBuilder;
    isize => HPyTracker: HPyTracker;
    isize => HPyThreadState: HPyThreadState;
    *const c_char => Utf8: Utf8;
    *const c_char => Chars: Chars;
    BuiltinShape => BuiltinShape: |shape| shape;
    HPy => HPy: |h| h;
    f64 => f64: |x| x;
    i32 => i32: |x| x;
    i64 => i64: |x| x;
    u32 => u32: |x| x;
    u64 => u64: |x| x;
    usize => usize: |x| x;
    *mut c_void => *mut c_void: |pointer| pointer;
}

impl State {
    /// Runs a member's method on behalf of C.
    fn enter<C: ErrorValue, R: ToC<C>>(
        &self,
        member: &'static str,
        run: impl FnOnce() -> Res<R>,
    ) -> C {
        let admitted = if R::FALLIBLE { self.admit(member) } else { Ok(()) };
        if self.left.get() && member != "ctx_ReenterPythonExecution" {
            self.fault(format!("{member} was called outside of Python execution"));
        }
        let result = admitted.and_then(|()| run()).and_then(|r| r.to_c(self, member));
        result.unwrap_or_else(|exception| {
            // A member that cannot fail only fails by a fault, which is on record already.
            if R::FALLIBLE {
                self.pending.replace(Some(exception));
            }
            C::ERROR
        })
    }

    /// Counts a call that may fail, and makes it fail if its number has come.
    pub fn admit(&self, member: &str) -> Res<()> {
        if let Some(exception) = &*self.pending.borrow() {
            let pending = self.describe(exception);
            return Err(self.fault(format!("{member} was called while {pending} is set")));
        }
        self.calls.set(self.calls.get() + 1);
        if self.fail_at.get() == Some(self.calls.get()) {
            self.fail_at.set(None);
            return Err(self.error("MemoryError", "injected failure"));
        }
        Ok(())
    }
}

/// `h_LongType` is `int`, and so on; an exception's member has the exception's name.
pub(crate) fn constant_name(member: &str) -> &str {
    match &member["h_".len()..] {
        "BaseObjectType" => "object",
        "TypeType" => "type",
        "BoolType" => "bool",
        "LongType" => "int",
        "FloatType" => "float",
        "UnicodeType" => "str",
        "TupleType" => "tuple",
        "ListType" => "list",
        "DictType" => "dict",
        "ComplexType" => "complex",
        "BytesType" => "bytes",
        "MemoryViewType" => "memoryview",
        "CapsuleType" => "PyCapsule",
        "SliceType" => "slice",
        name => name,
    }
}

/// The names of the exception types, which the context lists one after the other.
pub(crate) fn exception_names() -> impl Iterator<Item = &'static str> {
    let members = &reflect::MEMBERS[index::h_BaseException..=index::h_ResourceWarning];
    members.iter().map(|member| &member.name["h_".len()..])
}

macro_rules! define_member {
    (handle $name:ident) => {};
    (fn $name:ident ($($arg:ident: $ty:ty),*) -> $ret:ty) => {
        unsafe extern "C" fn $name(ctx: *mut HPyContext $(, $arg: $ty)*) -> $ret {
            // SAFETY: an extension passes the context that it read this function from.
            let state = unsafe { state(ctx) };
            state.enter(stringify!($name), || {
                // SAFETY: the extension obeys the ABI.
                $(let $arg = unsafe { FromC::from_c(state, $arg) }?;)*
                Ok(state.$name($($arg),*))
            })
        }
    };
}

macro_rules! define_lack {
    (handle $name:ident) => {};
    (fn $name:ident ($($arg:ident: $ty:ty),*) -> $ret:ty) => {
        fn $name(&self $(, _: $ty)*) -> Res<Infallible>;
    };
}

macro_rules! define_lacking {
    (handle $name:ident) => {};
    (fn $name:ident ($($arg:ident: $ty:ty),*) -> $ret:ty) => {
        fn $name(&self $(, _: $ty)*) -> Res<Infallible> {
            Err(self.fault(concat!(stringify!($name), " is not part of the mock").into()))
        }
    };
}

macro_rules! member_value {
    (handle $name:ident) => {
        HPy(index::$name as isize + 1)
    };
    (fn $name:ident) => {
        $name
    };
}

macro_rules! define_members {
    ($($index:literal $name:ident: $kind:ident $(($($arg:ident: $ty:ty),*) -> $ret:ty)?,
       since $minor:literal, $doc:literal;)*) => {
        /// Every member as one that the mock lacks.
        #[allow(non_snake_case, dead_code)]
        trait Lacking {
            $(define_lack! { $kind $name $(($($arg: $ty),*) -> $ret)? })*
        }
        #[allow(non_snake_case)]
        impl Lacking for State {
            $(define_lacking! { $kind $name $(($($arg: $ty),*) -> $ret)? })*
        }
        $(define_member! { $kind $name $(($($arg: $ty),*) -> $ret)? })*

        /// The context for a state.
        pub(crate) fn context(name: &'static CStr, private: *mut Private) -> HPyContext {
            HPyContext {
                name: name.as_ptr(),
                _private: private.cast(),
                abi_version: ABI_VERSION as c_int,
                $($name: member_value!($kind $name),)*
            }
        }
    };
}
for_each_member!(define_members);
