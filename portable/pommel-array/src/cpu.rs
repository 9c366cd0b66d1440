//! The processor: its name and what it can do. Which of it kernels use is said by
//! [`Isa`](crate::kernels::isa::Isa).

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

/// What the processor calls itself, where the system says so (Linux on x86 does).
pub fn model() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    let (_, name) = line.split_once(':')?;
    Some(name.split_whitespace().collect::<Vec<_>>().join(" "))
}
