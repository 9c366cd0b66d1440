//! The processor: its name, what it can do, and the instruction set that kernels are chosen for.

use std::sync::OnceLock;

/// Calls `$callback!` with a row per feature that may matter to a kernel, by architecture, in the
/// words of the standard library's detection.
macro_rules! for_each_feature {
    ($callback:path) => {
        $callback! {
            "x86_64" std::arch::is_x86_feature_detected [
                "sse2" "sse3" "ssse3" "sse4.1" "sse4.2" "popcnt" "avx" "f16c" "fma" "avx2" "bmi1"
                "bmi2" "lzcnt" "movbe" "avx512f" "avx512bw" "avx512cd" "avx512dq" "avx512vl"
                "avx512vbmi" "avx512vnni" "avx512vpopcntdq"
            ];
            "aarch64" std::arch::is_aarch64_feature_detected [
                "neon" "fp16" "dotprod" "fcma" "sve" "sve2"
            ];
        }
    };
}

macro_rules! define_features {
    ($($arch:literal $detected:path [$($feature:tt)*];)*) => {
        /// The features of this processor, of those that may matter to a kernel.
        pub fn features() -> Vec<&'static str> {
            let mut found = Vec::new();
            $(
                #[cfg(target_arch = $arch)]
                {
                    use $detected as detected;
                    $(if detected!($feature) { found.push($feature) })*
                }
            )*
            found
        }
    };
}
for_each_feature!(define_features);

/// Calls `$callback!` with a row per instruction set, the lesser ones of an architecture first:
/// `Variant "name" "architecture": features;`. Those of x86 are the levels that the ABI of System V
/// defines, whose names compilers know.
macro_rules! for_each_instruction_set {
    ($callback:path) => {
        $callback! {
            Portable "portable" "": ;
            X86V1 "x86-64" "x86_64": "sse2";
            X86V2 "x86-64-v2" "x86_64": "sse2" "sse3" "ssse3" "sse4.1" "sse4.2" "popcnt";
            X86V3 "x86-64-v3" "x86_64":
                "sse4.2" "popcnt" "avx" "f16c" "fma" "avx2" "bmi1" "bmi2" "lzcnt" "movbe";
            X86V4 "x86-64-v4" "x86_64":
                "fma" "avx2" "bmi2" "avx512f" "avx512bw" "avx512cd" "avx512dq" "avx512vl";
            Neon "neon" "aarch64": "neon";
        }
    };
}

macro_rules! define_instruction_sets {
    ($($variant:ident $name:literal $arch:literal: $($feature:literal)*;)*) => {
        /// A set of instructions that kernels are compiled for.
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        pub enum InstructionSet {
            $(
                #[doc = concat!("`", $name, "`", $(", ", $feature,)* ".")]
                $variant,
            )*
        }

        impl InstructionSet {
            const ALL: &'static [InstructionSet] = &[$(InstructionSet::$variant,)*];

            /// Its name, as compilers spell it.
            pub fn name(self) -> &'static str {
                match self {
                    $(InstructionSet::$variant => $name,)*
                }
            }

            /// The architecture that it belongs to, and what a processor of it must have.
            fn needs(self) -> (&'static str, &'static [&'static str]) {
                match self {
                    $(InstructionSet::$variant => ($arch, &[$($feature),*]),)*
                }
            }
        }
    };
}
for_each_instruction_set!(define_instruction_sets);

impl InstructionSet {
    /// Those that this processor has, the lesser ones first.
    pub fn found() -> Vec<InstructionSet> {
        let features = features();
        let has = |set: &InstructionSet| {
            let (arch, needed) = set.needs();
            let is_here = arch.is_empty() || arch == std::env::consts::ARCH;
            is_here && needed.iter().all(|feature| features.contains(feature))
        };
        InstructionSet::ALL.iter().copied().filter(has).collect()
    }

    /// The one that kernels are chosen for: the greatest that the processor has. Found once.
    pub fn best() -> InstructionSet {
        static BEST: OnceLock<InstructionSet> = OnceLock::new();
        *BEST.get_or_init(|| InstructionSet::found().pop().unwrap_or(InstructionSet::Portable))
    }
}

/// What the processor calls itself, where the system says so (Linux on x86 does).
pub fn model() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    let (_, name) = line.split_once(':')?;
    Some(name.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_set_needs_features_that_are_looked_for() {
        macro_rules! define_known {
            ($($arch:literal $detected:path [$($feature:tt)*];)*) => {
                const KNOWN: &[(&str, &[&str])] = &[$(($arch, &[$($feature),*])),*];
            };
        }
        for_each_feature!(define_known);
        for set in InstructionSet::ALL.iter().filter(|set| **set != InstructionSet::Portable) {
            let (arch, needed) = set.needs();
            let (_, features) = KNOWN.iter().find(|(known, _)| *known == arch).unwrap();
            assert!(needed.iter().all(|feature| features.contains(feature)), "{set:?}");
        }
    }

    #[test]
    fn the_best_is_one_that_was_found() {
        let found = InstructionSet::found();
        assert_eq!(found.first(), Some(&InstructionSet::Portable));
        assert_eq!(found.last(), Some(&InstructionSet::best()));
        assert!(found.is_sorted());
        #[cfg(target_arch = "x86_64")]
        assert!(found.contains(&InstructionSet::X86V1));
    }
}
