//! Members that mean more than the types of their rows say.

use super::context::{Derived, Functions};
use super::pool::Owner;
use super::thread::{Use, debugger_of, leave, reenter};
use super::value::{Call, Raise};
use super::{Debugger, Misuse};
use hpy_abi::*;
use std::ffi::c_void;

/// Writes members: their bodies are unsafe code under the contract of the ABI.
macro_rules! members {
    ($($(#[$attr:meta])* fn $name:ident($ctx:ident $(, $arg:ident: $ty:ty)*) $(-> $ret:ty)?
       { $($body:tt)* })*) => {
        impl Functions {$(
            $(#[$attr])*
            ///
            /// # Safety
            /// The contract of the ABI, but for what debug mode checks.
            pub(super) unsafe extern "C" fn $name(
                $ctx: *mut HPyContext $(, $arg: $ty)*
            ) $(-> $ret)? {
                // SAFETY: the caller's promise; each body hands on what the member's row says.
                unsafe { $($body)* }
            }
        )*}
    };
}

members! {
    /// Closes our handle and what it stands for, unless it is not the extension's to close.
    fn ctx_Close(ctx, h: HPy) {
        let used = Use::begin(ctx);
        used.debugger.close_both(h);
        used.end();
    }

    /// Has the host call our function in place of the extension's.
    fn ctx_CallRealFunctionFromTrampoline(
        ctx, sig: Signature, func: HPyCFunction, args: *mut c_void
    ) {
        let debugger = debugger_of(ctx);
        let mode: *const Debugger = debugger;
        let adapter = super::function::adapter_of(sig);
        crate::trampoline::call(debugger.inner, mode.cast(), (sig, func, args), adapter);
    }

    /// Leaves the thread without a context that it may use.
    fn ctx_LeavePythonExecution(ctx) -> HPyThreadState {
        let used = Use::begin(ctx);
        let inner = used.debugger.inner;
        let state = ((*inner).ctx_LeavePythonExecution)(inner);
        leave(&used, ctx);
        state
    }

    /// Gives the thread its context back.
    fn ctx_ReenterPythonExecution(ctx, state: HPyThreadState) {
        let inner = debugger_of(ctx).inner;
        reenter(ctx, || ((*inner).ctx_ReenterPythonExecution)(inner, state));
    }

    /// Consumes the builder, whether or not that works.
    fn ctx_ListBuilder_Build(ctx, builder: HPyListBuilder) -> HPy {
        let used = Use::begin(ctx);
        let d = used.debugger;
        let taken = HPyListBuilder(d.take_builder(&d.list_builders, builder.0));
        let built = match d.failure(index::ctx_ListBuilder_Build) {
            None => ((*d.inner).ctx_ListBuilder_Build)(d.inner, taken),
            Some(failed) => {
                ((*d.inner).ctx_ListBuilder_Cancel)(d.inner, taken);
                failed
            }
        };
        let built = Raise::raise(built, &Call::new(d));
        used.end();
        built
    }

    /// Consumes the builder.
    fn ctx_ListBuilder_Cancel(ctx, builder: HPyListBuilder) {
        let used = Use::begin(ctx);
        let d = used.debugger;
        let taken = d.take_builder(&d.list_builders, builder.0);
        if taken != 0 {
            ((*d.inner).ctx_ListBuilder_Cancel)(d.inner, HPyListBuilder(taken));
        }
        used.end();
    }

    /// Consumes the builder, whether or not that works.
    fn ctx_TupleBuilder_Build(ctx, builder: HPyTupleBuilder) -> HPy {
        let used = Use::begin(ctx);
        let d = used.debugger;
        let taken = HPyTupleBuilder(d.take_builder(&d.tuple_builders, builder.0));
        let built = match d.failure(index::ctx_TupleBuilder_Build) {
            None => ((*d.inner).ctx_TupleBuilder_Build)(d.inner, taken),
            Some(failed) => {
                ((*d.inner).ctx_TupleBuilder_Cancel)(d.inner, taken);
                failed
            }
        };
        let built = Raise::raise(built, &Call::new(d));
        used.end();
        built
    }

    /// Consumes the builder.
    fn ctx_TupleBuilder_Cancel(ctx, builder: HPyTupleBuilder) {
        let used = Use::begin(ctx);
        let d = used.debugger;
        let taken = d.take_builder(&d.tuple_builders, builder.0);
        if taken != 0 {
            ((*d.inner).ctx_TupleBuilder_Cancel)(d.inner, HPyTupleBuilder(taken));
        }
        used.end();
    }

    /// A tracker of ours: it holds our handles, of which the host knows nothing.
    fn ctx_Tracker_New(ctx, _size: Len) -> HPyTracker {
        let used = Use::begin(ctx);
        let d = used.debugger;
        let failed = d.failure(index::ctx_Tracker_New);
        let tracker = failed.unwrap_or_else(|| HPyTracker(d.new_tracker()));
        used.end();
        tracker
    }

    /// Leaves a handle to a tracker, which has it even after a failure.
    fn ctx_Tracker_Add(ctx, ht: HPyTracker, h: HPy) -> Status {
        let used = Use::begin(ctx);
        let d = used.debugger;
        d.unwrap_handle(h);
        let known = d.trackers().get_mut(&ht.0).map(|handles| handles.push(h)).is_some();
        if !known {
            d.misuse(Misuse::Tracker, HPy::NULL);
        }
        let status = d.failure(index::ctx_Tracker_Add).unwrap_or(Status::OK);
        used.end();
        status
    }

    /// Takes all handles out of a tracker.
    fn ctx_Tracker_ForgetAll(ctx, ht: HPyTracker) {
        let used = Use::begin(ctx);
        let d = used.debugger;
        let known = d.trackers().get_mut(&ht.0).map(Vec::clear).is_some();
        if !known {
            d.misuse(Misuse::Tracker, HPy::NULL);
        }
        used.end();
    }

    /// Closes a tracker and the handles in it.
    fn ctx_Tracker_Close(ctx, ht: HPyTracker) {
        let used = Use::begin(ctx);
        let d = used.debugger;
        let handles = d.trackers().remove(&ht.0);
        match handles {
            Some(handles) => handles.into_iter().for_each(|h| d.close_both(h)),
            None => d.misuse(Misuse::Tracker, HPy::NULL),
        }
        used.end();
    }

    /// Checks what CPython would answer with a wrong result.
    fn ctx_TypeCheck(ctx, obj: HPy, type_: HPy) -> Flag {
        check(ctx, type_, Kind::Type, "HPy_TypeCheck arg 2 must be a type");
        <Functions as Derived>::ctx_TypeCheck(ctx, obj, type_)
    }

    /// Checks the argument, which the host does not.
    fn ctx_Type_GetName(ctx, type_: HPy) -> Utf8 {
        check(ctx, type_, Kind::Type, "HPyType_GetName arg must be a type");
        <Functions as Derived>::ctx_Type_GetName(ctx, type_)
    }

    /// Checks the arguments, which the host does not.
    fn ctx_Type_IsSubtype(ctx, sub: HPy, type_: HPy) -> Flag {
        check(ctx, sub, Kind::Type, "HPyType_IsSubtype arg 1 must be a type");
        check(ctx, type_, Kind::Type, "HPyType_IsSubtype arg 2 must be a type");
        <Functions as Derived>::ctx_Type_IsSubtype(ctx, sub, type_)
    }

    /// Checks the argument, which the host does not.
    fn ctx_Unicode_Substring(ctx, string: HPy, start: Len, end: Len) -> HPy {
        check(ctx, string, Kind::Str, "HPyUnicode_Substring arg 1 must be a Unicode object");
        <Functions as Derived>::ctx_Unicode_Substring(ctx, string, start, end)
    }

    /// Checks the names, which say how long the array is.
    fn ctx_Call(ctx, callable: HPy, args: Handles, nargs: usize, kwnames: HPy) -> HPy {
        if !kwnames.is_null() {
            let message = "HPy_Call arg 'kwnames' must be a tuple object or HPy_NULL";
            check(ctx, kwnames, Kind::Tuple, message);
        }
        <Functions as Derived>::ctx_Call(ctx, callable, args, nargs, kwnames)
    }

    /// Checks the names, which say how long the array is.
    fn ctx_CallMethod(ctx, name: HPy, args: Handles, nargs: usize, kwnames: HPy) -> HPy {
        if !kwnames.is_null() {
            let message = "HPy_CallMethod arg 'kwnames' must be a tuple object or HPy_NULL";
            check(ctx, kwnames, Kind::Tuple, message);
        }
        <Functions as Derived>::ctx_CallMethod(ctx, name, args, nargs, kwnames)
    }
}

/// Members that give the native struct of an instance: of another shape it is something else.
macro_rules! structs {
    ($($name:ident $shape:ident $spelled:literal;)*) => {
        members! {$(
            /// Checks the shape of the instance's class.
            fn $name(ctx, h: HPy) -> *mut c_void {
                check_shape(ctx, h, BuiltinShape::$shape, $spelled);
                <Functions as Derived>::$name(ctx, h)
            }
        )*}
    };
}
structs! {
    ctx_AsStruct_Object OBJECT "Object";
    ctx_AsStruct_Legacy LEGACY "Legacy";
    ctx_AsStruct_Type TYPE "Type";
    ctx_AsStruct_Long LONG "Long";
    ctx_AsStruct_Float FLOAT "Float";
    ctx_AsStruct_Unicode UNICODE "Unicode";
    ctx_AsStruct_Tuple TUPLE "Tuple";
    ctx_AsStruct_List LIST "List";
    ctx_AsStruct_Dict DICT "Dict";
}

/// What an argument has to be.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Type,
    Str,
    Tuple,
}

/// Ends the process if an argument is not what it has to be.
///
/// # Safety
/// `ctx` is one of a debugger's.
unsafe fn check(ctx: *mut HPyContext, h: HPy, kind: Kind, message: &str) {
    // SAFETY: the caller's promise.
    unsafe {
        let used = Use::begin(ctx);
        let inner = used.debugger.inner;
        let h = used.debugger.unwrap_handle(h);
        let right = !h.is_null()
            && match kind {
                Kind::Type => ((*inner).ctx_TypeCheck)(inner, h, (*inner).h_TypeType),
                Kind::Str => ((*inner).ctx_Unicode_Check)(inner, h),
                Kind::Tuple => ((*inner).ctx_Tuple_Check)(inner, h),
            } == Flag(1);
        if !right {
            crate::fatal(inner, message);
        }
        used.end();
    }
}

/// Ends the process if the class of an instance has another shape than the extension thinks.
///
/// # Safety
/// `ctx` is one of a debugger's.
unsafe fn check_shape(ctx: *mut HPyContext, h: HPy, expected: BuiltinShape, spelled: &str) {
    // SAFETY: the caller's promise.
    unsafe {
        let used = Use::begin(ctx);
        let inner = used.debugger.inner;
        let h = used.debugger.unwrap_handle(h);
        let class = ((*inner).ctx_Type)(inner, h);
        let shape = ((*inner).ctx_Type_GetBuiltinShape)(inner, class);
        ((*inner).ctx_Close)(inner, class);
        if shape != expected {
            wrong_shape(inner, shape, spelled);
        }
        used.end();
    }
}

/// # Safety
/// `inner` is a context of this thread.
#[cold]
unsafe fn wrong_shape(inner: *mut HPyContext, shape: BuiltinShape, spelled: &str) -> ! {
    let names = BuiltinShape::ALL.iter();
    let actual = names.filter(|(_, value)| *value == shape).map(|(name, _)| *name).next();
    let actual = actual.map_or("<unknown shape>".to_string(), |name| {
        let (head, tail) = name.split_at(1);
        format!("HPyType_BuiltinShape_{head}{}", tail.to_lowercase())
    });
    let message = format!(
        "Invalid usage of _HPy_AsStruct_{spelled}. \
         Expected shape HPyType_BuiltinShape_{spelled} but got {actual}"
    );
    // SAFETY: the caller's promise.
    unsafe { crate::fatal(inner, &message) }
}

impl Debugger {
    /// Closes a handle of the extension and what it stands for.
    ///
    /// # Safety
    /// On a thread that may use the wrapped context.
    unsafe fn close_both(&self, h: HPy) {
        if h.is_null() {
            return;
        }
        // What it stands for is still open if the handle is closed wrongly, or not any more; in
        // either case it is not ours to close.
        let inner = self.unwrap_handle(h);
        match self.handles.close(h, |owner| owner == Owner::Extension) {
            // SAFETY: the caller's promise; the handle was open until now.
            Some(Owner::Extension) => unsafe { ((*self.inner).ctx_Close)(self.inner, inner) },
            Some(Owner::Caller) => self.misuse(Misuse::Argument, h),
            Some(Owner::Context) => self.misuse(Misuse::Constant, h),
            None => {}
        }
    }

    fn new_tracker(&self) -> isize {
        let id = self.next_tracker.fetch_add(2, std::sync::atomic::Ordering::Relaxed);
        self.trackers().insert(id, Vec::new());
        id
    }
}
