"""Syntax trees of functions: of the text that a function was compiled from, or none."""

from __future__ import annotations

import ast
import linecache
from functools import lru_cache
from types import CodeType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FunctionType
    from typing import Iterator


def tree_of(function: FunctionType) -> ast.FunctionDef | ast.Lambda | None:
    """The definition of a function if its file still says what the function does."""
    code = function.__code__
    lines = linecache.getlines(code.co_filename, function.__globals__)
    found = _definitions("".join(lines)).get(code.co_firstlineno, []) if lines else []
    # Of two on one line nobody knows which it is.
    same = [tree for tree, made in found if made is not None and _is_same(made, code)]
    return same[0] if len(found) == 1 and same else None


def _is_same(a: CodeType, b: CodeType) -> bool:
    """Whether two codes do the same: they may differ in what the file says of its future."""
    names = "co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount"
    return (all(getattr(a, name) == getattr(b, name) for name in names) and len(a.co_consts) == len(b.co_consts)
            and all(_is_same(x, y) if isinstance(x, CodeType) and isinstance(y, CodeType) else repr(x) == repr(y)
                    for x, y in zip(a.co_consts, b.co_consts)))


@lru_cache(maxsize=16)
def _definitions(text: str) -> dict[int, list[tuple[ast.FunctionDef | ast.Lambda, CodeType | None]]]:
    """Functions and lambdas by their first lines, each with its code if it is the only one there."""
    try:
        tree, code = ast.parse(text), compile(text, "<text>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return {}
    codes: dict[int, list[CodeType]] = {}
    for inner in _codes(code):
        codes.setdefault(inner.co_firstlineno, []).append(inner)
    found: dict[int, list[tuple[ast.FunctionDef | ast.Lambda, CodeType | None]]] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            name = node.name if isinstance(node, ast.FunctionDef) else "<lambda>"
            decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
            line = min([node.lineno, *(decorator.lineno for decorator in decorators)])
            there = [inner for inner in codes.get(line, []) if inner.co_name == name]
            found.setdefault(line, []).append((node, there[0] if len(there) == 1 else None))
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)
