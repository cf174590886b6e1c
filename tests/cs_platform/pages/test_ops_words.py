"""What the machinery's own words mean to a reader."""

import pytest

from cs_platform.pages.ops import labels as ops_words
from cs_platform.scheduling import nightly_steps
from cs_platform.scheduling.job_kinds import HANDLERS


def test_every_kind_of_job_has_words_and_no_words_are_left_over():
    assert set(ops_words.JOBS) == set(HANDLERS)


def test_every_step_of_a_night_has_words_and_no_words_are_left_over():
    assert list(ops_words.STEPS) == [step.name for step in nightly_steps.STEPS]


def test_what_another_version_left_is_still_to_be_read():
    assert ops_words.job("report.weekly_mail") == "Report weekly mail"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"), (0, "0 s"), (0.42, "0.4 s"), (9.96, "10 s"), (59.4, "59 s"), (60, "1 min"),
        (3_599, "59 min"), (7_200, "2 h"), (86_400, "1 day"), (200_000, "2 days"),
    ],
)  # fmt: skip
def test_spans_read_as_their_largest_unit(seconds, words):
    assert ops_words.span(seconds) == words
