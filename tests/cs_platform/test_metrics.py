"""What Prometheus gets: counts of all processes, the rows' answers, nobody's name."""

import os
import re
import subprocess
import sys

import pytest
from django.db import connection

from accounts.models import Account, DirtyAccount, Job, OutboxMessage, User
from cs_platform.models import InvariantRun, Pulse, StepRun
from cs_platform.runtime.configuration import networks
from cs_platform.runtime.telemetry import counting
from cs_platform.runtime.telemetry.exposition import Family, Sample, text_of
from cs_platform.runtime.version import VERSION
from health.models import SourceFeed
from tests.deployment.compose import ROOT
from tests.times import before_now, now, today, yesterday

TOKEN = "a-token-of-some-length"
_LINE = re.compile(r'^([a-z_]+)(\{(?:[a-z]+="(?:[^"\\]|\\.)*",?)*\})? (-?[0-9.e+-]+|\+Inf)$')


@pytest.fixture
def scrape(client, settings):
    """Every sample by its name and labels as they are written."""
    settings.METRICS_TOKEN = TOKEN

    def ask() -> dict[str, float]:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        found = {}
        for line in answer.content.decode().splitlines():
            if line.startswith("#"):
                assert re.match(r"^# (HELP|TYPE) cs_[a-z_]+ .+$", line)
                continue
            match = _LINE.match(line)
            assert match, line
            found[match[1] + (match[2] or "")] = float(match[3])
        return found

    return ask


@pytest.mark.django_db
@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_without_the_token_there_is_nothing(client, settings, authorization):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": authorization})
    assert (answer.status_code, b"cs_" in answer.content) == (403, False)


@pytest.mark.django_db
def test_without_a_token_in_the_settings_an_empty_one_opens_nothing(client, settings):
    settings.METRICS_TOKEN = ""
    for header in ("Bearer ", "Bearer x", ""):
        assert client.get("/metrics", headers={"Authorization": header}).status_code == 403


@pytest.mark.django_db
def test_a_named_network_needs_no_token_and_no_forged_header_helps(client, settings):
    settings.METRICS_NETWORKS = networks("CS_METRICS_NETWORKS", ["10.1.0.0/16"])
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.2.2.3").status_code == 403
    forged = {"X-Forwarded-For": "10.1.2.3"}
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.5", headers=forged).status_code == 403


@pytest.mark.django_db
def test_requests_are_counted_by_route_and_class_of_status(client, scrape):
    before = scrape()
    for _ in range(3):
        client.get("/healthz")
    client.get("/nowhere/")
    after = scrape()

    def grew(series: str) -> float:
        return after[series] - before.get(series, 0)

    assert grew('cs_request_seconds_count{route="healthz",status="2xx"}') == 3
    assert grew('cs_request_seconds_bucket{route="healthz",status="2xx",le="+Inf"}') == 3
    assert grew('cs_request_seconds_count{route="unresolved",status="4xx"}') == 1
    assert grew('cs_request_seconds_count{route="prometheus",status="2xx"}') == 1
    assert after['cs_request_seconds_sum{route="healthz",status="2xx"}'] > 0
    buckets = [
        value
        for name, value in after.items()
        if name.startswith('cs_request_seconds_bucket{route="healthz",status="2xx"')
    ]
    assert buckets == sorted(buckets)
    assert len(buckets) == len(counting.BUCKETS) + 1


