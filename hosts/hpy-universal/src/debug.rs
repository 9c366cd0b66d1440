//! `hpy.universal._debug`: what Python sees of debug mode. Its functions and their behaviour are
//! upstream's.

use crate::call::{Ctx, Owned, Raised, bind, c_string, call, constant};
use crate::define::{
    add_submodule, defines, functions, get_def, meth_def, module_def, pair, slot_def,
};
use core::ffi::{CStr, c_void};
use core::ptr::null_mut;
use hpy_abi::*;
use hpy_host::debug::{self, Debugger, HandleInfo, Limits};

/// The debug context.
pub(crate) fn context() -> *mut HPyContext {
    debugger().context()
}

fn debugger() -> &'static Debugger {
    // SAFETY: the host's context has every member and lives as long as the process; its functions
    // are called on threads that are attached.
    unsafe { debug::debugger(crate::contexts::plain()) }
}

/// Adds the module to `hpy.universal`.
pub(crate) fn add(ctx: Ctx, universal: HPy) -> Result<(), Raised> {
    let def = module_def(c"HPy debug mode", methods());
    let module = add_submodule(ctx, universal, c"_debug", def)?;
    let class = make_class(ctx)?;
    let name = Utf8(c"DebugHandle".as_ptr());
    let status = call!(ctx, ctx_SetAttr_s, module.get(), name, class.get());
    if status == Status::OK { Ok(()) } else { Err(Raised) }
}

functions! {
    new_generation c"new_generation" c"new_generation()\n--\n\nStarts a new generation of handles; returns its number.";
    get_open_handles c"get_open_handles" c"get_open_handles(generation, /)\n--\n\nReturns a list of the open handles of that generation and later ones.";
    get_closed_handles c"get_closed_handles" c"get_closed_handles(generation=0, /)\n--\n\nReturns a list of the handles in the queue of closed ones.";
    get_queue_size c"get_closed_handles_queue_max_size" c"get_closed_handles_queue_max_size()\n--\n\nReturns how many closed handles are remembered.";
    set_queue_size c"set_closed_handles_queue_max_size" c"set_closed_handles_queue_max_size(size, /)\n--\n\nSets how many closed handles are remembered.";
    get_data_size c"get_protected_raw_data_max_size" c"get_protected_raw_data_max_size()\n--\n\nReturns how many bytes of memory closed handles may hold.";
    set_data_size c"set_protected_raw_data_max_size" c"set_protected_raw_data_max_size(size, /)\n--\n\nSets how many bytes of memory closed handles may hold.";
    set_on_invalid_handle c"set_on_invalid_handle" c"set_on_invalid_handle(callback, /)\n--\n\nSets the function that is called when an invalid handle is used; with None, the process ends.";
    set_on_invalid_builder_handle c"set_on_invalid_builder_handle" c"set_on_invalid_builder_handle(callback, /)\n--\n\nSets the function that is called when an invalid builder is used; with None, the process ends.";
    set_handle_stack_trace_limit c"set_handle_stack_trace_limit" c"set_handle_stack_trace_limit(limit, /)\n--\n\nSets how many native frames are recorded with each new handle; None records nothing.";
    set_message_file c"set_message_file" c"set_message_file(descriptor, /)\n--\n\nSets the file descriptor for messages before the process ends: 2, unless something captures that.";
    fail_call c"fail_call" c"fail_call(number, exception, /)\n--\n\nLets that call of a context function that can fail, counted on this thread from now, raise the exception in place of running.";
    stop_failing c"stop_failing" c"stop_failing()\n--\n\nEnds what fail_call began; returns the number of calls that could fail, and the name of the function that failed or None.";
}

fn new_generation(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [] = bind(ctx, "new_generation", [], 0, args, kwnames)?;
    integer(ctx, debugger().new_generation())
}

fn get_open_handles(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [since] = bind(ctx, "get_open_handles", ["generation"], 1, args, kwnames)?;
    list(ctx, debugger().open_handles(number(ctx, since)?))
}

