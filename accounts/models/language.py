"""A column that holds the language of somebody, always as the same code."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext

from accounts.languages import LONGEST_CODE, SHAPE, language_code


class LanguageField(models.CharField):  # type: ignore[type-arg]
    """A code of BCP 47, or empty. Forms take what a person calls it: “German” is stored as de."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": LONGEST_CODE, **kwargs})

    def formfield(self, **kwargs: Any) -> Any:
        """Longer than what is stored: a name is typed in."""
        return super().formfield(**{"max_length": None, **kwargs})

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        code = language_code(value) if value else value
        if code is None:
            raise ValidationError(
                gettext("“%(value)s” is not a language. Write a code such as en, de or pt-BR.")
                % {"value": value},
                code="language",
            )
        return super().clean(code, model_instance)


def is_language_or_empty(column: str, *, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name, condition=models.Q(**{column: ""}) | models.Q(**{f"{column}__regex": SHAPE})
    )
