"""From a fact that was answered with 200 to the new score on the account's page, over HTTP.

Web, dispatcher, worker, beat and broker run as in an installation, on this machine; the clocks are
those of the client. Quiet, while 1,000 usage rows a second arrive, and without a broker.
"""

import http.client
import json
import random
import re
import statistics
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from tests.benchmarks.bench_night import carry_through, settle
from tests.benchmarks.bench_pages import client_of
from tests.benchmarks.large_company import CSM, fill_facts
from tests.benchmarks.measuring import p95, report, scaled, served
from tests.pipeline.processes import until

ACCOUNTS = 5_000
POSTS = 60  # a phase
WARM_UP = 5  # posts until web and worker have started and filled their caches
ACCEPTED = 200
BATCH = 500
ROWS_A_SECOND = 1_000
# Enough of them to move any score.
TICKETS = 8
PATIENCE_SECONDS = 60
SCORE = re.compile(r"<dt>Score</dt><dd><span title=\"([0-9.]+)\">")


class Caller:
    """One connection that stays open: as a browser keeps it, and as a sender does."""

    def __init__(self, port, headers):
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        self._headers = headers

    def ask(self, method, address, body=None, **more):
        headers = {**self._headers, **{name.replace("_", "-"): text for name, text in more.items()}}
        self._link.request(method, address, body, headers)
        answer = self._link.getresponse()
        return answer.status, answer.read()

    def send(self, kind, records, *, status=200, **more):
        body = json.dumps(records).encode()
        found, said = self.ask(
            "POST", f"/api/v1/bulk/{kind}/", body, Content_Type="application/json", **more
        )
        assert found == status, (found, said[:300])


def sender(port, kind):
    from accounts.keys import create_key  # noqa: PLC0415 -- after django.setup()

    name = f"{kind} {random.random()}"
    _, token = create_key(name=name, scopes=[f"ingest:{kind}"], now=datetime.now(UTC))
    return Caller(port, {"Authorization": f"Bearer {token}"})


def reader(port):
    cookies = client_of(CSM).cookies
    text = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    return Caller(port, {"Cookie": text})


def score(caller, account):
    status, page = caller.ask("GET", f"/accounts/{account}/")
    assert status == 200, status
    found = SCORE.search(page.decode())
    return found[1] if found else None


def tickets(account):
    now = datetime.now(UTC)
    return [
        {
            "external_id": f"live-{account}-{n}",
            "account": account,
            "opened_at": (now - timedelta(minutes=5 + n)).isoformat(),
            "category": "defect",
            "severity": "urgent",
        }
        for n in range(TICKETS)
    ]


def until_visible(port, accounts):
    """Milliseconds from the answer to the sender to another score on the page, of each account."""
    pages, facts, taken = reader(port), sender(port, "tickets"), []
    for account in accounts:
        before = score(pages, account)
        assert before is not None, account
        facts.send("tickets", tickets(account))
        answered = time.perf_counter()
        while score(pages, account) == before:
            assert time.perf_counter() < answered + PATIENCE_SECONDS, f"{account}: the same score"
            time.sleep(0.01)
        taken.append((time.perf_counter() - answered) * 1e3)
        time.sleep(random.random() / 4)  # so that no sweep keeps step with us
    return taken


def usage(names):
    day = datetime.now(UTC).date()
    return [
        {
            "account": random.choice(names), "day": str(day - timedelta(days=n % 3)),
            "feature": f"feature-{1 + n % 3}", "events": random.randrange(1, 500),
        }
        for n in range(BATCH)
    ]  # fmt: skip


def accept(port, names):
    """Milliseconds a batch, as its sender waits for the 202."""
    caller, taken = sender(port, "usage"), []
    for records in [distinct(usage(names)) for _ in range(ACCEPTED)]:
        begun = time.perf_counter()
        caller.send("usage", records, status=202, Prefer="respond-async")
        taken.append((time.perf_counter() - begun) * 1e3)
    return taken


def distinct(records):
    """A batch that tells twice of an account, day and feature is refused in part."""
    return list({(row["account"], row["day"], row["feature"]): row for row in records}.values())


@contextmanager
def arriving(port, names):
    """Usage at its rate from another thread; a list that grows by the rows of each batch."""
    caller, over, sent, failed = sender(port, "usage"), threading.Event(), [], []

    def send():
        due = time.perf_counter()
        try:
            while not over.wait(max(due - time.perf_counter(), 0)):
                records = distinct(usage(names))
                caller.send("usage", records, status=202, Prefer="respond-async")
                sent.append(len(records))
                due += BATCH / ROWS_A_SECOND
        except (AssertionError, OSError) as error:
            failed.append(error)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield sent
    finally:
        over.set()
        thread.join()
    assert not failed, failed


def until_worked_off():
    from accounts.models import DirtyAccount, Job  # noqa: PLC0415 -- after django.setup()

    open_jobs = Job.objects.filter(kind="inbox.batch", state__in=("new", "leased"))
    until(lambda: not open_jobs.exists() and not DirtyAccount.objects.exists(), seconds=600)


def measure(stack):
    from accounts.models import Account  # noqa: PLC0415 -- after django.setup()
    from cs_platform.models import Pulse  # noqa: PLC0415 -- likewise

    until(lambda: Pulse.objects.filter(process="dispatcher").exists())
    names = list(Account.objects.values_list("external_id", flat=True))
    # Tickets bring down a good score of somebody who works with the product.
    scored = Account.objects.filter(owner__email=CSM, stage="adoption", health__score__gt=0)
    own = list(scored.order_by("-health__score", "pk").values_list("external_id", flat=True))
    posts = min(POSTS, (len(own) - WARM_UP) // 3)
    phases = [own[n * posts : (n + 1) * posts] for n in range(3)]
    until_visible(stack.port, own[3 * posts :][:WARM_UP])
    tell("visible", until_visible(stack.port, phases[0]))
    tell("accept", accept(stack.port, names), batch=BATCH)
    until_worked_off()
    begun = time.perf_counter()
    with arriving(stack.port, names) as sent:
        busy = until_visible(stack.port, phases[1])
        rows = sum(sent) / (time.perf_counter() - begun)
    tell("visible_busy", busy, rows_per_second=rows)
    until_worked_off()
    stack.kill_broker()
    tell("visible_no_broker", until_visible(stack.port, phases[2][:20]))


def tell(line, taken, **more):
    report(f"live.{line}", p95(taken), p50=statistics.median(taken),
           most=max(taken), times=len(taken), **more)  # fmt: skip


def main():
    with served() as (home, _):
        from django.core.management import call_command  # noqa: PLC0415 -- after setup

        from tests.pipeline.stack import Stack  # noqa: PLC0415 -- likewise

        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        fill_facts(accounts=scaled(ACCOUNTS), day=yesterday)
        carry_through(yesterday)
        settle()
        folder = home / "stack"
        folder.mkdir()
        stack = Stack(folder)
        try:
            measure(stack)
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
