"""What the tests of these pages share."""

from tests.page_house import account, csm, house  # noqa: F401 -- fixtures
from tests.scorecard_house import draft, ola, ops, portfolio, published  # noqa: F401 -- fixtures
