//! Trace mode: a context that counts and times every call of the extension's, in both directions.
//!
//! Handles are the wrapped context's own, so that a call costs two looks at the clock more than
//! without. Each call belongs to a *site*: a member of the context, or a function of the
//! extension. Its *own* time is its time without that of traced calls inside it, which is what
//! says whether the extension or the interpreter is slow.
//!
//! * `context` — the members and the extension's functions, derived.
//! * `names` — what the extension's functions are called.
//! * `report` — a table, and a file for the viewers of Chrome traces.

mod context;
mod names;
mod report;

use crate::extensions::{Handing, extensions_of};
use crate::registry::Registry;
use hpy_abi::*;
use report::Recording;
use std::cell::{Cell, UnsafeCell};
use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

static TRACERS: Registry<Tracer> = Registry::new();

/// The trace context that wraps another context. It is made when it is first asked for.
///
/// # Safety
/// `inner` is a context with every member of the table, of this thread, that stays valid until
/// [`release`].
pub unsafe fn wrap(inner: *mut HPyContext) -> *mut HPyContext {
    // SAFETY: the caller's promise.
    unsafe { tracer(inner) }.context()
}

/// What knows everything about the trace context of `inner`, which is made if there is none.
///
/// # Safety
/// As for [`wrap`].
pub unsafe fn tracer(inner: *mut HPyContext) -> &'static Tracer {
    // SAFETY: the caller's promise; nobody has the context yet when it is filled.
    unsafe { TRACERS.get_or_make(inner, || Tracer::new(inner), |tracer| tracer.fill()) }
}

/// Frees the trace context of `inner`, for interpreters that end before the process does.
///
/// # Safety
/// As for [`wrap`]; nothing uses the trace context or the [`Tracer`] any more.
pub unsafe fn release(inner: *mut HPyContext) {
    let finish = |tracer: &Tracer| {
        tracer.set_on_enter(HPy::NULL);
        tracer.set_on_exit(HPy::NULL);
    };
    // SAFETY: the caller's promise.
    unsafe { TRACERS.free(inner, finish) }
}

/// The state of trace mode for one wrapped context.
///
/// Its methods work with handles of the wrapped context, and are called on a thread that may use
/// that.
#[repr(C)]
pub struct Tracer {
    /// Comes first, where an extension looks for it.
    extensions: ext::Extensions,
    inner: *mut HPyContext,
    context: UnsafeCell<MaybeUninit<HPyContext>>,
    members: Box<[Counter]>,
    functions: Mutex<Functions>,
    on_enter: AtomicIsize,
    on_exit: AtomicIsize,
    recording: Mutex<Recording>,
    is_recording: AtomicBool,
    start: Instant,
}

/// What is known about the extension's functions, by address.
#[derive(Default)]
struct Functions {
    names: HashMap<usize, String>,
    counters: HashMap<usize, Arc<Counter>>,
}

// SAFETY: the context is written before anybody else has it; all else is atomic or locked.
unsafe impl Sync for Tracer {}
// SAFETY: nothing in it belongs to a thread.
unsafe impl Send for Tracer {}

/// Calls of one site.
#[derive(Debug, Default)]
struct Counter {
    calls: AtomicU64,
    total: AtomicU64,
    own: AtomicU64,
}

/// What was counted at one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The member of the context, as in C, or the function of the extension.
    pub name: String,
    /// How often it was called.
    pub calls: u64,
    /// Nanoseconds from entering to leaving it, all calls together.
    pub total: u64,
    /// The same without traced calls inside it.
    pub own: u64,
}

/// Where a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Site {
    /// The index of a member.
    Member(usize),
    /// The address of a function of the extension.
    Function(usize),
}

thread_local! {
    /// Nanoseconds in traced calls inside the one that runs.
    static INSIDE: Cell<u64> = const { Cell::new(0) };
}

/// A call that runs.
struct Timer {
    began: Instant,
    outside: u64,
}

impl Timer {
    #[inline]
    fn start() -> Timer {
        Timer { outside: INSIDE.replace(0), began: Instant::now() }
    }

    /// Ends the call; gives its nanoseconds, and counts them.
    #[inline]
    fn stop(&self, counter: &Counter) -> u64 {
        let total = self.began.elapsed().as_nanos() as u64;
        let inside = INSIDE.replace(self.outside + total);
        counter.total.fetch_add(total, Ordering::Relaxed);
        counter.own.fetch_add(total.saturating_sub(inside), Ordering::Relaxed);
        total
    }
}

impl Counter {
    fn read(&self, name: String) -> Count {
        let [calls, total, own] =
            [&self.calls, &self.total, &self.own].map(|n| n.load(Ordering::Relaxed));
        Count { name, calls, total, own }
    }
}

