"""Python's search for reference cycles, held off while a batch is loaded."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_cycle_search() -> Iterator[None]:
    """A batch makes millions of objects and no cycles, and Python goes through all objects there
    are again and again to find some: a quarter of an import's CPU. For a batch, not for a run: what
    cycles there are are found between two of them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
