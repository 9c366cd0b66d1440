//! The headers and C sources of `abi/`, as authors in C and C++ meet them: compiled without a
//! warning in every ABI, run by every interpreter, and agreeing with the tables.
//!
//! The environment variable `POMMEL_PYTHONS` lists the interpreters, separated by colons; without
//! it, the `python3` of the path is used. The CPython ABI needs the C headers of a CPython: an
//! interpreter without them only runs the one binary that is made for all.
//!
//! With `POMMEL_SANITIZERS`, the path of the library of AddressSanitizer, the C code is compiled for
//! AddressSanitizer and UndefinedBehaviorSanitizer, and what they find fails the tests.

use hpy_abi::reflect::MEMBERS;
use hpy_abi::*;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::mem::offset_of;
use std::path::{Path, PathBuf};
use std::process::Command;

const STRICT: &[&str] = &["-g", "-O1", "-fPIC", "-Wall", "-Wextra", "-Werror"];
const SANITIZED: &[&str] =
    &["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];
const LANGUAGES: &[(&str, &str, &str)] = &[("cc", "c", "c11"), ("c++", "c++", "c++11")];

/// Where the headers and sources are.
fn abi() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../abi")
}

fn program(name: &str, suffix: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c").join(name).with_extension(suffix)
}

/// A folder for one test's files, emptied. Other crates' tests have theirs beside it.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hpy-in-c").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn run(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{command:?}: {}\n{out}{err}", done.status);
    out.into_owned()
}

/// The library that an interpreter must load before anything else, if C code is sanitized.
fn sanitizers() -> Option<OsString> {
    std::env::var_os("POMMEL_SANITIZERS")
}

/// A compiler, told to sanitize what it compiles and links.
fn compiler(name: &str) -> Command {
    let mut command = Command::new(name);
    if sanitizers().is_some() {
        command.args(SANITIZED);
    }
    command
}

/// Past the test harness, which would keep it to itself.
fn say(line: &str) {
    writeln!(std::io::stderr(), "{}", line.trim()).expect("there is a standard error");
}

/// An interpreter, and its folders of C headers: none if it has no usable ones.
struct Python {
    executable: String,
    headers: Vec<PathBuf>,
    is_cpython: bool,
}

impl Python {
    /// The interpreter, about to run what was compiled here.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.executable);
        command.env("PYTHONFAULTHANDLER", "1");
        if let Some(library) = sanitizers() {
            // Python's own allocator would hide what happens in its blocks, and Python gives back
            // less than it takes.
            command.env("LD_PRELOAD", library).env("PYTHONMALLOC", "malloc");
            command.env("ASAN_OPTIONS", "detect_leaks=0");
            command.env("UBSAN_OPTIONS", "print_stacktrace=1");
        }
        command
    }
}

/// What an interpreter is asked: the folder of `Python.h`, where it says and where it lies.
const WHERE: &str = "
import os, sys, sysconfig
if sys.implementation.name == 'cpython':
    says = sysconfig.get_paths()['include']
    root = os.path.dirname(os.path.dirname(os.path.realpath(sys.executable)))
    for path in (os.path.join(root, 'include', os.path.basename(says)), says):
        if os.path.exists(os.path.join(path, 'Python.h')):
            print(path)
            break
else:
    print('-')
";

fn pythons() -> Vec<Python> {
    let list = std::env::var("POMMEL_PYTHONS").unwrap_or_else(|_| "python3".to_owned());
    let list = list.split(':').filter(|p| !p.is_empty()).map(str::to_owned);
    list.map(|executable| {
        let answer = run(Command::new(&executable).args(["-c", WHERE]));
        let path = PathBuf::from(answer.trim());
        // Debian has a part of them one level up, in a folder per platform.
        let headers = match path.parent() {
            Some(parent) if path.is_absolute() => vec![path.clone(), parent.to_owned()],
            _ => Vec::new(),
        };
        Python { executable, headers, is_cpython: answer.trim() != "-" }
    })
    .collect()
}

