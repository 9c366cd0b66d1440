//! Debug mode: a context that knows where each handle was made and whether it is still open.
//!
//! The extension's handles are not the host's: each is a number of ours that stands for one of
//! the host's, opened and closed on its own, so that two handles to one object are told apart.
//! Every member checks the handles it is given, calls the wrapped context, and makes a handle of
//! what comes back; functions of the extension that Python calls get theirs in the same way.
//!
//! Misuse that goes on unnoticed on this interpreter, and fails on another, ends the process with
//! a message, or, where a callback is set, calls that and goes on as well as it can.
//!
//! * `pool` — where handles live, and how it is known that they are closed.
//! * `thread` — which context may be used when.
//! * `context` — the members, derived; `member` — those that mean more than their types.
//! * `function` — the extension's functions.
//! * `failure` — calls that fail because a test wants them to.
//! * `memory`, `stack` — protected copies, and where a handle was made.
//! * `fault`, `report` — what is said when such a copy is used wrongly, and where all is said.

mod context;
mod failure;
#[cfg(all(unix, not(miri)))]
mod fault;
mod function;
mod member;
mod memory;
mod pool;
mod report;
mod stack;
mod thread;
mod value;

pub use failure::Failure;
pub(crate) use function::function_name;
pub use pool::Limits;
pub use report::set_message_file;

use crate::extensions::extensions_of;
use crate::registry::Registry;
use hpy_abi::*;
use pool::{Invalid, Owner, Pool};
use stack::Stack;
use std::cell::UnsafeCell;
use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Native frames in a message.
const FRAMES: usize = 16;

/// How many contexts an extension's functions are given in turn.
const TURNS: usize = 16;

static DEBUGGERS: Registry<Debugger> = Registry::new();

/// The debug context that wraps another context. It is made when it is first asked for.
///
/// # Safety
/// `inner` is a context with every member of the table, of this thread, that stays valid until
/// [`release`].
pub unsafe fn wrap(inner: *mut HPyContext) -> *mut HPyContext {
    // SAFETY: the caller's promise.
    unsafe { debugger(inner) }.context()
}

/// What knows everything about the debug context of `inner`, which is made if there is none.
///
/// # Safety
/// As for [`wrap`].
pub unsafe fn debugger(inner: *mut HPyContext) -> &'static Debugger {
    // SAFETY: the caller's promise; nobody has the contexts yet when they are filled.
    unsafe { DEBUGGERS.get_or_make(inner, || Debugger::new(inner), |debugger| debugger.fill()) }
}

/// Frees the debug context of `inner`, for interpreters that end before the process does.
///
/// # Safety
/// As for [`wrap`]; nothing uses the debug context, its handles or the [`Debugger`] any more.
pub unsafe fn release(inner: *mut HPyContext) {
    let finish = |debugger: &Debugger| {
        debugger.set_on_invalid_handle(HPy::NULL);
        debugger.set_on_invalid_builder_handle(HPy::NULL);
    };
    // SAFETY: the caller's promise.
    unsafe { DEBUGGERS.free(inner, finish) }
}

/// The state of debug mode for one wrapped context.
///
/// Its methods work with handles of the wrapped context, and are called on a thread that may use
/// that.
#[repr(C)]
pub struct Debugger {
    /// Comes first, where an extension looks for it.
    extensions: ext::Extensions,
    inner: *mut HPyContext,
    /// The extension's context for good, and those that its functions are given.
    contexts: Box<[UnsafeCell<MaybeUninit<HPyContext>>]>,
    turn: AtomicUsize,
    handles: Pool,
    list_builders: Pool,
    tuple_builders: Pool,
    trackers: Mutex<HashMap<isize, Vec<HPy>>>,
    next_tracker: AtomicIsize,
    stack_limit: AtomicUsize,
    on_invalid_handle: AtomicIsize,
    on_invalid_builder: AtomicIsize,
}

// SAFETY: contexts are written before anybody else has them; all else is atomic or locked.
unsafe impl Sync for Debugger {}
// SAFETY: nothing in it belongs to a thread.
unsafe impl Send for Debugger {}

/// What a handle that was made in debug mode looks like from outside.
#[derive(Clone, Debug)]
pub struct HandleInfo {
    /// A number for the place of the handle, which is given to another handle once this one was
    /// closed long ago.
    pub id: isize,
    /// The handle, as the extension has it.
    pub handle: HPy,
    /// What it stands for in the wrapped context; borrowed, and null if it is closed.
    pub inner: HPy,
    /// Whether it was closed.
    pub is_closed: bool,
    /// Whether it was an argument of a function, and is closed by the caller of that.
    pub is_argument: bool,
    /// Bytes of memory that it holds; `None` if it holds none.
    pub raw_data_size: Option<usize>,
    /// Where it was made, if that was recorded.
    pub stack: Option<String>,
}

