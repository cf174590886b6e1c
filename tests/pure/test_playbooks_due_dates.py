"""Business time by hand-worked cases, and the laws it must keep on any calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.calendar import BusinessCalendar
from playbooks.due_dates import (
    Anchor,
    Offset,
    Unit,
    add_business_hours,
    due_at,
    notice_at,
)

PARIS = ZoneInfo("Europe/Paris")
CALENDAR = BusinessCalendar(PARIS)
T_30 = Offset(-30, Unit.CALENDAR_DAYS, Anchor.CONTRACT_END)
ASCENSION = date(2025, 5, 29)


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def local(moment: datetime) -> str:
    return moment.astimezone(PARIS).strftime("%a %d %b %H:%M")


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2025-03-14 16:00", 48, "Tue 18 Mar 16:00"),  # Friday: Mon, Tue
        ("2025-03-10 09:30", 48, "Wed 12 Mar 09:30"),
        ("2025-03-15 10:00", 48, "Wed 19 Mar 09:00"),  # Saturday: all of Mon, all of Tue
        ("2025-03-16 11:56", 48, "Wed 19 Mar 09:00"),
        ("2025-03-15 00:15", 0, "Mon 17 Mar 09:00"),
        ("2025-03-15 00:15", 24, "Tue 18 Mar 09:00"),
        ("2025-03-13 00:15", 48, "Mon 17 Mar 09:00"),  # the night before Thursday: Thu, Fri
        ("2025-03-13 21:00", 48, "Tue 18 Mar 09:00"),  # after the close on Thursday: Fri, Mon
        ("2025-03-14 16:00", 24, "Mon 17 Mar 16:00"),
        ("2025-03-14 18:00", 24, "Mon 17 Mar 18:00"),
        ("2025-03-14 10:00", 4, "Fri 14 Mar 14:00"),
        ("2025-03-14 16:00", 2, "Fri 14 Mar 18:00"),
        ("2025-03-14 16:00", 4, "Mon 17 Mar 11:00"),  # two hours on Friday, two on Monday
        ("2025-03-14 16:00", 12, "Mon 17 Mar 16:00"),  # never more than a whole working day
        ("2025-03-13 16:00", 28, "Mon 17 Mar 11:00"),  # a day to Friday 16:00, then 4 h
        ("2025-03-14 16:00", 0, "Fri 14 Mar 16:00"),
        ("2025-03-28 16:00", 48, "Tue 01 Apr 16:00"),  # summer time begins on Sunday 30 March
        ("2025-10-24 16:00", 48, "Tue 28 Oct 16:00"),  # and ends on Sunday 26 October
    ],
)
def test_hours_are_business_days_at_the_same_clock_time(start, hours, due):
    assert local(add_business_hours(start=paris(start), hours=hours, calendar=CALENDAR)) == due


def test_hours_skip_a_holiday():
    calendar = BusinessCalendar(PARIS, frozenset({ASCENSION}))

    due = add_business_hours(start=paris("2025-05-28 11:00"), hours=48, calendar=calendar)

    assert local(due) == "Mon 02 Jun 11:00"  # Thursday is a holiday: Fri 30, Mon 2


@pytest.mark.parametrize(
    ("start", "offset", "due"),
    [
        ("2025-03-14 16:00", Offset(5, Unit.BUSINESS_DAYS), "Fri 21 Mar 18:00"),
        ("2025-03-14 20:00", Offset(5, Unit.BUSINESS_DAYS), "Fri 21 Mar 18:00"),
        ("2025-03-15 00:15", Offset(5, Unit.BUSINESS_DAYS), "Fri 21 Mar 18:00"),  # from Saturday
        ("2025-03-14 09:00", Offset(0, Unit.BUSINESS_DAYS), "Fri 14 Mar 18:00"),
        ("2025-03-14 18:00", Offset(0, Unit.BUSINESS_DAYS), "Mon 17 Mar 18:00"),  # after the close
        ("2025-03-14 09:00", Offset(1, Unit.CALENDAR_DAYS), "Mon 17 Mar 18:00"),
        ("2025-03-14 09:00", Offset(5, Unit.CALENDAR_DAYS), "Wed 19 Mar 18:00"),
        ("2025-03-14 09:00", Offset(30, Unit.CALENDAR_DAYS), "Mon 14 Apr 18:00"),  # from Sunday 13
        ("2025-06-30 00:00", T_30, "Mon 02 Jun 18:00"),  # from Saturday 31 May
    ],
)  # fmt: skip
def test_days_are_due_at_the_close_of_a_working_day(start, offset, due):
    assert local(due_at(anchor=paris(start), offset=offset, calendar=CALENDAR)) == due


def test_the_zone_of_the_installation_decides_what_day_it_is():
    friday_evening_in_utc = datetime(2025, 3, 14, 23, 30, tzinfo=UTC)
    one_day = Offset(1, Unit.BUSINESS_DAYS)

    tokyo = BusinessCalendar(ZoneInfo("Asia/Tokyo"))
    honolulu = BusinessCalendar(ZoneInfo("Pacific/Honolulu"))

    # In Tokyo it is Saturday already, in Honolulu Friday noon.
    assert due_at(anchor=friday_evening_in_utc, offset=one_day, calendar=tokyo) == datetime(
        2025, 3, 17, 9, 0, tzinfo=UTC
    )
    assert due_at(anchor=friday_evening_in_utc, offset=one_day, calendar=honolulu) == datetime(
        2025, 3, 18, 4, 0, tzinfo=UTC
    )


def test_a_clock_time_the_spring_change_skips_moves_past_the_gap():
    # Cairo went forward on Friday 25 April 2025 at 00:00; here it is worked by night.
    cairo = ZoneInfo("Africa/Cairo")
    calendar = BusinessCalendar(cairo, opens_at=time(0, 0), closes_at=time(8, 0))
    start = datetime(2025, 4, 24, 0, 30, tzinfo=cairo)

    due = add_business_hours(start=start, hours=24, calendar=calendar)

    assert due.astimezone(cairo).strftime("%a %H:%M") == "Fri 01:30"


RIYADH = ZoneInfo("Asia/Riyadh")
SUNDAY_TO_THURSDAY = BusinessCalendar(
    RIYADH,
    working_days=frozenset({7, 1, 2, 3, 4}),
    opens_at=time(8, 0),
    closes_at=time(16, 30),
)


@pytest.mark.parametrize(
    ("start", "offset", "due"),
    [
        ("2025-03-13 16:00", Offset(48, Unit.HOURS), "Mon 17 Mar 16:00"),  # Thursday: Sun, Mon
        ("2025-03-13 20:00", Offset(48, Unit.HOURS), "Tue 18 Mar 08:00"),
        ("2025-03-14 10:00", Offset(48, Unit.HOURS), "Tue 18 Mar 08:00"),  # Friday
        ("2025-03-13 16:00", Offset(1, Unit.HOURS), "Sun 16 Mar 08:30"),
        ("2025-03-13 09:00", Offset(5, Unit.BUSINESS_DAYS), "Thu 20 Mar 16:30"),
        ("2025-03-13 09:00", Offset(1, Unit.CALENDAR_DAYS), "Sun 16 Mar 16:30"),  # from Friday
    ],
)
def test_a_week_from_sunday_to_thursday_has_its_own_days_and_hours(start, offset, due):
    anchor = datetime.fromisoformat(start).replace(tzinfo=RIYADH)

    moment = due_at(anchor=anchor, offset=offset, calendar=SUNDAY_TO_THURSDAY)

    assert moment.astimezone(RIYADH).strftime("%a %d %b %H:%M") == due


def test_a_task_shows_up_its_working_days_before_it_is_due():
    due = paris("2025-03-18 18:00")

    assert local(notice_at(due=due, notice_days=0, calendar=CALENDAR)) == "Tue 18 Mar 00:00"
    assert local(notice_at(due=due, notice_days=1, calendar=CALENDAR)) == "Mon 17 Mar 00:00"
    assert local(notice_at(due=due, notice_days=2, calendar=CALENDAR)) == "Fri 14 Mar 00:00"


ZONES = st.sampled_from(
    ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
)
HOLIDAYS = st.frozensets(st.dates(date(2025, 1, 1), date(2026, 12, 31)), max_size=40)
WEEKS = st.frozensets(st.integers(1, 7), min_size=1)
HOURS = st.tuples(st.times(), st.times()).filter(lambda both: both[0] != both[1]).map(sorted)


@st.composite
def calendars(draw: st.DrawFn) -> BusinessCalendar:
    opens_at, closes_at = draw(HOURS)
    return BusinessCalendar(ZoneInfo(draw(ZONES)), draw(HOLIDAYS), draw(WEEKS), opens_at, closes_at)


CALENDARS = calendars()
_MINUTES = st.integers(0, 545 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
MOMENTS = _MINUTES.map(lambda passed: datetime(2025, 1, 1, tzinfo=UTC) + passed)
UNITS = st.sampled_from(list(Unit))


@given(anchor=MOMENTS, amount=st.integers(0, 90), unit=UNITS, calendar=CALENDARS)
def test_nothing_is_due_before_its_start_or_outside_of_worked_hours(anchor, amount, unit, calendar):
    due = due_at(anchor=anchor, offset=Offset(amount, unit), calendar=calendar)

    assert due >= anchor
    assert calendar.is_worked(calendar.local_day(due))
    on_the_wall = due.astimezone(calendar.zone).time()
    if calendar.at(calendar.local_day(due), on_the_wall) == due:  # no hour that the clock skips
        assert calendar.opens_at <= on_the_wall <= calendar.closes_at


SATURDAY = datetime(2025, 3, 15, 0, 15, tzinfo=PARIS)


@example(anchor=SATURDAY, amount=23, unit=Unit.HOURS, calendar=CALENDAR)
@given(anchor=MOMENTS, amount=st.integers(0, 90), unit=UNITS, calendar=CALENDARS)
def test_more_time_is_never_due_earlier(anchor, amount, unit, calendar):
    one = due_at(anchor=anchor, offset=Offset(amount, unit), calendar=calendar)
    more = due_at(anchor=anchor, offset=Offset(amount + 1, unit), calendar=calendar)

    assert more >= one - timedelta(hours=1)  # an hour that the clock repeats in autumn


@example(anchor=SATURDAY, later=timedelta(hours=36), amount=48, unit=Unit.HOURS, calendar=CALENDAR)
@given(anchor=MOMENTS, later=_MINUTES, amount=st.integers(0, 90), unit=UNITS, calendar=CALENDARS)
def test_what_starts_later_is_never_due_earlier(anchor, later, amount, unit, calendar):
    offset = Offset(amount, unit)
    one = due_at(anchor=anchor, offset=offset, calendar=calendar)
    other = due_at(anchor=anchor + later, offset=offset, calendar=calendar)

    assert other >= one - timedelta(hours=1)


@given(day=st.dates(date(2025, 1, 1), date(2026, 6, 30)), calendar=CALENDARS,
       first=st.integers(0, 30), second=st.integers(0, 30))  # fmt: skip
def test_working_days_add_up_from_a_working_day(day, calendar, first, second):
    start = calendar.worked_on_or_after(day)

    assert calendar.shift(calendar.shift(start, first), second) == calendar.shift(
        start, first + second
    )


@given(day=st.dates(date(2025, 1, 1), date(2026, 6, 30)), calendar=CALENDARS,
       days=st.integers(0, 30))  # fmt: skip
def test_shifting_there_and_back_returns_to_a_working_day(day, calendar, days):
    start = calendar.worked_on_or_after(day)

    assert calendar.shift(calendar.shift(start, days), -days) == start


@given(anchor=MOMENTS, days=st.integers(0, 30), calendar=CALENDARS)
def test_whole_days_of_hours_keep_the_clock_time(anchor, days, calendar):
    due = add_business_hours(start=anchor, hours=24 * days, calendar=calendar)
    wall, due_wall = calendar.within_hours(anchor), due.astimezone(calendar.zone)

    assert due_wall.date() == calendar.shift(wall.date(), days)
    if calendar.at(due_wall.date(), wall.time()).astimezone(calendar.zone).time() == wall.time():
        assert due_wall.time() == wall.time()
