"""What customers do in the product: features, their events, sessions and active people."""

from accounts.catalogue import ActorClass
from accounts.intake.fields import Kind, RecordSpec, Type
from accounts.intake.spans import Covers
from accounts.intake.specs.field_builders import ACCOUNT, may, must, one_of

_ACTOR = one_of(
    "actor",
    ActorClass,
    clearable=False,
    is_telling=True,
    help_text="who used it; empty: a person",
)
_COVERS = one_of(
    "covers",
    Covers,
    clearable=False,
    is_telling=True,
    help_text="what is counted: the day, or the week from or up to it; empty: the day",
)
FEATURES = RecordSpec(
    Kind.FEATURES,
    ("key",),
    (
        must("key", Type.KEY, example="reports", help_text="the feature of usage rows"),
        may("name", Type.NAME, clearable=False, max_length=120),
        may("is_core", Type.BOOLEAN, clearable=False, help_text="depth and trend count it"),
        may(
            "plans",
            Type.NAMES,
            max_length=40,
            help_text="keys of the plans it belongs to; empty: all of them",
        ),
        may(
            "valid_from",
            Type.LONG_DAY,
            clearable=False,
            help_text="without it always, or from the first use of one met in usage",
        ),
        may("valid_to", Type.LONG_DAY, help_text="the first day without it; empty: still"),
    ),
)
USAGE = RecordSpec(
    Kind.USAGE,
    ("account", "day", "feature", "actor"),
    (
        ACCOUNT,
        must("day", Type.PAST_DAY),
        must("feature", Type.KEY, help_text="made when it is new"),
        must("events", Type.INTEGER, help_text="all events of that day"),
        may(
            "total_value",
            Type.NUMBER,
            clearable=False,
            is_telling=True,
            help_text="what those events are worth together, in one unit for each feature",
        ),
        _ACTOR,
        _COVERS,
    ),
    counted="events",
    spread_over=("feature", "day"),
)
SESSIONS = RecordSpec(
    Kind.SESSIONS,
    ("account", "day"),
    (
        ACCOUNT,
        must("day", Type.PAST_DAY),
        must("sessions", Type.INTEGER),
        must("minutes", Type.INTEGER),
    ),
)
USER_DAYS = RecordSpec(
    Kind.USER_DAYS,
    ("account", "day", "user", "actor"),
    (
        ACCOUNT,
        must("day", Type.PAST_DAY),
        must("user", Type.ID, help_text="the product's own id of the user"),
        _ACTOR,
    ),
)
ACTIVE_USERS = RecordSpec(
    Kind.ACTIVE_USERS,
    ("account", "day"),
    (
        ACCOUNT,
        must("day", Type.PAST_DAY),
        must("users", Type.INTEGER, help_text="how many people used it, where nobody says who"),
        _COVERS,
    ),
    counted="users",
    spread_over=("day",),
)