impl HandleInfo {
    /// Where it was made, or how to find out.
    fn made_here(&self) -> String {
        match &self.stack {
            Some(stack) => format!("The handle was made here:\n{stack}"),
            None if self.is_argument => "The handle was an argument of a function that has \
                                         returned.\n"
                .to_owned(),
            None => "Where the handle was made is recorded after \
                     hpy.debug.set_handle_stack_trace_limit(16).\n"
                .to_owned(),
        }
    }
}

/// How an extension went wrong.
#[derive(Clone, Copy)]
enum Misuse {
    Closed,
    Unknown,
    Argument,
    Constant,
    Tracker,
    Builder,
}

impl Misuse {
    /// The beginnings are upstream's, for programs that look for them.
    fn message(self) -> &'static str {
        match self {
            Misuse::Closed => "Invalid usage of already closed handle",
            Misuse::Unknown => {
                "Invalid usage of already closed handle (or of a number that is no handle)"
            }
            Misuse::Argument => {
                "Invalid usage of already closed handle: an argument is closed by the caller; \
                 duplicate it to return, keep or close it"
            }
            Misuse::Constant => {
                "Invalid usage of already closed handle: a constant of the context is never \
                 closed; duplicate it to return it"
            }
            Misuse::Tracker => "Invalid usage of already closed tracker",
            Misuse::Builder => "Invalid usage of already closed builder",
        }
    }
}

impl Debugger {
    /// # Safety
    /// As for [`wrap`].
    unsafe fn new(inner: *mut HPyContext) -> Debugger {
        Debugger {
            // SAFETY: the caller's promise.
            extensions: unsafe { extensions_of::<thread::Use>(inner) },
            inner,
            contexts: (0..=TURNS).map(|_| UnsafeCell::new(MaybeUninit::uninit())).collect(),
            turn: AtomicUsize::new(0),
            handles: Pool::new(),
            list_builders: Pool::new(),
            tuple_builders: Pool::new(),
            trackers: Mutex::new(HashMap::new()),
            next_tracker: AtomicIsize::new(2),
            stack_limit: AtomicUsize::new(0),
            on_invalid_handle: AtomicIsize::new(0),
            on_invalid_builder: AtomicIsize::new(0),
        }
    }

    /// The context that the extension is given.
    pub fn context(&self) -> *mut HPyContext {
        self.contexts[0].get().cast()
    }

    /// The context that is wrapped.
    pub fn inner(&self) -> *mut HPyContext {
        self.inner
    }

    /// The context for the next call of one of the extension's functions.
    fn next_context(&self) -> *mut HPyContext {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.contexts[1 + turn % TURNS].get().cast()
    }

    fn trackers(&self) -> MutexGuard<'_, HashMap<isize, Vec<HPy>>> {
        self.trackers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a debug handle of a handle, which goes with it; null stays null.
    pub fn open_handle(&self, inner: HPy) -> HPy {
        self.open(inner, Owner::Extension)
    }

    #[inline]
    fn open(&self, inner: HPy, owner: Owner) -> HPy {
        if inner.is_null() {
            return HPy::NULL;
        }
        let limit = self.stack_limit.load(Ordering::Relaxed);
        // Arguments are closed by whoever opened them: nobody will ask where that was.
        let stack = (limit > 0 && owner == Owner::Extension).then(|| {
            // SAFETY: a handle is opened on a thread that may use the wrapped context.
            Box::new(unsafe { Stack::capture(self.context(), self.inner, limit) })
        });
        self.handles.open(inner, owner, stack)
    }

    /// What a debug handle stands for; misuse is reported.
    #[inline(always)]
    pub fn unwrap_handle(&self, h: HPy) -> HPy {
        if h.is_null() {
            return HPy::NULL;
        }
        match self.handles.get(h) {
            Ok(inner) => inner,
            Err(invalid) => self.use_invalid(h, invalid),
        }
    }

    /// Closes a debug handle and leaves what it stands for open, to the caller.
    pub fn close_handle(&self, h: HPy) {
        self.handles.close(h, |_| true);
    }

    #[cold]
    fn use_invalid(&self, h: HPy, invalid: Invalid) -> HPy {
        match invalid {
            Invalid::Closed(inner) => {
                self.misuse(Misuse::Closed, h);
                inner
            }
            Invalid::Unknown => {
                self.misuse(Misuse::Unknown, h);
                // There is nothing that it could stand for.
                // SAFETY: called on a thread that may use the wrapped context.
                unsafe { crate::fatal(self.inner, Misuse::Unknown.message()) }
            }
        }
    }

