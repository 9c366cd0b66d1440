//! Functions in Python that begin to run, on CPython before 3.12.
//!
//! The interpreter lets another C function evaluate frames in place of its own (PEP 523). It costs a few
//! nanoseconds for each call up to 3.10, and more than the call itself in 3.11, which makes no C calls
//! otherwise; so ours is there as long as there is something new to see, and for some calls after each of the
//! samples that a thread asks for every few milliseconds: it puts ours into its place again.
//! What is to be done with a code object is a number beside it, in the room that PEP 523 has for that.

use super::substitute::{is_substitute, number};
use crate::capi::*;
use crate::host::obj;
use crate::layout::{Layout, old_version, read};
use core::ffi::{CStr, c_int, c_void};
use core::ptr::null_mut;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicBool, AtomicIsize, AtomicPtr, AtomicUsize};
use core::time::Duration;
use hpy_abi::{HPy, HPyContext};
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, JoinHandle, park_timeout};

/// Calls are seen until so many were made since there was a new code object.
const CALLS_SINCE_NEW: usize = 1000;

/// How often a sample is taken.
const BETWEEN_SAMPLES: Duration = Duration::from_millis(10);

/// The number beside a code object: nothing is known of it.
const NEW: usize = 0;
/// The observer is told of its next call; greater numbers are counted down to this.
const DUE: usize = 1;
/// The observer is not told of it.
const NEVER: usize = (1 << 48) - 1;
/// What is added to such a number for each observer that there was: it means nothing to the next one.
const OBSERVERS: usize = NEVER + 1;
/// That, for the observer that there is.
static ADDED: AtomicUsize = AtomicUsize::new(0);

/// The number beside a code object, as the interpreter has it, and the other way round.
fn number_beside(beside: *mut c_void) -> usize {
    match beside.addr().wrapping_sub(ADDED.load(Relaxed)) {
        number @ ..=NEVER => number,
        _ => NEW,
    }
}

fn beside(number: usize) -> *mut c_void {
    (ADDED.load(Relaxed) + number) as *mut c_void
}

/// Whom we tell, by its address with a reference of ours; 0 for nobody.
static OBSERVER: AtomicUsize = AtomicUsize::new(0);
/// The observer is at work, of whose own calls it is not told.
static IS_TELLING: AtomicBool = AtomicBool::new(false);
/// So many calls are seen before the interpreter's own function evaluates frames again.
static CALLS_TO_SEE: AtomicUsize = AtomicUsize::new(0);
/// Where the numbers beside code objects are; -1 as long as we have no place.
static INDEX: AtomicIsize = AtomicIsize::new(-1);

/// Where a frame has what it runs with, by the second number of the version: its function, its globals, its
/// code object and its local variables.
fn places(version: u32) -> (Option<usize>, usize, usize, usize) {
    match version {
        9 => (None, 48, 32, 360),
        10 => (None, 48, 32, 352),
        _ => (Some(0), 8, 32, 72),
    }
}

/// See [`hpy_abi::ext::Extensions::observe`].
///
/// # Safety
/// The contract of the ABI.
pub(crate) unsafe extern "C" fn observe<L: Layout>(_ctx: *mut HPyContext, observer: HPy) -> usize {
    if old_version::<L>() == 0 {
        return 0;
    }
    // SAFETY: the caller's promise; the interpreter is one whose insides are known.
    unsafe {
        end_sampling();
        leave_tracing();
        see_calls::<L>(0);
        let observer = obj(observer);
        if !observer.is_null() {
            let Some(request) = api()._PyEval_RequestCodeExtraIndex else { return 0 };
            if INDEX.load(Relaxed) < 0 {
                INDEX.store(request(null_mut()), Relaxed);
            }
            if INDEX.load(Relaxed) < 0 {
                return 0;
            }
            L::incref(observer);
            ADDED.fetch_add(OBSERVERS, Relaxed);
        }
        let old = OBSERVER.swap(observer.addr(), Relaxed) as Obj;
        if !old.is_null() {
            L::decref(old);
        }
        if observer.is_null() {
            return 1;
        }
        let begins = watch_tracing::<L>() && see_calls::<L>(CALLS_SINCE_NEW);
        usize::from(begins && begin_sampling::<L>())
    }
}

/// Lets us see so many calls from now on; whether that is possible.
///
/// # Safety
/// The GIL is held.
unsafe fn see_calls<L: Layout>(calls: usize) -> bool {
    let Some(interpreter) = api().PyInterpreterState_Get else { return false };
    CALLS_TO_SEE.store(calls, Relaxed);
    // SAFETY: the caller's promise.
    unsafe { evaluate_frames::<L>(interpreter(), calls > 0) }
}

