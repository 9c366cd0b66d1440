"""What the package runs on, for people and for reports of bugs."""

from __future__ import annotations

import platform
import sys

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any


def _gather() -> list[tuple[str, str]]:
    """The facts: pairs of a label and a text."""
    inside, host = _native.host()
    found, used = _native.instruction_sets()
    loaded = "by the host inside the binary" if inside else "by the interpreter's own HPy"
    python = "{} {}".format(platform.python_implementation(), platform.python_version())
    if hasattr(sys, "pypy_version_info"):
        python = "PyPy {}.{}.{} (Python {})".format(
            *sys.pypy_version_info[:3], platform.python_version())
    elif not getattr(sys, "_is_gil_enabled", lambda: True)():
        python += ", without the GIL"
    threads = "{} ({})".format(_native.get_num_threads(), _native.num_threads_source())
    return [
        ("pommel", _native.__version__),
        ("loaded", "{}: {}".format(loaded, host)),
        ("from", _native.__file__),
        ("Python", python),
        ("system", platform.platform()),
        ("processor", _native.cpu_model() or platform.machine()),
        ("instruction sets", "{} (used: {})".format(", ".join(found), used)),
        ("machine code", "made for chains of plain arithmetic" if _native.has_machine_code() else "none"),
        ("features", " ".join(_native.cpu_features())),
        ("threads", threads),
    ]


def show_config(mode: str = "stdout") -> Any:
    """Prints the version, the host, the processor and the threads.

    With ``mode="dicts"`` nothing is printed, and the same comes back as a dict of texts.

    >>> import pommel as pm
    >>> pm.show_config(mode="dicts")["pommel"] == pm.__version__
    True
    """
    if mode == "dicts":
        return dict(_gather())
    if mode != "stdout":
        raise ValueError("show_config() mode is {!r}: it must be 'stdout' or 'dicts'".format(mode))
    facts = _gather()
    width = max(len(label) for label, _ in facts)
    for label, text in facts:
        print("{:<{}}  {}".format(label, width, text))
