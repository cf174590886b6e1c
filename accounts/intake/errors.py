"""What is wrong with one row, in words that say what to do."""

from collections.abc import Iterable
from dataclasses import dataclass


class FieldError(ValueError):
    """One value that cannot be taken; `code` is stable, `message` is for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class FileRefused(ValueError):
    """A whole file or body that cannot be read; nothing of it was stored."""

    def __init__(self, code: str, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message if line is None else f"line {line}: {message}"
        self.line = line


class TooLarge(FileRefused):
    """A file or body over one of the documented limits."""


class BodyIncomplete(FileRefused):
    """Fewer bytes came than the request stated, or its last chunk never did."""

    def __init__(self) -> None:
        super().__init__("incomplete", "ended before it was whole; send the same request again")


class LengthMissing(FileRefused):
    """Neither a length in bytes nor chunks: nobody can know whether the body is whole."""

    def __init__(self) -> None:
        message = "has no length; send Content-Length, or Transfer-Encoding: chunked"
        super().__init__("length_required", message)


@dataclass(frozen=True, slots=True)
class RecordError:
    """`position` is the line of a file (header = 1) or the index in a list (first = 0)."""

    position: int
    field: str
    code: str
    message: str
    warning: bool = False


def shown(value: object, *, length: int = 60) -> str:
    """A value as it may stand in a message: one line, printable, short."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(c if c.isprintable() else "�" for c in text[: length + 1])
    return f"“{text[:length]}…”" if len(text) > length else f"“{text}”"


def in_order(errors: Iterable[RecordError]) -> list[RecordError]:
    return sorted(errors, key=lambda error: (error.position, error.field))
