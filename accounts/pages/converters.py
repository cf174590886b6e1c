"""Parts of addresses."""

from accounts.models.account import EXTERNAL_ID


class AccountIdConverter:
    """An account's external id: letters, digits and . _ ~ - only, so that it needs no escaping."""

    regex = EXTERNAL_ID

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
