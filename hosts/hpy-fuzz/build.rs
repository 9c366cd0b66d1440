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
        let flags = "-fsanitize=address,undefined";
        for flag in [flags, "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"] {
            sources.flag(flag);
            shim.flag(flag);
        }
        println!("cargo:rustc-link-arg={flags}");
    }
    if cfg!(feature = "libfuzzer") {
        // The shim has the function that this calls.
        sources.flag("-fsanitize-coverage=trace-pc");
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
