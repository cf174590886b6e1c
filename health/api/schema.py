"""The OpenAPI description of scores, explanations, crossings and scorecards."""

from __future__ import annotations

from typing import Any

from accounts.api.read_schema import (
    LIST_PARAMETERS,
    NULLABLE,
    ROW_PARAMETERS,
    TEXT,
    filter_parameters,
    list_responses,
    object_schema,
    row_responses,
)
from accounts.api.schema import problem_responses
from health.api import shown
from health.models import ThresholdCrossing

_ACCOUNT = {"account": "External id of the account."}
_SPAN = {
    "from": "The first day, such as 2025-03-01.",
    "to": "The last day.",
}
HEALTHS = list_responses("health", shown.HEALTH)
HEALTH_FILTERS = [
    *filter_parameters(
        band="Key of the band that counts: the overriding one while there is one.",
        at_risk="`true` or `false`.",
        scorecard="Key of the scorecard that judged it.",
    ),
    *LIST_PARAMETERS,
]
HEALTH = row_responses(shown.WHOLE_HEALTH)
HISTORY = list_responses("days", shown.HISTORY_DAY, following=NULLABLE)
HISTORY_FILTERS = [*filter_parameters(**_SPAN), *LIST_PARAMETERS]
EXPLANATION = row_responses(shown.EXPLANATION)
EXPLANATION_FILTERS = [*filter_parameters(**_SPAN), *ROW_PARAMETERS]
MOVERS = list_responses("movers", shown.MOVER, following=NULLABLE)
MOVER_FILTERS = [
    *filter_parameters(
        days="So many days up to the present state, 1 to 89; 7 without it.",
        direction="`down` (the largest falls, without it) or `up`.",
        after="`next` of the page before.",
    ),
    *ROW_PARAMETERS,
]
CROSSINGS = list_responses("crossings", shown.CROSSING)
CROSSING_FILTERS = [
    *filter_parameters(
        **_ACCOUNT,
        **_SPAN,
        direction=f"One of {', '.join(ThresholdCrossing.Direction.values)}.",
        kind=f"One of {', '.join(ThresholdCrossing.Kind.values)}.",
        subject="What crossed: `score`, `component:support`, a line.",
    ),
    *LIST_PARAMETERS,
]
SCORECARDS = list_responses("scorecards", shown.SCORECARD, following=NULLABLE)
SCORECARD = row_responses(shown.WHOLE_SCORECARD)
SCORECARD_FILTERS = [
    *filter_parameters(version="A published version; that in force without it."),
    *ROW_PARAMETERS,
]
WHAT_IF_REQUEST: dict[str, Any] = {
    "application/json": object_schema(
        {
            "scorecard": TEXT | {"description": "Key of a scorecard that has a draft."},
            "yaml": TEXT | {"description": "Or a scorecard as YAML, as the export writes it."},
        },
        required=False,
    )
}
WHAT_IF = {
    (200, "application/json"): object_schema(shown.WHAT_IF),
    **problem_responses(400, 401, 403, 404, 406, 409, 411, 413, 415, 422, 429, 500, 503),
}