/// Lets us, or the interpreter itself, evaluate frames; whether that is possible: who does so besides us stays.
///
/// # Safety
/// The interpreter of this process.
unsafe fn evaluate_frames<L: Layout>(interpreter: *mut c_void, us: bool) -> bool {
    let api = api();
    let (Some(get), Some(set), Some(plainly)) = (
        api._PyInterpreterState_GetEvalFrameFunc,
        api._PyInterpreterState_SetEvalFrameFunc,
        api._PyEval_EvalFrameDefault,
    ) else {
        return false;
    };
    let ours = evaluate::<L> as EvalFrame;
    // SAFETY: the caller's promise.
    unsafe {
        let evaluates = get(interpreter).map_or(0, |eval| eval as usize);
        let is_free = [ours as usize, plainly as usize].contains(&evaluates);
        if is_free {
            set(interpreter, if us { ours } else { plainly });
        }
        is_free
    }
}

/// Evaluates a frame, and tells the observer before.
unsafe extern "C" fn evaluate<L: Layout>(
    thread: *mut c_void,
    frame: *mut c_void,
    throws: c_int,
) -> Obj {
    // SAFETY: called as the interpreter's own function is, which is there if ours is; the place in a code
    // object is ours.
    unsafe {
        let api = api();
        let (Some(plainly), Some(get), Some(set)) =
            (api._PyEval_EvalFrameDefault, api._PyCode_GetExtra, api._PyCode_SetExtra)
        else {
            return null_mut();
        };
        if IS_TELLING.load(Relaxed) {
            return plainly(thread, frame, throws);
        }
        if IS_ASKED.load(Relaxed) && throws == 0 {
            IS_ASKED.store(false, Relaxed);
            if sample::<L>() {
                return null_mut();
            }
        }
        let (code, index) = (code_of::<L>(frame), INDEX.load(Relaxed));
        let mut place = null_mut();
        get(code, index, &mut place);
        let number = number_beside(place);
        let left = CALLS_TO_SEE.load(Relaxed);
        CALLS_TO_SEE.store(left.saturating_sub(1), Relaxed);
        if left <= 1 {
            see_calls::<L>(0);
        }
        match number {
            NEVER => return plainly(thread, frame, throws),
            NEW | DUE if throws == 0 => {}
            NEW | DUE => return plainly(thread, frame, throws),
            more => {
                set(code, index, beside(more - 1));
                return plainly(thread, frame, throws);
            }
        }
        if number == NEW {
            see_calls::<L>(left.max(CALLS_SINCE_NEW));
        }
        match tell_of_frame::<L>(code, frame) {
            Answer::Plainly => plainly(thread, frame, throws),
            Answer::Ended(result) => result,
        }
    }
}

/// The code object of a frame, borrowed.
///
/// # Safety
/// A frame of one of the versions that [`places`] knows.
unsafe fn code_of<L: Layout>(frame: *mut c_void) -> Obj {
    let (_, _, code, _) = places(old_version::<L>());
    // SAFETY: the caller's promise.
    unsafe { read(frame.cast(), code) }
}

/// What becomes of a frame that the observer was told of.
enum Answer {
    /// The interpreter evaluates it.
    Plainly,
    /// Something else was called in its place.
    Ended(Obj),
}

/// # Safety
/// A frame that is about to begin, and its code object.
unsafe fn tell_of_frame<L: Layout>(code: Obj, frame: *mut c_void) -> Answer {
    let Some(set) = api()._PyCode_SetExtra else { return Answer::Plainly };
    let (function, globals, _, locals) = places(old_version::<L>());
    let none = api()._Py_NoneStruct;
    // SAFETY: the caller's promise; the first local variable is looked at only if there is one, and there is
    // none in it if functions within use it.
    unsafe {
        let place = |at: usize| read::<Obj>(frame.cast(), at);
        if function.is_some_and(|function| is_substitute(place(function), code)) {
            set(code, INDEX.load(Relaxed), beside(NEVER));
            return Answer::Plainly;
        }
        let first = if number::<L>(code, c"co_argcount") > 0 { place(locals) } else { none };
        let function = function.map_or(none, place);
        let told = [code, function, place(globals), if first.is_null() { none } else { first }];
        let answer = tell::<L>(c"started", &told);
        if answer.is_null() {
            return Answer::Ended(answer);
        }
        let again = if answer == none {
            NEVER
        } else if L::type_of(answer) == api().PyLong_Type {
            PyLong_AsSize_t(answer).saturating_add(DUE)
        } else {
            DUE
        };
        set(code, INDEX.load(Relaxed), beside(again.min(NEVER)));
        let target = (answer != none && L::type_of(answer) != api().PyLong_Type).then_some(answer);
        let result = target.and_then(|target| call_with_locals::<L>(target, code, place, locals));
        L::decref(answer);
        result.map_or(Answer::Plainly, Answer::Ended)
    }
}

