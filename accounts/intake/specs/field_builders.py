"""Fields as the kinds of records are written with: what several of them share."""

from enum import StrEnum

from accounts.intake.fields import Field, Type


def may(name: str, type_: Type, /, **rest: object) -> Field:
    return Field(name=name, type=type_, **rest)  # type: ignore[arg-type]


def must(name: str, type_: Type, /, **rest: object) -> Field:
    return may(name, type_, required=True, clearable=False, **rest)


def telling(name: str, type_: Type, empty_word: str = "", /, **rest: object) -> Field:
    return may(name, type_, is_telling=True, empty_word=empty_word, **rest)


def one_of(name: str, vocabulary: type[StrEnum], /, **rest: object) -> Field:
    return may(name, Type.CHOICE, options=frozenset(vocabulary), **rest)


def kind_of(*, example: str) -> Field:
    return must(
        "kind",
        Type.KIND,
        max_length=40,
        example=example,
        help_text=f"such as {example}; a new one is kept, and described in Admin",
    )


EXTERNAL_ID = must("external_id", Type.ID)
ACCOUNT = must("account", Type.ID, help_text="external id of the account")
CURRENCY = must("currency", Type.CURRENCY)
LEARNED = may("learned_on", Type.PAST_DAY, help_text="history: known since then; CS ops only")
LANGUAGES = "code such as de or pt-BR; names such as German are read"
