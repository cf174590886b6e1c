"""Languages of people, as short codes of BCP 47: `de`, `pt-BR`, `zh-Hant`."""

import re
from collections.abc import Sequence
from typing import Final

from accounts.languages.names import (
    BY_NAME,
    CODES,
    REGIONS,
    SCRIPTS,
    SUBTAGS,
    plain_name,
)

LONGEST_CODE: Final = 12
"""A language, its script, a region: zh-Hant-TW, with room for three letters."""
SHAPE: Final = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"

_LONGEST_TEXT = 80
# As programs write it: de, de_DE, zh-Hans-CN, de_DE.UTF-8.
_CODE = re.compile(
    r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|[0-9]{3}))?(?:[.@][a-z0-9-]{1,16})?",
    re.ASCII | re.IGNORECASE,
)
# As lists of choices write it: English (US), Portuguese - Brazil.
_QUALIFIED = re.compile(r"([^()]{2,}?)(?: ?\(([^()]+)\)| [-–—] (.+)| ?[:/,] ?(.+))")
# Where what is nearest is not just the code without its last part.
_NEAREST = {
    "zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "zh-MO": "zh-Hant", "zh-CN": "zh-Hans",
    "zh-SG": "zh-Hans", "nn": "nb",
    **dict.fromkeys(
        (f"es-{region}" for region in "AR BO CL CO CR CU DO EC GT HN MX NI PA PE PR PY SV US UY VE"
         .split()),
        "es-419",
    ),
}  # fmt: skip


def language_code(text: str) -> str | None:
    """The code of what an export or a person calls a language, None where it names none.

    "German", "deutsch", "DE" and "ger" are `de`; "de_DE" and "German (Germany)" are `de-DE`.
    """
    if len(text) > _LONGEST_TEXT:
        return None
    said = " ".join(text.split())
    return _unqualified_code(said) or _qualified_code(said)


def _unqualified_code(said: str) -> str | None:
    return _written_code(said) or BY_NAME.get(plain_name(said))


def _written_code(said: str) -> str | None:
    match = _CODE.fullmatch(said)
    if match is None:
        return None
    language = CODES.get(match[1].lower())
    script, region = (match[2] or "").title(), (match[3] or "").upper()
    region = "GB" if region == "UK" else region
    if language is None or script not in {"", *SCRIPTS} or region not in {"", *REGIONS}:
        return None
    if script:
        language = language.partition("-")[0]
    return "-".join(part for part in (language, script, region) if part)


def _qualified_code(said: str) -> str | None:
    """A language with its region or script in words, or said twice: German (de)."""
    match = _QUALIFIED.fullmatch(said)
    language = match and _unqualified_code(match[1].strip())
    if match is None or language is None:
        return None
    behind = next(part for part in match.groups()[1:] if part).strip()
    again = _unqualified_code(behind)
    if again == language and not behind.isupper():
        return language
    return _written_code(f"{language}-{SUBTAGS.get(plain_name(behind), behind)}")


def language_for(contact: str, account: str, installation: str, *, offered: Sequence[str]) -> str:
    """In which of the offered languages a text is read: the person's, else the account's, else the
    installation's, else the first one, as it is written there. The three are codes; empty: not
    known.

    Where nothing is offered, what is written is in the installation's.
    """
    written: dict[str, str] = {}
    for code in offered:
        written.setdefault(language_code(code) or code, code)
    for wanted in (contact, account, installation):
        nearest = _nearest_offered(wanted, list(written))
        if nearest:
            return written[nearest]
    return offered[0] if offered else installation


def _nearest_offered(wanted: str, offered: Sequence[str]) -> str:
    """The same, else the same with less said, else the same language of another region."""
    step = wanted
    while step:
        if step in offered:
            return step
        step = _NEAREST.get(step) or step.rpartition("-")[0]
    language = wanted.partition("-")[0]
    return next((code for code in offered if code.partition("-")[0] == language), "")
