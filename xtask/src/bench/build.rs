//! Building rivals: a few direct calls of compilers, so that what is compared is what the compilers
//! make of the sources and not what a packaging tool adds. Everything lies under `build/bench/` and
//! is made again only when its sources or commands change.

use super::case::{Build, Case, HpyAbi, PommelAbi, Row};
use crate::pythons::Python;
use crate::{dist, paths, process};
use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What every C rival is compiled with: CPython's own level of optimisation.
const C_FLAGS: &[&str] = &["-O3", "-DNDEBUG", "-fPIC", "-shared", "-fvisibility=hidden", "-w"];

/// Programs are the limit: they may use whatever this machine has.
const NATIVE_FLAGS: &[&str] = &["-O3", "-march=native", "-w"];

/// What upstream's HPy needs in every extension, and what only its CPython ABI needs besides.
const HPY_RUNTIME: &[&str] = &["argparse", "buildvalue", "format", "helpers", "structseq"];
const HPY_CPYTHON_CONTEXT: &str = "ctx_";

/// Where and for whom something is built.
pub struct Site<'a> {
    pub case: &'a Case,
    pub row: &'a Row,
    pub python: Option<&'a Python>,
    /// The interpreter of the row's virtual environment, if it has one.
    pub interpreter: &'a Path,
}

/// Builds what `row` needs; returns the program, or the folder that goes on the path.
pub fn build(site: &Site, build: &Build) -> Result<PathBuf> {
    match build {
        Build::CProgram { sources, flags } => site.c_program(sources, flags),
        Build::RustProgram { source } => site.rust_program(source),
        Build::CExtension { module, sources } => site.c_extension(module, sources),
        Build::HpyExtension { module, sources, abi } => site.hpy_extension(module, sources, *abi),
        Build::PommelC { module, sources, abi } => site.pommel_c(module, sources, *abi),
        Build::Cython { module, source } => site.cython(module, source),
        Build::Pythran { module, source, before, exports } => {
            site.pythran(module, source, before, exports)
        }
        Build::Pommel { package, abi } => {
            let target = (*abi == PommelAbi::Direct).then(|| site.python()).transpose()?;
            dist::build_folder(package, target).with_context(|| format!("{package} does not build"))
        }
        Build::Cargo { module, manifest, features } => site.cargo(module, manifest, features),
    }
}