fn get_closed_handles(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [since] = bind(ctx, "get_closed_handles", ["generation"], 0, args, kwnames)?;
    let since = if since.is_null() { 0 } else { number(ctx, since)? };
    list(ctx, debugger().closed_handles(since))
}

fn get_queue_size(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [] = bind(ctx, "get_closed_handles_queue_max_size", [], 0, args, kwnames)?;
    integer(ctx, debugger().limits().handles as i64)
}

fn set_queue_size(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [size] = bind(ctx, "set_closed_handles_queue_max_size", ["size"], 1, args, kwnames)?;
    let handles = size_of_queue(ctx, size)?;
    debugger().set_limits(Limits { handles, ..debugger().limits() });
    none(ctx)
}

fn get_data_size(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [] = bind(ctx, "get_protected_raw_data_max_size", [], 0, args, kwnames)?;
    integer(ctx, debugger().limits().bytes as i64)
}

fn set_data_size(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [size] = bind(ctx, "set_protected_raw_data_max_size", ["size"], 1, args, kwnames)?;
    let bytes = size_of_queue(ctx, size)?;
    debugger().set_limits(Limits { bytes, ..debugger().limits() });
    none(ctx)
}

fn set_on_invalid_handle(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [callback] = bind(ctx, "set_on_invalid_handle", ["callback"], 1, args, kwnames)?;
    debugger().set_on_invalid_handle(callable(ctx, callback)?);
    none(ctx)
}

fn set_on_invalid_builder_handle(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [callback] = bind(ctx, "set_on_invalid_builder_handle", ["callback"], 1, args, kwnames)?;
    debugger().set_on_invalid_builder_handle(callable(ctx, callback)?);
    none(ctx)
}

fn set_handle_stack_trace_limit(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [limit] = bind(ctx, "set_handle_stack_trace_limit", ["limit"], 1, args, kwnames)?;
    let limit = if is_none(ctx, limit) { 0 } else { number(ctx, limit)? };
    debugger().set_stack_trace_limit(usize::try_from(limit).unwrap_or(0));
    none(ctx)
}

fn set_message_file(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [descriptor] = bind(ctx, "set_message_file", ["descriptor"], 1, args, kwnames)?;
    let Ok(number) = i32::try_from(number(ctx, descriptor)?) else {
        let message = "descriptor must be the number of an open file";
        return Err(ctx.raise(constant!(ctx, h_ValueError), message, None));
    };
    debug::set_message_file(number);
    none(ctx)
}

fn fail_call(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [n, exception] = bind(ctx, "fail_call", ["number", "exception"], 2, args, kwnames)?;
    let n = number(ctx, n)?;
    let (type_type, base) = (constant!(ctx, h_TypeType), constant!(ctx, h_BaseException));
    let is_type = call!(ctx, ctx_TypeCheck, exception, type_type) == Flag(1);
    if !is_type || call!(ctx, ctx_Type_IsSubtype, exception, base) == Flag(0) {
        let message = "Expected an exception type";
        return Err(ctx.raise(constant!(ctx, h_TypeError), message, None));
    }
    debugger().fail_call(usize::try_from(n).unwrap_or(0), call!(ctx, ctx_Dup, exception));
    none(ctx)
}

fn stop_failing(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [] = bind(ctx, "stop_failing", [], 0, args, kwnames)?;
    let failure = debugger().stop_failing();
    let calls = Owned::new(ctx, integer(ctx, failure.calls as i64)?)?;
    let member = match failure.member {
        Some(member) => ctx.str(&c_string(member))?,
        None => Owned::new(ctx, none(ctx)?)?,
    };
    let items = [calls.get(), member.get()];
    let tuple = call!(ctx, ctx_Tuple_FromArray, Handles(items.as_ptr()), Len(2));
    Owned::new(ctx, tuple).map(Owned::into_raw)
}

/// The native struct of a `DebugHandle`: the number of a place for handles.
#[repr(C)]
struct DebugHandle {
    id: isize,
}

