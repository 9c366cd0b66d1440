//! The tests of the suite that are expected to fail, each with its reason. One that passes is an
//! error as well, so that the list cannot grow old.

use crate::pythons::Python;

struct Expected {
    /// The start of the test's name, from its file on.
    test: &'static str,
    /// The interpreters it fails on.
    on: fn(&Python) -> bool,
    reason: &'static str,
}

const EXPECTED: &[Expected] = &[Expected {
    test: "test/hpy_devel/test_distutils.py::",
    on: lacks_ensurepip,
    reason: "the tests make environments with pip, and this Python comes without ensurepip",
}];

/// An interpreter from a distribution's packages has pip's wheel in another place.
fn lacks_ensurepip(python: &Python) -> bool {
    let wheel = python.pip_wheel.as_deref();
    !wheel.is_some_and(|wheel| wheel.components().any(|part| part.as_os_str() == "_bundled"))
}

/// Why a test is expected to fail on an interpreter, if it is.
pub fn reason(python: &Python, test: &str) -> Option<&'static str> {
    let test = test.trim_start_matches("../");
    let listed = EXPECTED.iter().find(|e| test.starts_with(e.test) && (e.on)(python));
    listed.map(|expected| expected.reason)
}