impl Tracer {
    /// # Safety
    /// As for [`wrap`].
    unsafe fn new(inner: *mut HPyContext) -> Tracer {
        Tracer {
            // SAFETY: the caller's promise.
            extensions: unsafe { extensions_of::<&'static Tracer>(inner) },
            inner,
            context: UnsafeCell::new(MaybeUninit::uninit()),
            members: (0..MEMBER_COUNT).map(|_| Counter::default()).collect(),
            functions: Mutex::default(),
            on_enter: AtomicIsize::new(0),
            on_exit: AtomicIsize::new(0),
            recording: Mutex::default(),
            is_recording: AtomicBool::new(false),
            start: Instant::now(),
        }
    }

    /// The context that the extension is given.
    pub fn context(&self) -> *mut HPyContext {
        self.context.get().cast()
    }

    /// The context that is wrapped.
    pub fn inner(&self) -> *mut HPyContext {
        self.inner
    }

    fn functions(&self) -> MutexGuard<'_, Functions> {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every function of the context, in the order of the table, called or not.
    pub fn members(&self) -> Vec<Count> {
        let functions = reflect::MEMBERS.iter().filter(|member| member.function.is_some());
        functions.map(|member| self.members[member.index].read(member.name.into())).collect()
    }

    /// Every function of the extension that was called through a trampoline, by name.
    pub fn extension_functions(&self) -> Vec<Count> {
        let functions = self.functions();
        let counters = functions.counters.iter();
        let mut counts: Vec<Count> =
            counters.map(|(address, counter)| counter.read(functions.name(*address))).collect();
        counts.sort_by(|a, b| a.name.cmp(&b.name));
        counts
    }

    /// Sets all counts to zero.
    pub fn reset(&self) {
        let zero = |counter: &Counter| {
            for number in [&counter.calls, &counter.total, &counter.own] {
                number.store(0, Ordering::Relaxed);
            }
        };
        self.members.iter().for_each(zero);
        self.functions().counters.values().for_each(|counter| zero(counter));
    }

    /// Steps of the clock in a second.
    pub fn frequency(&self) -> u64 {
        1_000_000_000
    }

    /// Sets the function that is called with the name of each member before it runs. Takes the
    /// handle over; null means none.
    pub fn set_on_enter(&self, callback: HPy) {
        self.replace_callback(&self.on_enter, callback);
    }

    /// Sets the function that is called with the name of each member after it has run, likewise.
    pub fn set_on_exit(&self, callback: HPy) {
        self.replace_callback(&self.on_exit, callback);
    }

    fn replace_callback(&self, place: &AtomicIsize, callback: HPy) {
        let old = HPy(place.swap(callback.0, Ordering::AcqRel));
        if !old.is_null() {
            // SAFETY: called on a thread that may use the wrapped context; the handle was ours.
            unsafe { ((*self.inner).ctx_Close)(self.inner, old) };
        }
    }

    #[inline]
    fn enter_member(&self, index: usize) -> Timer {
        self.members[index].calls.fetch_add(1, Ordering::Relaxed);
        if self.on_enter.load(Ordering::Relaxed) != 0 {
            // SAFETY: a member is called on a thread that may use the wrapped context.
            unsafe { self.call_back(&self.on_enter, index, "on-enter") };
        }
        Timer::start()
    }

    #[inline]
    fn leave_member(&self, index: usize, timer: &Timer) {
        let total = timer.stop(&self.members[index]);
        self.record(Site::Member(index), timer, total);
        if self.on_exit.load(Ordering::Relaxed) != 0 {
            // SAFETY: a member is called on a thread that may use the wrapped context.
            unsafe { self.call_back(&self.on_exit, index, "on-exit") };
        }
    }

    fn enter_function(&self, address: usize) -> (Arc<Counter>, Timer) {
        let counter = self.functions().counters.entry(address).or_default().clone();
        counter.calls.fetch_add(1, Ordering::Relaxed);
        (counter, Timer::start())
    }

    fn leave_function(&self, address: usize, (counter, timer): (Arc<Counter>, Timer)) {
        let total = timer.stop(&counter);
        self.record(Site::Function(address), &timer, total);
    }

    #[inline]
    fn record(&self, site: Site, timer: &Timer, total: u64) {
        if self.is_recording.load(Ordering::Relaxed) {
            let began = timer.began.duration_since(self.start).as_nanos() as u64;
            self.recording().push(site, began, total);
        }
    }

    /// Calls a callback with the name of a member. An exception that is set survives it; where
    /// the host cannot keep it meanwhile, the callback is left out.
    ///
    /// # Safety
    /// On a thread that may use the wrapped context.
    #[cold]
    unsafe fn call_back(&self, place: &AtomicIsize, index: usize, which: &str) {
        let inner = self.inner;
        let name = std::ffi::CString::new(reflect::MEMBERS[index].name).unwrap_or_default();
        // SAFETY: the caller's promise; every handle is closed where it was opened.
        unsafe {
            let c = &*inner;
            let raised = (c.ctx_Err_Occurred)(inner) == Flag(1);
            let keeper = ext::extensions(inner);
            let exception = match keeper {
                Some(keeper) if raised => (keeper.err_fetch)(inner),
                None if raised => return,
                _ => HPy::NULL,
            };
            let callback = HPy(place.load(Ordering::Acquire));
            let name = (c.ctx_Unicode_FromString)(inner, Utf8(name.as_ptr()));
            let result = if name.is_null() {
                HPy::NULL
            } else {
                (c.ctx_Call)(inner, callback, Handles(&raw const name), 1, HPy::NULL)
            };
            if result.is_null() {
                (c.ctx_Err_WriteUnraisable)(inner, callback);
                crate::fatal(inner, &format!("error when executing {which} trace function"));
            }
            (c.ctx_Close)(inner, name);
            (c.ctx_Close)(inner, result);
            if let Some(keeper) = keeper.filter(|_| !exception.is_null()) {
                (keeper.err_restore)(inner, exception);
                (c.ctx_Close)(inner, exception);
            }
        }
    }
}

/// Handles are the wrapped context's own, and what is no member is not counted.
impl Handing for &'static Tracer {
    unsafe fn begin(context: *mut HPyContext) -> &'static Tracer {
        // SAFETY: the caller's promise.
        unsafe { context::tracer_of(context) }
    }

    fn inner(&self) -> *mut HPyContext {
        self.inner
    }

    fn lower(&self, h: HPy) -> HPy {
        h
    }

    fn raise(&self, h: HPy) -> HPy {
        h
    }

    fn forget(&self, _: HPy) {}

    fn end(self) {}
}
