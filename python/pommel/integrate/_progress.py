"""How far a solution is: shown while it is computed, or told to a function; and what an interrupt leaves of it."""

from __future__ import annotations

import os
import sys
from time import perf_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Seconds between what is told, and until something is shown at all.
_INTERVAL, _QUIET = 0.1, 0.5

#: Lines go to what is no terminal after so many seconds, then after twice as many, and at least so often.
_FIRST_LINE, _RARELY = 5.0, 300.0

_BAR = 20


class Progress:
    """How far a solution is: what a function gets that is passed as ``progress``.

    ``t`` is the time that was reached, between ``t_begin`` and ``t_end``; ``steps`` and ``evaluations`` of the
    function were done in ``seconds``, and ``remaining`` is about how many seconds are still to come, or None as
    long as that is not known. ``fraction`` is how much of the interval is done, ``state`` is "running", "finished"
    or "interrupted".
    """

    def __init__(self, title: str, t_begin: float, t_end: float) -> None:
        self.title, self.t_begin, self.t_end = title, t_begin, t_end
        self.t, self.steps, self.evaluations, self.seconds = t_begin, 0, 0, 0.0
        self.remaining: float | None = None
        self.state = "running"

    @property
    def fraction(self) -> float:
        length = self.t_end - self.t_begin
        return (self.t - self.t_begin) / length if length else 1.0

    def __repr__(self) -> str:
        """One line: what is shown."""
        parts = ["{:3.0f} %".format(100 * self.fraction), "t = {:.6g} of {:.6g}".format(self.t, self.t_end),
                 "{} steps".format(self.steps), duration(self.seconds)]
        if self.state != "running":
            parts.append(self.state)
        elif self.remaining is not None:
            parts.append("{} to go".format(duration(self.remaining)))
        return "{}: {}".format(self.title, ", ".join(parts))

    def line(self, columns: int) -> str:
        """The same with a bar, as far as there is room for it."""
        title, _, rest = repr(self).partition(": ")
        room = min(_BAR, columns - len(title) - len(rest) - 4)
        if room < _BAR // 3:
            return "{} {}".format(title, rest)[:columns]
        done = int(room * self.fraction)
        return "{} [{}{}] {}".format(title, "#" * done, " " * (room - done), rest)

    def _repr_html_(self) -> str:
        return '<progress value="{:.4f}" max="1"></progress> <code>{!r}</code>'.format(self.fraction, self)


def duration(seconds: float) -> str:
    if seconds < 99.5:
        return "{:.{}f} s".format(seconds, 1 if seconds < 9.95 else 0)
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return "{}:{:02} h".format(hours, minutes) if hours else "{}:{:02} min".format(minutes, seconds)


class Watch:
    """Looks at a solver now and then, tells what it sees, and says how many steps there may be until it looks
    again."""

    def __init__(self, tell: Any, title: str, t_begin: float, t_end: float, begun: float) -> None:
        self.tell, self.begun = tell, begun
        self.progress = Progress(title, t_begin, t_end)
        self._looked = self._told = perf_counter()
        self._fraction = self._rate = 0.0
        self.is_stopped = False

    def at_first(self, evaluations: int) -> int:
        """How many steps there may be before the first look, if a step is six evaluations like those so far."""
        return max(1, int(_INTERVAL * evaluations / (6.0 * (self._looked - self.begun + 1e-9))))

    def look(self, t: float, steps: int, evaluations: int) -> int:
        now, progress = perf_counter(), self.progress
        pace = max(1, steps - progress.steps) / (now - self._looked + 1e-9)
        self._looked = now
        progress.t, progress.steps, progress.evaluations = t, steps, evaluations
        if now - self._told >= _INTERVAL:
            self._estimate(now)
            self._said()
        return max(1, int(pace * _INTERVAL))

    def _estimate(self, now: float) -> None:
        """What is still to come goes as fast as before, where the last part counts most: weights of what was seen
        grow with time."""
        progress, took = self.progress, now - self._told
        progress.seconds = now - self.begun
        rate = (progress.fraction - self._fraction) / took
        self._rate += min(1.0, 2.0 * took / progress.seconds) * (rate - self._rate)
        self._told, self._fraction = now, progress.fraction
        progress.remaining = (1.0 - progress.fraction) / self._rate if self._rate > 0.0 else None

    def _said(self) -> None:
        try:
            self.tell(self.progress)
        except StopIteration:
            self.is_stopped = True

    def end(self, t: float, steps: int, evaluations: int, state: str) -> None:
        """The last that is told."""
        progress = self.progress
        progress.t, progress.steps, progress.evaluations, progress.state = t, steps, evaluations, state
        progress.seconds, progress.remaining = perf_counter() - self.begun, 0.0 if state == "finished" else None
        self._said()

    def close(self) -> None:
        """Nothing more is told, whatever happened."""
        if isinstance(self.tell, _Shown):
            self.tell.close()


