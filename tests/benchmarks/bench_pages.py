"""What a page costs the server: a CSM with 300 accounts, their manager, an executive, a search.

Requests go through the real middleware in this process, on the large company. CPU of this process
and of its database backend is judged, because a busy machine hardly moves it; wall time is told,
and that of a view that does nothing but know who asks.
"""

import gc
import statistics
import time

from tests.benchmarks import large_company
from tests.benchmarks.large_company import CSM, EXECUTIVE, MANAGER
from tests.benchmarks.measuring import cpu_clocks, empty_database, note, p95, report, scaled, served

WARM_UP = 5
REQUESTS = 100
SIZES = (10_000, 100_000)
LARGE_BOOK = 10_000
# What is found grows with what there is.
GROWING = ("search", "search_all")


def prepare(accounts):
    from django.core.management import call_command  # noqa: PLC0415 -- after django.setup()

    from metrics.snapshots import take_snapshots  # noqa: PLC0415 -- likewise

    empty_database()
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    note(f"making a company of {accounts} accounts")
    large_company.fill(accounts=accounts)
    note("taking its snapshots")
    take_snapshots(day=large_company.DAY)


def ask(client, address):
    """CPU and wall milliseconds of each request; the first fill caches of templates and plans."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    times = []
    connection.ensure_connection()
    spent = cpu_clocks()
    for _ in range(WARM_UP + REQUESTS):
        begun = (spent(), time.perf_counter())
        answer = client.get(address, secure=True, headers={"host": "localhost"})
        times.append(((spent() - begun[0]) / 1e6, (time.perf_counter() - begun[1]) * 1e3))
        assert answer.status_code in (200, 302), (address, answer.status_code)
    return tuple(zip(*times[WARM_UP:], strict=True))


def queries(client, address):
    """How many the page asks."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 -- likewise

    with CaptureQueriesContext(connection) as asked:
        client.get(address, secure=True, headers={"host": "localhost"})
    return len(asked)


def client_of(email):
    from django.test import Client  # noqa: PLC0415 -- after django.setup()

    from accounts.models import User  # noqa: PLC0415 -- likewise

    client = Client()
    person = User.objects.get(email=email)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def pages():
    """Line → who asks, address."""
    from accounts.models import Account  # noqa: PLC0415 -- after django.setup()

    one = Account.objects.filter(owner__email=CSM).order_by("pk")[0]
    return {
        "today": (CSM, "/today/"),
        "today_manager": (MANAGER, "/today/"),
        "portfolio": (CSM, "/portfolio/"),
        "portfolio_all": (CSM, "/portfolio/?scope=all"),
        "tasks": (CSM, "/tasks/"),
        "account": (CSM, f"/accounts/{one.external_id}/"),
        "account_health": (CSM, f"/accounts/{one.external_id}/health/"),
        "executive": (EXECUTIVE, "/executive/"),
        "search": (CSM, "/palette/?q=velora+fo"),
        "search_all": (EXECUTIVE, "/palette/?q=tide+pap"),
    }


def measure():
    """By page: CPU and wall milliseconds of each request, and the number of queries."""
    taken = {}
    for name, (email, address) in pages().items():
        note(f"asking for {name}")
        client = client_of(email)
        taken[name] = (*ask(client, address), queries(client, address))
    return taken


def widen_book():
    """The CSM gets ten thousand accounts, and what is to be done about them."""
    from accounts.models import Account, User  # noqa: PLC0415 -- after django.setup()
    from playbooks.models import Task  # noqa: PLC0415 -- likewise

    csm = User.objects.get(email=CSM)
    Account.objects.filter(pk__lte=scaled(LARGE_BOOK)).update(owner=csm)
    Task.objects.filter(account__owner=csm).update(owner=csm)


def tell(small, large, *, no_op):
    for name, (cpu, wall, asked) in large.items():
        walls = {"wall_p50": statistics.median(wall), "wall_p95": p95(wall), "no_op_p95": no_op}
        report(f"pages.{name}", p95(cpu), queries=asked, **walls)
    grown = {
        name: statistics.median(large[name][0]) / statistics.median(small[name][0])
        for name in large.keys() - GROWING
    }
    asked = {name: each[2] for name, each in large.items()}
    more = {name: count / small[name][2] for name, count in asked.items()}
    for line, values in (("growth", grown), ("queries", asked), ("queries_growth", more)):
        most = max(values, key=values.__getitem__)
        report(f"pages.{line}", values[most], page=most)


def main():
    with served():
        gc.freeze()  # as the web server does before it forks
        taken = []
        for size in SIZES:
            prepare(scaled(size))
            taken.append(measure())
        tell(*taken, no_op=p95(ask(client_of(CSM), "/")[1]))
        note(f"asking for today of a book of {scaled(LARGE_BOOK)}")
        widen_book()
        client = client_of(CSM)
        cpu, wall = ask(client, "/today/")
        report("pages.today_large_book", p95(cpu), wall_p95=p95(wall), book=scaled(LARGE_BOOK))


if __name__ == "__main__":
    main()
