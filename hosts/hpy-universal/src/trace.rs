//! `hpy.universal._trace`: what Python sees of trace mode. The functions of upstream behave as they
//! do there; counts of the extension's own functions, the table and the file are ours.

use crate::call::{Ctx, Owned, Raised, bind, c_string, call, constant};
use crate::debug::{integer, is_none, none};
use crate::define::{add_submodule, functions, module_def};
use hpy_abi::*;
use hpy_host::trace::{self, Count, Tracer};

/// The trace context.
pub(crate) fn context() -> *mut HPyContext {
    tracer().context()
}

/// What counts the calls of traced extensions.
pub(crate) fn tracer() -> &'static Tracer {
    // SAFETY: the host's context has every member and lives as long as the process; its functions
    // are called on threads that are attached.
    unsafe { trace::tracer(crate::contexts::plain()) }
}

/// Adds the module to `hpy.universal`.
pub(crate) fn add(ctx: Ctx, universal: HPy) -> Result<(), Raised> {
    let def = module_def(c"HPy trace mode", methods());
    add_submodule(ctx, universal, c"_trace", def).map(drop)
}

functions! {
    get_durations c"get_durations" c"get_durations()\n--\n\nReturns a dict of the nanoseconds spent in each function of the context.";
    get_call_counts c"get_call_counts" c"get_call_counts()\n--\n\nReturns a dict of the number of calls of each function of the context.";
    set_trace_functions c"set_trace_functions" c"set_trace_functions(on_enter=None, on_exit=None)\n--\n\nSets the functions that are called with the name of each function of the context before and after it; one that is not given stays.";
    get_frequency c"get_frequency" c"get_frequency()\n--\n\nReturns the resolution of the clock in Hertz.";
    get_function_counts c"get_function_counts" c"get_function_counts()\n--\n\nReturns a dict of the calls of each function of the extensions, its nanoseconds, and those without calls of the context inside it.";
    get_table c"get_table" c"get_table()\n--\n\nReturns a table of what was called, the slowest first.";
    record_calls c"record_calls" c"record_calls(limit)\n--\n\nRecords single calls from now on, at most that many; 0 records nothing.";
    get_chrome_trace c"get_chrome_trace" c"get_chrome_trace()\n--\n\nReturns the recorded calls as JSON for the viewers of Chrome traces.";
    reset c"reset" c"reset()\n--\n\nSets all counts to zero.";
}

fn get_durations(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [] = bind(ctx, "get_durations", [], 0, args, kwnames)?;
    dict(ctx, tracer().members(), |count| integer(ctx, count.total as i64))
}

fn get_call_counts(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [] = bind(ctx, "get_call_counts", [], 0, args, kwnames)?;
    dict(ctx, tracer().members(), |count| integer(ctx, count.calls as i64))
}

fn get_function_counts(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [] = bind(ctx, "get_function_counts", [], 0, args, kwnames)?;
    dict(ctx, tracer().extension_functions(), |count| {
        let mut parts = Vec::with_capacity(3);
        for part in [count.calls, count.total, count.own] {
            parts.push(Owned::new(ctx, integer(ctx, part as i64)?)?);
        }
        let items: Vec<HPy> = parts.iter().map(Owned::get).collect();
        let tuple = call!(ctx, ctx_Tuple_FromArray, Handles(items.as_ptr()), Len(3));
        Owned::new(ctx, tuple).map(Owned::into_raw)
    })
}

fn set_trace_functions(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let names = ["on_enter", "on_exit"];
    let [on_enter, on_exit] = bind(ctx, "set_trace_functions", names, 0, args, kwnames)?;
    check_callable(ctx, on_enter)?;
    check_callable(ctx, on_exit)?;
    let dup = |h| if is_none(ctx, h) { HPy::NULL } else { call!(ctx, ctx_Dup, h) };
    if !on_enter.is_null() {
        tracer().set_on_enter(dup(on_enter));
    }
    if !on_exit.is_null() {
        tracer().set_on_exit(dup(on_exit));
    }
    none(ctx)
}

fn check_callable(ctx: Ctx, h: HPy) -> Result<(), Raised> {
    if h.is_null() || is_none(ctx, h) || call!(ctx, ctx_Callable_Check, h) == Flag(1) {
        return Ok(());
    }
    let message = "Expected a callable object or None";
    Err(ctx.raise(constant!(ctx, h_TypeError), message, None))
}

fn get_frequency(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [] = bind(ctx, "get_frequency", [], 0, args, kwnames)?;
    integer(ctx, tracer().frequency() as i64)
}

fn get_table(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [] = bind(ctx, "get_table", [], 0, args, kwnames)?;
    ctx.str(&c_string(&tracer().table())).map(Owned::into_raw)
}

fn record_calls(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [limit] = bind(ctx, "record_calls", ["limit"], 1, args, kwnames)?;
    let limit = call!(ctx, ctx_Long_AsSize_t, limit);
    if limit == usize::MAX && call!(ctx, ctx_Err_Occurred) == Flag(1) {
        return Err(Raised);
    }
    tracer().record_calls(limit);
    none(ctx)
}

fn get_chrome_trace(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [] = bind(ctx, "get_chrome_trace", [], 0, args, kwnames)?;
    ctx.str(&c_string(&tracer().chrome_trace())).map(Owned::into_raw)
}

fn reset(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [] = bind(ctx, "reset", [], 0, args, kwnames)?;
    tracer().reset();
    none(ctx)
}

/// A dict with an entry for each count.
fn dict(
    ctx: Ctx,
    counts: Vec<Count>,
    value: impl Fn(&Count) -> Result<HPy, Raised>,
) -> Result<HPy, Raised> {
    let dict = Owned::new(ctx, call!(ctx, ctx_Dict_New))?;
    for count in counts {
        let value = Owned::new(ctx, value(&count)?)?;
        let key = ctx.str(&c_string(&count.name))?;
        if call!(ctx, ctx_SetItem, dict.get(), key.get(), value.get()) != Status::OK {
            return Err(Raised);
        }
    }
    Ok(dict.into_raw())
}
