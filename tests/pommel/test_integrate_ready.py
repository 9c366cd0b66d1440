"""The loops of solvers that come with the package are what their texts are spelled out to.

With POMMEL_WRITE=1 they are written anew.
"""

import os
import pathlib
import re
from zlib import crc32

from pommel.integrate import _explicit, _ready, _spelled

#: The usual method, for states of so many components.
METHOD, SIZES = _explicit.RK45, (1, 2, 3, 4)

#: Where they are in the source tree.
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "python" / "pommel" / "integrate" / "_ready"

LOOP = '''"""Steps of {name} for states of {n}{dense}: made by `tests/pommel/test_integrate_ready.py`."""

# The names are those of whoever runs this code.
# mypy: ignore-errors

'''

TABLE = '''"""Loops of solvers that are spelled out, for the method and the sizes of most systems: Python compiles them when
the package is installed, and not when a system is solved. They are made by `tests/pommel/test_integrate_ready.py`.
"""

#: By the check sum of the text that is spelled out and how many components there are: the name of the module.
READY = {{
{}}}
'''


def wanted():
    """The files by their names."""
    files, rows = {}, ""
    for is_dense in (False, True):
        text = METHOD.text(0, is_dense)
        for n in SIZES:
            name = "rk45_{}{}".format(n, "_dense" if is_dense else "")
            head = LOOP.format(name=METHOD.name, n=n, dense=", with what is between them" if is_dense else "")
            files[name + ".py"] = head + _spelled.spelled(text, n)
            rows += "    ({}, {}): \"{}\",\n".format(crc32(text.encode()), n, name)
    files["__init__.py"] = TABLE.format(rows)
    return files


def test_they_are_what_their_texts_are_spelled_out_to():
    files = wanted()
    if os.environ.get("POMMEL_WRITE"):
        for name, text in files.items():
            (FOLDER / name).write_text(text)
        return
    found = {path.name: path.read_text() for path in FOLDER.glob("*.py")}
    assert found == files, "POMMEL_WRITE=1 writes them anew"
    # What is installed is the same.
    assert set(_ready.READY.values()) | {"__init__"} == {name[:-len(".py")] for name in files}


def test_they_are_used():
    for is_dense in (False, True):
        for n in SIZES:
            code = _spelled._code(METHOD.text(0, is_dense), METHOD.name, n)
            assert code.co_name == "loop" and re.search(r"_ready.rk45_{}".format(n), code.co_filename)
