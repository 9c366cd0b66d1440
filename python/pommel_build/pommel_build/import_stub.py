# Makes `import` find the shared object beside this file where a bare `.so` is not looked for.
#
# CPython never runs this: it prefers `NAME.so` to `NAME.py`. PyPy looks only for names that carry
# its own version, so it comes here, and this module gives its place in `sys.modules` to the
# extension. (A docstring would be taken for the extension's when that is reloaded.)


def _become_extension(namespace):
    import sys

    name = namespace["__name__"]
    if "__extension_spec__" in namespace:
        return _undo_reload(sys.modules[name])

    import os

    # Where the interpreter itself keeps its import system: `importlib.util` would take longer to
    # import than all the rest.
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import spec_from_file_location

    stem = name.rpartition(".")[2]
    here = os.path.dirname(os.path.abspath(namespace["__file__"]))
    path = os.path.join(here, stem + ".so")
    spec = spec_from_file_location(name, path, loader=_loader(name, path))
    module = module_from_spec(spec)
    module.__extension_spec__ = spec
    sys.modules[name] = module
    spec.loader.exec_module(module)


def _loader(name, path):
    import os
    from _frozen_importlib_external import ExtensionFileLoader

    # Lies beside extensions that know the table of PyPy's own HPy, whose members are not where
    # HPy's headers say.
    tag_folder = path.rpartition(".")[0] + ".hpy0"
    try:
        if not os.path.isdir(tag_folder):
            raise ImportError("the extension works with the host inside it")
        from _hpy_universal import _load_bootstrap
    except ImportError:
        # So do all of them on PyPy 8 and later, over the C API.
        return ExtensionFileLoader(name, path)

    class HPyLoader(ExtensionFileLoader):
        """Loads through the HPy that is built into PyPy 7.3."""

        def create_module(self, spec):
            # PyPy insists on `.hpy0` in the path. A folder of such a name beside the shared object
            # satisfies it: no second copy, no link in a temporary folder, and it works where
            # nothing can be written.
            file = os.path.basename(self.path)
            stem = file.rpartition(".")[0]
            path = os.path.join(tag_folder, os.pardir, file)
            # The environment may ask for PyPy's debug mode: HPY=debug.
            module = _load_bootstrap(
                spec.name, stem, spec.parent, path, self, spec, os.environ
            )
            module.__file__ = spec.origin = self.path
            return module

        def exec_module(self, module):
            """PyPy has run the module's own code already."""

    return HPyLoader(name, path)


def _undo_reload(module):
    # `importlib.reload` ran this file inside the extension's own namespace. An extension is not
    # loaded twice: it stays what it was.
    spec = module.__extension_spec__
    module.__spec__ = spec
    module.__loader__ = spec.loader
    module.__file__ = spec.origin
    for stray in ("__builtins__", "__cached__", "_become_extension", "_loader", "_undo_reload"):
        vars(module).pop(stray, None)


_become_extension(globals())
