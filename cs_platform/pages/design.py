"""The design system as it is: every token read from the stylesheet, every component drawn twice."""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.money.rates import Unconverted
from accounts.ui import charts
from accounts.ui.rate_gaps import RateGaps
from cs_platform.pages.account.timeline import Entry
from health.queries.unscored import CardGap, Unscored

_TOKENS = Path("cs_platform/static/cs_platform/css/tokens.css")
_TOKEN = re.compile(r"^\s*--([a-z0-9-]+):\s*(.+?);", re.MULTILINE)
_BANDS = ("healthy", "watch", "intervene", "unscored")
PIXELS_PER_REM = 16


@dataclass(frozen=True, slots=True)
class Token:
    name: str
    value: str

    @property
    def reference(self) -> str:
        return f"var(--{self.name})"

    @property
    def pixels(self) -> float:
        size = re.fullmatch(r"([\d.]+)(rem|px)", self.value)
        return float(size[1]) * (PIXELS_PER_REM if size[2] == "rem" else 1) if size else 0


@dataclass(frozen=True, slots=True)
class Tokens:
    colours: tuple[Token, ...]
    spaces: tuple[Token, ...]
    sizes: tuple[Token, ...]
    others: tuple[Token, ...]


@functools.cache
def tokens() -> Tokens:
    text = (settings.BASE_DIR / _TOKENS).read_text()
    found = {name: Token(name, value) for name, value in _TOKEN.findall(text)}
    colours = [t for t in found.values() if re.match(r"(light-dark\()?#", t.value)]
    spaces = [t for t in found.values() if re.fullmatch(r"s\d+", t.name)]
    sizes = [t for t in found.values() if t.name.startswith("text-")]
    known = {token.name for group in (colours, spaces, sizes) for token in group}
    others = [t for t in found.values() if t.name not in known]
    return Tokens(tuple(colours), tuple(spaces), tuple(sizes), tuple(others))


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def design(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    context = {
        "tokens": tokens(),
        "themes": ("light", "dark"),
        "bands": _BANDS,
        "icons": icons(),
        "spark": [50 + 18 * math.sin(day / 9) for day in range(90)],
        "entry": Entry(today, "interactions", "phone", "Weekly call", text="They want a plan."),
        "typed": [("Outcome", "Meeting booked"), ("Note", "They want a plan.\nBy Friday.")],
        "messages_of_levels": _sample_messages(),
        "drawings": drawings(today),
        "unscored": Unscored(
            accounts=477,
            active=500,
            cards=(
                CardGap(
                    "Four inputs",
                    477,
                    Decimal("47.5"),
                    Decimal(60),
                    (("conversations", Decimal(16)), ("active users", Decimal("12.25"))),
                    (("Core-feature depth", Decimal("8.75")),),
                ),
            ),
            waiting=0,
            has_rule=True,
        ),
        "renews_on": today + timedelta(days=60),
        "rate_gaps": RateGaps(
            "USD", {"CHF": Unconverted(1_000_00, 1), "SEK": Unconverted(5_00, 2)}, {"EUR": today}
        ),
    }
    return render(request, "design/index.html", context)


@functools.cache
def icons() -> tuple[str, ...]:
    sprite = settings.BASE_DIR / "cs_platform/static/cs_platform/icons.svg"
    return tuple(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite.read_text()))


def _sample_messages() -> list[tuple[str, str, str]]:
    return [
        ("success", "circle-check", "Done: call the champion"),
        ("info", "info", "The computed band counts again within seconds."),
        ("warning", "triangle-alert", "This task was changed by somebody else."),
        ("error", "octagon-alert", "That was not saved: say why it is not needed."),
    ]


def drawings(today: date) -> list[tuple[str, charts.Chart]]:
    return [
        ("Score history", _sample_history(today)),
        ("Waterfall", _sample_bridge()),
        ("Distribution", _sample_shares()),
        ("Line", _sample_rates(today)),
        ("Score with its interval", _sample_intervals(today)),
        ("Two scores", _sample_matrix()),
    ]


def _sample_intervals(today: date) -> charts.Chart:
    months = [today - timedelta(days=30 * n) for n in range(6, -1, -1)]
    points = [
        charts.IntervalPoint(
            day, f"{day:%b}", 40, value, value - 14, value + 14, f"{value}", "± 14"
        )
        for day, value in zip(months, (22, 25, 19, 28, 31, 30, 36), strict=True)
    ]
    return charts.interval_chart(points, label="NPS", period="Month")


def _sample_matrix() -> charts.Chart:
    points = [
        charts.MatrixPoint("Enterprise", 82, 44, "82 %", "44"),
        charts.MatrixPoint("SMB", 71, 12, "71 %", "12"),
    ]
    return charts.matrix(
        points,
        x=charts.MatrixAxis("CSAT", 50, 100, 75),
        y=charts.MatrixAxis("NPS", -20, 60, 30),
        label="NPS and CSAT by segment",
    )


def _sample_history(today: date) -> charts.Chart:
    days = [today - timedelta(days=day) for day in range(179, -1, -1)]
    points = [charts.ScorePoint(day, 62 + 18 * math.sin(n / 31)) for n, day in enumerate(days)]
    lines = [charts.BandLine("healthy", "Healthy", 75), charts.BandLine("watch", "Watch", 50)]
    notes = [charts.Note(days[60], "Champion left", "down"), charts.Note(days[120], "New play")]
    return charts.score_history(points, bands=lines, notes=notes, label="Score of an account")


def _sample_bridge() -> charts.Chart:
    steps = [
        charts.WaterfallStep("Start", 1000, "$1,000", is_total=True),
        charts.WaterfallStep("Expansion", 180, "+$180"),
        charts.WaterfallStep("Churn", -80, "−$80"),
        charts.WaterfallStep("End", 1100, "$1,100", is_total=True),
    ]
    return charts.waterfall(steps, label="ARR bridge")


def _sample_shares() -> charts.Chart:
    parts = [
        charts.Part(band, band.capitalize(), n, f"{n} accounts")
        for band, n in _sample_band_counts()
    ]
    return charts.distribution(parts, label="Accounts by band")


def _sample_rates(today: date) -> charts.Chart:
    months = [today - timedelta(days=30 * month) for month in range(11, -1, -1)]
    rates = [
        charts.LinePoint(day, 1 + n / 200, f"{100 + n / 2:.1f}%") for n, day in enumerate(months)
    ]
    target = [charts.ReferenceLine("Target 104%", 1.04)]
    return charts.line_chart(rates, label="NRR", references=target)


def _sample_band_counts() -> list[tuple[str, int]]:
    return list(zip(_BANDS, (214, 83, 31, 12), strict=True))
