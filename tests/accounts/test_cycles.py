"""Python's search for cycles goes on as before, whatever happened meanwhile."""

import gc

import pytest

from accounts.loading.cycles import seldom_cycle_search, without_cycle_search


@pytest.mark.parametrize("quieter", [seldom_cycle_search, without_cycle_search])
def test_the_search_is_held_off_and_comes_back(quieter):
    def ways():
        return gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()

    before = ways()
    with quieter():
        assert ways() != before
    assert ways() == before
    with pytest.raises(ZeroDivisionError), quieter():
        1 / 0  # noqa: B018
    assert ways() == before