class _Shown:
    """Where progress is shown."""

    def __call__(self, progress: Progress) -> None:
        if progress.seconds >= _QUIET:
            self.show(progress)

    def show(self, progress: Progress) -> None:
        raise NotImplementedError

    def close(self) -> None:
        pass


class _Stream(_Shown):
    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> None:
        try:
            self.stream.write(text)
            self.stream.flush()
        except (OSError, ValueError):
            # Who has closed it does not want to see anything; the solution goes on.
            self.write = lambda text: None  # type: ignore[method-assign]


class _Line(_Stream):
    """One line of a terminal, written again and again."""

    width = 0

    def show(self, progress: Progress) -> None:
        try:
            columns = os.get_terminal_size(self.stream.fileno()).columns or 80
        except (OSError, ValueError):
            columns = 80
        # A line that fills the last column goes on in the next one.
        line = progress.line(columns - 1)
        self.write("\r" + line.ljust(self.width))
        self.width = len(line)

    def close(self) -> None:
        if self.width:
            self.write("\n")
        self.width = 0


class _Lines(_Stream):
    """Some lines in a log."""

    due = _FIRST_LINE

    def show(self, progress: Progress) -> None:
        if progress.seconds >= self.due or progress.state != "running":
            self.write("{!r}\n".format(progress))
            self.due = progress.seconds + min(progress.seconds, _RARELY)


class _Notebook(_Shown):
    """An output of a notebook's cell."""

    handle: Any = None

    def __init__(self, display: Any) -> None:
        self.display = display

    def show(self, progress: Progress) -> None:
        if self.handle is None:
            self.handle = self.display(progress, display_id=True)
        else:
            self.handle.update(progress)


def _shown() -> Any:
    """Where somebody looks."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    if getattr(shell, "kernel", None) is not None:
        from IPython.display import display  # type: ignore[import-not-found]

        return _Notebook(display)
    stream = sys.stderr
    if stream is None or getattr(stream, "closed", False):
        return lambda progress: None
    return _Line(stream) if stream.isatty() else _Lines(stream)


def watch_of(progress: Any, title: str, t_begin: float, t_end: float, begun: float) -> Watch | None:
    """What looks at a solver, if it is asked for: ``progress`` is a bool, or a function that is told."""
    if progress is None or progress is False:
        return None
    if progress is not True and not callable(progress):
        raise TypeError("argument 'progress' must be a bool or a function, not {!r}".format(progress))
    return Watch(_shown() if progress is True else progress, title, t_begin, t_end, begun)


def leave(interrupt: KeyboardInterrupt, result: Any, t: float) -> None:
    """Gives an interrupt what was computed before it."""
    interrupt.result = result  # type: ignore[attr-defined]
    if hasattr(interrupt, "add_note"):
        interrupt.add_note("What was computed up to t = {:.6g} is in its attribute 'result'.".format(t))