/// Calls something with the arguments of a frame, if they are all positional and none of them is a variable of
/// functions within.
///
/// # Safety
/// A callable; the code object of a frame that is about to begin, what reads in it, and where its variables are.
unsafe fn call_with_locals<L: Layout>(
    target: Obj,
    code: Obj,
    place: impl Fn(usize) -> Obj,
    locals: usize,
) -> Option<Obj> {
    /// Other arguments than those that are named.
    const MORE: i64 = 0x4 | 0x8;
    // SAFETY: the caller's promise; the arguments live as long as the frame.
    unsafe {
        if number::<L>(code, c"co_flags") & MORE != 0
            || number::<L>(code, c"co_kwonlyargcount") != 0
        {
            return None;
        }
        let arguments: Vec<Obj> = (0..number::<L>(code, c"co_argcount") as usize)
            .map(|i| place(locals + i * size_of::<Obj>()))
            .collect();
        if arguments.iter().any(|argument| argument.is_null()) {
            return None;
        }
        Some(L::vectorcall(target, arguments.as_ptr(), arguments.len(), null_mut()))
    }
}

/// Calls a method of the observer: what it returned, or null with an exception set. None may be set before.
///
/// # Safety
/// Objects; the GIL is held.
unsafe fn tell<L: Layout>(method: &CStr, arguments: &[Obj]) -> Obj {
    IS_TELLING.store(true, Relaxed);
    // SAFETY: the caller's promise; the observer stays while its method is called.
    let result = unsafe {
        let observer = OBSERVER.load(Relaxed) as Obj;
        if observer.is_null() {
            PyLong_FromLong(0)
        } else {
            let method = PyObject_GetAttrString(observer, method.as_ptr());
            let result = L::vectorcall(method, arguments.as_ptr(), arguments.len(), null_mut());
            L::decref(method);
            result
        }
    };
    IS_TELLING.store(false, Relaxed);
    if result.is_null() {
        // SAFETY: an exception is set. What the observer did when an interrupt came is nothing to the program.
        unsafe { forget_traceback::<L>() };
    }
    result
}

/// # Safety
/// An exception is set.
unsafe fn forget_traceback<L: Layout>() {
    let [mut kind, mut value, mut traceback] = [null_mut(); 3];
    // SAFETY: the caller's promise; the three are ours until they are set again.
    unsafe {
        PyErr_Fetch(&mut kind, &mut value, &mut traceback);
        if !traceback.is_null() {
            L::decref(traceback);
        }
        PyErr_Restore(kind, value, null_mut());
    }
}

/// The thread that asks for samples, and the process that it is in.
static SAMPLER: Mutex<Option<(JoinHandle<()>, u32)>> = Mutex::new(None);
/// It is to end.
static ENDS: AtomicBool = AtomicBool::new(false);
/// A sample was asked for that has not been taken.
static IS_ASKED: AtomicBool = AtomicBool::new(false);

/// Begins to ask for samples; whether that is possible.
///
/// # Safety
/// The GIL is held.
unsafe fn begin_sampling<L: Layout>() -> bool {
    let Some(get) = api().PyInterpreterState_Get else { return false };
    [&ENDS, &IS_ASKED].iter().for_each(|flag| flag.store(false, Relaxed));
    // SAFETY: the caller's promise.
    let interpreter = unsafe { get() }.expose_provenance();
    let body = move || {
        while !ENDS.load(Relaxed) {
            park_timeout(BETWEEN_SAMPLES);
            if !ENDS.load(Relaxed) && !IS_ASKED.swap(true, Relaxed) {
                let interpreter = core::ptr::with_exposed_provenance_mut(interpreter);
                // SAFETY: the interpreter ends after the observer. What evaluates frames is one word in it, which
                // is looked at for each call, and nobody but debuggers writes otherwise.
                unsafe { evaluate_frames::<L>(interpreter, true) };
            }
        }
    };
    let Ok(thread) = without_signals(|| Builder::new().name("pommel".into()).spawn(body)) else {
        return false;
    };
    let mut sampler = SAMPLER.lock().unwrap_or_else(PoisonError::into_inner);
    *sampler = Some((thread, std::process::id()));
    true
}

