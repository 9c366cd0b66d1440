//! What the macros and the types of the safe API refuse, and in which words: each file of
//! `pommel-macros/tests/ui` must not compile, with exactly the message beside it.
//!
//! `TRYBUILD=overwrite cargo test -p pommel --test ui` writes the messages anew. They are those of
//! the stable compiler that the workspace names.
#![cfg(not(miri))]

#[test]
fn what_is_refused() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("../pommel-macros/tests/ui/*.rs");
    // One that passes makes it build all, not only check: some are refused when a generic function
    // gets its types.
    cases.pass("../pommel-macros/tests/ui/accepted/*.rs");
}
