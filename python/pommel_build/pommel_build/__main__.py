"""`python -m pommel_build`: the same for other programs, such as `cargo pommel`.

The last line on the standard output is what was made, as JSON.
"""

import argparse
import json
import os
from pathlib import Path

from . import archive, content, rust
from .project import Project, Settings


def main():
    parser = argparse.ArgumentParser(prog="pommel_build")
    parser.add_argument("command", choices=list(COMMANDS))
    parser.add_argument("--project", default=".")
    parser.add_argument("--out", default="dist")
    parser.add_argument("--profile", default="release")
    parser.add_argument("--zig", choices=["auto", "yes", "no"])
    parser.add_argument("--features", default="")
    parser.add_argument("--target-dir", default="")
    parser.add_argument("--suffix", default="", help="what the shared object is to end in")
    arguments = parser.parse_args()
    project = Project.read(os.path.abspath(arguments.project))
    given = {"profile": arguments.profile, "features": arguments.features}
    if arguments.zig == "auto":
        given["zig"] = rust.has_zig()
    elif arguments.zig:
        given["zig"] = arguments.zig == "yes"
    settings = Settings.of(project, given)
    settings.target_dir = arguments.target_dir
    print(json.dumps(COMMANDS[arguments.command](project, settings, arguments)))


def describe(project, settings, arguments):
    """What the project is, without building it."""
    return {"name": project.name, "version": project.version, "module": project.module,
            "dependencies": project.table.get("dependencies", [])}


def wheel(project, settings, arguments):
    name = content.wheel(project, settings, arguments.out)
    return {"wheel": str(Path(arguments.out, name).resolve()), "module": project.module}


def sdist(project, settings, arguments):
    name = archive.sdist(project, arguments.out)
    return {"sdist": str(Path(arguments.out, name).resolve())}


def editable(project, settings, arguments):
    name = content.editable(project, settings, arguments.out)
    return {"wheel": str(Path(arguments.out, name).resolve()), "module": project.module}


def develop(project, settings, arguments):
    """Builds the extension where an editable installation finds it."""
    place = content.develop(project, content.build(project, settings))
    return {"folder": str(place.resolve()), "module": project.module}


def extension(project, settings, arguments):
    """Builds the extension, and the package around it, into a folder that can go on sys.path; with
    a suffix of its own, which names one interpreter, it needs no companions."""
    built = content.build(project, settings)
    out = Path(arguments.out)
    name = project.module.replace(".", "/") + (arguments.suffix or ".so")
    made = {name: built.read_bytes()}
    if not arguments.suffix:
        made = content.extension_files(project, built)
    for path, contents in {**content.package_files(project), **made}.items():
        content.write(out / path, contents)
    path = out / name
    return {"extension": str(path.resolve()), "module": project.module}


def stubs(project, settings, arguments):
    """Writes the type stub beside the package's sources, or into `--out` if there is none."""
    files = content.type_files(project, content.build(project, settings))
    place = project.python_folder if project.package is not None else Path(arguments.out)
    for name, contents in files.items():
        content.write(place / name, contents)
    written = [str((place / name).resolve()) for name in files if name.endswith(".pyi")]
    return {"stubs": written, "module": project.module}


COMMANDS = {
    command.__name__: command
    for command in (describe, wheel, sdist, editable, develop, extension, stubs)
}

if __name__ == "__main__":
    main()