/// Ends that.
fn end_sampling() {
    let sampler = SAMPLER.lock().unwrap_or_else(PoisonError::into_inner).take();
    ENDS.store(true, Relaxed);
    // A process that forked has no such thread.
    if let Some((thread, process)) = sampler
        && process == std::process::id()
    {
        thread.thread().unpark();
        drop(thread.join());
    }
}

/// Does something, such as to begin a thread, while no signal comes to this thread: those that come to the
/// program are to interrupt what its own threads wait for.
fn without_signals<T>(action: impl FnOnce() -> T) -> T {
    // SAFETY: the sets are written before they are read.
    unsafe {
        let mut all: libc::sigset_t = core::mem::zeroed();
        let mut before: libc::sigset_t = core::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut before);
        let result = action();
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, null_mut());
        result
    }
}

/// Takes a sample, between two instructions of the caller of a frame that is about to begin; whether an
/// exception came, such as an interrupt.
///
/// # Safety
/// The GIL is held.
unsafe fn sample<L: Layout>() -> bool {
    // SAFETY: the caller's promise; an answer that is no number is none.
    unsafe {
        let answer = tell::<L>(c"sampled", &[]);
        if answer.is_null() {
            return true;
        }
        let calls = PyLong_AsSize_t(answer);
        L::decref(answer);
        if calls == usize::MAX {
            PyErr_Clear();
        } else if calls > CALLS_TO_SEE.load(Relaxed) {
            see_calls::<L>(calls);
        }
    }
    false
}

/// The functions of `sys` by which a program traces itself.
const TRACING: [&CStr; 2] = [c"settrace", c"setprofile"];
/// Their entries in the table of that module, which can be written, while ours are called in their place,
static ENTRIES: [AtomicPtr<PyMethodDef>; 2] = [const { AtomicPtr::new(null_mut()) }; 2];
/// and what they are.
static SETTERS: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];
/// How functions in C say that they have one argument, by position.
const METH_O: c_int = 8;
/// A function of that kind.
type OneArgument = unsafe extern "C" fn(Obj, Obj) -> Obj;

unsafe extern "C" fn set_trace<L: Layout, const WHICH: usize>(module: Obj, function: Obj) -> Obj {
    // SAFETY: called in place of the interpreter's own function, which was here before.
    unsafe {
        let setter: OneArgument = core::mem::transmute(SETTERS[WHICH].load(Relaxed));
        if function != api()._Py_NoneStruct {
            let answer = tell::<L>(c"traced", &[]);
            if answer.is_null() {
                return answer;
            }
            L::decref(answer);
        }
        setter(module, function)
    }
}

/// Tells the observer before a program traces itself; whether that is possible.
///
/// # Safety
/// The GIL is held.
unsafe fn watch_tracing<L: Layout>() -> bool {
    /// Where a function in C has its entry.
    const ENTRY: usize = 16;
    let ours: [OneArgument; 2] = [set_trace::<L, 0>, set_trace::<L, 1>];
    // SAFETY: what is not a function in C of one argument is left alone.
    unsafe {
        let Some(flags) = api().PyCFunction_GetFlags else { return false };
        let module = PyImport_ImportModule(c"sys".as_ptr());
        let all = (0..2).all(|which| {
            let function = PyObject_GetAttrString(module, TRACING[which].as_ptr());
            let is_fit = !function.is_null() && flags(function) == METH_O;
            if is_fit {
                let entry = read::<*mut PyMethodDef>(function, ENTRY);
                SETTERS[which].store((*entry).meth.addr(), Relaxed);
                ENTRIES[which].store(entry, Relaxed);
                (*entry).meth = ours[which] as *const c_void;
                L::decref(function);
            } else {
                PyErr_Clear();
            }
            is_fit
        });
        L::decref(module);
        all
    }
}

/// Ends that.
///
/// # Safety
/// The GIL is held.
unsafe fn leave_tracing() {
    for (entry, setter) in ENTRIES.iter().zip(&SETTERS) {
        let entry = entry.swap(null_mut(), Relaxed);
        if !entry.is_null() {
            // SAFETY: the entry is one of a static table.
            unsafe { (*entry).meth = setter.load(Relaxed) as *const c_void };
        }
    }
}