fn make_class(ctx: Ctx) -> Result<Owned, Raised> {
    use crate::debug as d;
    let defs = [
        get_def(
            c"obj",
            c"The object, or None once the handle is closed.",
            pair!(GETTER(arg0: HPy, CpyRef; arg1: *mut c_void, *mut c_void) d::obj),
        ),
        get_def(
            c"id",
            c"A number for the place of the handle.",
            pair!(GETTER(arg0: HPy, CpyRef; arg1: *mut c_void, *mut c_void) d::id),
        ),
        get_def(
            c"is_closed",
            c"Whether the handle was closed.",
            pair!(GETTER(arg0: HPy, CpyRef; arg1: *mut c_void, *mut c_void) d::is_closed),
        ),
        get_def(
            c"raw_data_size",
            c"Bytes of memory that the handle holds; -1 if it holds none.",
            pair!(GETTER(arg0: HPy, CpyRef; arg1: *mut c_void, *mut c_void) d::raw_data_size),
        ),
        meth_def(
            c"_force_close",
            c"Closes the handle, whoever has it. For tests.",
            Signature::NOARGS,
            pair!(NOARGS(self_: HPy, CpyRef) d::force_close),
        ),
        slot_def(
            slot::tp_richcompare,
            pair!(RICHCMPFUNC(arg0: HPy, CpyRef; arg1: HPy, CpyRef; arg2: CmpOp, CmpOp) d::compare),
        ),
        slot_def(slot::tp_repr, pair!(REPRFUNC(arg0: HPy, CpyRef) d::repr)),
    ];
    let mut spec = HPyType_Spec {
        name: c"hpy.debug._debug.DebugHandle".as_ptr(),
        basicsize: size_of::<DebugHandle>() as i32,
        itemsize: 0,
        flags: tpflags::DEFAULT,
        builtin_shape: BuiltinShape::OBJECT,
        legacy_slots: null_mut(),
        defines: defines(defs),
        doc: c"A handle that an extension in debug mode has or had.".as_ptr(),
    };
    Owned::new(ctx, call!(ctx, ctx_Type_FromSpec, &raw mut spec, null_mut()))
}

/// What is known about the handle of a `DebugHandle`.
fn info(ctx: Ctx, self_: HPy) -> HandleInfo {
    let data: *mut DebugHandle = call!(ctx, ctx_AsStruct_Object, self_).cast();
    // SAFETY: methods of the class are only called with its instances.
    let id = unsafe { (*data).id };
    debugger().handle_info(id).expect("places for handles are never given back")
}

fn obj(ctx: Ctx, self_: HPy, _: *mut c_void) -> Result<HPy, Raised> {
    let inner = info(ctx, self_).inner;
    if inner.is_null() { none(ctx) } else { Ok(call!(ctx, ctx_Dup, inner)) }
}

fn id(ctx: Ctx, self_: HPy, _: *mut c_void) -> Result<HPy, Raised> {
    integer(ctx, info(ctx, self_).id as i64)
}

fn is_closed(ctx: Ctx, self_: HPy, _: *mut c_void) -> Result<HPy, Raised> {
    Ok(call!(ctx, ctx_Bool_FromBool, info(ctx, self_).is_closed))
}

fn raw_data_size(ctx: Ctx, self_: HPy, _: *mut c_void) -> Result<HPy, Raised> {
    integer(ctx, info(ctx, self_).raw_data_size.map_or(-1, |size| size as i64))
}

fn force_close(ctx: Ctx, self_: HPy) -> Result<HPy, Raised> {
    debugger().force_close(info(ctx, self_).id);
    none(ctx)
}

fn compare(ctx: Ctx, self_: HPy, other: HPy, op: CmpOp) -> Result<HPy, Raised> {
    let class = Owned::new(ctx, call!(ctx, ctx_Type, self_))?;
    let comparable = call!(ctx, ctx_TypeCheck, other, class.get()) == Flag(1);
    let answer = match op {
        CmpOp::EQ | CmpOp::NE if comparable => {
            (info(ctx, self_).id == info(ctx, other).id) == (op == CmpOp::EQ)
        }
        _ => {
            let not_implemented = constant!(ctx, h_NotImplemented);
            return Ok(call!(ctx, ctx_Dup, not_implemented));
        }
    };
    Ok(call!(ctx, ctx_Bool_FromBool, answer))
}

