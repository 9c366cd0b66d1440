//! An HPy interpreter in memory.
//!
//! It lets the code on the portable side of the line run without any Python: in `cargo test`,
//! under Miri, in a fuzzer, and with failures injected into one context call after the other.
//! It is strict where a real interpreter is forgiving: a handle that leaks, is closed twice or is
//! used after it was closed fails the test, and so does a call with an exception set, a field that
//! `tp_traverse` forgets, or a function that returns null without raising.
//!
//! ```
//! use hpy_abi::HPy;
//!
//! hpy_mock::with(|ctx| unsafe {
//!     let one: HPy = ((*ctx).ctx_Long_FromInt32_t)(ctx, 1);
//!     let two = ((*ctx).ctx_Add)(ctx, one, one);
//!     assert_eq!(((*ctx).ctx_Long_AsInt32_t)(ctx, two), 2);
//!     ((*ctx).ctx_Close)(ctx, one);
//!     ((*ctx).ctx_Close)(ctx, two);
//! });
//! ```
//!
//! What it lacks on purpose: integers beyond 128 bits, several bases, source code, context
//! variables, legacy (C API) anything. A member that it lacks is a fault which names the member.
//!
//! An extension keeps what it stores across calls in static variables, so that only one
//! interpreter exists at a time: a second thread waits until the first has finished.

mod attribute;
mod buffer;
mod builder;
mod builtins;
mod call;
mod capsule;
mod compare;
mod container;
mod context;
mod dict;
mod errors;
mod iterate;
mod number;
mod object;
mod state;
mod text;
mod types;

use context::Private;
use hpy_abi::{HPy, HPyContext, HPyModuleDef, ext};
use state::{Owner, State};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Runs a closure with a fresh interpreter's context and checks what it leaves behind.
///
/// # Panics
/// If a handle, builder or tracker is still open, an exception is still set, or anything was
/// misused; the message lists all of it.
pub fn with<R>(run: impl FnOnce(*mut HPyContext) -> R) -> R {
    Interpreter::new().run(run)
}

/// [`with`] in an interpreter that announces itself as one of our hosts.
///
/// # Panics
/// As [`with`] does.
pub fn with_ours<R>(run: impl FnOnce(*mut HPyContext) -> R) -> R {
    Interpreter::new_ours().run(run)
}

/// An interpreter.
pub struct Interpreter {
    state: Rc<State>,
    context: *mut HPyContext,
    private: *mut Private,
    _turn: Turn,
}