impl Site<'_> {
    /// Where this row's files go.
    pub fn folder(&self) -> PathBuf {
        let python = self.python.map_or("native", |python| &python.name);
        paths::build("bench").join(&self.case.name).join(python).join(&self.row.name)
    }

    fn python(&self) -> Result<&Python> {
        self.python.context("a row that builds an extension needs a Python")
    }

    fn sources(&self, names: &[String]) -> Vec<PathBuf> {
        names.iter().map(|name| self.case.folder().join(name)).collect()
    }

    fn c_program(&self, sources: &[String], flags: &[String]) -> Result<PathBuf> {
        let program = self.folder().join(&self.row.name);
        let sources = self.sources(sources);
        let mut command = cc()?;
        command
            .args(NATIVE_FLAGS)
            .args(flags)
            .args(&sources)
            .args(["-pthread", "-lm", "-o"])
            .arg(&program);
        make(&program, &sources, &mut [command])?;
        Ok(program)
    }

    fn rust_program(&self, source: &str) -> Result<PathBuf> {
        let program = self.folder().join(&self.row.name);
        let source = self.case.folder().join(source);
        let mut command = tool("rustc", "no Rust compiler (rustc)")?;
        command.args(["--edition", "2024", "-C", "opt-level=3", "-C", "target-cpu=native", "-o"]);
        command.arg(&program).arg(&source);
        make(&program, &[source], &mut [command])?;
        Ok(program)
    }

    fn c_extension(&self, module: &str, sources: &[String]) -> Result<PathBuf> {
        let python = self.python()?;
        let extension = self.folder().join(format!("{module}{}", python.extension_suffix));
        let sources = self.sources(sources);
        let mut command = cc()?;
        command.args(C_FLAGS).args(python_includes(python)?);
        command.args(&sources).arg("-o").arg(&extension);
        make(&extension, &sources, &mut [command])?;
        Ok(self.folder())
    }

    fn hpy_extension(&self, module: &str, sources: &[String], abi: HpyAbi) -> Result<PathBuf> {
        let python = self.python()?;
        let hpy = self.hpy_folder()?;
        let mut sources = self.sources(sources);
        sources.extend(HPY_RUNTIME.iter().map(|name| hpy.join(format!("src/runtime/{name}.c"))));
        let mut command = cc()?;
        command.args(C_FLAGS).arg("-DHPY").arg("-I").arg(hpy.join("include"));
        let suffix = match abi {
            HpyAbi::Universal => {
                command.arg("-DHPY_ABI_UNIVERSAL");
                ".hpy0.so"
            }
            HpyAbi::Cpython => {
                command.arg("-DHPY_ABI_CPYTHON").args(python_includes(python)?);
                sources.extend(files(&hpy.join("src/runtime"), HPY_CPYTHON_CONTEXT)?);
                &python.extension_suffix
            }
        };
        let extension = self.folder().join(format!("{module}{suffix}"));
        command.args(&sources).arg("-o").arg(&extension);
        make(&extension, &sources, &mut [command])?;
        Ok(self.folder())
    }

    fn pommel_c(&self, module: &str, sources: &[String], abi: HpyAbi) -> Result<PathBuf> {
        let python = self.python()?;
        let (include, runtime) =
            (paths::root().join("abi/include"), paths::root().join("abi/runtime-c"));
        let mut sources = self.sources(sources);
        let mut command = cc()?;
        command.args(C_FLAGS).arg("-DHPY").arg("-I").arg(&include);
        let (suffix, listed): (_, &[&str]) = match abi {
            HpyAbi::Universal => {
                command.args(["-DHPY_ABI_UNIVERSAL", "-DHPY_ONE_BINARY"]);
                (".so", &["all"])
            }
            HpyAbi::Cpython => {
                command.arg("-DHPY_ABI_CPYTHON").args(python_includes(python)?);
                (python.extension_suffix.as_str(), &["all", "cpython"])
            }
        };
        let list = std::fs::read_to_string(runtime.join("SOURCES"))?;
        let words = list.lines().filter_map(|line| line.split_once(char::is_whitespace));
        let files = words.filter(|(kind, _)| listed.contains(kind));
        sources.extend(files.map(|(_, file)| runtime.join(file.trim())));
        let extension = self.folder().join(format!("{module}{suffix}"));
        command.args(&sources).arg("-o").arg(&extension);
        if matches!(abi, HpyAbi::Universal) {
            let host = dist::build_static_host()?;
            command.arg(&host).args(["-Wl,--gc-sections", "-Wl,--exclude-libs,ALL"]);
            command.arg("-static-libgcc");
            command.args(["-lpthread", "-ldl", "-lm"]);
            sources.push(host);
        }
        sources.extend(files_below(&include)?);
        make(&extension, &sources, &mut [command])?;
        Ok(self.folder())
    }

    /// Where the headers and sources of upstream's HPy are installed.
    fn hpy_folder(&self) -> Result<PathBuf> {
        // Importing the package would need a setuptools that it still understands.
        let question = "from importlib.util import find_spec; \
                        print(*find_spec('hpy').submodule_search_locations)";
        let printed = process::output(Command::new(self.interpreter).args(["-c", question]))?;
        let mut folders = printed.split_whitespace().map(|folder| Path::new(folder).join("devel"));
        folders.find(|folder| folder.join("src").is_dir()).context("hpy brings no sources")
    }

    fn cython(&self, module: &str, source: &str) -> Result<PathBuf> {
        let python = self.python()?;
        let source = self.case.folder().join(source);
        let generated = self.folder().join(format!("{module}.c"));
        let extension = self.folder().join(format!("{module}{}", python.extension_suffix));
        let mut translate = Command::new(self.interpreter);
        translate.args(["-m", "cython", "-3"]).arg(&source).arg("-o").arg(&generated);
        let mut compile = cc()?;
        compile.args(C_FLAGS).args(python_includes(python)?);
        compile.arg(&generated).arg("-o").arg(&extension);
        make(&extension, &[source], &mut [translate, compile])?;
        Ok(self.folder())
    }

    fn pythran(
        &self,
        module: &str,
        source: &str,
        before: &str,
        exports: &[String],
    ) -> Result<PathBuf> {
        let source = self.case.folder().join(source);
        let program = std::fs::read_to_string(&source)?;
        let exports: String =
            exports.iter().map(|export| format!("#pythran export {export}\n")).collect();
        let folder = self.folder();
        std::fs::create_dir_all(&folder)?;
        let whole = folder.join("program.py");
        std::fs::write(&whole, format!("{before}\n{exports}{program}"))?;
        let extension = folder.join(format!("{module}{}", self.python()?.extension_suffix));
        let mut command = Command::new(self.interpreter);
        command.args(["-m", "pythran.run", "-O3", "-march=native", "-w", "-o"]);
        command.arg(&extension).arg(&whole);
        make(&extension, &[whole], &mut [command])?;
        Ok(folder)
    }

    fn cargo(&self, module: &str, manifest: &str, features: &[String]) -> Result<PathBuf> {
        let python = self.python()?;
        let target = self.folder().join("target");
        let mut command = Command::new("cargo");
        command.args(["build", "--release", "--quiet", "--manifest-path"]);
        command.arg(self.case.folder().join(manifest)).arg("--target-dir").arg(&target);
        command.arg("--features").arg(features.join(","));
        process::output(command.env("PYO3_PYTHON", &python.executable))?;
        let extension = self.folder().join(format!("{module}{}", python.extension_suffix));
        std::fs::copy(target.join(format!("release/lib{module}.so")), extension)?;
        Ok(self.folder())
    }
}

