"""Which universal binaries keep the GIL off, where Python can do without it.

Extensions that bring their host along are in test_import.py.
"""

import pytest

from universal import HERE, build

pytestmark = pytest.mark.only("debug", "free_threaded")

PROGRAM = """
sys.path.append({here!r})
import warnings
from universal import load
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    module = load({binary!r})
print(sys._is_gil_enabled())
print([str(warning.message).partition(", ")[0] for warning in caught])
assert load({binary!r}).__name__ == module.__name__
"""


def loaded(in_new_process, binary, *options):
    """Whether the GIL is on once a binary was loaded, and what was said about that."""
    return in_new_process(PROGRAM.format(here=str(HERE), binary=str(binary)), *options).splitlines()


def test_binaries_of_ours_keep_it_off(in_new_process, tmp_path):
    binary = build(HERE / "careless.c", tmp_path)
    assert loaded(in_new_process, binary) == ["False", "[]"]


def test_binaries_that_ask_for_it_get_it(in_new_process, tmp_path):
    binary = build(HERE / "careless.c", tmp_path, "-DHPY_GIL_USED")
    message = (
        "The global interpreter lock (GIL) has been enabled to load module 'careless._needs_gil'"
    )
    assert loaded(in_new_process, binary) == ["True", repr([message])]


def test_binaries_that_do_not_know_better_get_it(in_new_process, tmp_path):
    binary = build(HERE / "as_upstream.c", tmp_path)
    message = (
        "The global interpreter lock (GIL) has been enabled to load module 'as_upstream._needs_gil'"
    )
    assert loaded(in_new_process, binary) == ["True", repr([message])]


def test_the_user_has_the_last_word(in_new_process, tmp_path):
    binary = build(HERE / "as_upstream.c", tmp_path)
    assert loaded(in_new_process, binary, "-X", "gil=0") == ["False", "[]"]
    assert loaded(in_new_process, binary, "-X", "gil=1") == ["True", "[]"]
