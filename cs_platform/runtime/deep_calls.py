"""Room for calls that go deep, as those of a page do.

CPython before 3.13 and 3.14 of March 2026 keeps the frames of a thread in chunks of 16 kB and gives
a chunk back to the system when the first call in it returns. A loop that calls across the end of a
chunk pays for memory mapped, faulted in and unmapped again with every call; whether one does hangs
on how deep the server happened to call us (https://github.com/python/cpython/issues/142183).
A page of 30 ms took up to 114.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import ParamSpec, TypeVar, cast

_Args = ParamSpec("_Args")
_Result = TypeVar("_Result")

# In words of 8 bytes. A frame so large begins a chunk of its own, which is the next power of two:
# 256 kB, of which 120 are left for what it calls. Memory that no call reaches is never touched.
ROOM = 2**14


def with_room(function: Callable[_Args, _Result]) -> Callable[_Args, _Result]:
    """The same function; what it calls finds its frames in one piece."""
    code = cast("FunctionType", function).__code__
    cast("FunctionType", function).__code__ = code.replace(co_stacksize=code.co_stacksize + ROOM)
    return function