fn repr(ctx: Ctx, self_: HPy) -> Result<HPy, Raised> {
    let info = info(ctx, self_);
    let what = if info.inner.is_null() {
        " CLOSED".to_string()
    } else {
        // The handle may be closed while the object describes itself.
        let object = Owned::new(ctx, call!(ctx, ctx_Dup, info.inner))?;
        let repr = Owned::new(ctx, call!(ctx, ctx_Repr, object.get()))?;
        format!(" for {}", ctx.text(repr.get())?)
    };
    let made = match &info.stack {
        Some(stack) => format!("Allocation stacktrace:\n{}", stack.trim_end()),
        None => "To get the stack trace of where it was allocated use:\n\
                 hpy.debug.set_handle_stack_trace_limit"
            .to_string(),
    };
    let text = c_string(&format!("<DebugHandle 0x{:x}{what}>\n{made}", info.id));
    ctx.str(&text).map(Owned::into_raw)
}

/// A list of `DebugHandle` objects.
fn list(ctx: Ctx, ids: Vec<isize>) -> Result<HPy, Raised> {
    let class = {
        let module = Utf8(c"hpy.universal".as_ptr());
        let universal = Owned::new(ctx, call!(ctx, ctx_Import_ImportModule, module))?;
        let get = |h: HPy, name: &CStr| {
            Owned::new(ctx, call!(ctx, ctx_GetAttr_s, h, Utf8(name.as_ptr())))
        };
        get(get(universal.get(), c"_debug")?.get(), c"DebugHandle")?
    };
    let list = Owned::new(ctx, call!(ctx, ctx_List_New, Len(0)))?;
    for id in ids {
        let mut data: *mut c_void = null_mut();
        let item = Owned::new(ctx, call!(ctx, ctx_New, class.get(), &raw mut data))?;
        // SAFETY: the native struct of a new instance of our class.
        unsafe { data.cast::<DebugHandle>().write(DebugHandle { id }) };
        if call!(ctx, ctx_List_Append, list.get(), item.get()) != Status::OK {
            return Err(Raised);
        }
    }
    Ok(list.into_raw())
}

/// `None`, as a result.
pub(crate) fn none(ctx: Ctx) -> Result<HPy, Raised> {
    let none = constant!(ctx, h_None);
    Ok(call!(ctx, ctx_Dup, none))
}

pub(crate) fn is_none(ctx: Ctx, h: HPy) -> bool {
    let none = constant!(ctx, h_None);
    call!(ctx, ctx_Is, h, none) == Flag(1)
}

/// An `int`, as a result.
pub(crate) fn integer(ctx: Ctx, value: i64) -> Result<HPy, Raised> {
    Owned::new(ctx, call!(ctx, ctx_Long_FromInt64_t, value)).map(Owned::into_raw)
}

fn number(ctx: Ctx, h: HPy) -> Result<i64, Raised> {
    let value = call!(ctx, ctx_Long_AsInt64_t, h);
    if value == -1 && call!(ctx, ctx_Err_Occurred) == Flag(1) { Err(Raised) } else { Ok(value) }
}

fn size_of_queue(ctx: Ctx, h: HPy) -> Result<usize, Raised> {
    let size = call!(ctx, ctx_Long_AsSize_t, h);
    let failed = size == usize::MAX && call!(ctx, ctx_Err_Occurred) == Flag(1);
    if failed { Err(Raised) } else { Ok(size) }
}

/// A handle of its own to a callable; null for `None`.
fn callable(ctx: Ctx, h: HPy) -> Result<HPy, Raised> {
    if is_none(ctx, h) {
        return Ok(HPy::NULL);
    }
    if call!(ctx, ctx_Callable_Check, h) == Flag(0) {
        let message = "Expected a callable object";
        return Err(ctx.raise(constant!(ctx, h_TypeError), message, None));
    }
    Ok(call!(ctx, ctx_Dup, h))
}
