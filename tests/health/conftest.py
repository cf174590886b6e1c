"""What the tests of health share."""

import pytest

from tests.cards import install_cards
from tests.health.builders import NOW


@pytest.fixture
def library(db):
    """The shipped scorecards, published, with their rules."""
    install_cards(now=NOW)
