"""What the import pages say: what is left out, where a row stands, whom to add."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.intake.column_guesses import other_kind
from accounts.intake.fields import Kind
from accounts.models import ImportFile, ImportRun, RejectedRecord
from accounts.pages.imports.refused_rows import refused_rows
from tests.accounts.pages.test_imports import match, ops, send, text, through, work

__all__ = ["ops"]

WIDE = (
    b"Company ID,Company name,Website,Currency,Create Date,ARR,Renewal date,Colour\n"
    b"bolt,Bolt Works,bolt.example,USD,17/04/2024,1200,2027-01-01,blue\n"
)
TWICE = (
    b"Company ID,Company name,Website,Currency,Create Date,Owner\n"
    b"new-1,Bolt,bolt.example,USD,17/04/2024,gone@demo.example\n"
    b"new-2,Cork,cork.example,USD,17/04/2024,\n"
    b"new-1,Other,bolt.example,USD,17/04/2024,\n"
)
LEFT_OUT = (
    "<strong> <span data-left-out-count>3</span> of 8 columns left out: </strong>"
    " <span data-left-out-names>ARR, Renewal date, Colour</span>."
)


def test_columns_that_go_nowhere_are_named_before_anything_is_written(ops):
    page = text(ops.get(send(ops, WIDE).url))
    match(ops)
    work()
    file = ImportFile.objects.latest("pk")
    checked = text(ops.get(reverse("imports_check", args=[file.pk])))

    for shown in (page, checked):
        assert LEFT_OUT in shown
        assert "ARR, Renewal date can be imported as contracts, from the same file" in shown


def test_nothing_is_said_where_every_column_goes_somewhere(ops):
    page = text(ops.get(send(ops).url))
    match(ops)
    work()
    checked = text(ops.get(reverse("imports_check", args=[ImportFile.objects.latest("pk").pk])))

    assert "data-left-out hidden" in page
    assert "left out:" not in checked


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("ARR", Kind.CONTRACTS),
        ("Renewal date", Kind.CONTRACTS),
        ("E-mail", Kind.CONTACTS),
        ("Colour", None),
        ("date", None),
        ("notes", None),
    ],
)
def test_a_column_of_one_other_kind_is_known(column, kind):
    assert other_kind(column, kind=Kind.ACCOUNTS) == kind


def test_problems_are_said_in_the_words_of_the_page(ops):
    run = through(ops, TWICE, c5="owner")
    messages = dict(RejectedRecord.objects.values_list("code", "message"))
    lines = "".join(refused_rows(ImportRun.objects.get(pk=run.pk))).splitlines()

    assert messages["duplicate"] == (
        "“new-1” is in row 2 already with other values; keep one of both"
    )
    assert "add the person in Admin, Users, or leave the field empty" in messages["unknown"]
    assert lines[1].startswith("4,ID,ID “new-1” is in row 2 already")
