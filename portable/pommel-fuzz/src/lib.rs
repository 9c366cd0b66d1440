//! What the engine of arrays is given by others, fuzzed: files, indices, descriptions of memory.
//!
//! A target makes a case out of bytes, one that makes sense most of the time, and compares what the
//! engine does with a model: the same in the plainest way, one element after the other.
//!
//! The bytes come from `cargo test` (random ones, a bounded number of cases, shrunk when one fails) or
//! from libFuzzer, which looks at what the engine executes: `cargo xtask fuzz`.

mod files;
mod foreign;
mod indexing;
mod input;

use input::Input;
use std::fmt::Debug;

/// What can be fuzzed: a name, and a function that panics if the engine breaks its promises.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("npy", |bytes| files::npy(&mut Input::new(bytes))),
    ("npz", |bytes| files::npz(&mut Input::new(bytes))),
    ("index", |bytes| indexing::fuzz(&mut Input::new(bytes))),
    ("foreign", |bytes| foreign::fuzz(&mut Input::new(bytes))),
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

/// Runs the check of a case, and shows the case if it fails; with the variable `POMMEL_FUZZ_SHOW`,
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
    if std::env::var_os("POMMEL_FUZZ_SHOW").is_some() {
        eprintln!("{case:?}");
    }
    let shown = ShownIfItFails(case);
    check();
    drop(shown);
}