/// The CPythons with C headers; those without are named.
fn with_headers() -> Vec<Python> {
    let (with, without): (Vec<_>, Vec<_>) =
        pythons().into_iter().filter(|p| p.is_cpython).partition(|p| !p.headers.is_empty());
    for python in without {
        say(&format!("SKIPPED: {} has no C headers for the CPython ABI", python.executable));
    }
    with
}

/// The files that extensions for an ABI compile in, as `SOURCES` lists them.
fn sources(abi_name: &str) -> Vec<PathBuf> {
    let folder = abi().join("runtime-c");
    let list = std::fs::read_to_string(folder.join("SOURCES")).expect("a list of sources");
    let rows = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let rows: Vec<_> = rows.map(|line| line.split_once(' ').expect("two columns")).collect();
    assert!(rows.iter().all(|(kind, _)| matches!(*kind, "all" | "cpython")));
    let wanted = rows.iter().filter(|(kind, _)| *kind == "all" || abi_name == "CPYTHON");
    wanted.map(|(_, file)| folder.join(file.trim())).collect()
}

/// Compiles one file to an object in a folder.
fn compile(
    (compiler, language, standard): (&str, &str, &str),
    source: &Path,
    abi_name: &str,
    headers: &[PathBuf],
    options: &[&str],
    folder: &Path,
) -> PathBuf {
    let stem = source.file_stem().expect("a file").to_string_lossy();
    let object = folder.join(format!("{stem}.o"));
    let mut command = self::compiler(compiler);
    command.args(STRICT).args(options).args(["-x", language, &format!("-std={standard}")]);
    if abi_name == "UNIVERSAL" {
        command.arg("-I").arg(abi().join("include/hpy/forbid_python_h"));
    }
    for path in headers.iter().filter(|_| abi_name != "UNIVERSAL") {
        command.arg("-isystem").arg(path);
    }
    command.arg("-I").arg(abi().join("include")).arg(format!("-DHPY_ABI_{abi_name}"));
    run(command.arg("-c").arg(source).arg("-o").arg(&object));
    object
}

/// The extensions, each a file in C and one in Python that tests it.
const EXTENSIONS: &[&str] = &["kitchen", "extras", "shorts"];

/// The extensions in each language.
fn in_each_language()
-> impl Iterator<Item = (&'static str, (&'static str, &'static str, &'static str))> {
    EXTENSIONS.iter().flat_map(|name| LANGUAGES.iter().map(move |language| (*name, *language)))
}

/// The objects of what every extension compiles in, in C.
fn runtime(abi_name: &str, headers: &[PathBuf], options: &[&str], folder: &Path) -> Vec<PathBuf> {
    let sources = sources(abi_name);
    sources.iter().map(|s| compile(LANGUAGES[0], s, abi_name, headers, options, folder)).collect()
}

#[test]
fn c_and_cpp_compile_without_a_warning() {
    let folder = folder("compile");
    // What the compiler sees in the formats of arguments when it tries harder.
    for options in [&[][..], &["-O2"]] {
        runtime("UNIVERSAL", &[], options, &folder);
        for (name, language) in in_each_language() {
            compile(language, &program(name, "c"), "UNIVERSAL", &[], options, &folder);
        }
    }
    for python in with_headers() {
        runtime("HYBRID", &python.headers, &[], &folder);
        for (name, language) in in_each_language() {
            compile(language, &program(name, "c"), "HYBRID", &python.headers, &[], &folder);
        }
    }
}

#[test]
fn extensions_for_the_cpython_abi_work() {
    for python in with_headers() {
        let folder = folder("cpython");
        let runtime = runtime("CPYTHON", &python.headers, &[], &folder);
        for (name, language) in in_each_language() {
            let source = program(name, "c");
            let object = compile(language, &source, "CPYTHON", &python.headers, &[], &folder);
            let extension = folder.join(name).with_extension("so");
            let mut link = compiler(language.0);
            run(link.arg("-shared").arg(object).args(&runtime).arg("-o").arg(&extension));
            assert_eq!(exported(&extension), [format!("PyInit_{name}")]);
            say(&cook(name, &python, &extension, "CPython ABI"));
        }
    }
}

