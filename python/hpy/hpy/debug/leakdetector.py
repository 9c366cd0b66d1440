"""Finds the handles that were opened in a stretch of a program and never closed."""

import gc


class HPyDebugError(Exception):
    """An extension used the API in a wrong way."""


class HPyLeakError(HPyDebugError):
    """Handles that are still open; `leaks` has them."""

    def __init__(self, leaks):
        super().__init__()
        self.leaks = leaks

    def __str__(self):
        count = len(self.leaks)
        title = f"{count} unclosed handle{'' if count == 1 else 's'}:"
        return "\n".join([title, *(f"    {handle!r}" for handle in self.leaks)])


class LeakDetector:
    """A context manager that raises :class:`HPyLeakError` if the block left handles open."""

    def __init__(self):
        self.generation = None

    def start(self):
        """From here on, handles count."""
        # Here, so that importing the plug-in for pytest loads nothing native.
        from hpy.universal import _debug

        if self.generation is not None:
            raise ValueError("LeakDetector already started")
        self.generation = _debug.new_generation()

    def stop(self):
        """Raise if a handle that was opened since the start is open."""
        from hpy.universal import _debug

        if self.generation is None:
            raise ValueError("LeakDetector not started yet")
        leaks = _debug.get_open_handles(self.generation)
        if leaks:
            # An object that only garbage refers to may hold a handle until it is collected.
            gc.collect()
            leaks = _debug.get_open_handles(self.generation)
        if leaks:
            raise HPyLeakError(leaks)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, etype, evalue, tb):
        self.stop()
