"""The one row that says how this installation counts days and money, and who sees what."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.calendar import CLOSES_AT, MONDAY_TO_FRIDAY, OPENS_AT, BusinessCalendar
from accounts.catalogue import RevenueSource, Role, Visibility, choices
from accounts.languages import SHAPE
from accounts.models.language import LanguageField
from accounts.money.currencies import CURRENCIES


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            f"{name!r} is not a time zone of the IANA list, such as Europe/Paris."
        )


def validate_currency(code: str) -> None:
    if code not in CURRENCIES:
        raise ValidationError(
            f"{code} is no currency code of ISO 4217. Write one in capitals, such as EUR."
        )


def monday_to_friday() -> list[int]:
    return sorted(MONDAY_TO_FRIDAY)


# Windows reach years back and ahead of today; the calendar ends in the years 1 and 9999.
EARLIEST, LATEST = date(1990, 1, 1), date(2099, 12, 31)


# ISO 8601: Monday is 1.
WEEKDAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]


# Of one request: everything on a page is counted by the same day, currency and zone.
_read_once: ContextVar[list[Installation] | None] = ContextVar("_read_once", default=None)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    model_name="InstallationAudit",
    append_only=True,
)
class Installation(models.Model):
    name = models.CharField(max_length=120, default="My company")
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text=_("Decides what “day” means everywhere."),
    )
    currency = models.CharField(
        max_length=3,
        default="USD",
        validators=[validate_currency],
        help_text=_("Reports convert into this currency."),
    )
    language = LanguageField(
        default="en",
        db_default="en",
        help_text=_(
            "Such as en, de or pt-BR: what is sent to customers is written in it where neither the"
            " person's language nor the account's is known."
        ),
    )
    visibility = models.CharField(
        max_length=4,
        choices=choices(Visibility),
        default=Visibility.TEAM,
        help_text=_("What a CSM may read beside their own accounts. Changes always stay own."),
    )
    as_of = models.DateField(
        null=True,
        blank=True,
        help_text=_("Freeze “today” on this day, for imported history. Empty: the real day."),
    )
    revenue_source = models.CharField(
        max_length=9,
        choices=choices(RevenueSource),
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Where the revenue of accounts comes from, but for exceptions. Named by the first"
            " import of money; what the other one says is kept and not counted."
        ),
    )
    overdue_grace_days = models.PositiveSmallIntegerField(
        default=30,
        help_text=_("A contract that ended without a renewal counts for this long, then as churn."),
    )
    plays_per_csm_day = models.PositiveSmallIntegerField(
        "plays a CSM and day",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_(
            "Plays that open for one CSM on one day, over all playbooks; interventions"
            " without a cap of their own open at once, and count. The rest waits for the next day,"
            " largest ARR × risk first. Empty: any number."
        ),
    )
    renewal_lead = models.CharField(
        "who leads renewals",
        max_length=40,
        default=Role.CSM.value,
        db_default=Role.CSM.value,
        help_text=_("Steps of playbooks that belong to the lead of a renewal follow it."),
    )
    expansion_lead = models.CharField(
        "who leads significant expansions",
        max_length=40,
        default="account_executive",
        db_default="account_executive",
        help_text=_(
            "A new product, use or department. Small expansions, such as more of a limit, stay"
            " with the CSM."
        ),
    )
    product_url = models.CharField(
        "address of the product",
        max_length=200,
        blank=True,
        validators=[URLValidator(schemes=["https", "http"])],
        default="",
        db_default="",
        help_text=_(
            "Where customers log in: {{ product_link }} in mails to them. What names it waits"
            " for approval while this is empty."
        ),
    )
    working_days = ArrayField(
        models.PositiveSmallIntegerField(choices=WEEKDAYS),
        default=monday_to_friday,
        help_text=_("Nothing is due on another day, nor on a holiday."),
    )
    opens_at = models.TimeField(
        default=OPENS_AT, help_text=_("What begins earlier counts from this hour.")
    )
    closes_at = models.TimeField(
        default=CLOSES_AT, help_text=_("When a task is due that counts in days.")
    )
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name_plural = _("installation")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="installation_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(language__regex=SHAPE), name="installation_language_is_a_code"
            ),
            models.CheckConstraint(
                condition=models.Q(working_days__len__gt=0)
                & models.Q(working_days__contained_by=[day for day, _name in WEEKDAYS]),
                name="installation_works_some_day",
                violation_error_message=_("Choose at least one day of the week."),
            ),
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")),
                name="installation_opens_before_it_closes",
                violation_error_message=_("A working day ends after it begins, on the same day."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        if (read := _read_once.get()) is not None:
            read.clear()

    def clean(self) -> None:
        if self.as_of is not None and not EARLIEST <= self.as_of <= LATEST:
            raise ValidationError({"as_of": f"Choose a day from {EARLIEST.year} to {LATEST.year}."})

    def today(self) -> date:
        """The day it is in the installation's zone, or the one it is frozen on."""
        return self.as_of or datetime.now(UTC).astimezone(self.zone).date()

    @classmethod
    def current(cls) -> Installation:
        """The row; the defaults where `manage.py prepare` has not run yet.

        Asked of the database each time, except within `read_once`.
        """
        read = _read_once.get()
        if read:
            return read[0]
        row = cls.objects.filter(pk=1).first() or cls(pk=1)
        if read is not None:
            read.append(row)
        return row

    @staticmethod
    @contextmanager
    def read_once() -> Iterator[None]:
        """Until its end `current` asks once. Longer than a request it must never last."""
        token = _read_once.set([])
        try:
            yield
        finally:
            _read_once.reset(token)

    def business_calendar(self) -> BusinessCalendar:
        return BusinessCalendar(
            zone=self.zone,
            holidays=frozenset(Holiday.objects.values_list("day", flat=True)),
            working_days=frozenset(self.working_days),
            opens_at=self.opens_at,
            closes_at=self.closes_at,
        )

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="HolidayAudit",
    append_only=True,
)
class Holiday(models.Model):
    """A day on which nothing is due: business time skips it."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