/// Lets an interpreter run an extension's tests.
fn cook(name: &str, python: &Python, extension: &Path, how: &str) -> String {
    let mut command = python.command();
    command.arg(program(name, "py")).arg(extension);
    format!("{name}, {how}: {}", run(&mut command))
}

/// The symbols that a shared object offers to others.
fn exported(extension: &Path) -> Vec<String> {
    let list = run(Command::new("nm").args(["-D", "--defined-only"]).arg(extension));
    list.lines().filter_map(|line| line.split(' ').nth(2).map(str::to_owned)).collect()
}

/// The host, built by the cargo that runs this test, into the same target directory.
fn host() -> PathBuf {
    let test = std::env::current_exe().expect("a path of this test");
    let profile = test.parent().and_then(Path::parent).expect("target/PROFILE/deps/TEST");
    let target = profile.parent().expect("a target directory");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "hpy-cpython-static", "--target-dir"]).arg(target);
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    run(&mut cargo);
    profile.join("libhpy_cpython_static.a")
}

/// Links objects and the host to one binary.
fn link_one_binary(objects: &[PathBuf], host: &Path, extension: &Path) {
    run(compiler("cc")
        .arg("-shared")
        .args(objects)
        .arg(host)
        .args(["-Wl,--gc-sections", "-Wl,--exclude-libs,ALL", "-static-libgcc"])
        .args(["-lpthread", "-ldl", "-lm"])
        .arg("-o")
        .arg(extension));
}

/// An extension with the host inside.
fn one_binary(name: &str, options: &[&str], host: &Path, folder: &Path) -> PathBuf {
    let options = [&["-DHPY_ONE_BINARY"], options].concat();
    let mut objects = runtime("UNIVERSAL", &[], &options, folder);
    objects.push(compile(LANGUAGES[0], &program(name, "c"), "UNIVERSAL", &[], &options, folder));
    let extension = folder.join(name).with_extension("so");
    link_one_binary(&objects, host, &extension);
    extension
}

#[test]
fn one_binary_works_in_every_interpreter() {
    let folder = folder("one-binary");
    let host = host();
    for name in EXTENSIONS {
        let extension = one_binary(name, &[], &host, &folder);
        let expected = [
            "HPyInitGlobalContext_",
            "HPyInit_",
            "HPyX_gil_used_",
            "PyInit_",
            "get_required_hpy_major_version_",
            "get_required_hpy_minor_version_",
        ];
        assert_eq!(exported(&extension), expected.map(|prefix| format!("{prefix}{name}")));
        for python in pythons() {
            say(&cook(name, &python, &extension, "one binary"));
        }
    }
    // The GIL of an extension that asks for it. Where there always is one there is nothing to see.
    let extension = one_binary("kitchen", &["-DHPY_GIL_USED"], &host, &folder);
    let import = "import sys, warnings; warnings.simplefilter('ignore'); \
                  sys.path.insert(0, sys.argv[1]); import kitchen; \
                  print(getattr(sys, '_is_gil_enabled', lambda: True)())";
    for python in pythons().iter().filter(|python| python.is_cpython) {
        let mut command = python.command();
        command.args(["-c", import]).arg(extension.parent().expect("a folder"));
        assert_eq!(run(&mut command), "True\n", "{}", python.executable);
    }
}

/// Only CPython is told nonsense: other interpreters make types in ways of their own.
#[test]
fn nonsense_never_works_and_never_crashes() {
    let extension = one_binary("specs", &[], &host(), &folder("nonsense"));
    for python in pythons().iter().filter(|python| python.is_cpython) {
        say(&cook("specs", python, &extension, "one binary"));
    }
    for python in with_headers() {
        let folder = folder("nonsense-cpython");
        let mut objects = runtime("CPYTHON", &python.headers, &[], &folder);
        let source = program("specs", "c");
        objects.push(compile(LANGUAGES[0], &source, "CPYTHON", &python.headers, &[], &folder));
        let extension = folder.join("specs.so");
        run(compiler("cc").arg("-shared").args(objects).arg("-o").arg(&extension));
        say(&cook("specs", &python, &extension, "CPython ABI"));
    }
}

/// The steps of the guide `docs/how-to/from-the-c-api.md`.
fn port() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/port-from-c-api")
}

