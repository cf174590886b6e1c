"""Every line that `make bench` prints: what it is counted in, and the goal it has to reach.

A line belongs to the group before its dot. What is compared with the goal is its *figure*: the
ratio to a bound that was measured in the same run, or the value where there is no bound.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# Room above the best figure so far: what is slower by more fails.
_ROOM = 4 / 3


@dataclass(frozen=True, slots=True)
class Line:
    """`unit` is that of the value. `at_least`: more is better."""

    unit: str
    goal: float
    at_least: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.goal, int | float) or self.goal <= 0:
            raise ValueError(f"a line needs a goal above zero, not {self.goal!r}")

    def passes(self, figure: float, limit: float) -> bool:
        return figure >= limit if self.at_least else figure <= limit

    def ceiling(self, before: float | None, best: float) -> float:
        """The ceiling after a figure of `best`: no looser than before, no tighter than the goal."""
        if self.at_least:
            found = min(self.goal, best / _ROOM)
            return found if before is None else max(before, found)
        found = max(self.goal, best * _ROOM)
        return found if before is None else min(before, found)


# Goals are those of the specification, chapter 8, but for those marked "ours": it names none.
LINES: Mapping[str, Line] = {
    # All scores of 10,000 accounts, against a scan of the facts and a COPY of the results.
    "health.from_packs": Line("CPU s", 1.0),
    "health.from_facts": Line("CPU s", 3.0),
    "health.growth": Line("exponent", 1.15),
    # A draft on all of 10,000 accounts, against the same: scores alone, all an admin waits for.
    "preview.rescore": Line("CPU s", 0.8),
    "preview.whole": Line("CPU s", 0.8),
    # One account from facts to stored score, against one row update by key; marks in 500s.
    "account.one": Line("CPU ms", 5.0),
    "account.drain": Line("accounts/CPU s", 8_000, at_least=True),
    # Every step of a night of 10,000 accounts, and of 100,000, against scan and COPY.
    "night.steady": Line("CPU s", 3.0),
    "night.first": Line("CPU s", 10.0),
    "night.bytes": Line("bytes an account and year", 200_000),
    "night_large.steady": Line("CPU s", 3.0),
    "night_large.first": Line("CPU s", 10.0),
    "night_large.bytes": Line("bytes an account and year", 200_000),
    "night_large.memory": Line("MB", 310),
    # Rows in, against a COPY of the same bytes.
    "intake.csv": Line("rows/CPU s", 0.1, at_least=True),
    "intake.csv_again": Line("rows/CPU s", 0.1, at_least=True),
    "intake.csv_memory": Line("MB more than for a tenth", 30),  # ours: "memory flat"
    "intake.bulk_json": Line("rows/CPU s", 0.1, at_least=True),
    "intake.bulk_csv": Line("rows/CPU s", 0.1, at_least=True),
    "intake.accept": Line("rows/CPU s", 0.1, at_least=True),
    "intake.fold": Line("rows/CPU s", 0.08, at_least=True),
    # Five terms each of 10,000 accounts, shuffled, to the derived ledger and the rebuilt history.
    "intake.contracts": Line("rows/CPU s", 5_000, at_least=True),
    # Over HTTP, with every process of an installation.
    "live.visible": Line("ms, p95", 1_000),
    "live.visible_busy": Line("ms, p95", 1_000),
    "live.visible_no_broker": Line("ms, p95", 5_000),
    "live.accept": Line("ms, p95", 15),
    # 24 months of 1,000,000 movements: against the ledger's scan and export, a bare insert.
    "metrics.rebuild": Line("s", 6.0),
    "metrics.posting": Line("ms", 5.0),
    "metrics.series": Line("ms, p95", 5.0),
    # CPU a request at 100,000 accounts; growth from 10,000 of the page that grows most.
    "metrics.report": Line("CPU ms", 50),
    "metrics.nrr_accounts": Line("CPU ms", 100),
    "metrics.grr_segment": Line("CPU ms", 100),
    "metrics.expansion": Line("CPU ms", 100),
    "metrics.churn": Line("CPU ms", 100),
    "metrics.end": Line("CPU ms", 100),
    "metrics.at_risk": Line("CPU ms", 100),
    "metrics.renewals": Line("CPU ms", 100),
    "metrics.gained": Line("CPU ms", 100),
    "metrics.fell": Line("CPU ms", 100),
    "metrics.growth": Line("times", 1.1),
    "pages.today": Line("CPU ms, p95", 30),
    "pages.today_manager": Line("CPU ms, p95", 30),
    "pages.today_large_book": Line("CPU ms, p95", 50),
    "pages.portfolio": Line("CPU ms, p95", 50),
    "pages.portfolio_all": Line("CPU ms, p95", 50),
    "pages.tasks": Line("CPU ms, p95", 100),
    "pages.account": Line("CPU ms, p95", 100),
    "pages.account_health": Line("CPU ms, p95", 150),  # ours: every measure, and what moved it
    "pages.executive": Line("CPU ms, p95", 50),
    "pages.search": Line("CPU ms, p95", 30),
    "pages.search_all": Line("CPU ms, p95", 30),
    "pages.growth": Line("times", 1.1),
    # Of the page that asks most often; of the page whose number grows most to ten times the
    # accounts.
    "pages.queries": Line("queries", 20),  # ours: what the heaviest page asked when first counted
    "pages.queries_growth": Line("times", 1.0),
    # 100,000 running plays, 20,000 falls.
    "playbooks.fired": Line("falls/s", 1_000, at_least=True),  # ours
    "playbooks.tick_idle": Line("s", 1.0),  # told beside it: a scan of the open plays
    "playbooks.tick_due": Line("s", 1.0),
    "playbooks.tick_recovered": Line("s", 1.0),
    # 20,000 falls in 90 days tried; 100,000 accounts of which it is true listed.
    "playbooks.dry_run": Line("CPU s", 2.0),  # ours
    "playbooks.bulk_start_list": Line("CPU s", 2.0),  # ours
    # 100,000 running sequences, a hundredth of them due; a signal that starts nothing.
    "sequences.tick_idle": Line("CPU s", 1.0),
    "sequences.tick_due": Line("CPU s", 1.5),  # ours: a thousand mails written at once
    "sequences.fire_unknown": Line("CPU ms", 0.1),
    "sequences.fire_others": Line("CPU ms", 0.1),
    "surveys.plan": Line("s for 100,000", 60),
    "start.web": Line("s", 5),  # ours: what a restart keeps users waiting
    "start.prepare": Line("s", 20),  # ours: a third of what a clone may take
    "clone.page": Line("s", 60),
}
