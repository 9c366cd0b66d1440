"""What type checkers are told of ``jit`` and ``explain``: a compiled function is used as the function."""

from typing import Any, Callable, List, Optional, Tuple, TypeVar, overload

from . import _native

_Function = TypeVar("_Function", bound=Callable[..., Any])

@overload
def jit(
    function: _Function, *, strict: bool = False, fastmath: bool = False, nogil: Optional[bool] = None, verify: bool = False
) -> _Function: ...
@overload
def jit(
    function: None = None, *, strict: bool = False, fastmath: bool = False, nogil: Optional[bool] = None, verify: bool = False
) -> Callable[[_Function], _Function]: ...

class JitFunction(_native.JitFunction):
    """A compiled function."""

    def lowlevel(
        self, signature: Optional[str] = None, *, ndim: int = 2, args: Tuple[Any, ...] = ()
    ) -> Any: ...

class Note:
    """Something that compiled code leaves to Python."""

    what: str
    function: str
    line: int
    _marks: List[str]

class Specialisation:
    """What a function was compiled to for arguments of some types."""

    arguments: str
    typed: str
    machine: str
    notes: List[Note]

class Explanation:
    """What became of a function."""

    function: Callable[..., Any]
    reason: Optional[str]
    line: Optional[int]
    specialisations: List[Specialisation]
    refused: Optional[str]
    callables: List[Tuple[str, Optional[str]]]
    seconds: float

def explain(function: Callable[..., Any]) -> Explanation: ...
