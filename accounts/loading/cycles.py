"""Python's search for reference cycles, held off where there are none or many."""

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


# Objects between two searches, of the youngest, the middle and all; Python's own: 700, 10, 10.
_SELDOM = (700_000, 3, 3)


@contextmanager
def seldom_cycle_search() -> Iterator[None]:
    """For what does make cycles in great numbers, such as the models of every migration: the search
    comes now and then, and not through what was there before. Costs some 150 MB."""
    usual = gc.get_threshold()
    # What somebody else has frozen cannot be told apart from ours, and stays as it is.
    is_free = gc.get_freeze_count() == 0
    if is_free:
        gc.freeze()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        if is_free:
            gc.unfreeze()
