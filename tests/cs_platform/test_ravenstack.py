"""The example's own installation: imported once, scored, equal to its reference."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts import clock
from accounts.models import Account, Installation, User
from cs_platform.scheduling import invariants
from metrics.definitions import Rate, Retention
from metrics.management.commands.import_ravenstack import PERSON, differences
from metrics.queries.ledger_report import Question, retention
from metrics.retention.windows import Window

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "ravenstack"
here = pytest.mark.skipif(not FOLDER.exists(), reason=f"the example {FOLDER} is not here")


@here
@pytest.mark.django_db
def test_the_import_equals_its_reference_and_says_whom_it_cannot_score(capsys):
    call_command("import_ravenstack", FOLDER)
    told = capsys.readouterr().out
    assert "ARR, NRR, GRR and logo retention equal reference.json in 6 windows." in told
    assert "without enough data for a score" in told
    assert "531 warning: contradicts_money" in told
    assert clock.today() == date(2024, 12, 31)
    assert User.objects.get().email == PERSON
    assert invariants.broken(day=clock.today()) == []
    segments = year_by_segment()
    # Counted apart from the product, from the ARR on 31 Dec 2023 and the table of segments.
    assert segments["enterprise"] == (52, 9_786_888, 182.5)
    assert segments["smb"][0] == 54
    call_command("import_ravenstack", FOLDER, if_empty=True)
    assert "there already" in capsys.readouterr().out


def year_by_segment():
    """Of 2024: customers and dollars at the start, NRR in percent."""
    window = Window(date(2023, 12, 31), date(2024, 12, 31))
    report = retention(question=Question(window=window, base="USD"), user=User.objects.get())
    return {
        group.value: (
            group.retention.logos.start,
            group.retention.bridge.start / 100,
            round(float(group.retention.rate(Rate.NRR)) * 100, 1),
        )
        for group in report.groups
    }


@pytest.mark.django_db
def test_a_company_that_is_here_already_is_left_alone(tmp_path):
    Account.objects.create(external_id="acme", name="Acme")
    with pytest.raises(CommandError, match="empty state folder"):
        call_command("import_ravenstack", tmp_path)
    assert Installation.current().as_of is None


@pytest.mark.django_db
def test_a_folder_without_the_files_is_refused_before_anything_is_stored(tmp_path):
    with pytest.raises(CommandError, match=r"accounts\.csv"):
        call_command("import_ravenstack", tmp_path)
    assert not Account.objects.exists()


def test_the_comparison_notices_every_difference():
    names = ("start", "end", "kept")
    period = {f"{name}_accounts": 1 for name in names} | {f"{n}_mrr": 1 for n in names[:2]}
    period |= {"expansion": 1, "contraction": 1, "churn": 1, "new_or_reactivated": 1}
    period |= {"nrr": 1.0, "grr": 1.0, "logo_retention": 1.0}
    assert len(differences(Retention(), period)) == 12
