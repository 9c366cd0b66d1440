"""Lets one call into Python after the other fail, to see what an extension does then."""

from .leakdetector import HPyDebugError, HPyLeakError


def failures(exception=MemoryError):
    """Attempts at one operation, of which each fails one call further on than the one before.

        for attempt in failures():
            with attempt:
                extension.function([1, 2, 3])

    The n-th attempt lets the n-th call of a context function that can fail raise `exception`. The
    last one is the first in which nothing failed, because there were no more calls. Calls are
    those of extensions in debug mode, on this thread.
    """
    number = 0
    while True:
        number += 1
        attempt = Attempt(number, exception)
        yield attempt
        if attempt.calls is None:
            raise HPyDebugError("an attempt is a context manager: write `with attempt:`")
        if attempt.function is None:
            return


class Attempt:
    """One run of an operation, as a context manager.

    The injected exception may come out of the block, or not, if the extension has another way.
    Anything else that comes out goes through, and a handle that is left open raises
    :class:`HPyLeakError`.
    """

    def __init__(self, number, exception):
        #: Which call fails, counted from 1.
        self.number = number
        self.exception = exception
        #: The exception that came out, if one did.
        self.error = None
        #: The name of the context function that failed, if one did.
        self.function = None
        #: How many calls could have failed, once the block has ended.
        self.calls = None
        self._generation = None

    def __enter__(self):
        from hpy.universal import _debug

        self._generation = _debug.new_generation()
        _debug.fail_call(self.number, self.exception)
        return self

    def __exit__(self, etype, evalue, tb):
        from hpy.universal import _debug

        self.calls, self.function = _debug.stop_failing()
        leaks = _debug.get_open_handles(self._generation)
        if evalue is not None:
            if self.function is None or not isinstance(evalue, self.exception):
                self._note(evalue)
                return False
            self.error = evalue
        if leaks:
            raise self._note(HPyLeakError(leaks))
        if self.calls == 0:
            raise HPyDebugError(
                "the block calls nothing that can fail: is the extension in debug mode? "
                "It is if it is imported with HPY=debug in the environment."
            )
        return evalue is not None

    def _note(self, error):
        """Says in an error which call had failed, where Python has a place for that."""
        if self.function is not None and hasattr(error, "add_note"):
            error.add_note(f"after call {self.number}, of {self.function}, had failed")
        return error

    def __repr__(self):
        failed = f": {self.function}" if self.function else ""
        return f"<Attempt {self.number}{failed}>"
