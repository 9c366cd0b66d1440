"""The end of the guide that ports a module from the C API: the module in Rust passes the tests of
the one in C."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "examples" / "port-from-c-api"))

from test_histogram import Callbacks, Filling, Functions  # noqa: E402, F401
