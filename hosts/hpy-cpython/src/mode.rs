//! The environment variable `HPY`: which context the import of an extension asks for.
//!
//! `HPY=debug` means every extension, `HPY=one:debug,two:trace` means the ones that are named, by
//! their full names or the last component; an empty value means none. Both who obey it read it here:
//! the loader of universal binaries, and the door of an extension that brings its host along.

use core::ffi::CStr;
use core::fmt;

/// The name of a capsule that holds the context of a mode.
pub const CAPSULE: &CStr = c"hpy.universal.HPyContext";

/// The contexts that an extension can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The host's own.
    Universal = 0,
    /// One that watches the use of handles.
    Debug = 1,
    /// One that counts and times calls.
    Trace = 2,
}

/// A value of `HPY` that means nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidMode(String);

impl fmt::Display for InvalidMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "invalid HPy mode: {} (HPY is MODE or MODULE:MODE,MODULE:MODE,..., and a mode is one of \
             {})",
            self.0,
            Mode::ALL.map(Mode::name).join(", ")
        )
    }
}

impl Mode {
    /// Every mode, in the order of the numbers.
    pub const ALL: [Mode; 3] = [Mode::Universal, Mode::Debug, Mode::Trace];

    /// Its name, as `HPY` spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Universal => "universal",
            Mode::Debug => "debug",
            Mode::Trace => "trace",
        }
    }

    /// The mode that a value of `HPY` asks for a module; one that is not named gets the host's own
    /// context.
    pub fn requested(module: &str, value: &str) -> Result<Mode, InvalidMode> {
        let invalid = || InvalidMode(value.to_owned());
        // Set to nothing is how a shell unsets it for one command.
        if value.trim().is_empty() {
            return Ok(Mode::Universal);
        }
        if !value.contains(':') {
            return Mode::named(value).ok_or_else(invalid);
        }
        let short = module.rsplit('.').next().unwrap_or(module);
        let mut found = Mode::Universal;
        for entry in value.split(',').filter(|entry| !entry.trim().is_empty()) {
            let (name, mode) = entry.split_once(':').ok_or_else(invalid)?;
            let mode = Mode::named(mode).ok_or_else(invalid)?;
            if [module, short].contains(&name.trim()) {
                found = mode;
            }
        }
        Ok(found)
    }

    fn named(text: &str) -> Option<Mode> {
        Mode::ALL.into_iter().find(|mode| mode.name().eq_ignore_ascii_case(text.trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mode_is_for_every_module() {
        assert_eq!(Mode::requested("a", "debug"), Ok(Mode::Debug));
        assert_eq!(Mode::requested("a", "Trace"), Ok(Mode::Trace));
        assert_eq!(Mode::requested("a.b", "universal"), Ok(Mode::Universal));
    }

    #[test]
    fn a_list_names_modules() {
        let list = "one:debug,pack.two:trace, three:DEBUG";
        assert_eq!(Mode::requested("one", list), Ok(Mode::Debug));
        assert_eq!(Mode::requested("pack.one", list), Ok(Mode::Debug));
        assert_eq!(Mode::requested("pack.two", list), Ok(Mode::Trace));
        assert_eq!(Mode::requested("two", list), Ok(Mode::Universal));
        assert_eq!(Mode::requested("three", list), Ok(Mode::Debug));
        // Neither a part of a name nor its beginning is the name.
        assert_eq!(Mode::requested("on", list), Ok(Mode::Universal));
        assert_eq!(Mode::requested("one_more", list), Ok(Mode::Universal));
    }

    #[test]
    fn an_empty_value_asks_for_nothing() {
        assert_eq!(Mode::requested("a", ""), Ok(Mode::Universal));
        assert_eq!(Mode::requested("a", " "), Ok(Mode::Universal));
    }

    #[test]
    fn nonsense_is_refused_with_the_value() {
        for value in ["debugger", "a:b", "a:debug,b"] {
            let error = Mode::requested("x", value).unwrap_err().to_string();
            assert!(error.starts_with(&format!("invalid HPy mode: {value}")), "{error}");
            assert!(error.contains("universal, debug, trace"), "{error}");
        }
    }
}
