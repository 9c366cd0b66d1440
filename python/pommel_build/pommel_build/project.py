"""What a project says of itself: `pyproject.toml`, completed by what cargo knows."""

import functools
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .failure import Failure

#: The keys of `[tool.pommel]` and what each must be.
KEYS = {
    "module": str,
    "python": str,
    "manifest": str,
    "features": list,
    "zig": bool,
    "sources": list,
    "include": list,
    "repository": str,
    "cflags": list,
    "ldflags": list,
}


class Project:
    """A project: its folder, its metadata, its extension."""

    def __init__(self, folder, document):
        self.folder = Path(folder)
        self.table = document.get("project", {})
        self.tool = document.get("tool", {}).get("pommel", {})
        for key, value in self.tool.items():
            kind = KEYS.get(key)
            if kind is None:
                known = ", ".join(sorted(KEYS))
                raise Failure("[tool.pommel] has no key {!r}".format(key), "known are: " + known)
            if not isinstance(value, kind):
                raise Failure("[tool.pommel] {} must be a {}".format(key, kind.__name__))

    @classmethod
    def read(cls, folder):
        path = Path(folder, "pyproject.toml")
        if path.is_file():
            return cls(folder, _read_toml(path))
        if Path(folder, "Cargo.toml").is_file():
            return cls(folder, {})
        raise Failure(
            "{} holds neither pyproject.toml nor Cargo.toml".format(folder),
            "`cargo pommel new NAME` makes a project",
        )

    @property
    def manifest(self):
        """Cargo.toml, or None for an extension in C and for pure Python."""
        path = self.folder / self.tool.get("manifest", "Cargo.toml")
        if path.is_file():
            return path
        if "manifest" in self.tool:
            raise Failure("[tool.pommel] manifest: there is no {}".format(path))
        return None

    @functools.cached_property
    def cargo(self):
        """What cargo knows: the package and its workspace."""
        if self.manifest is None:
            return None
        command = ["metadata", "--format-version", "1", "--no-deps", "--manifest-path"]
        printed = run_cargo([*command, str(self.manifest)], stdout=subprocess.PIPE)
        metadata = json.loads(printed)
        manifest = self.manifest.resolve()
        for package in metadata["packages"]:
            if Path(package["manifest_path"]).resolve() == manifest:
                return {"package": package, **metadata}
        raise Failure("{} describes a workspace and no package".format(self.manifest))

    def _field(self, name, cargo_name=None):
        value = self.table.get(name)
        if value is None and self.manifest is not None:
            value = self.cargo["package"].get(cargo_name or name)
        return value

    @property
    def name(self):
        name = self._field("name")
        if not name:
            raise Failure("the project has no name", "give [project] name in pyproject.toml")
        return name

    @property
    def version(self):
        version = self._field("version")
        if not version:
            raise Failure("the project has no version", "give [project] version")
        # Cargo writes 1.0.0-alpha.2 where Python writes 1.0.0a2.
        match = re.fullmatch(r"(\d+\.\d+\.\d+)-(alpha|beta|rc)\.?(\d*)", version)
        if match:
            return "{}{}{}".format(match[1], {"alpha": "a", "beta": "b"}.get(match[2], "rc"),
                                   match[3] or 0)
        return version

    @property
    def stem(self):
        """How files of the distribution start: NAME-VERSION."""
        return "{}-{}".format(re.sub(r"[-_.]+", "_", self.name).lower(), self.version)

    @property
    def is_native(self):
        return self.manifest is not None or "sources" in self.tool

    @property
    def module(self):
        """The dotted name of the extension module."""
        if "module" in self.tool:
            return self.tool["module"]
        if self.manifest is None:
            return re.sub(r"[-.]+", "_", self.name)
        return self.library

    @property
    def library(self):
        """The name of the library that cargo makes."""
        for target in self.cargo["package"]["targets"]:
            if "cdylib" in target["kind"]:
                return target["name"]
        raise Failure(
            "{} is no extension: its library is not a cdylib".format(self.manifest),
            'write `[lib]` and `crate-type = ["cdylib", "rlib"]` into it',
        )

    @property
    def python_folder(self):
        """Where packages lie."""
        if "python" in self.tool:
            return self.folder / self.tool["python"]
        inner = self.folder / "python"
        return inner if inner.is_dir() else self.folder

    @property
    def package(self):
        """The folder of the Python package, if there is one."""
        first = self.module.partition(".")[0]
        folder = self.python_folder / first
        if folder.is_dir() and (first != self.module or not self.is_native):
            return folder
        if "." in self.module:
            raise Failure(
                "the module is {}, but there is no package {}".format(self.module, folder),
                "make that folder, with an __init__.py, or change [tool.pommel] module",
            )
        return None

    def licence_files(self):
        patterns = self.table.get("license-files", ["LICEN[CS]E*", "COPYING*", "NOTICE*"])
        roots = [self.folder]
        if self.manifest is not None:
            roots.append(Path(self.cargo["workspace_root"]))
        for root in roots:
            found = sorted({path for pattern in patterns for path in root.glob(pattern)})
            if found:
                return [(path.relative_to(root).as_posix(), path) for path in found]
        return []

    def metadata_text(self):
        """METADATA, PKG-INFO."""
        table, lines = self.table, ["Metadata-Version: 2.4"]

        def field(key, value):
            if value:
                lines.append("{}: {}".format(key, value))

        field("Name", self.name)
        field("Version", self.version)
        field("Summary", (self._field("description") or "").replace("\n", " "))
        field("Requires-Python", table.get("requires-python", ">=3.9"))
        licence = self._field("license")
        if isinstance(licence, dict):
            field("License", licence.get("text"))
        else:
            field("License-Expression", licence)
        for path, _ in self.licence_files():
            field("License-File", path)
        field("Keywords", ",".join(table.get("keywords", [])))
        for kind in ("author", "maintainer"):
            for person in table.get(kind + "s", []):
                _person(field, kind.capitalize(), person)
        for classifier in table.get("classifiers", []):
            field("Classifier", classifier)
        for label, url in self._urls().items():
            field("Project-URL", "{}, {}".format(label, url))
        for requirement in table.get("dependencies", []):
            field("Requires-Dist", requirement)
        for extra, requirements in table.get("optional-dependencies", {}).items():
            field("Provides-Extra", extra)
            for requirement in requirements:
                field("Requires-Dist", _with_extra(requirement, extra))
        return "\n".join(lines) + "\n" + self._readme()

    def _urls(self):
        urls = self.table.get("urls", {})
        if not urls and self.manifest is not None and self.cargo["package"].get("repository"):
            return {"Source": self.cargo["package"]["repository"]}
        return urls

    def _readme(self):
        readme = self.table.get("readme")
        if readme is None:
            return ""
        if isinstance(readme, dict):
            text, kind = readme.get("text"), readme.get("content-type", "text/plain")
            readme = readme.get("file", "")
        else:
            text = None
            kind = "text/markdown" if readme.lower().endswith(".md") else "text/x-rst"
        if text is None:
            path = self.folder / readme
            if not path.is_file():
                raise Failure("[project] readme: there is no {}".format(path))
            text = path.read_text(encoding="utf-8")
        return "Description-Content-Type: {}\n\n{}".format(kind, text)

    def entry_points_text(self):
        groups = dict(self.table.get("entry-points", {}))
        for key, group in (("scripts", "console_scripts"), ("gui-scripts", "gui_scripts")):
            if key in self.table:
                groups[group] = self.table[key]
        parts = []
        for group, entries in groups.items():
            parts.append("[{}]\n".format(group))
            parts.extend("{} = {}\n".format(*entry) for entry in entries.items())
        return "".join(parts)


