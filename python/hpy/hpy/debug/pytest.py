"""The debug mode in tests.

The fixture `hpy_debug` fails the test that asks for it if the test leaks handles.
With the option `--hpy-debug`, extensions are imported in debug mode, and every test that leaks
fails:

    python -m pytest --hpy-debug
"""

import os

import pytest

# A name of this module too, for conftest files that import it from here.
from .leakdetector import LeakDetector


def pytest_addoption(parser):
    group = parser.getgroup("hpy")
    group.addoption(
        "--hpy-debug",
        action="store_true",
        help="import HPy extensions in debug mode and fail each test that leaks handles",
    )
    group.addoption(
        "--hpy-debug-frames",
        type=int,
        default=None,
        metavar="N",
        help="note where leaked handles were made, with at most N frames of native code",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    # Before a conftest file can import an extension.
    if early_config.known_args_namespace.hpy_debug:
        os.environ["HPY"] = "debug"


def pytest_configure(config):
    if "debug" in os.environ.get("HPY", "").lower():
        keep_messages(config)
    frames = config.getoption("--hpy-debug-frames", default=None)
    if frames is not None:
        from . import set_handle_stack_trace_limit

        set_handle_stack_trace_limit(frames)


def keep_messages(config):
    """What debug mode says before it ends the process goes to the terminal: pytest would take what
    it has captured to the end.
    """
    from hpy.universal import _debug

    # Nothing is captured yet.
    terminal = os.dup(2)
    _debug.set_message_file(terminal)

    def put_back():
        _debug.set_message_file(2)
        os.close(terminal)

    config.add_cleanup(put_back)


@pytest.fixture
def hpy_debug():
    """Fail the test if it leaks handles."""
    with LeakDetector() as detector:
        yield detector


@pytest.fixture(autouse=True)
def _hpy_debug_every_test(request):
    """The same for every test, where the option asks for it."""
    if not request.config.getoption("--hpy-debug", default=False):
        yield
        return
    with LeakDetector():
        yield
