"""A key that may send everything."""

import pytest

from tests.accounts.bulk import make_key


@pytest.fixture
def token() -> str:
    return make_key()
