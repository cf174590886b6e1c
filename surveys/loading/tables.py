"""The table of past answers. What a value means is derived from its kind and scale as it is stored,
the same as `surveys.scoring` reads it; a test holds the two together."""

from __future__ import annotations

from accounts.intake.fields import Kind
from accounts.loading.change_signals import mark_dirty
from accounts.loading.loaded import Loaded
from accounts.loading.stored_kinds import StoredKind
from accounts.loading.tables.fact_table import (
    ACCOUNT,
    ACCOUNT_ID,
    DATED,
    ID,
    OF_SOURCE,
    SOURCE_ID,
    FactTable,
    Reference,
    RowCheck,
    StoredColumn,
    plain,
    text,
)
from surveys.loading.people import find_people
from surveys.models import Response
from surveys.scoring.sentiment import sentiment

_HIGHEST = (
    "CASE s.kind WHEN 'nps' THEN 10 WHEN 'ces' THEN 7"
    " ELSE CASE WHEN {highest} THEN COALESCE(s.highest, 5) ELSE COALESCE(t.highest, 5) END END"
)
_REVERSED = (
    "s.kind = 'ces' AND CASE WHEN {is_reversed} THEN COALESCE(s.is_reversed, false)"
    " ELSE COALESCE(t.is_reversed, false) END"
)
_STANDING = (
    "CASE s.kind"
    " WHEN 'nps' THEN CASE WHEN s.value >= 9 THEN 1 WHEN s.value >= 7 THEN 0 ELSE -1 END"
    f" WHEN 'ces' THEN CASE WHEN {_REVERSED}"
    " THEN CASE WHEN s.value <= 3 THEN 1 WHEN s.value = 4 THEN 0 ELSE -1 END"
    " ELSE CASE WHEN s.value >= 5 THEN 1 WHEN s.value = 4 THEN 0 ELSE -1 END END"
    f" ELSE CASE WHEN s.value >= {_HIGHEST} - 1 THEN 1 WHEN s.value >= 3 THEN 0 ELSE -1 END END"
)
ANSWERS = FactTable(
    "surveys_response",
    (
        ID,
        SOURCE_ID,
        ACCOUNT_ID,
        StoredColumn("contact_id", "contact"),
        *plain("kind", "value", "answered_at"),
        StoredColumn("lowest", expression="CASE s.kind WHEN 'nps' THEN 0 ELSE 1 END"),
        StoredColumn("highest", expression=_HIGHEST),
        StoredColumn("is_reversed", expression=_REVERSED),
        StoredColumn("standing", expression=_STANDING),
        StoredColumn(
            "survey_key",
            expression="COALESCE(CASE WHEN {survey} THEN NULLIF(s.survey, '') END,"
            " t.survey_key, s.kind)",
        ),
        StoredColumn("moment", "moment", default="'on_request'"),
        text("comment"),
        StoredColumn("may_call", expression="COALESCE(t.may_call, false)"),
        StoredColumn("language", expression="COALESCE(t.language, '')"),
        StoredColumn("further", expression="COALESCE(t.further, '{{}}'::jsonb)"),
        StoredColumn("completed_at", expression="s.answered_at"),
    ),
    references=(
        ACCOUNT,
        Reference(
            "contact",
            "accounts_contact",
            "external_id",
            "is not a contact; import the person first, or leave the field empty",
            is_sourced=True,
            is_of_account=True,
        ),
    ),
    key=OF_SOURCE,
    same="t.kind = s.kind AND t.answered_at = s.answered_at",
    checks=(
        RowCheck(
            "m.value < m.lowest OR m.value > m.highest",
            "value",
            "range",
            "is not on the scale: NPS 0 to 10, CES 1 to 7, CSAT 1 to 5, or 1 to 7 with highest 7",
        ),
        RowCheck(
            "m.kind = 'csat' AND m.highest NOT IN (5, 7)",
            "highest",
            "range",
            "is 5 or 7 for CSAT",
        ),
        RowCheck(
            "EXISTS (SELECT FROM accounts_contact c WHERE c.id = m.contact_id"
            " AND c.account_id <> m.account_id)",
            "contact",
            "other_account",
            "is a contact of another account; correct one of both",
        ),
    ),
    once=DATED,
    is_dated=True,
)


def weigh_words(loaded: Loaded) -> None:
    """The sentiment of what was written; accounts are judged again."""
    rows = Response.objects.filter(pk__in=loaded.changed.ids.values(), comment__gt="")
    read = list(rows.select_related("contact").only("comment", "contact__language", "sentiment"))
    for row in read:
        language = row.contact.language if row.contact else None
        row.sentiment = sentiment(row.comment, language=language or None)
    Response.objects.bulk_update(read, ["sentiment"], batch_size=1_000)
    mark_dirty(loaded.changed.account_ids)


FACT_TABLES = {Kind.SURVEY_ANSWERS: StoredKind(ANSWERS, find_people, weigh_words)}
