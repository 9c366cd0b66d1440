"""Begins to watch a program before its first line: Python imports this in a process of ``python -m pommel run``.

It removes its traces, so that the program and the processes that it starts find what they find without it.
"""

import os
import sys

_folder = os.path.dirname(os.path.abspath(__file__))
_wanted = os.environ.pop("POMMEL_RUN", None)
_path = os.environ.pop("POMMEL_RUN_PATH", None)


def _next():
    """Imports the module of this name that would have been imported without us."""
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder) != _folder]
    ours = sys.modules.pop("sitecustomize")
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
    finally:
        sys.modules.setdefault("sitecustomize", ours)


def _begin():
    """Watches the program, with the one module of the package that this needs."""
    # What `importlib.util` has them from, and quicker.
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import spec_from_file_location

    file = os.path.join(os.path.dirname(_folder), "_auto.py")
    spec = spec_from_file_location("pommel._auto", file)
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.begin_program(_wanted)


if _wanted is not None:
    if _path is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = _path
    _begin()
_next()
