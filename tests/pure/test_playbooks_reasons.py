"""Why a play began, from the values its start kept, in the customer's terms."""

import pytest

from playbooks.triggers.reasons import reason_in_words

FELL = {"kind": "health.crossed", "day": "2025-03-13", "previous_score": "76.10", "score": "48.00"}


@pytest.mark.parametrize(
    ("saw", "words"),
    [
        (
            FELL | {"subject": "score", "line": None, "from": "healthy", "to": "intervene"},
            "Health went from healthy to intervene on 13 Mar 2025: score 76.1 → 48.0.",
        ),
        (
            FELL | {"subject": "score", "line": "40", "from": "above", "to": "below"},
            "The score went below 40 on 13 Mar 2025: score 76.1 → 48.0.",
        ),
        (
            FELL
            | {"subject": "measure:ticket_load", "line": "6", "to": "above", "value": "7.50"},
            "Ticket load is 7.5, above 6 on 13 Mar 2025; score 76.1 → 48.0.",
        ),
        (
            {"kind": "contract.date", "contract": "C-1", "line": "core", "on": "2025-06-01",
             "days_left": 90},
            "A date of contract C-1 (core) came near: 1 Jun 2025, 90 days ahead.",
        ),
        (
            {"kind": "contract.date", "contract": "C-1", "line": "", "on": "2025-06-01",
             "days_left": 0},
            "A date of contract C-1 came near: 1 Jun 2025, today.",
        ),
        (
            {"kind": "health.fell", "score_before": "60.00", "score": "44.50", "day": "2025-03-13"},
            "The score fell from 60.0 to 44.5 on 13 Mar 2025.",
        ),
        (
            {"kind": "usage.silent", "last_used": "2025-02-27"},
            "Nobody has used the product since 27 Feb 2025.",
        ),
        ({"kind": "cadence.due"}, "Its regular date has come."),
        (
            {"kind": "event.cancellation_notice", "detail": "Budget cut."},
            "Cancellation notice: Budget cut.",
        ),
        ({"kind": "event.champion_left", "detail": ""}, "Champion left."),
        (
            {"kind": "survey.detractor", "detail": "NPS 3 of 10: “Exports are slow.”"},
            "Somebody would not recommend us: NPS 3 of 10: “Exports are slow.”",
        ),
        (
            {"kind": "survey.detractor", "detail": "NPS 3 of 10: “Exports”"},
            "Somebody would not recommend us: NPS 3 of 10: “Exports”.",
        ),
        (
            {"kind": "play.asked", "detail": "asked for by “At risk”"},
            "It was asked for by “At risk”.",
        ),
        (
            {"kind": "usage.not_started", "since": "2025-03-11"},
            "A customer since 11 Mar 2025, and nobody has used the product yet.",
        ),
        (
            {"kind": "usage.untouched", "features": ["Board", "Report"], "last_used": "2025-02-11"},
            "Nobody has used Board or Report since 11 Feb 2025.",
        ),
        (
            {"kind": "events.repeated", "event": "help_article_read", "times": 3,
             "detail": "How to export"},
            "Help article read, 3 times: How to export.",
        ),
        (
            {"kind": "ticket.solved", "ticket": "T-1", "solved_on": "2025-03-07"},
            "Ticket T-1 was solved on 7 Mar 2025.",
        ),
        (
            {"kind": "invoice.unpaid", "invoice": "I-1", "due_on": "2025-03-04", "state": "failed"},
            "Invoice I-1 was due on 4 Mar 2025 and is not paid. The payment failed.",
        ),
        (
            {"kind": "feature.launched", "feature": "Board", "since": "2025-03-14"},
            "Board is in their plan since 14 Mar 2025.",
        ),
        ({"kind": "account.gone", "left_on": "2024-09-14"}, "They left on 14 Sep 2024."),
        (
            {"kind": "account.expansion_ready", "detail": "Healthy and at the limit."},
            "They look ready for more: Healthy and at the limit.",
        ),
        ({"kind": "by_hand", "band": "watch"}, ""),
        ({}, ""),
    ],
)  # fmt: skip
def test_a_reason_is_put_into_words_from_what_was_seen(saw, words):
    assert reason_in_words(saw) == words


@pytest.mark.parametrize(
    "kind",
    [
        "contract.date",
        "health.fell",
        "usage.silent",
        "health.crossed",
        "account.tier_changed",
        "usage.not_started",
        "usage.untouched",
        "events.repeated",
        "ticket.solved",
        "invoice.unpaid",
        "feature.launched",
        "account.gone",
        "account.expansion_ready",
    ],
)
def test_what_was_not_kept_is_not_invented(kind):
    """A start of long ago kept less: it is still put into words."""
    assert reason_in_words({"kind": kind}).endswith(".")
