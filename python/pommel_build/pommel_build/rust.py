"""From a crate to a shared object."""

import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from .failure import Failure
from .project import run_cargo

#: The oldest glibc that Rust's standard library supports.
ZIG_TARGET = "x86_64-linux-gnu.2.17"


def build(project, settings):
    """Builds the extension; returns the shared object that cargo made."""
    # With the other crate types of the library in the same build, cargo leaves out LTO.
    command = ["rustc", "--profile", settings.profile, "--lib", "--crate-type", "cdylib"]
    command += ["--manifest-path", str(project.manifest)]
    command += ["--message-format", "json-render-diagnostics"]
    if settings.features:
        command += ["--features", ",".join(settings.features)]
    environment = dict(os.environ)
    target = settings.target_dir
    if settings.zig:
        # A folder of its own, so that switching between the linkers rebuilds nothing.
        target = target or str(Path(project.cargo["target_directory"], "zig"))
        environment["CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER"] = _zig_linker(target)
    if target:
        command += ["--target-dir", target]
    printed = run_cargo(command, stdout=subprocess.PIPE, env=environment)
    for line in printed.splitlines():
        message = json.loads(line)
        kinds = message.get("target", {}).get("crate_types", [])
        for name in message.get("filenames", []):
            if "cdylib" in kinds and Path(name).name == "lib{}.so".format(project.library):
                return Path(name)
    raise Failure("cargo made no lib{}.so".format(project.library))


def has_zig():
    """Whether zig is at hand: as the package ziglang of this Python, or on the PATH."""
    return importlib.util.find_spec("ziglang") is not None or shutil.which("zig") is not None


def zig_command(tool):
    """zig as a compiler or linker for old machines. A shared object asks for the newest symbol
    versions of the machine it was linked on; zig brings the symbol lists of every glibc and so
    links for machines of 2014 anywhere."""
    if importlib.util.find_spec("ziglang") is not None:
        zig = [sys.executable, "-m", "ziglang"]
    elif shutil.which("zig"):
        zig = [shutil.which("zig")]
    else:
        raise Failure("zig is not at hand", "pip install ziglang")
    return [*zig, tool, "-target", ZIG_TARGET]


def _zig_linker(folder):
    """A program that links with zig, as cargo wants it."""
    os.makedirs(folder, exist_ok=True)
    linker = Path(folder, "zig-cc")
    text = '#!/bin/sh\nexec {} "$@"\n'.format(shlex.join(zig_command("cc")))
    if not linker.is_file() or linker.read_text() != text:
        linker.write_text(text)
        linker.chmod(0o755)
    return str(linker)
