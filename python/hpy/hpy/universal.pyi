from collections.abc import Mapping
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from . import _debug as _debug, _trace as _trace

MODE_UNIVERSAL: int
MODE_DEBUG: int
MODE_TRACE: int

def load(
    name: str, path: str, spec: ModuleSpec, debug: bool = False, mode: int = -1
) -> ModuleType: ...
def _load_bootstrap(
    name: str,
    ext_name: str,
    package: str | None,
    file: str,
    loader: Loader | None,
    spec: ModuleSpec,
    env: Mapping[str, str],
) -> ModuleType: ...
def _get_context(mode: int) -> Any: ...
def get_version() -> tuple[str, str]: ...
