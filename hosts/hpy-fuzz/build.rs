//! Compiles the C sources that every extension compiles in, and the shim that calls them.

use std::path::Path;

fn main() {
    let folder = Path::new("../../abi/runtime-c");
    let list = std::fs::read_to_string(folder.join("SOURCES")).expect("a list of sources");
    let names = list.lines().filter_map(|line| line.strip_prefix("all "));
    let mut sources = compiler();
    sources.files(names.map(|name| folder.join(name.trim())));
    let mut shim = compiler();
    shim.file("src/shim.c");
    if cfg!(feature = "sanitizers") {
        for flag in ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"] {
            sources.flag(flag);
            shim.flag(flag);
        }
        // By name, and so in front of the C library: whose `malloc` is found first is used.
        for library in ["asan", "ubsan"] {
            println!("cargo:rustc-link-lib=dylib={library}");
        }
    }
    if cfg!(feature = "libfuzzer") {
        // The shim has the function that is called from everywhere.
        sources.flag("-fsanitize-coverage=trace-pc");
        println!("cargo:rustc-link-arg=-Wl,--wrap=__sanitizer_cov_trace_pc");
    }
    shim.compile("hpy_fuzz_shim");
    sources.compile("hpy_fuzz_sources");
    println!("cargo:rerun-if-changed=../../abi");
    println!("cargo:rerun-if-changed=src/shim.c");
}

fn compiler() -> cc::Build {
    let mut build = cc::Build::new();
    build.define("HPY_ABI_UNIVERSAL", None).include("../../abi/include").std("c11").debug(true);
    build.warnings(true).extra_warnings(true);
    build
}
