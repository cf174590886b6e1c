"""Text as it may be stored: normalised, visible, bounded; refused rather than silently changed."""

import re
import unicodedata

from accounts.intake.errors import FieldError, shown
from accounts.languages import language_code

EXTERNAL_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_NO_KEY = re.compile(r"[^a-z0-9]+")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_WEB_ADDRESS = re.compile(r"^(?:https?://)?(?:www\.)?([^/?#]+)(?:[/?#].*)?", re.I | re.S)
_LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_INVISIBLE = frozenset("\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\u180e\u00ad")
_JOINERS = frozenset("\u200c\u200d")
_LONGEST_COMBINING_RUN = 4
# What is taken out of a text, with a warning, rather than losing the text or its record.
COSMETIC = frozenset(
    {
        "line_break",
        "control_character",
        "direction_control",
        "invisible_character",
        "combining_flood",
    }
)


def text(value: str, *, max_length: int) -> str:
    """NFC, stripped, free of control characters other than tab and line breaks."""
    refuse_broken(value)
    normal = unicodedata.normalize("NFC", value).strip()
    if not normal:
        raise FieldError("blank", "is empty; write a value or leave the field out")
    if len(normal) > max_length:
        raise FieldError(
            "too_long", f"has {len(normal)} characters; at most {max_length} are kept, shorten it"
        )
    for character in normal:
        if unicodedata.category(character) == "Cc" and character not in "\t\n\r":
            raise FieldError(
                "control_character",
                f"contains the control character {ord(character):#06x}; remove it",
            )
    return normal


def name(value: str, *, max_length: int) -> str:
    """One visible line: what is shown in lists, mails and calendars must read as it is stored."""
    normal = text(value, max_length=max_length)
    if any(c in "\t\n\r" or unicodedata.category(c) in ("Zl", "Zp") for c in normal):
        raise FieldError("line_break", "contains tabs or line breaks; remove them")
    _refuse_invisible(normal)
    _refuse_combining_flood(normal)
    return normal


def cleaned(value: str, *, is_line: bool) -> str:
    """The text without what `name` (a line) or `text` refuses as cosmetic."""
    normal = unicodedata.normalize("NFC", value)
    if is_line:
        normal = " ".join(normal.split())
    kept: list[str] = []
    run = 0
    for place, character in enumerate(normal):
        category = unicodedata.category(character)
        run = run + 1 if category == "Mn" else 0
        is_control = category == "Cc" and (is_line or character not in "\t\n\r")
        unseen = is_line and (
            character in _DIRECTION
            or character in _INVISIBLE
            or (character in _JOINERS and not _is_joiner_between_letters(normal, place))
            or run > _LONGEST_COMBINING_RUN
        )
        if not is_control and not unseen:
            kept.append(character)
    return "".join(kept).strip()


def refuse_broken(value: str) -> None:
    """FieldError for what Postgres cannot store: NUL and lone surrogates."""
    if "\x00" in value:
        raise FieldError("nul", "contains a NUL character; remove it")
    if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
        raise FieldError("surrogate", "contains half of a surrogate pair; send valid Unicode")


def _refuse_invisible(normal: str) -> None:
    if normal.isascii():
        return
    for place, character in enumerate(normal):
        if character in _DIRECTION:
            raise FieldError(
                "direction_control",
                f"contains the text-direction control U+{ord(character):04X}; remove it",
            )
        lonely = character in _JOINERS and not _is_joiner_between_letters(normal, place)
        if character in _INVISIBLE or lonely:
            raise FieldError(
                "invisible_character",
                f"contains the invisible character U+{ord(character):04X}; remove it",
            )


def _is_joiner_between_letters(normal: str, place: int) -> bool:
    """Joiners shape Persian words and emoji families: they stand between two such characters."""
    around = (normal[place - 1 : place], normal[place + 1 : place + 2])
    return all(c and not c.isascii() and c not in _JOINERS for c in around)


def _refuse_combining_flood(normal: str) -> None:
    run = 0
    for character in normal:
        run = run + 1 if unicodedata.category(character) == "Mn" else 0
        if run > _LONGEST_COMBINING_RUN:
            raise FieldError("combining_flood", "piles combining marks on one letter; remove them")


def external_id(value: str) -> str:
    if not EXTERNAL_ID.fullmatch(value):
        raise FieldError(
            "id_alphabet",
            f"{shown(value)} is not an id; use 1 to 64 of A–Z a–z 0–9 . _ ~ -",
        )
    if not value.strip("."):
        # "." and ".." would climb the URL path of the account's page.
        raise FieldError("id_alphabet", f"{shown(value)} is not an id; add a letter or a digit")
    return value


def opaque_id(value: str) -> str:
    """An id of another system means nothing here: any visible characters, as they are."""
    if not 0 < len(value) <= 64 or not value.isprintable() or value != value.strip():
        raise FieldError(
            "id_alphabet", f"{shown(value)} is not an id; use 1 to 64 visible characters"
        )
    return value


def slug(value: str, *, max_length: int = 80) -> str:
    if len(value) > max_length or not _SLUG.fullmatch(value):
        raise FieldError(
            "key_alphabet",
            f"{shown(value)} is not a key; use at most {max_length} of a–z 0–9 _ - "
            "and start with a letter or digit",
        )
    return value


def as_key(value: str) -> str:
    """A word as people write it, as a key: “Site visit (on site)” is site_visit_on_site."""
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode().lower()
    return _NO_KEY.sub("_", plain).strip("_") or value


def host_of(value: str) -> str:
    """Of a web address as exports carry it: https://www.acme.example/about is acme.example."""
    return _WEB_ADDRESS.sub(r"\1", value)


def domain(value: str) -> str:
    lowered = _ascii_domain(value.strip().lower())
    if len(lowered) > 253 or not _DOMAIN.fullmatch(lowered):
        raise FieldError("domain", f"{shown(value)} is not a domain; write it like acme.example")
    return lowered


def _ascii_domain(name: str) -> str:
    """As it stands in the domain name system: møller.example is xn--mller-kua.example."""
    try:
        return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return name


def email(value: str) -> str:
    """One address; the domain is lower-cased, the local part is kept as it was written."""
    stripped = value.strip()
    local, _, host = stripped.rpartition("@")
    broken_dots = local.startswith(".") or local.endswith(".") or ".." in local
    lowered = host.lower()
    if (
        len(stripped) > 254
        or broken_dots
        or not _LOCAL_PART.fullmatch(local)
        or not _DOMAIN.fullmatch(lowered)
    ):
        raise FieldError(
            "email", f"{shown(value)} is not one e-mail address; write it like kim@acme.example"
        )
    return f"{local}@{lowered}"


def language(value: str) -> str:
    code = language_code(value)
    if code is None:
        raise FieldError(
            "language", f"{shown(value)} is not a language; write a code such as de or pt-BR"
        )
    return code
