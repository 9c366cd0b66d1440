"""Wheels and source distributions. Both are the same, byte for byte, when they are made again of the
same files."""

import base64
import gzip
import hashlib
import io
import os
import subprocess
import tarfile
import time
import zipfile
from pathlib import Path

from . import __name__ as GENERATOR
from .failure import Failure

#: What is no source.
LEFT_OUT = {
    ".git", ".hg", ".mypy_cache", ".nox", ".pytest_cache", ".tox", ".venv",
    "__pycache__", "build", "dist", "target", "venv",
}


def wheel(project, tag, files, folder):
    """Packs `files` (path and contents) and the metadata; returns the wheel's name."""
    info = project.stem + ".dist-info"
    files = list(files)
    for path, licence in project.licence_files():
        files.append(("{}/licenses/{}".format(info, path), licence.read_bytes()))
    files += [("{}/{}".format(info, name), text) for name, text in _info(project, tag)]
    lines = []
    for path, contents in files:
        hashed = base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).rstrip(b"=")
        lines.append("{},sha256={},{}\n".format(path, hashed.decode(), len(contents)))
    lines.append("{}/RECORD,,\n".format(info))
    files.append((info + "/RECORD", "".join(lines).encode()))

    name = "{}-{}.whl".format(project.stem, tag)
    os.makedirs(folder, exist_ok=True)
    with zipfile.ZipFile(Path(folder, name), "w", zipfile.ZIP_DEFLATED) as archive:
        for path, contents in files:
            entry = zipfile.ZipInfo(path, _moment()[:6])
            mode = 0o755 if path.endswith(".so") else 0o644
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, contents)
    return name


def metadata(project, folder):
    """The `.dist-info` folder alone, for installers that want to know before they build."""
    info = Path(folder, project.stem + ".dist-info")
    info.mkdir(parents=True, exist_ok=True)
    Path(info, "METADATA").write_text(project.metadata_text(), encoding="utf-8")
    entry_points = project.entry_points_text()
    if entry_points:
        Path(info, "entry_points.txt").write_text(entry_points, encoding="utf-8")
    return info.name


def sdist(project, folder):
    """Packs the sources; returns the archive's name."""
    folder_of_package = project.package
    if folder_of_package and project.folder.resolve() not in folder_of_package.resolve().parents:
        raise Failure(
            "the package {} lies outside of the project, so that a source distribution would lack "
            "it".format(folder_of_package),
            "make a wheel, or move it beside pyproject.toml",
        )
    name = project.stem + ".tar.gz"
    os.makedirs(folder, exist_ok=True)
    moment = time.mktime((*_moment(), 0, 0, 0))
    with open(Path(folder, name), "wb") as file, gzip.GzipFile(
        "", "wb", fileobj=file, mtime=moment
    ) as packed, tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:

        def add(path, contents, mode=0o644):
            entry = tarfile.TarInfo("{}/{}".format(project.stem, path))
            entry.size, entry.mtime, entry.mode = len(contents), int(moment), mode
            archive.addfile(entry, io.BytesIO(contents))

        add("PKG-INFO", project.metadata_text().encode())
        for path in sources(project.folder):
            full = project.folder / path
            add(path, full.read_bytes(), 0o755 if os.access(full, os.X_OK) else 0o644)
    return name


def sources(folder):
    """The files of a project: what git does not ignore, or, without git, what is not made."""
    command = ["git", "-C", str(folder), "ls-files", "-z", "-co", "--exclude-standard"]
    try:
        listed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        paths = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
    except FileNotFoundError:
        paths = []
    if not any(paths):
        found = (path.relative_to(folder) for path in Path(folder).rglob("*"))
        paths = [p.as_posix() for p in found if not LEFT_OUT.intersection(p.parts)]
        paths = [p for p in paths if not p.endswith((".so", ".pyc"))]
    return sorted({p for p in paths if p and Path(folder, p).is_file() and p != "PKG-INFO"})


def _info(project, tag):
    pure = "true" if tag.endswith("-any") else "false"
    yield "METADATA", project.metadata_text().encode()
    yield "WHEEL", "Wheel-Version: 1.0\nGenerator: {}\nRoot-Is-Purelib: {}\nTag: {}\n".format(
        GENERATOR, pure, tag).encode()
    entry_points = project.entry_points_text()
    if entry_points:
        yield "entry_points.txt", entry_points.encode()


def _moment():
    """The time that files are said to be of: the earliest that zip knows, unless
    SOURCE_DATE_EPOCH says otherwise."""
    epoch = max(int(os.environ.get("SOURCE_DATE_EPOCH", 0)), 315532800)
    return time.gmtime(epoch)[:6]