@dataclass
class Settings:
    """How to build: what the caller says, over what the project says."""

    profile: str = "release"
    zig: bool = False
    features: tuple = ()
    target_dir: str = ""

    @classmethod
    def of(cls, project, given):
        given = given or {}
        unknown = set(given) - {"profile", "zig", "features"}
        if unknown:
            raise Failure("there is no setting {}".format(", ".join(sorted(unknown))),
                          "known are: profile, zig, features")
        features = given.get("features", "").split(",") if given.get("features") else []
        zig = given.get("zig", project.tool.get("zig", False))
        return cls(
            profile=given.get("profile", "release"),
            zig=zig in (True, "1", "true", "yes"),
            features=(*project.tool.get("features", []), *features),
        )


def run_cargo(arguments, **options):
    """Runs cargo; what it has to say goes to the standard error."""
    cargo = os.environ.get("CARGO", "cargo")
    try:
        done = subprocess.run([cargo, *arguments], check=False, **options)
    except FileNotFoundError:
        raise Failure("cargo is not on the PATH",
                      "install Rust with rustup (https://rustup.rs) and try again") from None
    if done.returncode:
        raise Failure("cargo {} failed, as it says above".format(arguments[0]))
    return done.stdout


def _read_toml(path):
    try:
        import tomllib
    except ImportError:
        try:
            import tomli as tomllib
        except ImportError:
            raise Failure("this Python cannot read TOML", "pip install tomli") from None
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Failure("{}: {}".format(path, error)) from None


def _person(field, kind, person):
    name, email = person.get("name"), person.get("email")
    if email:
        field(kind + "-email", "{} <{}>".format(name, email) if name else email)
    else:
        field(kind, name)


def _with_extra(requirement, extra):
    condition = "extra == '{}'".format(extra)
    requirement, _, marker = requirement.partition(";")
    if marker.strip():
        condition = "({}) and {}".format(marker.strip(), condition)
    return "{}; {}".format(requirement.strip(), condition)
