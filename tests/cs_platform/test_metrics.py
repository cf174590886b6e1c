"""What Prometheus gets: counts of all processes, the rows' answers, nobody's name."""

import os
import subprocess
import sys

import pytest
from django.db import connection
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import Account, DirtyAccount, Job, OutboxMessage, User
from cs_platform.models import InvariantRun, Pulse, StepRun
from cs_platform.runtime.configuration import networks
from cs_platform.runtime.request_metrics import BUCKETS, forget
from cs_platform.runtime.version import VERSION
from health.models import SourceFeed
from tests.deployment.compose import ROOT
from tests.times import before_now, now, today, yesterday

TOKEN = "a-token-of-some-length"


def named(sample) -> str:
    labels = ",".join(f'{key}="{value}"' for key, value in sorted(sample.labels.items()))
    return f"{sample.name}{{{labels}}}" if labels else sample.name


@pytest.fixture
def scrape(client, settings):
    """Every sample by its name and labels, as `name{label="value",…}` with labels sorted."""
    settings.METRICS_TOKEN = TOKEN

    def ask() -> dict[str, float]:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        families = list(text_string_to_metric_families(answer.content.decode()))
        assert all(family.documentation and family.name.startswith("cs_") for family in families)
        return {named(sample): sample.value for family in families for sample in family.samples}

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
    assert grew('cs_request_seconds_bucket{le="+Inf",route="healthz",status="2xx"}') == 3
    assert grew('cs_request_seconds_count{route="unresolved",status="4xx"}') == 1
    assert grew('cs_request_seconds_count{route="prometheus",status="2xx"}') == 1
    assert after['cs_request_seconds_sum{route="healthz",status="2xx"}'] > 0
    buckets = [
        value
        for name, value in after.items()
        if name.startswith("cs_request_seconds_bucket") and 'route="healthz",status="2xx"' in name
    ]
    assert buckets == sorted(buckets)
    assert len(buckets) == len(BUCKETS) + 1


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
        f'cs_build_info{{commit="",version="{VERSION}"}}': 1,
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
    assert (answer.status_code, "cs_database_answers 0.0\n" in answer.content.decode()) == (
        200,
        True,
    )


_COUNTING = """
import sys
import django
django.setup()
from cs_platform.runtime.request_metrics import count_request
for _ in range(1000):
    count_request(route="login", status=200, seconds=0.2)
print("counted", flush=True)
sys.stdin.read()
"""


def counting_process(folder):
    return subprocess.Popen(
        [sys.executable, "-c", _COUNTING], cwd=ROOT, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cs_platform.settings",
            "CS_METRICS_FOLDER": str(folder),
        },
    )  # fmt: skip


def test_processes_count_into_one_folder_and_a_killed_one_leaves_its_counts(tmp_path, settings):
    running = [counting_process(tmp_path) for _ in range(2)]
    for process in running:
        assert process.stdout.readline() == "counted\n"
    running[0].kill()
    for process in running:
        process.communicate()
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(tmp_path))
    labels = {"route": "login", "status": "2xx"}
    assert registry.get_sample_value("cs_request_seconds_count", labels) == 2000
    assert registry.get_sample_value("cs_request_seconds_sum", labels) == pytest.approx(400)
    assert registry.get_sample_value("cs_request_seconds_bucket", {**labels, "le": "0.1"}) == 0

    settings.METRICS_FOLDER = tmp_path
    forget()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_costs_no_answer(tmp_path):
    (tmp_path / "file").write_text("in the way")
    process = counting_process(tmp_path / "file")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "counted\n")
    assert "a request was not counted" in err


def test_the_version_is_that_of_the_project():
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text()
