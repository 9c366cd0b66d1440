"""What a function computes of floats, as a tape: the form in which it is done for many members at once.

The text of a function is followed with values that stand for one number of each member. What it does with numbers
that are known is done; what it does with others is written down: one operation after the other, each only once.
Where a branch depends on a member, both ways are followed, and results chosen. Nothing is run that is not known to
have no effect but its result: whatever else a function does, it is refused (`Refused`).

An operation that raises an exception in Python for some numbers is checked: members for which its result is not
finite are solved in another way.
"""

from __future__ import annotations

import ast
import builtins
import math
import operator
import sys
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR
from types import FunctionType, ModuleType

from .._compile import JitFunction
from ._sources import tree_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator, NoReturn, Sequence

#: No longer tapes.
_MOST_VALUES = 20000
#: No more statements are followed.
_MOST_STATEMENTS = 50000
_MOST_CALLS = 20
#: The flags of generators and coroutines.
_GENERATORS = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR
#: Integers up to here are floats, too.
_EXACT = 2**53


class Refused(Exception):
    """The function does something that tapes do not have."""


def _refuse(reason: str) -> NoReturn:
    raise Refused(reason)


class Value:
    """A number of each member: a float, or something else that is a float here (``is_float`` false), of which little
    is allowed: integers, truth values, or floats for some members and integers for others."""

    __slots__ = "place", "kind"

    def __init__(self, place: int, kind: str = "float") -> None:
        self.place, self.kind = place, kind


class Items:
    """A list or an array that the function has made, or was given (then nothing may be written to it)."""

    __slots__ = "values", "is_array", "masks"

    def __init__(self, values: list[Any], is_array: bool, masks: tuple[int, ...] | None) -> None:
        self.values, self.is_array, self.masks = values, is_array, masks


def _is_array(value: Any) -> bool:
    return isinstance(value, Items) and value.is_array


class Tape:
    """Operations, one a line, each with the numbers of the lines that its operands are."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._places: dict[str, int] = {}
        self._checked: set[tuple[int, int | None]] = set()
        #: Truth values that all hold where an operation counts, each with those before it.
        self.masks: tuple[int, ...] = ()

    def add(self, operation: str, *operands: Any) -> int:
        """The number of an operation's line."""
        line = " ".join([operation, *map(str, operands)])
        place = self._places.get(line)
        if place is None:
            if len(self.lines) >= _MOST_VALUES:
                _refuse("long computations")
            place = self._places[line] = len(self.lines)
            self.lines.append(line)
        return place

    def number(self, value: float) -> int:
        return self.add("number", repr(value))

    def checked(self, place: int) -> int:
        """Notes members for which a value is not finite, where that counts."""
        masks = [None, *self.masks]
        if not any((place, mask) in self._checked for mask in masks):
            self._checked.add((place, masks[-1]))
            if masks[-1] is not None:
                self.add("check", self.add("choose", masks[-1], place, self.number(1.0)))
            else:
                self.add("check", place)
        return place

    def negated(self, truth: int) -> int:
        return self.add("sub", self.number(1.0), truth)

    def under(self, truth: int, work: Callable[[], Any]) -> Any:
        """Follows what is done where something is true."""
        before = self.masks
        self.masks = (*before, self.add("mul", before[-1], truth) if before else truth)
        try:
            return work()
        finally:
            self.masks = before


#: Functions of ``math`` that the C library computes, by the names that tapes have for them.
_EXACT_FUNCTIONS = {name: name for name in "sin cos tan exp expm1 log log2 log10 log1p asin acos atan sinh cosh tanh "
                    "sqrt pow atan2".split()}
#: Those that vector math has as well.
_VECTOR_FUNCTIONS = {name: name for name in "hypot cbrt exp2 asinh acosh atanh".split()}
#: NumPy's names, and pommel's, for functions of numbers: their bits are not those of ``math``.
_ARRAY_NAMES = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "power": "pow",
                "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh"}
