//! Failures on demand: the n-th call of a member that can fail raises, and does nothing else.
//!
//! Running out of memory happens at any call, and hardly ever in a test. What an extension does
//! then is found by making one call after the other fail; the types of the table say what a member
//! gives when it has failed. Calls are counted for the thread that asked, so that the n-th is the
//! same one whenever an operation is repeated.

use super::Debugger;
use hpy_abi::*;
use std::cell::Cell;
use std::ffi::{CString, c_void};
use std::ptr::null_mut;

/// What a thread is to fail.
struct Plan {
    /// Whether calls are counted.
    is_on: Cell<bool>,
    /// Calls that could fail, since counting began.
    calls: Cell<usize>,
    /// Which of them fails.
    at: Cell<usize>,
    /// The type of the exception; of the wrapped context, and ours to close.
    exception: Cell<HPy>,
    /// What has failed.
    failed: Cell<Option<&'static str>>,
}

thread_local! {
    static PLAN: Plan = const { Plan {
        is_on: Cell::new(false),
        calls: Cell::new(0),
        at: Cell::new(0),
        exception: Cell::new(HPy::NULL),
        failed: Cell::new(None),
    } };
}

/// What became of a plan to fail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failure {
    /// How many calls that can fail there were.
    pub calls: usize,
    /// The member that failed, if there were enough calls.
    pub member: Option<&'static str>,
}

impl Debugger {
    /// Lets the `n`-th call of a member that can fail raise `exception`, a type of the wrapped
    /// context, which is taken over. From now on, on this thread, until [`Debugger::stop_failing`].
    pub fn fail_call(&self, n: usize, exception: HPy) {
        self.stop_failing();
        PLAN.with(|plan| {
            plan.calls.set(0);
            plan.at.set(n);
            plan.exception.set(exception);
            plan.failed.set(None);
            plan.is_on.set(true);
        });
    }

    /// Ends what [`Debugger::fail_call`] began, and says what became of it.
    pub fn stop_failing(&self) -> Failure {
        PLAN.with(|plan| {
            plan.is_on.set(false);
            let exception = plan.exception.replace(HPy::NULL);
            // SAFETY: called on a thread that may use the wrapped context; the handle was ours.
            unsafe { ((*self.inner).ctx_Close)(self.inner, exception) };
            Failure { calls: plan.calls.get(), member: plan.failed.get() }
        })
    }

    /// What a member gives in place of running, with the exception set, if its turn to fail has
    /// come. Called for a use of the context, with the member's index.
    #[inline(always)]
    pub(super) fn failure<T: Fails>(&self, member: usize) -> Option<T> {
        let failed = T::FAILED.filter(|_| can_fail(member))?;
        self.fails(reflect::MEMBERS[member].name).then_some(failed)
    }

    /// Counts a call that can fail; whether it does.
    #[inline(always)]
    pub(super) fn fails(&self, member: &'static str) -> bool {
        PLAN.with(|plan| plan.is_on.get() && self.count(plan, member))
    }

    #[cold]
    fn count(&self, plan: &Plan, member: &'static str) -> bool {
        plan.calls.set(plan.calls.get() + 1);
        if plan.calls.get() != plan.at.get() {
            return false;
        }
        plan.failed.set(Some(member));
        let message = CString::new(format!("injected failure of {member}")).unwrap_or_default();
        // SAFETY: a use of the context on its thread; the handle is open until the plan ends.
        unsafe {
            let text = Utf8(message.as_ptr());
            ((*self.inner).ctx_Err_SetString)(self.inner, plan.exception.get(), text);
        }
        true
    }
}

/// A type of result, and what stands for "an exception is set".
pub(super) trait Fails: Sized {
    /// `None` if that cannot be said.
    const FAILED: Option<Self>;
}

macro_rules! fails {
    ($($ty:ty = $failed:expr;)*) => {$(
        impl Fails for $ty { const FAILED: Option<$ty> = $failed; }
    )*};
}
fails! {
    HPy = Some(HPy::NULL);
    Status = Some(Status::ERR);
    FlagOrErr = Some(FlagOrErr::ERR);
    LenOrErr = Some(LenOrErr(-1));
    Hash = Some(Hash(-1));
    Ucs4 = Some(Ucs4(u32::MAX));
    Utf8 = Some(Utf8(std::ptr::null()));
    Chars = Some(Chars(std::ptr::null()));
    HPyTracker = Some(HPyTracker(0));
    f64 = Some(-1.0);
    i32 = Some(-1);
    i64 = Some(-1);
    u32 = Some(u32::MAX);
    u64 = Some(u64::MAX);
    usize = Some(usize::MAX);
    *mut c_void = Some(null_mut());
    () = None;
    Flag = None;
    Len = None;
    BuiltinShape = None;
    // A builder that got no memory says so in the end.
    HPyListBuilder = None;
    HPyTupleBuilder = None;
    HPyThreadState = None;
    *mut cpy_PyObject = None;
}

/// Whether a member whose result could say that it failed ever does.
#[inline(always)]
const fn can_fail(member: usize) -> bool {
    !matches!(
        member,
        // Another reference to what is there already.
        index::ctx_Dup
            | index::ctx_Type
            | index::ctx_Bool_FromBool
            | index::ctx_Field_Load
            | index::ctx_Global_Load
            | index::ctx_FromPyObject
            // No check, says the ABI.
            | index::ctx_Bytes_AS_STRING
            | index::ctx_AsStruct_Object
            | index::ctx_AsStruct_Legacy
            | index::ctx_AsStruct_Type
            | index::ctx_AsStruct_Long
            | index::ctx_AsStruct_Float
            | index::ctx_AsStruct_Unicode
            | index::ctx_AsStruct_Tuple
            | index::ctx_AsStruct_List
            | index::ctx_AsStruct_Dict
            // It raises in any case.
            | index::ctx_Err_SetFromErrnoWithFilename
    )
}
