"""The RavenStack export into an installation of its own, as of its last day.

Data: "RavenStack: Synthetic SaaS Dataset" by River @ Rivalytics.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts import clock
from accounts.intake.errors import FileRefused
from accounts.loading.ravenstack import AS_OF, import_folder
from accounts.management.commands.first_admin import make_first_admin
from accounts.models import Account, ImportRun, Installation, User
from health.recompute import recompute
from metrics.definitions import Rate, Retention
from metrics.queries.ledger_report import Question, retention
from metrics.retention.windows import Window
from metrics.snapshots import take_snapshots

NAME = "RavenStack"
PERSON = "ops@ravenstack.example"


class Command(BaseCommand):
    help = "Import the RavenStack folder, score it, and compare it with its reference.json."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--if-empty", action="store_true", help="keep what is there")

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '5min'; SET lock_timeout = '30s'")
        self._take_installation()
        if options["if_empty"] and ImportRun.objects.filter(kind="churn_events").exists():
            self.stdout.write("RavenStack is there already.")
            return
        said = make_first_admin(PERSON)
        if said:
            self.stdout.write(said)
        try:
            import_folder(
                options["folder"], day=AS_OF, now=clock.now(), on_progress=self.stdout.write
            )
        except FileRefused as refused:
            raise CommandError(refused.message, returncode=2) from refused
        scores = recompute(day=AS_OF, now=clock.now())
        self.stdout.write(
            f"{scores.scored} accounts scored, {scores.unscored} without enough data for a score"
        )
        take_snapshots(day=AS_OF)
        self._compare_with_reference(options["folder"] / "reference.json")

    def _take_installation(self) -> None:
        """History must not be frozen over somebody's real company, nor mixed with the demo."""
        installation = Installation.current()
        if installation.name != NAME and Account.objects.exists():
            raise CommandError(
                "There are accounts here already: choose an empty state folder, such as "
                "CS_HOME=.local-ravenstack"
            )
        installation.name, installation.as_of, installation.currency = NAME, AS_OF, "USD"
        installation.save()

    def _compare_with_reference(self, path: Path) -> None:
        if not path.exists():
            return
        person = User.objects.get(email=PERSON)
        reference = json.loads(path.read_text())
        for period in reference["periods"]:
            window = Window(*(date.fromisoformat(period[end]) for end in ("start", "end")))
            total = retention(question=Question(window=window, base="USD"), user=person).total
            wrong = differences(total, period)
            if wrong:
                raise CommandError(f"{window.start} to {window.end}: {'; '.join(wrong)}")
        self.stdout.write(
            f"ARR, NRR, GRR and logo retention equal {path.name} in"
            f" {len(reference['periods'])} windows."
        )


def differences(total: Retention, period: dict[str, Any]) -> list[str]:
    """What of ours is not what the reference says; monthly whole dollars there, ARR cents here."""
    ours = {
        "start_accounts": total.logos.start,
        "end_accounts": total.logos.end,
        "kept_accounts": total.logos.kept,
        "start_mrr": total.bridge.start,
        "expansion": total.bridge.expansion,
        "contraction": total.bridge.contraction,
        "churn": total.bridge.churn,
        "new_or_reactivated": total.bridge.new + total.bridge.reactivation,
        "end_mrr": total.bridge.end,
    }
    shares = {
        "nrr": total.rate(Rate.NRR),
        "grr": total.rate(Rate.GRR),
        "logo_retention": total.rate(Rate.LOGO),
    }
    wrong = []
    for name, found in ours.items():
        expected = period[name] * (1 if name.endswith("accounts") else 1_200)
        if found != expected:
            wrong.append(f"{name} is {found}, not {expected}")
    for name, rate in shares.items():
        if rate is None or round(float(rate), 6) != period[name]:
            wrong.append(f"{name} is {rate}, not {period[name]}")
    return wrong
