"""Lets threadpoolctl see and change the number of threads: ``threadpool_limits(2)`` limits Pommel too.

Who does not use threadpoolctl must not pay for it. It is therefore never imported here: the controller
is registered when somebody else has imported it.
"""

import sys

NAME = "threadpoolctl"


def watch(native):
    """Registers the controller now if threadpoolctl is there, else as soon as it is imported."""
    there = sys.modules.get(NAME)
    if hasattr(there, "threadpool_info"):
        register(there, native)
    else:
        # Not there, or somebody is importing Pommel while threadpoolctl is being imported.
        sys.meta_path.insert(0, Watch(native))


class Watch:
    """A finder that finds one module only, with the help of the others, and is gone after that."""

    def __init__(self, native):
        self.native = native

    def find_spec(self, name, path=None, target=None):
        if name != NAME:
            return None
        spec = self._found_by_others(name, path, target)
        execute = getattr(spec and spec.loader, "exec_module", None)
        if execute is None:
            return spec

        def exec_module(module):
            execute(module)
            if self in sys.meta_path:
                sys.meta_path.remove(self)
                register(module, self.native)

        spec.loader.exec_module = exec_module
        return spec

    def _found_by_others(self, *wanted):
        for finder in list(sys.meta_path):
            if finder is not self and hasattr(finder, "find_spec"):
                spec = finder.find_spec(*wanted)
                if spec is not None:
                    return spec
        return None


def register(threadpoolctl, native):
    """Registers a controller of ``native`` with the module ``threadpoolctl``."""
    if not hasattr(threadpoolctl, "register"):
        # Before 3.2 there was no such thing.
        return

    class PommelController(threadpoolctl.LibController):
        user_api = "pommel"
        internal_api = "pommel"
        filename_prefixes = ("_native",)
        # Other packages may have a library of that name.
        check_symbols = ("pommel_stub__native",)

        def get_num_threads(self):
            return native.get_num_threads()

        def set_num_threads(self, num_threads):
            native.set_num_threads(num_threads)

        def get_version(self):
            return native.__version__

    threadpoolctl.register(PommelController)
