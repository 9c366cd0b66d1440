//! Where a handle was made: native frames, and the line of Python that was running.
//!
//! Recording takes addresses only; names and lines are looked up when somebody reads them.

use backtrace::{BacktraceFrame, Frame};
use hpy_abi::*;
use std::ffi::CStr;
use std::fmt;

/// A place in the program.
pub(crate) struct Stack {
    frames: Vec<BacktraceFrame>,
    python: Option<String>,
}

/// Frames of debug mode itself that stand above those of the extension, at most.
const OURS: usize = 16;

impl Stack {
    /// The place in the extension where it called a member of `context`, a debug context, with at
    /// most `limit` native frames.
    ///
    /// # Safety
    /// `context` is filled; `inner` is a context of this thread, or null for native frames only.
    pub unsafe fn capture(
        context: *const HPyContext,
        inner: *mut HPyContext,
        limit: usize,
    ) -> Stack {
        let mut frames: Vec<BacktraceFrame> = Vec::new();
        // Frames up to that of the member, which is where the extension comes in. A member may use
        // another; one that stands apart belongs to an outer call.
        let mut ours = 0;
        backtrace::trace(|frame: &Frame| {
            let here = frames.len();
            frames.push(frame.clone().into());
            let expected = here < OURS && (ours == 0 || ours == here);
            // SAFETY: the caller's promise.
            if expected && unsafe { is_member(context, frame) } {
                ours = here + 1;
            }
            frames.len() < limit.saturating_add(ours.max(OURS))
        });
        frames.drain(..ours);
        frames.truncate(limit);
        // SAFETY: the caller's promise.
        let python = (!inner.is_null()).then(|| unsafe { python_line(inner) }).flatten();
        Stack { frames, python }
    }

    /// The place of a fault, asked by the handler that the system called for it.
    #[cfg(all(unix, not(miri)))]
    pub fn of_fault(handler: usize, limit: usize) -> Stack {
        let mut frames: Vec<BacktraceFrame> = Vec::new();
        let mut handled = None;
        backtrace::trace(|frame: &Frame| {
            frames.push(frame.clone().into());
            if handled.is_none() && frame.symbol_address().addr() == handler {
                handled = Some(frames.len());
            }
            frames.len() < limit.saturating_add(handled.unwrap_or(OURS))
        });
        // Behind the handler stands what the system returns to from it.
        frames.drain(..handled.map_or(0, |n| frames.len().min(n + 1)));
        Stack { frames, python: None }
    }
}

/// Whether a frame is that of a member of a context.
///
/// # Safety
/// The context is filled.
unsafe fn is_member(context: *const HPyContext, frame: &Frame) -> bool {
    let address = frame.symbol_address().addr();
    (0..MEMBER_COUNT).any(|index| {
        // SAFETY: each member is one word; handles are no addresses of code.
        unsafe { context.byte_add(offset(index)).cast::<usize>().read() == address }
    })
}

impl fmt::Display for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = &self.python {
            writeln!(f, "  Python: {line}")?;
        }
        let mut frames = self.frames.clone();
        frames.iter_mut().for_each(BacktraceFrame::resolve);
        // Where debug mode stands below the extension, in a call of one of its functions, these are
        // the first.
        for frame in frames.iter().skip_while(|frame| is_ours(frame)) {
            let file = object_file(frame);
            let file = file.as_deref().unwrap_or("?");
            if frame.symbols().is_empty() {
                writeln!(f, "  {:p} in {file}", frame.ip())?;
            }
            for symbol in frame.symbols() {
                match symbol.name() {
                    Some(name) => write!(f, "  {name:#}")?,
                    None => write!(f, "  {:p}", frame.ip())?,
                }
                if let (Some(source), Some(line)) = (symbol.filename(), symbol.lineno()) {
                    write!(f, " at {}:{line}", source.display())?;
                }
                writeln!(f, " in {file}")?;
            }
        }
        Ok(())
    }
}

/// Whether a frame, whose names were looked up, is one of debug mode's functions.
fn is_ours(frame: &BacktraceFrame) -> bool {
    let mut names = frame.symbols().iter().filter_map(|symbol| symbol.name());
    names.next_back().is_some_and(|name| format!("{name:#}").starts_with("hpy_host::debug::"))
}

/// The program or shared object that a frame runs in.
#[cfg(all(unix, not(miri)))]
fn object_file(frame: &BacktraceFrame) -> Option<String> {
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: the call reads tables of the loader, and fills the struct if it finds something.
    unsafe {
        if libc::dladdr(frame.ip(), info.as_mut_ptr()) == 0 {
            return None;
        }
        let name = info.assume_init().dli_fname;
        (!name.is_null()).then(|| CStr::from_ptr(name).to_string_lossy().into_owned())
    }
}

#[cfg(not(all(unix, not(miri))))]
fn object_file(_: &BacktraceFrame) -> Option<String> {
    None
}

/// `file.py:12, in function`: the line of Python that called into native code.
///
/// # Safety
/// `inner` is a context of this thread.
unsafe fn python_line(inner: *mut HPyContext) -> Option<String> {
    // SAFETY: the caller's promise; every handle is closed where it was opened.
    unsafe {
        let c = &*inner;
        if (c.ctx_Err_Occurred)(inner) != Flag(0) {
            return None;
        }
        let sys = (c.ctx_Import_ImportModule)(inner, Utf8(c"sys".as_ptr()));
        let getframe = attribute(inner, sys, c"_getframe");
        let frame = if getframe.is_null() {
            HPy::NULL
        } else {
            (c.ctx_CallTupleDict)(inner, getframe, HPy::NULL, HPy::NULL)
        };
        let code = attribute(inner, frame, c"f_code");
        let file = attribute(inner, code, c"co_filename");
        let function = attribute(inner, code, c"co_name");
        let line = attribute(inner, frame, c"f_lineno");
        let text = match (text(inner, file), text(inner, function)) {
            (Some(file), Some(function)) if !line.is_null() => {
                Some(format!("{file}:{}, in {function}", (c.ctx_Long_AsInt64_t)(inner, line)))
            }
            _ => None,
        };
        for h in [sys, getframe, frame, code, file, function, line] {
            if !h.is_null() {
                (c.ctx_Close)(inner, h);
            }
        }
        // An interpreter without frames has nothing to say, which is no error of the extension.
        (c.ctx_Err_Clear)(inner);
        text
    }
}

/// An attribute; null if there is none or no object.
///
/// # Safety
/// `inner` is a context of this thread, and the handle null or open.
unsafe fn attribute(inner: *mut HPyContext, h: HPy, name: &CStr) -> HPy {
    if h.is_null() {
        return HPy::NULL;
    }
    // SAFETY: the caller's promise.
    unsafe { ((*inner).ctx_GetAttr_s)(inner, h, Utf8(name.as_ptr())) }
}

/// The contents of a `str`.
///
/// # Safety
/// `inner` is a context of this thread, and the handle null or open.
pub(crate) unsafe fn text(inner: *mut HPyContext, h: HPy) -> Option<String> {
    if h.is_null() {
        return None;
    }
    // SAFETY: the caller's promise; the text is copied while the handle is open.
    unsafe {
        let utf8 = ((*inner).ctx_Unicode_AsUTF8AndSize)(inner, h, std::ptr::null_mut());
        (!utf8.0.is_null()).then(|| CStr::from_ptr(utf8.0).to_string_lossy().into_owned())
    }
}
