//! Every target with random bytes. `PROPTEST_CASES` says how many cases each gets.

use proptest::collection::vec;
use proptest::prelude::*;

/// More than proptest's own number: a case takes some microseconds.
const CASES: u32 = 10_000;

fn fuzz(target: &str) {
    let target = pommel_fuzz::target(target);
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = CASES;
    }
    // A case that failed is written down by hand, as a test beside its target.
    config.failure_persistence = None;
    proptest!(config, |(bytes in vec(any::<u8>(), 0..160))| target(&bytes));
}

#[test]
fn files_of_an_array() {
    fuzz("npy");
}

#[test]
fn archives_of_arrays() {
    fuzz("npz");
}

#[test]
fn indices_of_every_kind() {
    fuzz("index");
}

#[test]
fn memory_of_others() {
    fuzz("foreign");
}
