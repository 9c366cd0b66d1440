"""What type checkers are told of ``jit`` and ``explain``: a compiled function is used as the function."""

from typing import Any, Callable, Optional, TypeVar, overload

_Function = TypeVar("_Function", bound=Callable[..., Any])

@overload
def jit(function: _Function, *, strict: bool = False, fastmath: bool = False, nogil: Optional[bool] = None,
        verify: bool = False) -> _Function: ...
@overload
def jit(function: None = None, *, strict: bool = False, fastmath: bool = False, nogil: Optional[bool] = None,
        verify: bool = False) -> Callable[[_Function], _Function]: ...

class Explanation:
    """What became of a function."""

    function: Callable[..., Any]
    reason: Optional[str]
    line: Optional[int]

def explain(function: Callable[..., Any]) -> Explanation: ...
