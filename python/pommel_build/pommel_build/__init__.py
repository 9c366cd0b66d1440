"""The build back end: the hooks of PEP 517 and PEP 660 that pip and build call.

* `project` -- what `pyproject.toml` and `Cargo.toml` say
* `rust`, `c` -- from sources to a shared object
* `content` -- what goes into the wheel beside it: the import stub, the type stub, the package
* `elf` -- which machines a shared object runs on
* `archive` -- wheels and source distributions, the same byte for byte each time
"""

import os
import sys

from . import archive, content
from .project import Project, Settings

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    project = Project.read(os.getcwd())
    return content.wheel(project, Settings.of(project, config_settings), wheel_directory)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    project = Project.read(os.getcwd())
    return content.editable(project, Settings.of(project, config_settings), wheel_directory)


def build_sdist(sdist_directory, config_settings=None):
    return archive.sdist(Project.read(os.getcwd()), sdist_directory)


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    return archive.metadata(Project.read(os.getcwd()), metadata_directory)


prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel


def get_requires_for_build_sdist(config_settings=None):
    # Python reads TOML by itself since 3.11.
    return [] if sys.version_info >= (3, 11) else ["tomli"]


def get_requires_for_build_wheel(config_settings=None):
    required = get_requires_for_build_sdist()
    if required:
        # Without it nothing more can be known yet.
        return required
    project = Project.read(os.getcwd())
    return ["ziglang"] if Settings.of(project, config_settings).zig else []


get_requires_for_build_editable = get_requires_for_build_wheel