/// What is usual in extensions and no mistake.
const USUAL: &[&str] = &[
    "-Wno-unused-parameter",
    "-Wno-missing-field-initializers",
    "-Wno-cast-function-type",
    "-fvisibility=hidden",
];

/// The object of a step; the last one is to be one binary in the universal ABI.
fn step(number: u32, abi: &str, headers: &[PathBuf], folder: &Path) -> PathBuf {
    let source = port().join(format!("step{number}/histogram.c"));
    let one_binary = if abi == "UNIVERSAL" { &["-DHPY_ONE_BINARY"][..] } else { &[] };
    compile(LANGUAGES[0], &source, abi, headers, &[USUAL, one_binary].concat(), folder)
}

/// Lets an interpreter run the guide's tests on the `histogram` in a folder.
fn test_port(python: &Python, folder: &Path, how: &str) {
    let path = std::env::join_paths([folder, &port()]).expect("paths without colons");
    let mut command = python.command();
    command.args(["-B", "-m", "unittest", "-q", "test_histogram"]).env("PYTHONPATH", path);
    run(&mut command);
    say(&format!("the port of a module, {how}: {}", python.executable));
}

#[test]
fn every_step_of_the_port_works() {
    for python in with_headers() {
        let folder = folder("port-in-steps");
        let runtime = runtime("CPYTHON", &python.headers, USUAL, &folder);
        for number in 0..=3 {
            let mut link = compiler("cc");
            link.arg("-shared").arg(step(number, "CPYTHON", &python.headers, &folder));
            // Step 0 knows nothing of HPy.
            link.args(runtime.iter().filter(|_| number > 0));
            run(link.arg("-o").arg(folder.join("histogram.so")));
            test_port(&python, &folder, &format!("step {number}"));
        }
    }
}

#[test]
fn the_port_ends_as_one_binary() {
    let folder = folder("port");
    let mut objects = runtime("UNIVERSAL", &[], USUAL, &folder);
    objects.push(step(3, "UNIVERSAL", &[], &folder));
    link_one_binary(&objects, &host(), &folder.join("histogram.so"));
    // PyPy finds the file through it.
    let stub = abi().join("../python/pommel_build/pommel_build/import_stub.py");
    std::fs::copy(stub, folder.join("histogram.py")).expect("a stub");
    for python in pythons() {
        test_port(&python, &folder, "one binary");
    }
}

/// The examples of the reference.
#[test]
fn examples_compile_without_a_warning() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/context");
    let files = std::fs::read_dir(examples).expect("a folder of examples");
    let files = files.map(|file| file.expect("a file").path());
    let files: Vec<_> = files.filter(|file| file.extension().is_some_and(|e| e == "c")).collect();
    assert!(!files.is_empty());
    let folder = folder("examples");
    let newest = with_headers().pop();
    for file in &files {
        compile(LANGUAGES[0], file, "UNIVERSAL", &[], USUAL, &folder);
        if let Some(python) = &newest {
            compile(LANGUAGES[0], file, "CPYTHON", &python.headers, USUAL, &folder);
        }
    }
}

