//! The C sources that extensions compile in ([`abi/runtime-c`]), fuzzed on the host in memory.
//!
//! A target makes a call out of bytes: a format, which is a valid one most of the time, arguments
//! of every kind that mostly fit it, and sometimes a failure of the n-th call of the context.
//! It then compares what the C function did with a model, a second implementation of the rules at
//! the head of the C file, in Rust.
//! The host in memory adds its own demands: no handle is left open, none is used that is closed,
//! nothing is called while an exception is set.
//!
//! The bytes come from `cargo test` (random ones, a bounded number of cases, shrunk when one
//! fails) or from libFuzzer, which looks at what the C code executes: `cargo xtask fuzz`.
//! With the feature `sanitizers` the C code runs under AddressSanitizer and
//! UndefinedBehaviorSanitizer.
//!
//! [`abi/runtime-c`]: https://github.com/pommel-project/pommel/tree/main/abi/runtime-c

mod build_value;
mod format;
mod input;
mod keywords;
mod parse;
mod shim;
mod value;

use input::Input;
use std::fmt::Debug;

/// What can be fuzzed: a name, and a function that panics if the C code breaks its promises.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("parse", |bytes| parse::fuzz(&mut Input::new(bytes))),
    ("keywords", |bytes| keywords::fuzz(&mut Input::new(bytes))),
    ("build_value", |bytes| build_value::fuzz(&mut Input::new(bytes))),
    ("format", |bytes| format::fuzz(&mut Input::new(bytes))),
];

/// The target with a name.
///
/// # Panics
/// If there is none; the message lists them.
pub fn target(name: &str) -> fn(&[u8]) {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    let names: Vec<_> = TARGETS.iter().map(|(known, _)| *known).collect();
    found.unwrap_or_else(|| panic!("no target {name:?}: there are {}", names.join(", "))).1
}

/// Runs the check of a case, and shows the case if it fails; with the variable `HPY_FUZZ_SHOW`,
/// before it is run, as what ends the process lets nobody say anything afterwards.
fn run(case: &dyn Debug, check: impl FnOnce()) {
    struct ShownIfItFails<'a>(&'a dyn Debug);
    impl Drop for ShownIfItFails<'_> {
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("the case: {:?}", self.0);
            }
        }
    }
    if std::env::var_os("HPY_FUZZ_SHOW").is_some() {
        eprintln!("{case:?}");
    }
    let shown = ShownIfItFails(case);
    check();
    drop(shown);
}
