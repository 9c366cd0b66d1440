//! Every target with random bytes. `PROPTEST_CASES` says how many cases each gets.

use proptest::collection::vec;
use proptest::prelude::*;

/// More than proptest's own number: a case takes some microseconds.
const CASES: u32 = 10_000;

fn fuzz(target: &str) {
    let target = hpy_fuzz::target(target);
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = CASES;
    }
    // A case that failed is written down by hand, as a test beside its target.
    config.failure_persistence = None;
    proptest!(config, |(bytes in vec(any::<u8>(), 0..160))| target(&bytes));
}

#[test]
fn arguments_by_position() {
    fuzz("parse");
}

#[test]
fn arguments_by_keyword() {
    fuzz("keywords");
}

#[test]
fn objects_from_formats() {
    fuzz("build_value");
}

#[test]
fn text_from_formats() {
    fuzz("format");
}