_TWO = {"pow", "atan2", "hypot"}
_COMPARISONS: dict[Any, tuple[str, bool, bool]] = {
    ast.Lt: ("less", False, False), ast.Gt: ("less", True, False), ast.LtE: ("less_equal", False, False),
    ast.GtE: ("less_equal", True, False), ast.Eq: ("equal", False, False), ast.NotEq: ("equal", False, True),
}
_OPERATORS: dict[Any, tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("add", operator.add), ast.Sub: ("sub", operator.sub), ast.Mult: ("mul", operator.mul),
    ast.Div: ("div", operator.truediv), ast.Pow: ("pow", operator.pow),
    ast.Mod: ("mod", operator.mod), ast.FloorDiv: ("", operator.floordiv),
}
_KNOWN_COMPARISONS: dict[Any, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.Gt: operator.gt, ast.LtE: operator.le, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_NUMBERS = (int, float, bool)


def _libraries() -> list[ModuleType]:
    """Modules of functions of arrays."""
    found = [sys.modules[name] for name in ("numpy", "pommel") if name in sys.modules]
    # It may be half imported.
    return [module for module in found if hasattr(module, "zeros_like") and hasattr(module, "sqrt")]


class Follower:
    """Follows functions. ``seen`` are the names that were looked up outside, with what they were."""

    def __init__(self, tape: Tape, is_exact: bool) -> None:
        self.tape, self.is_exact = tape, is_exact
        self.seen: list[tuple[Any, Any, Any]] = []
        self.is_lasting = True
        self.calls = self.statements = 0
        self.functions: dict[int, str] = {}
        self.makers: dict[int, str] = {}
        names = dict(_EXACT_FUNCTIONS) if is_exact else {**_EXACT_FUNCTIONS, **_VECTOR_FUNCTIONS}
        for name, tape_name in names.items():
            if hasattr(math, name):
                self.functions[id(getattr(math, name))] = tape_name
        self.functions[id(math.fabs)] = "abs"
        for library in _libraries():
            for name in ("array", "asarray", "zeros", "empty", "zeros_like", "empty_like"):
                self.makers[id(getattr(library, name))] = name
            if not is_exact:
                for name, tape_name in {**names, **_ARRAY_NAMES}.items():
                    if hasattr(library, name):
                        self.functions[id(getattr(library, name))] = tape_name
            # These have one value that is right.
            self.functions.update({id(library.sqrt): "sqrt", id(library.abs): "abs"})

    # Numbers.

    def place(self, value: Any) -> int:
        """Where a number is on the tape."""
        if isinstance(value, Value):
            return value.place
        if type(value) not in _NUMBERS or isinstance(value, int) and abs(value) > _EXACT:
            _refuse("values of type {}".format(type(value).__name__))
        value = float(value)
        if not abs(value) < math.inf:
            _refuse("numbers that are not finite")
        return self.tape.number(value)

    @staticmethod
    def is_float(value: Any) -> bool:
        return value.kind == "float" if isinstance(value, Value) else type(value) is float

    def binary(self, node: ast.operator, a: Any, b: Any) -> Any:
        name, function = _OPERATORS.get(type(node)) or _refuse("operators such as {}".format(type(node).__name__))
        if isinstance(a, Items) or isinstance(b, Items):
            return self.elementwise(node, a, b) if _is_array(a) or _is_array(b) else self.listed(function, a, b)
        if type(a) in _NUMBERS and type(b) in _NUMBERS:
            try:
                return function(a, b)
            except (ArithmeticError, ValueError) as error:
                _refuse(str(error))
        if isinstance(a, (str, tuple)) or isinstance(b, (str, tuple)):
            if any(isinstance(x, Value) or type(x) is int and x > 1000 for x in (a, b)):
                _refuse("numbers and sequences")
            return self.known(function, a, b)
        if not name:
            _refuse("//")
        if not self.is_float(a) and not self.is_float(b):
            _refuse("arithmetic with integers of members")
        return self.arithmetic(name, a, b)

    def known(self, function: Callable[..., Any], *operands: Any) -> Any:
        """What an operation gives of values that are all known."""
        try:
            return function(*operands)
        except Exception as error:
            _refuse(str(error))

    def arithmetic(self, name: str, a: Any, b: Any) -> Any:
        tape = self.tape
        if name == "pow":
            if type(b) in _NUMBERS and b == 2:
                return Value(tape.checked(tape.add("square", self.place(a))))
            return Value(tape.checked(tape.add("pow", self.place(a), self.place(b))))
        if name == "mul" and type(b) is float and b == 1.0:
            return a
        if name == "mul" and type(a) is float and a == 1.0:
            return b
        result = tape.add(name, self.place(a), self.place(b))
        is_safe = name not in ("div", "mod") or type(b) in _NUMBERS and b != 0
        return Value(result if is_safe else tape.checked(result))

    def listed(self, function: Callable[..., Any], a: Any, b: Any) -> Any:
        """Lists one after the other, or one several times."""
        operands = [x.values if isinstance(x, Items) else x for x in (a, b)]
        if any(isinstance(x, Value) or type(x) is int and x > 1000 for x in operands):
            _refuse("operations on lists")
        return Items(self.known(function, *operands), False, self.tape.masks)

    def elementwise(self, node: ast.operator, a: Any, b: Any) -> Any:
        """Operations on arrays."""
        sizes = {len(x.values) for x in (a, b) if isinstance(x, Items)}
        is_number = [isinstance(x, Value) or type(x) in _NUMBERS for x in (a, b)]
        if any(not _is_array(x) and not is_it for x, is_it in zip((a, b), is_number)) or len(sizes) > 1:
            _refuse("operations on arrays and others")
        if isinstance(node, ast.Pow) and self.is_exact:
            _refuse("powers of arrays")
        n = sizes.pop()
        rows = [x.values if isinstance(x, Items) else [x] * n for x in (a, b)]
        values = [self.binary(node, x, y) for x, y in zip(*rows)]
        return Items(values, True, self.tape.masks)

    def negative(self, value: Any) -> Any:
        if _is_array(value):
            return Items([self.negative(x) for x in value.values], True, self.tape.masks)
        if type(value) in _NUMBERS:
            return -value
        if not isinstance(value, Value) or value.kind not in ("float", "int"):
            _refuse("the negative of something else than a number")
        if value.kind == "int":
            return Value(self.tape.add("sub", self.tape.number(0.0), value.place), "int")
        return Value(self.tape.add("neg", value.place))

    def compared(self, node: ast.cmpop, a: Any, b: Any) -> Any:
        if type(node) not in _COMPARISONS:
            _refuse("'is' and 'in'")
        for x in (a, b):
            if not isinstance(x, Value) and type(x) not in (*_NUMBERS, str):
                _refuse("comparisons of something else than numbers")
        if not isinstance(a, Value) and not isinstance(b, Value):
            return self.known(_KNOWN_COMPARISONS[type(node)], a, b)
        name, is_turned, is_negated = _COMPARISONS[type(node)]
        places = [self.place(a), self.place(b)]
        truth = self.tape.add(name, *(places[::-1] if is_turned else places))
        return Value(self.tape.negated(truth) if is_negated else truth, "bool")

    def truth(self, value: Any) -> Any:
        """Where a value is true: a bool, or the place of a truth value."""
        if isinstance(value, Value):
            if value.kind == "bool":
                return value.place
            return self.tape.negated(self.tape.add("equal", value.place, self.tape.number(0.0)))
        if isinstance(value, Items):
            if value.is_array:
                _refuse("the truth of arrays")
            return bool(value.values)
        if value is None or type(value) in (*_NUMBERS, str, tuple):
            return bool(value)
        _refuse("the truth of values of type {}".format(type(value).__name__))

    def chosen(self, truth: int, a: Any, b: Any) -> Any:
        """The first where something is true, else the second."""
        if a is b or type(a) is type(b) and type(a) in (*_NUMBERS, str) and repr(a) == repr(b):
            return a
        if isinstance(a, (tuple, Items)) and isinstance(b, (tuple, Items)):
            rows = [list(row) if isinstance(row, tuple) else row.values for row in (a, b)]
            if len(rows[0]) == len(rows[1]):
                values = [self.chosen(truth, x, y) for x, y in zip(*rows)]
                if isinstance(a, tuple) and isinstance(b, tuple):
                    return tuple(values)
                # It stands for the two, to which nothing may be written any more.
                for sequence in (a, b):
                    if isinstance(sequence, Items):
                        sequence.masks = None
                return Items(values, _is_array(a) and _is_array(b), None)
        if any(not isinstance(x, Value) and type(x) not in _NUMBERS for x in (a, b)):
            _refuse("values of different types after a branch")
        kinds = {x.kind if isinstance(x, Value) else type(x).__name__ for x in (a, b)}
        kind = kinds.pop() if len(kinds) == 1 else "mixed"
        x, y = self.place(a), self.place(b)
        return Value(x if x == y else self.tape.add("choose", truth, x, y), kind)

    # Expressions.

    def expression(self, node: ast.expr, names: Names) -> Any:
        method = getattr(self, "on_" + type(node).__name__, None)
        if method is None:
            _refuse("expressions such as {}".format(type(node).__name__))
        return method(node, names)

    def on_Constant(self, node: ast.Constant, names: Names) -> Any:
        if node.value is not None and type(node.value) not in (*_NUMBERS, str):
            _refuse("constants of type {}".format(type(node.value).__name__))
        return node.value

    def on_Name(self, node: ast.Name, names: Names) -> Any:
        return names.found(node.id, self)

    def on_BinOp(self, node: ast.BinOp, names: Names) -> Any:
        return self.binary(node.op, self.expression(node.left, names), self.expression(node.right, names))

    def on_UnaryOp(self, node: ast.UnaryOp, names: Names) -> Any:
        value = self.expression(node.operand, names)
        if isinstance(node.op, ast.USub):
            return self.negative(value)
        if isinstance(node.op, ast.Not):
            truth = self.truth(value)
            return not truth if isinstance(truth, bool) else Value(self.tape.negated(truth), "bool")
        if isinstance(node.op, ast.UAdd) and (type(value) is int or self.is_float(value)):
            return value
        _refuse("operators such as {}".format(type(node.op).__name__))

    def on_Compare(self, node: ast.Compare, names: Names) -> Any:
        left, result = self.expression(node.left, names), None
        for operation, right_node in zip(node.ops, node.comparators):
            right = self.expression(right_node, names)
            one = self.compared(operation, left, right)
            result = one if result is None else self.both(result, one)
            left = right
        return result

    def both(self, a: Any, b: Any) -> Any:
        if not isinstance(a, Value):
            return b if a else a
        if not isinstance(b, Value):
            return a if b else b
        return Value(self.tape.add("mul", a.place, b.place), "bool")

    def on_BoolOp(self, node: ast.BoolOp, names: Names) -> Any:
        is_and = isinstance(node.op, ast.And)

        def rest(nodes: Sequence[ast.expr]) -> Any:
            value = self.expression(nodes[0], names)
            if len(nodes) == 1:
                return value
            truth = self.truth(value)
            if isinstance(truth, bool):
                return rest(nodes[1:]) if truth == is_and else value
            where = truth if is_and else self.tape.negated(truth)
            return self.chosen(where, self.tape.under(where, lambda: rest(nodes[1:])), value)

        return rest(node.values)

    def on_IfExp(self, node: ast.IfExp, names: Names) -> Any:
        truth = self.truth(self.expression(node.test, names))
        if isinstance(truth, bool):
            return self.expression(node.body if truth else node.orelse, names)
        tape = self.tape
        first = tape.under(truth, lambda: self.expression(node.body, names))
        return self.chosen(truth, first,
                           tape.under(tape.negated(truth), lambda: self.expression(node.orelse, names)))

    def on_Tuple(self, node: ast.Tuple, names: Names) -> Any:
        return tuple(self.spread(node.elts, names))

    def on_List(self, node: ast.List, names: Names) -> Any:
        return Items(self.spread(node.elts, names), False, self.tape.masks)

    def spread(self, nodes: Sequence[ast.expr], names: Names) -> list[Any]:
        values: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                values += self.items(self.expression(node.value, names))
            else:
                values.append(self.expression(node, names))
        return values

    def items(self, value: Any) -> list[Any]:
        """What an iteration gives."""
        if isinstance(value, Items):
            return list(value.values)
        if isinstance(value, (tuple, range)):
            if len(value) > _MOST_STATEMENTS:
                _refuse("long loops")
            return list(value)
        if type(value) is list:
            self.is_lasting = False
            return list(value)
        _refuse("iteration over values of type {}".format(type(value).__name__))

    def on_ListComp(self, node: ast.ListComp, names: Names) -> Any:
        values: list[Any] = []

        def level(generators: Sequence[ast.comprehension], names: Names) -> None:
            if not generators:
                values.append(self.expression(node.elt, names))
                return
            for item in self.items(self.expression(generators[0].iter, names)):
                self.count()
                self.assign(generators[0].target, item, names)
                tests = [self.truth(self.expression(test, names)) for test in generators[0].ifs]
                if not all(isinstance(test, bool) for test in tests):
                    _refuse("lists whose lengths depend on members")
                if all(tests):
                    level(generators[1:], names)

        places = [inner for part in node.generators for inner in ast.walk(part.target)]
        targets = [inner.id for inner in places if isinstance(inner, ast.Name)]
        level(node.generators, Names(names.function, dict(names.local), names.own.union(targets)))
        return Items(values, False, self.tape.masks)

    def on_Subscript(self, node: ast.Subscript, names: Names) -> Any:
        value, index = self.expression(node.value, names), node.slice
        if isinstance(index, ast.Slice):
            return self.sliced(value, index, names)
        return self.item(value, self.expression(index, names))

    def item(self, value: Any, index: Any) -> Any:
        if type(value) in (list, dict) and not isinstance(index, Value):
            self.is_lasting = False
        elif not isinstance(value, (Items, tuple)):
            _refuse("items of values of type {}".format(type(value).__name__))
        if type(index) not in (int, str):
            _refuse("indices that depend on members")
        return self.known(operator.getitem, value.values if isinstance(value, Items) else value, index)

    def sliced(self, value: Any, index: ast.Slice, names: Names) -> Any:
        ends = [None if end is None else self.expression(end, names) for end in (index.lower, index.upper, index.step)]
        if any(end is not None and type(end) is not int for end in ends) or not isinstance(value, (Items, tuple)):
            _refuse("slices of something else than sequences")
        if isinstance(value, tuple):
            return value[slice(*ends)]
        if value.is_array:
            # A view: from now on neither is written to.
            value.masks = None
        return Items(value.values[slice(*ends)], value.is_array, None if value.is_array else self.tape.masks)

    def on_Attribute(self, node: ast.Attribute, names: Names) -> Any:
        module = self.expression(node.value, names)
        if module is math or module in _libraries():
            space = vars(module)
            if node.attr in space:
                self.seen.append((space, node.attr, space[node.attr]))
                return space[node.attr]
        if _is_array(module) and node.attr == "size":
            return len(module.values)
        _refuse("attributes such as '{}'".format(node.attr))

    # Calls.

    def on_Call(self, node: ast.Call, names: Names) -> Any:
        function = self.expression(node.func, names)
        arguments = self.spread(node.args, names)
        keywords = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                _refuse("keywords with **")
            keywords[keyword.arg] = self.expression(keyword.value, names)
        return self.called(function, arguments, keywords)

    def called(self, function: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        if isinstance(function, JitFunction):
            function = getattr(function, "__wrapped__", function)
        if isinstance(function, FunctionType):
            return self.inner(function, arguments, keywords)
        if keywords:
            _refuse("keywords")
        name = self.functions.get(id(function))
        if name is not None:
            return self.function(name, function, arguments)
        name = self.makers.get(id(function))
        if name is not None:
            return self.array(name, arguments)
        method = _BUILTINS.get(id(function))
        if method is None:
            _refuse("calls of '{}'".format(getattr(function, "__name__", type(function).__name__)))
        return getattr(self, method)(*arguments)

    def function(self, name: str, function: Any, arguments: list[Any]) -> Any:
        if len(arguments) != 1 + (name in _TWO):
            _refuse("'{}' of {} arguments".format(name, len(arguments)))
        if any(isinstance(x, Items) for x in arguments):
            if self.is_exact and name not in ("sqrt", "abs") or not all(map(_is_array, arguments)):
                _refuse("functions of arrays")
            rows = [x.values for x in arguments]
            return Items([self.function(name, function, list(x)) for x in zip(*rows)], True, self.tape.masks)
        if all(type(x) in _NUMBERS for x in arguments):
            return float(self.known(function, *arguments))
        tape = self.tape
        return Value(tape.checked(tape.add(name, *map(self.place, arguments))))

    def array(self, name: str, arguments: list[Any]) -> Any:
        if len(arguments) != 1:
            _refuse("arrays of types")
        value = arguments[0]
        if name in ("zeros", "empty"):
            if type(value) is tuple and len(value) == 1:
                value = value[0]
            if type(value) is not int or not 0 <= value <= 1000:
                _refuse("arrays of several axes")
            return Items([0.0] * value, True, self.tape.masks)
        if not isinstance(value, (Items, tuple)):
            _refuse("arrays of something else than numbers")
        if name in ("zeros_like", "empty_like"):
            if not _is_array(value):
                _refuse("arrays like something else")
            return Items([0.0] * len(self.items(value)), True, self.tape.masks)
        if name == "asarray" and _is_array(value):
            return value
        values = self.items(value)
        # Arrays of integers are others.
        is_number = all(isinstance(x, Value) or type(x) in _NUMBERS for x in values)
        if not is_number or not any(map(self.is_float, values)):
            _refuse("arrays of something else than floats")
        return Items([float(x) if type(x) in _NUMBERS else Value(x.place) for x in values], True, self.tape.masks)

    def inner(self, function: FunctionType, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """What a function gives."""
        tree, code = tree_of(function), function.__code__
        if tree is None:
            _refuse("functions without text, such as '{}'".format(function.__name__))
        arguments_node = tree.args
        if code.co_flags & _GENERATORS:
            _refuse("generators")
        if arguments_node.kwarg or arguments_node.kwonlyargs or self.calls >= _MOST_CALLS:
            _refuse("calls such as that of '{}'".format(function.__name__))
        self.seen.append((function, code, function.__defaults__))
        parameters = code.co_varnames[:code.co_argcount]
        rest: dict[str, Any] = {}
        if arguments_node.vararg:
            rest[arguments_node.vararg.arg] = tuple(arguments[len(parameters):])
            arguments = arguments[:len(parameters)]
        if len(arguments) > len(parameters) or any(name not in parameters[len(arguments):] for name in keywords):
            _refuse("wrong arguments")
        local = dict(zip(parameters, arguments), **keywords)
        defaults = function.__defaults__ or ()
        for name, default in zip(parameters[len(parameters) - len(defaults):], defaults):
            local.setdefault(name, default)
        if len(local) != len(parameters):
            _refuse("missing arguments")
        local.update(rest)
        self.calls += 1
        try:
            names = Names(function, local, set(code.co_varnames) | set(code.co_cellvars))
            if isinstance(tree, ast.Lambda):
                return self.expression(tree.body, names)
            result = self.block(tree.body, names, False)
            if result is _RAISED:
                _refuse("exceptions")
            return None if result is _ON else result
        finally:
            self.calls -= 1

    def of_abs(self, value: Any) -> Any:
        if type(value) in _NUMBERS:
            return abs(value)
        if not isinstance(value, Value) or value.kind == "bool":
            _refuse("'abs' of something else than numbers")
        return Value(self.tape.add("abs", value.place), value.kind)

    def of_float(self, value: Any) -> Any:
        if isinstance(value, Value):
            return Value(value.place)
        if type(value) not in _NUMBERS:
            _refuse("'float' of something else than numbers")
        return self.known(float, value)

    def of_len(self, value: Any) -> int:
        return len(self.items(value))

    def of_range(self, *ends: Any) -> range:
        if any(type(end) is not int for end in ends):
            _refuse("ranges that depend on members")
        result: range = self.known(range, *ends)
        return result

    def of_min(self, *values: Any) -> Any:
        return self.extreme(values, ast.Lt())

    def of_max(self, *values: Any) -> Any:
        return self.extreme(values, ast.Gt())

    def extreme(self, values: Sequence[Any], operation: ast.cmpop) -> Any:
        found, *rest = values if len(values) > 1 else _refuse("'min' and 'max' of one sequence")
        for value in rest:
            truth = self.truth(self.compared(operation, value, found))
            if isinstance(truth, bool):
                found = value if truth else found
            else:
                found = self.chosen(truth, value, found)
        return found

    def of_tuple(self, value: Any = ()) -> tuple[Any, ...]:
        return tuple(self.items(value))

    def of_list(self, value: Any = ()) -> Any:
        return Items(self.items(value), False, self.tape.masks)

    def finished(self, value: Any) -> list[Any]:
        """What an iteration gives, step by step: nothing is written any more."""
        if isinstance(value, Items):
            value.masks = None
        return self.items(value)

    def of_zip(self, *values: Any) -> Any:
        return tuple(zip(*map(self.finished, values)))

    def of_enumerate(self, value: Any) -> Any:
        return tuple(enumerate(self.finished(value)))

    def of_pow(self, a: Any, b: Any) -> Any:
        return self.binary(ast.Pow(), a, b)

    # Statements.

    def count(self) -> None:
        self.statements += 1
        if self.statements > _MOST_STATEMENTS:
            _refuse("long loops")

    def block(self, statements: Sequence[ast.stmt], names: Names, is_loop: bool) -> Any:
        """What statements return, or how they end: ``_ON``, ``_BREAK``, ``_CONTINUE`` or ``_RAISED``."""
        statements = list(statements)
        while statements:
            self.count()
            node = statements.pop(0)
            if isinstance(node, ast.Return):
                return None if node.value is None else self.expression(node.value, names)
            if isinstance(node, (ast.Break, ast.Continue)):
                return _BREAK if isinstance(node, ast.Break) else _CONTINUE
            if isinstance(node, ast.Raise):
                return self.raised()
            if isinstance(node, ast.If):
                truth = self.truth(self.expression(node.test, names))
                if isinstance(truth, bool):
                    statements = [*(node.body if truth else node.orelse), *statements]
                elif _leaves(node):
                    if is_loop:
                        _refuse("loops that members leave at different times")
                    return self.ways(truth, node, statements, names)
                else:
                    self.ways(truth, node, [], names)
            elif isinstance(node, (ast.For, ast.While)):
                result = self.loop(node, names)
                if result is not _ON:
                    return result
            else:
                self.simple(node, names)
        return _ON

    def raised(self) -> Any:
        """Leaves the members that come here to themselves."""
        tape = self.tape
        if not tape.masks:
            _refuse("exceptions")
        tape.add("check", tape.add("choose", tape.masks[-1], tape.number(math.nan), tape.number(1.0)))
        return _RAISED

    def ways(self, truth: int, node: ast.If, rest: list[ast.stmt], names: Names) -> Any:
        """Follows both ways of a branch, each with what comes after it if one of them leaves the function."""
        tape, other = self.tape, names.copy()
        first = tape.under(truth, lambda: self.block([*node.body, *rest], names, False))
        second = tape.under(tape.negated(truth), lambda: self.block([*node.orelse, *rest], other, False))
        if first is _RAISED or second is _RAISED:
            return second if first is _RAISED else first
        if first is not _ON or second is not _ON:
            if first is _ON or second is _ON:
                _refuse("functions that return nothing for some members")
            return self.chosen(truth, first, second)
        for name in {*names.local, *other.local}:
            if name in names.local and name in other.local:
                names.local[name] = self.chosen_or_lost(truth, names.local[name], other.local[name])
            else:
                names.local[name] = _LOST
        return _ON

    def chosen_or_lost(self, truth: int, a: Any, b: Any) -> Any:
        if a is b:
            return a
        try:
            return _LOST if a is _LOST or b is _LOST else self.chosen(truth, a, b)
        except Refused:
            # Nobody may need it.
            return _LOST

    def loop(self, node: ast.For | ast.While, names: Names) -> Any:
        for _ in self.rounds(node, names):
            self.count()
            result = self.block(node.body, names, True)
            if result is _BREAK:
                return _ON
            if result is not _ON and result is not _CONTINUE:
                return result
        return self.block(node.orelse, names, True)

    def rounds(self, node: ast.For | ast.While, names: Names) -> Iterator[None]:
        if isinstance(node, ast.For):
            value = self.expression(node.iter, names)
            for i, item in enumerate(self.items(value)):
                # The loop may write to what it goes over.
                self.assign(node.target, value.values[i] if isinstance(value, Items) else item, names)
                yield
            return
        while True:
            truth = self.truth(self.expression(node.test, names))
            if not isinstance(truth, bool):
                _refuse("loops whose lengths depend on members")
            if not truth:
                return
            yield

    def simple(self, node: ast.stmt, names: Names) -> None:
        if isinstance(node, ast.Assign):
            value = self.expression(node.value, names)
            for target in node.targets:
                self.assign(target, value, names)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if node.value is not None:
                self.assign(node.target, self.expression(node.value, names), names)
        elif isinstance(node, ast.AugAssign):
            self.augment(node, names)
        elif isinstance(node, ast.Expr):
            if not isinstance(node.value, ast.Constant):
                self.expression(node.value, names)
        elif not isinstance(node, ast.Pass):
            _refuse("statements such as {}".format(type(node).__name__))

    def augment(self, node: ast.AugAssign, names: Names) -> None:
        target = node.target
        if isinstance(target, ast.Name):
            before = names.found(target.id, self)
        elif isinstance(target, ast.Subscript):
            before = self.on_Subscript(target, names)
        else:
            _refuse("augmented assignments to attributes")
        if isinstance(before, (Items, list, dict)):
            _refuse("augmented assignments to lists and arrays")
        self.assign(target, self.binary(node.op, before, self.expression(node.value, names)), names)

    def assign(self, target: ast.expr, value: Any, names: Names) -> None:
        if isinstance(target, ast.Name):
            if target.id not in names.own:
                _refuse("global names")
            names.local[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            values = self.items(value)
            if len(values) != len(target.elts) or any(isinstance(x, ast.Starred) for x in target.elts):
                _refuse("wrong numbers of values")
            for inner, item in zip(target.elts, values):
                self.assign(inner, item, names)
        elif isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
            self.write(self.expression(target.value, names), self.expression(target.slice, names), value)
        else:
            _refuse("assignments to attributes and slices")

    def write(self, items: Any, index: Any, value: Any) -> None:
        masks = self.tape.masks
        if not isinstance(items, Items) or items.masks is None or masks[:len(items.masks)] != items.masks:
            _refuse("writing to values from elsewhere")
        if type(index) is not int or not -len(items.values) <= index < len(items.values):
            _refuse("indices that depend on members")
        if items.is_array:
            value = self.of_float(value)
        if masks != items.masks:
            value = self.chosen(masks[-1], value, items.values[index])
        items.values[index] = value


_ON, _BREAK, _CONTINUE, _RAISED, _LOST = (object() for _ in range(5))

#: Functions of Python that are followed.
_BUILTINS = {id(getattr(builtins, name)): "of_" + name
             for name in "abs float len range min max tuple list zip enumerate pow".split()}


def _leaves(node: ast.stmt) -> bool:
    """Whether a statement may leave the block that it is in."""
    return any(isinstance(inner, (ast.Return, ast.Break, ast.Continue, ast.Raise)) for inner in ast.walk(node))


class Names:
    """The names that a function sees: its own, with their values, and those outside."""

    __slots__ = "function", "local", "own"

    def __init__(self, function: FunctionType, local: dict[str, Any], own: set[str]) -> None:
        self.function, self.local, self.own = function, local, own

    def copy(self) -> Names:
        return Names(self.function, dict(self.local), self.own)

    def found(self, name: str, follower: Follower) -> Any:
        if name in self.local or name in self.own:
            value = self.local.get(name, _LOST)
            return _refuse("the name '{}'".format(name)) if value is _LOST else value
        free = self.function.__code__.co_freevars
        if name in free:
            cell = (self.function.__closure__ or ())[free.index(name)]
            value = follower.known(getattr, cell, "cell_contents")
            follower.seen.append((cell, None, value))
            return value
        space = self.function.__globals__
        if name not in space:
            builtin = space.get("__builtins__", builtins)
            space_of_builtins = builtin if isinstance(builtin, dict) else vars(builtin)
            follower.seen.append((space, name, None))
            space = space_of_builtins
        if name not in space:
            _refuse("the name '{}'".format(name))
        follower.seen.append((space, name, space[name]))
        return space[name]


def is_still(seen: Sequence[tuple[Any, Any, Any]]) -> bool:
    """Whether names are what they were."""
    for where, name, value in seen:
        if isinstance(where, dict):
            now = where.get(name)
        elif isinstance(where, FunctionType):
            # A function that was changed is another one.
            now, value = (where.__code__ is name and where.__defaults__ is value), True
        else:
            now = getattr(where, "cell_contents", None)
        if now is not value:
            return False
    return True