@pytest.mark.django_db
def test_queues_nights_and_processes_are_measured(scrape):
    account = Account.objects.create(external_id="canary", name="Canary Quill")
    user = User.objects.create_user("canary@quill.example", name="Canary Quill")
    DirtyAccount.objects.create(account=account)
    DirtyAccount.objects.create(account=account)
    late = before_now(minutes=10)
    Job.objects.create(kind="inbox.batch", key="a", next_at=late)
    Job.objects.create(kind="inbox.batch", key="b", next_at=late, state="dead", finished_at=now())
    Job.objects.create(kind="plays.advance", key="c", next_at=late, state="done", finished_at=now())
    for key, state in (("m1", "new"), ("m2", "dead"), ("m3", "dead")):
        OutboxMessage.objects.create(
            key=key, channel="email", user=user, subject="Canary Quill", next_at=late, state=state
        )
    Pulse.objects.create(process="dispatcher", beat_at=now(), broker_answers=False)
    last_night = yesterday()
    StepRun.objects.create(step="score", day=last_night, position=1, finished_at=now(), seconds=2.5)
    StepRun.objects.create(step="close", day=last_night, position=2)
    SourceFeed.objects.create(source="usage", first_day=last_night, latest_day=last_night)
    InvariantRun.objects.create(asked_at=now(), day=today(), seconds=1, asked=16, broken=2)
    found = scrape()
    expected = {
        'cs_jobs{kind="inbox.batch",state="new"}': 1,
        'cs_jobs{kind="inbox.batch",state="dead"}': 1,
        "cs_dirty_accounts": 1,
        'cs_outbox_messages{state="waiting"}': 1,
        'cs_outbox_messages{state="dead"}': 2,
        "cs_broker_answers": 0,
        "cs_night_open_steps": 1,
        "cs_night_work_seconds": 2.5,
        'cs_source_age_days{source="usage"}': 1,
        "cs_broken_invariants": 2,
        "cs_database_answers": 1,
        f'cs_build_info{{version="{VERSION}",commit=""}}': 1,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert 600 <= found["cs_oldest_job_seconds"] < 1800
    assert 600 <= found["cs_oldest_message_seconds"] < 1800
    assert 0 <= found["cs_oldest_dirty_account_seconds"] < 1200
    assert "cs_night_finished_timestamp_seconds" not in found, "the night is not through"
    assert not [name for name in found if "canary" in name.lower() or "quill" in name.lower()]


@pytest.mark.django_db
def test_a_scrape_asks_the_same_number_of_questions_whatever_there_is(
    scrape, django_assert_num_queries
):
    counting.known_routes()
    with django_assert_num_queries(11):
        scrape()
    for number in range(40):
        Job.objects.create(kind=f"kind.{number}", key="a", next_at=now())
    with django_assert_num_queries(11):
        scrape()


@pytest.mark.django_db
def test_without_the_database_the_process_still_tells_what_it_counted(client, settings):
    settings.METRICS_TOKEN = TOKEN
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_job RENAME TO elsewhere")
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, "cs_database_answers 0\n" in answer.content.decode()) == (200, True)


def test_processes_count_into_one_folder_and_restarts_lose_nothing(tmp_path):
    """Two at once, a third that goes on with the file of one that ended."""
    names = ("unresolved", "static", "login")

    child = (
        "import sys; from pathlib import Path\n"
        "from cs_platform.runtime.telemetry.counting import Ledger\n"
        "ledger = Ledger(Path(sys.argv[1]), ('unresolved', 'static', 'login'))\n"
        "for _ in range(1000): ledger.add(place=2, status=200, seconds=0.2)\n"
        "print('counted', flush=True); sys.stdin.read()\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", child, str(tmp_path)], cwd=ROOT, text=True,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "cs_platform.settings"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    for process in running:
        assert process.stdout.readline() == "counted\n"
    mine = counting.Ledger(tmp_path, names)
    mine.add(place=2, status=302, seconds=0.01)
    assert len(list(tmp_path.iterdir())) == 3
    running[0].kill()
    for process in running:
        process.communicate()
    again = counting.Ledger(tmp_path, names)
    again.add(place=2, status=200, seconds=99)
    assert len(list(tmp_path.iterdir())) == 3
    found = {series.status: series for series in again.total()}
    assert {status: series.count for status, series in found.items()} == {"2xx": 2001, "3xx": 1}
    slow = found["2xx"]
    mine.close()
    again.close()
    assert slow.by_bucket[-1] == 1
    assert slow.seconds == pytest.approx(2000 * 0.2 + 99)


def test_a_folder_that_cannot_be_written_costs_no_answer(client, settings, tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    settings.METRICS_FOLDER = tmp_path / "file"
    assert client.get("/healthz").status_code == 200
    assert "a request was not counted" in caplog.text


def test_labels_are_written_as_prometheus_reads_them():
    family = Family("cs_x", "gauge", "Says\nthis.", (Sample({"a": 'q"\\\n'}, 1.5), Sample({}, 2)))
    assert text_of([family, Family("cs_y", "gauge", "Nothing.", ())]) == (
        '# HELP cs_x Says\\nthis.\n# TYPE cs_x gauge\ncs_x{a="q\\"\\\\\\n"} 1.5\ncs_x 2\n'
    )


def test_the_version_is_that_of_the_project():
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text()
