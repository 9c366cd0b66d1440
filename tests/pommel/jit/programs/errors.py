"""Exceptions: raise, try, except, else, finally, with, contexts and causes."""

import contextlib
import sys

from programs import given


class Special(ValueError):
    """An exception of one's own."""

    def __init__(self, code, *rest):
        super().__init__("special", code, *rest)
        self.code = code


@given((1,), (0,), ("x",))
def caught(x):
    try:
        return 1 / x
    except ZeroDivisionError:
        return "zero"
    except (TypeError, ValueError) as error:
        return type(error), str(error)


@given((1,), (0,), ("x",))
def uncaught(x):
    try:
        return 1 / x
    except ZeroDivisionError:
        return "zero"


@given((1,), (0,))
def else_and_finally(x):
    log = []
    try:
        log.append(1 / x)
    except ZeroDivisionError:
        log.append("except")
    else:
        log.append("else")
    finally:
        log.append("finally")
    return log


@given((0,), (1,))
def finally_returns(x):
    try:
        return 1 / x
    finally:
        return "finally"  # noqa: B012


@given((0,), (1,))
def finally_and_return(x):
    log = []
    try:
        try:
            return log, 1 / x
        finally:
            log.append("inner")
    except ZeroDivisionError:
        log.append("outer")
    return log


@given((5,))
def finally_in_a_loop(n):
    log = []
    for i in range(n):
        try:
            if i == 1:
                continue
            if i == 3:
                break
            log.append(i)
        finally:
            log.append("f%d" % i)
    return log


@given((1,))
def raises_a_class(x):
    raise ValueError


@given((1,))
def raises_an_instance(x):
    raise Special(x, "more")


@given((5,), (None,), (int,), ("text",))
def raises_anything(x):
    raise x


@given((ValueError("a"), KeyError("b")), (ValueError, None), (ValueError, KeyError), (ValueError, 5))
def raises_from(x, cause):
    raise x from cause


class Unmakable(Exception):
    """Its class cannot be called without arguments."""

    def __init__(self, a, b):
        super().__init__(a, b)


@given()
def raises_a_class_that_needs_arguments():
    raise Unmakable


@given((0,))
def context(x):
    try:
        1 / x
    except ZeroDivisionError:
        raise KeyError("second")


@given((0,))
def context_of_an_operation(x):
    try:
        1 / x
    except ZeroDivisionError:
        return [][x]


@given((0,))
def context_of_a_call(x):
    try:
        1 / x
    except ZeroDivisionError:
        return int("no number")


def fails_while_it_handles(x):
    try:
        raise IndexError(x)
    except IndexError:
        raise TypeError("from inside")


@given((0,))
def context_of_contexts(x):
    try:
        1 / x
    except ZeroDivisionError:
        fails_while_it_handles(x)


@given((0,))
def context_and_cause(x):
    try:
        1 / x
    except ZeroDivisionError as error:
        raise Special(3) from error


@given((0,))
def reraised(x):
    try:
        1 / x
    except ZeroDivisionError:
        raise


@given((0,))
def reraised_by_name(x):
    try:
        1 / x
    except ZeroDivisionError as error:
        raise error


@given()
def reraises_nothing():
    raise


@given((0,))
def nested_handlers(x):
    try:
        try:
            1 / x
        except ZeroDivisionError as first:
            try:
                [][1]
            except IndexError as second:
                return str(first), str(second), second.__context__ is first
    finally:
        x = 1


@given((0,))
def name_of_the_exception_is_deleted(x):
    try:
        1 / x
    except ZeroDivisionError as error:
        pass
    return error


@given((0,))
def exception_is_seen_by_calls(x):
    def seen():
        return sys.exc_info()[0]
    found = [seen()]
    try:
        1 / x
    except ZeroDivisionError:
        found.append(seen())
        try:
            {}["key"]
        except KeyError:
            found.append(seen())
        found.append(seen())
    found.append(seen())
    return found


@given((0,))
def bare_raise_in_a_call(x):
    def again():
        raise
    try:
        1 / x
    except ZeroDivisionError:
        again()


@given((int,), ((KeyError, ValueError),), (5,), ((ValueError, 5),))
def strange_handlers(kind):
    try:
        raise ValueError("text")
    except kind:
        return "caught"


@given((0,), (1,))
def bare_except(x):
    try:
        1 / x
    except:  # noqa: E722
        return "caught"
    return "went well"


@given((5,))
def raises_in_a_loop(n):
    found = []
    for i in range(n):
        try:
            if i % 2:
                raise Special(i)
            found.append(i)
        except Special as error:
            found.append(error.code)
    return found


class Manager:
    """Notes what happens to it, and can swallow exceptions."""

    def __init__(self, log, swallow=False):
        self.log, self.swallow = log, swallow

    def __enter__(self):
        self.log.append("enter")
        return 5

    def __exit__(self, kind, value, traceback):
        self.log.append(("exit", kind, str(value), traceback is None))
        return self.swallow


@given((1, False), (0, False), (0, True))
def with_statement(x, swallow):
    log = []
    try:
        with Manager(log, swallow) as five:
            log.append(five / x)
    except ZeroDivisionError:
        log.append("out")
    return log


@given((1,), (0,))
def with_and_return(x):
    log = []
    with Manager(log, True):
        return log, 1 / x
    return log, "swallowed"


@given((3,))
def with_in_a_loop(n):
    log = []
    for i in range(n):
        with Manager(log), Manager(log, True) as five:
            if i == 1:
                continue
            if i == 2:
                break
            log.append(five)
    return log


@given((5,), (None,))
def with_what_is_no_manager(x):
    with x:
        pass


@given(("12",), ("x",))
def suppressed(text):
    with contextlib.suppress(ValueError):
        return int(text)
    return None


@given((0,))
def error_in_an_argument(x):
    return max(
        1,
        1 // x,
    )


@given((3,), (0,))
def error_on_a_later_line(x):
    a = 1
    b = 2

    c = (a +
         b //
         x)
    return c


@given((50,))
def error_from_deep_inside(n):
    def down(k):
        return down(k - 1) if k else undefined  # noqa: F821
    return down(n)


@given(([],), ([1],))
def stop_iteration(x):
    iterator = iter(x)
    try:
        return next(iterator), next(iterator)
    except StopIteration as stop:
        return "stopped", stop.value


@given((1,))
def notes_and_attributes(x):
    try:
        raise Special(x)
    except ValueError as error:
        return error.args, error.code, isinstance(error, Special)


@given((0,))
def cycle_of_contexts(x):
    try:
        1 / x
    except ZeroDivisionError as first:
        try:
            raise KeyError("a")
        except KeyError:
            raise first
