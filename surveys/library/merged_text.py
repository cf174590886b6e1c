"""What stands between {{ and }} in the text of a survey."""

from __future__ import annotations

import re

_COMPANY = re.compile(r"\{\{ *company *\}\}")


def merged(text: str, *, company: str) -> str:
    """
    >>> merged("One question about {{ company }}", company="Acme")
    'One question about Acme'
    """
    return _COMPANY.sub(lambda _: company, text)
