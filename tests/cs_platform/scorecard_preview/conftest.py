"""What the tests of these pages share."""

from tests.scorecard_house import draft, ola, ops, portfolio, published  # noqa: F401 -- fixtures
