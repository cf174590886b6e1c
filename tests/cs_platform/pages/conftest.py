"""What the tests of these pages share."""

from tests.page_house import *  # noqa: F403 -- fixtures