fn cc() -> Result<Command> {
    tool("cc", "no C compiler (cc)")
}

fn tool(program: &str, missing: &str) -> Result<Command> {
    if !process::is_on_path(program) {
        bail!("{missing} on the PATH");
    }
    Ok(Command::new(program))
}

/// The options with which `python`'s headers are found.
fn python_includes(python: &Python) -> Result<Vec<String>> {
    let question = "import sysconfig; paths = sysconfig.get_paths(); \
                    print(paths['include'], paths['platinclude'], sep='\\n')";
    let printed = process::output(Command::new(&python.executable).args(["-I", "-c", question]))?;
    let mut folders: Vec<PathBuf> = printed.lines().map(PathBuf::from).collect();
    if !folders.iter().any(|folder| folder.join("Python.h").is_file()) {
        bail!("{} has no headers (Python.h)", python.name);
    }
    // Debian's pyconfig.h includes the machine's own from the folder above.
    folders.extend(folders[0].parent().map(PathBuf::from));
    Ok(folders.iter().map(|folder| format!("-I{}", folder.display())).collect())
}

/// The C files in `folder` whose names start so.
fn files(folder: &Path, start: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with(start) && name.ends_with(".c") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// All files in a folder and in those below it.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_below(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Makes `product` unless it was made by the same commands from the same sources.
fn make(product: &Path, sources: &[PathBuf], commands: &mut [Command]) -> Result<()> {
    let mut recipe = format!("{commands:?}\n");
    for source in sources {
        let bytes = std::fs::read(source);
        let bytes = bytes.with_context(|| format!("cannot read {}", source.display()))?;
        let hash =
            Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        recipe += &format!("{hash} {}\n", source.display());
    }
    let stamp = product.with_extension("recipe");
    if product.exists() && std::fs::read_to_string(&stamp).is_ok_and(|made| made == recipe) {
        return Ok(());
    }
    std::fs::create_dir_all(product.parent().context("a product lies in a folder")?)?;
    for command in commands {
        process::output(command)?;
    }
    std::fs::write(stamp, recipe)?;
    Ok(())
}