/// The functions that a header declares.
fn functions(header: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(abi().join("include/hpy").join(header)).expect(header);
    let heads = text.split("HPyContext *ctx").map(|before| before.trim_end());
    let names = heads.filter_map(|before| before.strip_suffix('('));
    names.map(|b| b.rsplit([' ', '*', '\n']).next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_abi_has_every_function() {
    let universal: BTreeSet<_> =
        ["calls.h", "universal.h"].iter().flat_map(|header| functions(header)).collect();
    let cpython: BTreeSet<_> =
        ["cpython/calls.h", "cpython/api.h"].iter().flat_map(|header| functions(header)).collect();
    // There is no host between the extension and the interpreter, and a capsule's parts are no keys.
    let mut expected = universal.clone();
    for name in ["_HPy_CallRealFunctionFromTrampoline", "HPyCapsule_Get", "HPyCapsule_Set"] {
        assert!(expected.remove(name), "{name}");
    }
    assert_eq!(cpython, expected);
    // Seven functions of the headers are made of the two with keys.
    let members = MEMBERS.iter().filter(|member| member.function.is_some()).count();
    assert_eq!(universal.len(), members + 7);
}

macro_rules! same_layout {
    ($program:ident: $($name:ident { $($field:ident $(= $c:literal)?),* })*) => {$(
        writeln!($program, "_Static_assert(sizeof({0}) == {1}, \"{0}\");", stringify!($name),
            size_of::<$name>()).expect("a string");
        $(
            #[allow(unused_mut, unused_assignments)]
            let mut field = stringify!($field);
            $(field = $c;)?
            writeln!($program, "_Static_assert(offsetof({0}, {field}) == {1}, \"{0}.{field}\");",
                stringify!($name), offset_of!($name, $field)).expect("a string");
        )*
    )*};
}

macro_rules! offsets_of_extensions {
    ($($name:ident: $kind:ident ($($arg:ident: $ty:ty),*) -> $ret:ty, $doc:literal;)*) => {
        /// Where the members of the extensions lie.
        fn extension_offsets() -> Vec<(&'static str, usize)> {
            vec![$((stringify!($name), offset_of!(ext::Extensions, $name))),*]
        }
    };
}
for_each_extension!(offsets_of_extensions);

#[test]
fn structs_are_laid_out_as_in_rust() {
    let mut program = String::from("#include \"hpy/extensions.h\"\n");
    same_layout!(program:
        HPySlot { slot, imp = "impl", cpy_trampoline }
        HPyMeth { name, imp = "impl", cpy_trampoline, signature, doc }
        HPyMember { name, type_ = "type", offset, readonly, doc }
        HPyGetSet { name, getter_impl, setter_impl, getter_cpy_trampoline, setter_cpy_trampoline,
                    doc, closure }
        HPyDef { kind, body = "slot" }
        HPyType_Spec { name, basicsize, itemsize, flags, builtin_shape, legacy_slots, defines, doc }
        HPyType_SpecParam { kind, object }
        HPyModuleDef { doc, size, legacy_methods, defines, globals }
        HPyCapsule_Destructor { cpy_trampoline, imp = "impl" }
        HPyCallFunction { cpy_trampoline, imp = "impl" }
        HPy_buffer { buf, obj, len, itemsize, readonly, ndim, format, shape, strides, suboffsets,
                     internal }
        HPyContext { name, _private, abi_version }
    );
    for member in MEMBERS {
        let (name, offset) = (member.name, member.offset());
        let line = format!("offsetof(HPyContext, {name}) == {offset}, \"{name}\"");
        writeln!(program, "_Static_assert({line});").expect("a string");
    }
    for (name, signature) in Signature::ALL {
        let line = format!("HPyFunc_{name} == {}, \"{name}\"", signature.0);
        writeln!(program, "_Static_assert({line});").expect("a string");
    }
    for (name, offset) in extension_offsets() {
        let name = if name == "inline" { "inline_" } else { name };
        let line = format!("offsetof(HPyX_Extensions, {name}) == {offset}, \"{name}\"");
        writeln!(program, "_Static_assert({line});").expect("a string");
    }
    let size = size_of::<ext::Extensions>();
    writeln!(program, "_Static_assert(sizeof(HPyX_Extensions) == {size}, \"size\");")
        .expect("a string");
    let folder = folder("layout");
    let source = folder.join("layout.c");
    std::fs::write(&source, program).expect("a program");
    compile(LANGUAGES[0], &source, "UNIVERSAL", &[], &[], &folder);
}

#[test]
fn exactly_one_abi_must_be_chosen() {
    let folder = folder("abis");
    let source = folder.join("empty.c");
    std::fs::write(&source, "#include \"hpy.h\"\n").expect("a program");
    for defined in [&[][..], &["-DHPY_ABI_UNIVERSAL", "-DHPY_ABI_CPYTHON"]] {
        let mut command = Command::new("cc");
        command.args(defined).arg("-fsyntax-only").arg("-I").arg(abi().join("include"));
        let done = command.arg(&source).output().expect("a compiler");
        let err = String::from_utf8_lossy(&done.stderr);
        assert!(err.contains("Define exactly one of"), "{err}");
    }
}
