"""What the tests of health share."""

import pytest

from health.publishing import install_library
from tests.health.builders import NOW


@pytest.fixture
def library(db):
    """The shipped scorecards, published, with their rules."""
    return install_library(now=NOW)