impl Interpreter {
    /// An interpreter that an extension takes for an unknown host with upstream's ABI.
    ///
    /// # Panics
    /// If this thread has one already.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Interpreter {
        Interpreter::start(false)
    }

    /// An interpreter that announces itself as one of our hosts: with our slots, and with
    /// exceptions that can be fetched and restored. Its handles are not plain references.
    ///
    /// # Panics
    /// If this thread has one already.
    pub fn new_ours() -> Interpreter {
        Interpreter::start(true)
    }

    fn start(ours: bool) -> Interpreter {
        let turn = Turn::wait();
        let state = State::new(ours);
        let private = Box::into_raw(Box::new(Private::new(Rc::as_ptr(&state))));
        let name = if ours { ext::HOST_NAME } else { c"HPy Universal ABI (mock)" };
        let context = Box::into_raw(Box::new(context::context(name, private)));
        state.context.set(context);
        Interpreter { state, context, private, _turn: turn }
    }

    fn run<R>(self, run: impl FnOnce(*mut HPyContext) -> R) -> R {
        let result = run(self.context);
        self.finish();
        result
    }

    /// The context, valid as long as the interpreter.
    pub fn context(&self) -> *mut HPyContext {
        self.context
    }

    /// Imports an extension: makes its module, registers it under `name` and runs its `mod_exec`.
    /// The null handle means that this raised, and the exception is set.
    ///
    /// # Safety
    /// `def` obeys the ABI, and what it points to outlives the interpreter.
    pub unsafe fn load(&self, name: &str, def: *mut HPyModuleDef) -> HPy {
        // SAFETY: the caller's promise.
        let module = self.state.load(name, unsafe { &*def });
        self.result(module, "Interpreter::load")
    }

    /// A function for the extension to call. It gets borrowed handles of its positional arguments
    /// and gives a new handle, or the null handle with an exception set.
    pub fn function(
        &self,
        name: &'static str,
        run: impl Fn(*mut HPyContext, &[HPy]) -> HPy + 'static,
    ) -> HPy {
        let function = self.state.native(name, move |state, args, _| {
            let args: Vec<_> = args.iter().map(Some).collect();
            state.invoke(name, &args, &run)
        });
        self.state.open(function, Owner::Extension, "Interpreter::function")
    }

    /// Makes the `n`-th call from now that can fail raise MemoryError instead of running;
    /// 1 is the next, and 0 is none.
    pub fn fail_at(&self, n: usize) {
        self.state.fail_at.set(Some(self.calls() + n));
    }

    /// How many calls that can fail were made so far. A test runs its code once to learn the
    /// number, and then once for each with [`Interpreter::fail_at`].
    pub fn calls(&self) -> usize {
        self.state.calls.get()
    }

    /// How many handles the extension (or the test) has not closed yet.
    pub fn open_handles(&self) -> usize {
        self.state.open_handles()
    }

    /// A line for each handle, builder and tracker that is still open: what it is, and which
    /// member of the context made it.
    pub fn leaked(&self) -> Vec<String> {
        self.state.leaked()
    }

    /// Misuse so far, in words.
    pub fn faults(&self) -> Vec<String> {
        self.state.faults.borrow().clone()
    }

    /// Takes the exception that is set, as its type and message: `"TypeError: not a number"`.
    pub fn take_error(&self) -> Option<String> {
        let exception = self.state.pending.take()?;
        Some(self.state.report(&exception))
    }

    /// Warnings so far, each as its category and message.
    pub fn warnings(&self) -> Vec<String> {
        self.state.warnings.borrow().clone()
    }

    /// Exceptions that were reported because nobody could be told.
    pub fn unraisable(&self) -> Vec<String> {
        self.state.unraisable.borrow().clone()
    }

    /// `repr()` of an open handle's object, or what went wrong instead.
    pub fn repr(&self, h: HPy) -> String {
        let text = self.state.object(h).and_then(|object| self.state.repr(&object));
        text.unwrap_or_else(|exception| self.state.report(&exception))
    }

    /// Ends the interpreter.
    ///
    /// # Panics
    /// As [`with`] does.
    pub fn finish(self) {
        let mut complaints = self.faults();
        let before = complaints.len();
        complaints.extend(self.leaked().into_iter().map(|leak| format!("leaked: {leak}")));
        complaints.extend(self.take_error().map(|error| format!("still set: {error}")));
        self.state.shut_down();
        // Objects that died just now may have had their own.
        complaints.extend(self.faults().into_iter().skip(before));
        drop(self);
        assert!(complaints.is_empty(), "\n  {}\n", complaints.join("\n  "));
    }

    fn result(&self, result: object::Res<object::Obj>, origin: &str) -> HPy {
        match result {
            Ok(object) => self.state.open(object, Owner::Extension, origin),
            Err(exception) => {
                self.state.pending.replace(Some(exception));
                HPy::NULL
            }
        }
    }
}

impl Drop for Interpreter {
    fn drop(&mut self) {
        self.state.shut_down();
        // SAFETY: both were made by `Box::into_raw`, and nothing of the interpreter runs any more.
        unsafe {
            drop(Box::from_raw(self.context));
            drop(Box::from_raw(self.private));
        }
    }
}

/// The right to have an interpreter.
struct Turn {
    _lock: MutexGuard<'static, ()>,
}

thread_local! {
    static HAS_TURN: Cell<bool> = const { Cell::new(false) };
}

impl Turn {
    fn wait() -> Turn {
        static LOCK: Mutex<()> = Mutex::new(());
        assert!(!HAS_TURN.get(), "this thread has a mock interpreter already");
        // A test that failed has left nothing behind that would matter to the next.
        let lock = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
        HAS_TURN.set(true);
        Turn { _lock: lock }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        HAS_TURN.set(false);
    }
}