    /// Reports misuse: to the callback, or by ending the process.
    #[cold]
    fn misuse(&self, misuse: Misuse, h: HPy) {
        let callback = match misuse {
            Misuse::Builder => &self.on_invalid_builder,
            _ => &self.on_invalid_handle,
        };
        let callback = HPy(callback.load(Ordering::Acquire));
        // SAFETY: called on a thread that may use the wrapped context, where the callback is an
        // open handle.
        unsafe {
            let c = &*self.inner;
            if callback.is_null() {
                self.explain(misuse, h);
                crate::fatal(self.inner, misuse.message());
            }
            let result = (c.ctx_CallTupleDict)(self.inner, callback, HPy::NULL, HPy::NULL);
            if result.is_null() {
                report::say("Error when executing the on_invalid_(builder_)handle callback");
                (c.ctx_Err_WriteUnraisable)(self.inner, callback);
            } else {
                (c.ctx_Close)(self.inner, result);
            }
        }
    }

    /// Says what is wrong with a handle, null for none, and where.
    fn explain(&self, misuse: Misuse, h: HPy) {
        let made = match misuse {
            Misuse::Closed => self.info(h).map(|info| info.made_here()),
            _ => None,
        };
        let made = made.unwrap_or_default();
        // SAFETY: the context is filled, and this a thread that may use the wrapped context.
        let used = unsafe { Stack::capture(self.context(), self.inner, FRAMES) };
        report::say(format_args!("{}.\n{made}It is used here:\n{used}", misuse.message()));
    }

    /// Starts a new generation of handles; gives its number.
    pub fn new_generation(&self) -> i64 {
        self.handles.new_generation()
    }

    /// The open handles of a generation or later, the oldest first, by [`HandleInfo::id`].
    pub fn open_handles(&self, since: i64) -> Vec<isize> {
        self.handles.open_slots(since).into_iter().map(id_of).collect()
    }

    /// The closed handles in the queue, of a generation or later, the oldest first.
    pub fn closed_handles(&self, since: i64) -> Vec<isize> {
        self.handles.closed_slots(since).into_iter().map(id_of).collect()
    }

    /// What is known about the handle in a place; `None` if there never was one.
    pub fn handle_info(&self, id: isize) -> Option<HandleInfo> {
        let index = u32::try_from(id / 2).ok()?;
        self.handles.look(index, |handle, is_open, inner, record| HandleInfo {
            id,
            handle,
            inner: if is_open { inner } else { HPy::NULL },
            is_closed: !is_open,
            is_argument: record.owner == Owner::Caller,
            raw_data_size: match record.memory.iter().map(memory::Protected::len).sum() {
                0 => None,
                size => Some(size),
            },
            stack: record.stack.as_ref().map(|stack| stack.to_string()),
        })
    }

    fn info(&self, h: HPy) -> Option<HandleInfo> {
        let info = self.handle_info(id_of(Pool::index_of(h)))?;
        (info.handle == h).then_some(info)
    }

    /// Closes the handle in a place, whoever it belongs to, and what it stands for.
    pub fn force_close(&self, id: isize) {
        let Some(info) = self.handle_info(id).filter(|info| !info.is_closed) else { return };
        if self.handles.close(info.handle, |owner| owner == Owner::Extension)
            == Some(Owner::Extension)
        {
            // SAFETY: called on a thread that may use the wrapped context; the handle was open.
            unsafe { ((*self.inner).ctx_Close)(self.inner, info.inner) };
        }
    }

    /// How much the queue of closed handles may hold.
    pub fn limits(&self) -> Limits {
        self.handles.limits()
    }

    /// Sets how much the queue of closed handles may hold.
    pub fn set_limits(&self, limits: Limits) {
        self.handles.set_limits(limits);
        self.list_builders.set_limits(limits);
        self.tuple_builders.set_limits(limits);
    }

    /// How many native frames are recorded with each new handle; 0 records nothing.
    pub fn stack_trace_limit(&self) -> usize {
        self.stack_limit.load(Ordering::Relaxed)
    }

    /// Sets how many native frames are recorded with each new handle; 0 records nothing.
    pub fn set_stack_trace_limit(&self, limit: usize) {
        self.stack_limit.store(limit, Ordering::Relaxed);
    }

    /// Sets the function that is called when an invalid handle is used, in place of ending the
    /// process. Takes the handle over; null goes back to that.
    pub fn set_on_invalid_handle(&self, callback: HPy) {
        self.replace_callback(&self.on_invalid_handle, callback);
    }

    /// Sets the function that is called when an invalid builder is used, likewise.
    pub fn set_on_invalid_builder_handle(&self, callback: HPy) {
        self.replace_callback(&self.on_invalid_builder, callback);
    }

    fn replace_callback(&self, place: &AtomicIsize, callback: HPy) {
        let old = HPy(place.swap(callback.0, Ordering::AcqRel));
        if !old.is_null() {
            // SAFETY: called on a thread that may use the wrapped context; the handle was ours.
            unsafe { ((*self.inner).ctx_Close)(self.inner, old) };
        }
    }
}

/// The public number of a place: even, as handles are.
fn id_of(index: u32) -> isize {
    index as isize * 2
}
