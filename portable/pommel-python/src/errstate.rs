//! What happens after an error of arithmetic: NumPy's `errstate`.
//!
//! The setting belongs to the thread. While one of the kinds raises, prints or calls, nothing is put
//! off, so that it happens where the user wrote the expression.

use core::cell::Cell;
use core::ffi::CStr;
use pommel::prelude::*;
use pommel_array::kernels::status::{self, Status};
use pommel_array::lazy;

/// What is done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mode {
    Ignore,
    Warn,
    Raise,
    Call,
}

/// The kinds of errors, in the order in which NumPy names them, with what a message says of each and
/// what is done unless somebody says otherwise.
const KINDS: [(&str, Status, &str, Mode); 4] = [
    ("divide", Status::DIVIDE, "divide by zero", Mode::Warn),
    ("over", Status::OVERFLOW, "overflow", Mode::Warn),
    ("under", Status::UNDERFLOW, "underflow", Mode::Ignore),
    ("invalid", Status::INVALID, "invalid value", Mode::Warn),
];

thread_local!(static MODES: Cell<[Mode; 4]> = const {
    Cell::new([Mode::Warn, Mode::Warn, Mode::Ignore, Mode::Warn])
});

impl Mode {
    const NAMES: [(&'static str, Mode); 4] = [
        ("ignore", Mode::Ignore),
        ("warn", Mode::Warn),
        ("raise", Mode::Raise),
        ("call", Mode::Call),
    ];

    fn name(self) -> &'static str {
        Mode::NAMES.iter().find(|(_, mode)| *mode == self).map_or("", |(name, _)| name)
    }

    fn of(kind: &str, name: &str) -> Result<Mode> {
        let found = Mode::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, mode)| *mode).ok_or_else(|| {
            Error::value_error(format!(
                "argument '{kind}' must be 'ignore', 'warn', 'raise' or 'call', not '{name}'"
            ))
        })
    }
}

/// What is done after each kind of error: a tuple in the order divide, over, under, invalid.
#[function]
pub fn get_modes() -> Vec<&'static str> {
    MODES.get().iter().map(|mode| mode.name()).collect()
}

/// Sets what is done after each kind of error: names in the order divide, over, under, invalid.
#[function(signature = (modes, /))]
pub fn set_modes(ctx: Ctx<'_>, modes: Vec<String>) -> Result<()> {
    let at_once = |mode: &Mode| !matches!(mode, Mode::Ignore | Mode::Warn);
    let mut new = MODES.get();
    if !new.iter().any(at_once) {
        // What was put off until now and looked at since belongs to the setting until now.
        check(ctx, EVALUATION)?;
    }
    for ((mode, name), (kind, ..)) in new.iter_mut().zip(&modes).zip(KINDS) {
        *mode = Mode::of(kind, name)?;
    }
    MODES.set(new);
    // The shortest ways, which are taken unless everything is computed at once, do not note underflow.
    lazy::set_eager(new.iter().any(at_once) || new[2] != Mode::Ignore);
    Ok(())
}

/// What messages name where an expression was put off and somebody looks at it.
pub(crate) const EVALUATION: &str = "evaluation";

/// Does what is to be done after what the engine has just computed. Inlined: mostly it is nothing.
#[inline]
pub(crate) fn check(ctx: Ctx<'_>, name: &str) -> Result<()> {
    let noted = status::take_report();
    if noted.is_empty() { Ok(()) } else { act(ctx, noted, name) }
}

#[cold]
fn act(ctx: Ctx<'_>, noted: Status, name: &str) -> Result<()> {
    for ((_, status, text, _), mode) in KINDS.iter().zip(MODES.get()) {
        if !noted.contains(*status) || mode == Mode::Ignore {
            continue;
        }
        let message = format!("{text} encountered in {name}");
        match mode {
            Mode::Raise => return Err(Error::new(pommel::exception::FloatingPointError, message)),
            Mode::Call => {
                let module = ctx.import(c"pommel._errstate")?;
                module.call_method(c"_called", (*text, i64::from(status.bits())))?;
            }
            _ => {
                let message = std::ffi::CString::new(message).unwrap_or_default();
                ctx.warn(CATEGORY, &message, 1)?;
            }
        }
    }
    Ok(())
}

const CATEGORY: &CStr = c"RuntimeWarning";
