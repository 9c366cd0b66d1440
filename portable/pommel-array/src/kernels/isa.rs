//! Instruction sets: which the machine has, found once, and functions compiled for each.

use crate::error::{Error, Result};
use core::fmt;
use std::sync::OnceLock;

/// The environment variable that asks for an instruction set.
const VARIABLE: &str = "POMMEL_ISA";

/// A level of instructions that kernels are compiled for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Isa {
    /// What every machine of the architecture has: SSE2, or NEON.
    Baseline,
    /// AVX2 with fused multiplication and addition (x86-64-v3).
    Avx2,
    /// AVX-512 (x86-64-v4).
    Avx512,
}

impl Isa {
    /// All levels, from the least to the most.
    pub const ALL: [Isa; 3] = [Isa::Baseline, Isa::Avx2, Isa::Avx512];

    /// Whether the machine has it.
    #[cfg(target_arch = "x86_64")]
    pub fn is_available(self) -> bool {
        macro_rules! all {
            ($($feature:tt)*) => { true $(&& std::arch::is_x86_feature_detected!($feature))* };
        }
        match self {
            Isa::Baseline => true,
            Isa::Avx2 => all!("avx2" "fma" "bmi1" "bmi2" "lzcnt" "popcnt" "f16c"),
            Isa::Avx512 => {
                Isa::Avx2.is_available() && all!("avx512f" "avx512dq" "avx512vl" "avx512bw")
            }
        }
    }

    /// Whether the machine has it.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn is_available(self) -> bool {
        self == Isa::Baseline
    }

    /// The best that the machine has, or the one that `POMMEL_ISA` asks for (`baseline`, `avx2`,
    /// `avx512`) if the machine has that.
    pub fn best() -> Isa {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| {
            let wanted = std::env::var(VARIABLE).ok();
            let mut levels = Isa::ALL.into_iter().rev().filter(|isa| isa.is_available());
            let found = levels.clone().find(|isa| Some(isa.name()) == wanted.as_deref());
            found.or_else(|| levels.next()).unwrap_or(Isa::Baseline)
        })
    }

    /// An error if `POMMEL_ISA` asks for what there is not.
    ///
    /// # Errors
    /// It names no instruction set, or one that the machine does not have.
    pub fn check_environment() -> Result<()> {
        let Ok(value) = std::env::var(VARIABLE) else { return Ok(()) };
        if Isa::ALL.into_iter().any(|isa| isa.name() == value && isa.is_available()) {
            return Ok(());
        }
        let wanted = "'baseline', or 'avx2' or 'avx512' where the machine has it";
        Err(Error::Environment { variable: VARIABLE, value, wanted })
    }

    /// The name, as `POMMEL_ISA` and `show_config` have it.
    pub const fn name(self) -> &'static str {
        match self {
            Isa::Baseline => "baseline",
            Isa::Avx2 => "avx2",
            Isa::Avx512 => "avx512",
        }
    }
}

impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The versions of a function `unsafe fn(...)` by [`Isa`]: its body is compiled for the baseline and
/// for AVX2, which also serves AVX-512: loops that do little with an element wait for memory, and a
/// third version would make the build half as long again. Vector math has one of its own.
macro_rules! versions {
    (fn($($name:ident: $ty:ty),* $(,)?) $body:block) => {{
        #[inline(always)]
        unsafe fn body($($name: $ty),*) $body
        unsafe fn baseline($($name: $ty),*) {
            // SAFETY: the caller's, unchanged.
            unsafe { body($($name),*) }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,f16c")]
        unsafe fn avx2($($name: $ty),*) {
            // SAFETY: the caller's, unchanged.
            unsafe { body($($name),*) }
        }
        #[cfg(target_arch = "x86_64")]
        { [baseline, avx2, avx2] }
        #[cfg(not(target_arch = "x86_64"))]
        { [baseline, baseline, baseline] }
    }};
}
pub(crate) use versions;
