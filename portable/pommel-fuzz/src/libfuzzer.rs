//! The targets under libFuzzer. The variable `POMMEL_FUZZ_TARGET` names one; without it, the first
//! byte chooses.
#![no_main]

use pommel_fuzz::TARGETS;
use std::sync::LazyLock;

static TARGET: LazyLock<Option<fn(&[u8])>> = LazyLock::new(|| {
    std::env::var("POMMEL_FUZZ_TARGET").ok().map(|name| pommel_fuzz::target(&name))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    match (*TARGET, bytes.split_first()) {
        (Some(target), _) => target(bytes),
        (None, Some((first, rest))) => (TARGETS[usize::from(*first) % TARGETS.len()].1)(rest),
        (None, None) => {}
    }
});
