"""From C and C++ sources to a shared object: compiled for the universal ABI, with the host inside, so
that it is one binary for every Python as an extension in Rust is."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from .failure import Failure
from .project import run_cargo
from .rust import zig_command

#: The host is Rust code: what its standard library asks of the C library.
LIBRARIES = ["-lpthread", "-ldl", "-lm"]
CPP = {".cc", ".cpp", ".cxx"}


def build(project, settings):
    """Builds the extension; returns the shared object."""
    sources = [project.folder / source for source in project.tool["sources"]]
    for source in sources:
        if not source.is_file():
            raise Failure("[tool.pommel] sources: there is no {}".format(source))
    kit = _kit(project)
    folder = Path(settings.target_dir or project.folder / "build" / "c")
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / (project.module.rpartition(".")[2] + ".so")
    objects = [
        _compile(project, settings, kit, source, folder / "{}-{}.o".format(number, source.stem))
        for number, source in enumerate([*sources, *kit.sources])
    ]
    is_cpp = any(source.suffix in CPP for source in sources)
    link = [*_compiler(settings, is_cpp), "-shared", "-o", str(output)]
    link += [str(path) for path in objects]
    # What the host defines stays inside: another extension brings its own.
    link += [str(kit.host), "-Wl,--gc-sections", "-Wl,--exclude-libs,ALL"]
    if not is_cpp and not settings.zig:
        # The host unwinds within itself, and one library less is to be found and loaded. Exceptions
        # of C++ are another matter: they may come from other libraries.
        link.append("-static-libgcc")
    if settings.profile != "dev":
        # The names of functions stay: the debug mode shows where a leaked handle was made.
        link.append("-Wl,--strip-debug")
    _run([*link, *LIBRARIES, *project.tool.get("ldflags", [])])
    return output


def _compile(project, settings, kit, source, made):
    command = [*_compiler(settings, source.suffix in CPP), "-c", "-o", str(made), str(source)]
    command += ["-O0", "-g"] if settings.profile == "dev" else ["-O2"]
    command += ["-fPIC", "-fvisibility=hidden", "-ffunction-sections"]
    command += ["-DHPY", "-DHPY_ABI_UNIVERSAL", "-DHPY_ONE_BINARY"]
    folders = [kit.include, kit.include / "hpy" / "forbid_python_h"]
    folders += [project.folder / folder for folder in project.tool.get("include", [])]
    command += ["-I{}".format(folder) for folder in folders]
    _run([*command, *project.tool.get("cflags", [])])
    return made


class _Kit:
    """What an extension in C is compiled and linked with."""

    def __init__(self, include, runtime, host):
        self.include, self.host = include, host
        lines = (runtime / "SOURCES").read_text(encoding="utf-8").splitlines()
        rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
        self.sources = [runtime / name for kind, name in rows if kind == "all"]


def _kit(project):
    if "repository" in project.tool:
        root = project.folder / project.tool["repository"]
        return _Kit(root / "abi" / "include", root / "abi" / "runtime-c", _host_of(root))
    try:
        from hpy.devel import HPyDevel
    except ImportError:
        raise Failure(
            "an extension in C needs the headers of HPy",
            "pip install pommel-hpy, or name a checkout of Pommel in [tool.pommel] repository",
        ) from None
    devel = HPyDevel()
    host = Path(devel.base_dir, "lib", "libhpy_cpython_static.a")
    if not host.is_file():
        raise Failure(
            "the installed package hpy brings no host ({})".format(host),
            "upstream's does not: pip uninstall hpy && pip install --force-reinstall pommel-hpy, "
            "or name a checkout of Pommel in [tool.pommel] repository",
        )
    return _Kit(Path(devel.include_dir), Path(devel.src_dir), host)


def _host_of(root):
    """The static library of the host, built from a checkout."""
    arguments = ["--release", "--package", "hpy-cpython-static", "--manifest-path"]
    run_cargo(["build", *arguments, str(root / "Cargo.toml")], stdout=subprocess.DEVNULL)
    target = os.environ.get("CARGO_TARGET_DIR", root / "target")
    return Path(target, "release", "libhpy_cpython_static.a")


def _compiler(settings, is_cpp):
    variable, names = ("CXX", ["c++", "g++", "clang++"]) if is_cpp else ("CC", ["cc", "gcc", "clang"])
    if settings.zig:
        return zig_command("c++" if is_cpp else "cc")
    if os.environ.get(variable):
        return shlex.split(os.environ[variable])
    found = [name for name in names if shutil.which(name)]
    if not found:
        raise Failure("there is no C compiler on the PATH", "install gcc or clang, or set CC")
    return found[:1]


def _run(command):
    if subprocess.run(command, check=False).returncode:
        raise Failure("this command failed, as it says above:", shlex.join(command))
