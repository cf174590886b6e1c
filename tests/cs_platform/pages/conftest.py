"""What the tests of these pages share."""

from tests.page_house import account, card, csm, house  # noqa: F401 -- fixtures
