"""Progress of solvers, and what an interrupt leaves."""

import io
import subprocess
import sys
import textwrap
import types

import pytest

from pommel.integrate import ODEintWarning, _progress, heun, odeint, rk4, solve_ivp

METHODS = ["RK23", "RK45", "DOP853", "Radau", "BDF", "LSODA"]


START = [2.0, 0.5]


def van_der_pol(t, y):
    return [y[1], 30 * (1 - y[0] * y[0]) * y[1] - y[0]]


def rotation(t, y):
    return [y[1], -y[0]]


def crossing(t, y):
    return y[0]


def third_crossing(t, y):
    return y[1]


third_crossing.terminal = 3


class Interrupted:
    """A function that is interrupted at some call, as by Ctrl-C."""

    def __init__(self, function, call):
        self.function, self.left = function, call

    def __call__(self, *arguments):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt
        return self.function(*arguments)


def everything(solution):
    return [solution.t.tolist(), solution.y.tolist(), [times.tolist() for times in solution.t_events or ()],
            [states.tolist() for states in solution.y_events or ()], solution.nfev, solution.status, solution.message]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("is_watched", [False, True])
def test_what_an_interrupt_leaves_is_the_beginning(method, is_watched):
    options = {"method": method, "events": (crossing, third_crossing), "dense_output": True, "rtol": 1e-4}
    for fun, end in (rotation, 12.0), (van_der_pol, 25.0):
        whole = solve_ivp(fun, (0, end), START, **options)
        for call in {*range(5, 40, 11), *range(40, whole.nfev, whole.nfev // 5)}:
            interrupted = Interrupted(fun, call)
            if is_watched:
                part = solve_ivp(interrupted, (0, end), START, progress=lambda progress: None, **options)
            else:
                with pytest.raises(KeyboardInterrupt) as caught:
                    solve_ivp(interrupted, (0, end), START, **options)
                part = caught.value.result
            assert_is_beginning(part, whole)


def assert_is_beginning(part, whole):
    count = len(part.t)
    assert (part.status, part.success) == (-2, False)
    assert part.message == "The solver was interrupted at t = {:.6g}.".format(float(part.t[-1]))
    assert 0 < count < len(whole.t) and part.nfev <= whole.nfev
    assert part.t.tolist() == whole.t[:count].tolist() and part.y.tolist() == whole.y[:, :count].tolist()
    for mine, states, all_of_it in zip(part.t_events, part.y_events, whole.t_events):
        assert mine.tolist() == [time for time in all_of_it.tolist() if time <= part.t[-1]]
        assert len(states) == len(mine)
    if count > 1 and part.sol is not None:
        assert part.sol(part.t[-1]).tolist() == pytest.approx(part.y[:, -1].tolist(), rel=1e-9)


def test_an_interrupt_in_an_event_loses_one_step_at_most():
    whole = solve_ivp(rotation, (0, 12), START, events=crossing)
    for call in range(2, 28):
        part = solve_ivp(rotation, (0, 12), START, events=Interrupted(crossing, call),
                         progress=lambda progress: None)
        assert_is_beginning(part, whole)


def test_times_that_were_asked_for():
    part = solve_ivp(Interrupted(rotation, 200), (0, 100), START, t_eval=range(101), progress=print_nothing)
    whole = solve_ivp(rotation, (0, 100), START, t_eval=range(101))
    assert 3 < len(part.t) < 100 and part.y.tolist() == whole.y[:, :len(part.t)].tolist()
    with pytest.raises(KeyboardInterrupt) as caught:
        odeint(Interrupted(rotation, 300), START, range(101), tfirst=True)
    assert 3 < len(caught.value.result) < 100
    with pytest.warns(ODEintWarning, match="interrupted at t = "):
        states = odeint(Interrupted(rotation, 300), START, range(101), tfirst=True, progress=print_nothing)
    assert states.tolist() == caught.value.result.tolist()


def print_nothing(progress):
    pass


@pytest.mark.parametrize("method", [heun, rk4])
def test_steps_of_a_fixed_size(method):
    times = [k / 50 for k in range(400)]
    whole = method(rotation, START, times).tolist()
    for call in (2, 100, 700):
        with pytest.warns(ODEintWarning, match="interrupted at t = "):
            part = method(Interrupted(rotation, call), START, times, progress=print_nothing)
        with pytest.raises(KeyboardInterrupt) as caught:
            method(Interrupted(rotation, call), START, times)
        for rows in part.tolist(), caught.value.result.tolist():
            assert rows == whole[:len(rows)] and call / 4 - 4 <= len(rows) <= call / 2 + 1


@pytest.fixture
def told_at_each_step(monkeypatch):
    monkeypatch.setattr(_progress, "_INTERVAL", 0.0)
    return []


@pytest.mark.parametrize("method", METHODS)
def test_progress_changes_nothing(method, told_at_each_step):
    options = {"method": method, "events": crossing, "rtol": 1e-5}
    plain = solve_ivp(van_der_pol, (0, 40), START, **options)
    watched = solve_ivp(van_der_pol, (0, 40), START,
                        progress=lambda progress: told_at_each_step.append((progress.t, progress.steps, progress.state)),
                        **options)
    assert everything(plain) == everything(watched)
    assert len(told_at_each_step) > 0.9 * len(plain.t)
    assert told_at_each_step[-1] == (40.0, len(plain.t) - 1, "finished")


def test_what_is_told(told_at_each_step):
    def tell(progress):
        told_at_each_step.append((progress.fraction, progress.seconds, progress.evaluations, progress.remaining))
        assert (progress.t_begin, progress.t_end) == (10.0, 0.0) and progress.title == "RK45"

    solution = solve_ivp(rotation, (10, 0), START, progress=tell)
    assert told_at_each_step == sorted(told_at_each_step, key=lambda item: item[:3])
    assert told_at_each_step[-1][0] == 1.0 and told_at_each_step[-1][2:] == (solution.nfev, 0.0)
    assert all(0.0 < remaining < 60.0 for *_, remaining in told_at_each_step[:-1])
    told = []
    rk4(rotation, START, range(100), progress=lambda progress: told.append((progress.t, progress.steps)))
    assert told[-1] == (99.0, 99) and told == sorted(told) and len(told) > 50


def test_who_is_told_may_stop(told_at_each_step):
    def tell(progress):
        if progress.t > 3.0:
            raise StopIteration

    solution = solve_ivp(rotation, (0, 10), START, progress=tell)
    assert solution.status == -2 and 3.0 < solution.t[-1] < 4.0
    with pytest.warns(ODEintWarning):
        assert len(rk4(rotation, START, range(100), progress=tell)) == 5

    def fails(progress):
        raise LookupError("told")

    with pytest.raises(LookupError, match="told"):
        solve_ivp(rotation, (0, 10), START, progress=fails)
    with pytest.raises(TypeError, match="argument 'progress' must be a bool or a function, not 3"):
        solve_ivp(rotation, (0, 10), START, progress=3)


def test_an_event_is_an_end():
    told = []
    solution = solve_ivp(rotation, (0, 100), START, events=third_crossing,
                         progress=lambda progress: told.append((progress.t, progress.state)))
    assert solution.status == 1 and told == [(solution.t[-1], "finished")]


# Where it is shown.

class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown_on(stream, monkeypatch, seconds=1.0):
    monkeypatch.setattr(_progress, "_INTERVAL", 0.0)
    monkeypatch.setattr(_progress, "_QUIET", 0.0)
    monkeypatch.setattr(_progress._Lines, "due", 0.0)
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def test_a_terminal(monkeypatch):
    stream = shown_on(Terminal(), monkeypatch)
    solution = solve_ivp(rotation, (0, 10), START, progress=True)
    lines = stream.getvalue().split("\r")
    assert lines[0] == "" and lines[-1].endswith("\n") and stream.getvalue().count("\n") == 1
    assert len(lines) == len(solution.t) and all(len(line) < 80 for line in lines[:-1])
    assert lines[-1].startswith("RK45 [##") and "100 %, t = 10 of 10, {} steps".format(len(solution.t) - 1) in lines[-1]
    # No line is shorter than what it writes over.
    assert all(len(after.rstrip("\n")) >= len(before.rstrip()) for before, after in zip(lines, lines[1:]))


def test_a_log(monkeypatch):
    stream = shown_on(io.StringIO(), monkeypatch)
    solve_ivp(Interrupted(rotation, 100), (0, 100), START, "DOP853", progress=True)
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("DOP853:   ") and lines[0].endswith(" to go") and lines[-1].endswith(", interrupted")
    # After twice the time each.
    assert len(lines) < 9


def test_nobody_looks(monkeypatch):
    solve_ivp(rotation, (0, 10), START, progress=True)
    stream = shown_on(Terminal(), monkeypatch)
    stream.close()
    monkeypatch.setattr(sys, "stderr", None)
    assert solve_ivp(rotation, (0, 10), START, progress=True).success


def test_what_is_short_is_not_shown(capsys):
    solve_ivp(rotation, (0, 10), START, progress=True)
    assert capsys.readouterr() == ("", "")


def test_a_notebook(monkeypatch):
    shown_on(io.StringIO(), monkeypatch)
    shown = []

    class Handle:
        def update(self, what):
            shown.append(what._repr_html_())

    def display(what, display_id):
        shown.append(what._repr_html_())
        return Handle()

    shell = types.SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", types.SimpleNamespace(display=display))
    solve_ivp(rotation, (0, 10), START, progress=True)
    assert len(shown) > 5 and sys.stderr.getvalue() == ""
    assert shown[-1].startswith('<progress value="1.0000" max="1"></progress> <code>RK45: 100 %, t = 10 of 10, ')


def test_durations():
    texts = [_progress.duration(seconds) for seconds in (0.04, 9.94, 9.96, 99.4, 99.6, 3599.0, 3600.0, 86399.0)]
    assert texts == ["0.0 s", "9.9 s", "10 s", "99 s", "1:39 min", "59:59 min", "1:00 h", "23:59 h"]


# Signals.

# After so much time of the processor, whatever else the machine does, the program gets what Ctrl-C sends.
PROGRAM = """
    import os
    import signal
    import sys
    from pommel.integrate import rk4, solve_ivp

    def right(t, y):
        total = 0.0
        for k in range(2000):
            total += k * y[1]
        return [y[1], -y[0] + 0.0 * total]

    times = [k * 1e-3 for k in range(300_000)]

    def solve(how):
        if how == "fixed":
            return rk4(right, [2.0, 0.0], times)
        return solve_ivp(right, (0, 1e7), [2.0, 0.0], "DOP853", rtol=1e-9, progress=how == "watched")

    signal.signal(signal.SIGVTALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.5)
    try:
        solution = solve(sys.argv[1])
        print(solution.status, solution.message)
    except KeyboardInterrupt as interrupt:
        solution = interrupt.result
        print("raised")
    states = solution if sys.argv[1] == "fixed" else solution.y.T
    print(len(states), all(abs(a * a + b * b - 4) < 0.1 for a, b in states.tolist()))
"""


@pytest.mark.parametrize("how", ["raises", "watched", "fixed"])
def test_an_interrupt_of_a_compiled_loop(how, folders_of_extensions):
    program = "import sys\nsys.path[:0] = {!r}\n{}".format(folders_of_extensions, textwrap.dedent(PROGRAM))
    command = [sys.executable, "-c", program, how]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=100)
    out, err = done.stdout, done.stderr
    said, rest = out.decode().splitlines()
    if how == "watched":
        assert said.startswith("-2 The solver was interrupted at t = ")
        assert err == b"" or b", interrupted\n" in err
    else:
        assert (said, err) == ("raised", b"")
    count, is_right = rest.split()
    assert int(count) > 5 and is_right == "True" and done.returncode == 0
