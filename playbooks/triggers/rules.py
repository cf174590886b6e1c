"""What a playbook says about starting, staying and drawing people in, as plain frozen data."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from accounts.catalogue import SignalKind
from health.scoring import WHOLE_SCORE, WatchLineSpec
from health.signals import Direction
from playbooks.triggers.renewal_risk import RenewalRisk
from playbooks.triggers.time_triggers import Moment
from playbooks.triggers.vocabulary import EscalationKind, TriggerKind


@dataclass(frozen=True, slots=True)
class Recovery:
    """When the reason for a play is gone: any of these being true is enough; empty is never.

    `contract_decided`: the contract that the trigger saw is renewed, cancelled or expired;
    `contract_lost`: it is cancelled or expired, while a renewed one leaves the play to its end.
    `used_again`: somebody has used the product since. `came_back`: an account that had left is a
    customer again. `left_audience`: the account is not in the audience any more that it entered.
    """

    bands: tuple[str, ...] = ()
    score_at_least: Decimal | None = None
    signals: tuple[str, ...] = ()
    contract_decided: bool = False
    contract_lost: bool = False
    used_again: bool = False
    came_back: bool = False
    left_audience: bool = False

    def __bool__(self) -> bool:
        return self != Recovery()

    @property
    def beside_health(self) -> dict[str, Any]:
        """What does not compare with a score or band, as it is stored with a play."""
        told = {
            "signals": list(self.signals),
            "contract_decided": self.contract_decided,
            "contract_lost": self.contract_lost,
            "used_again": self.used_again,
            "came_back": self.came_back,
            "left_audience": self.left_audience,
        }
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Trigger:
    """`sources` and `targets` are bands; an empty one means any. `score` is for SCORE_BELOW,
    `value` for VALUE_PASSES, `moment` for what time brings about."""

    key: str
    kind: TriggerKind
    signal: str = ""
    subject: str = WHOLE_SCORE
    direction: Direction = Direction.DOWN
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    score: Decimal | None = None
    value: Decimal | None = None
    recovery: Recovery = Recovery()
    moment: Moment | None = None

    @property
    def line(self) -> WatchLineSpec | None:
        """The line whose passing pulls it; None where something else does."""
        bound = self.score if self.kind is TriggerKind.SCORE_BELOW else self.value
        return None if bound is None else WatchLineSpec(self.subject, bound)


BY_PLAY = Trigger("by_play", TriggerKind.SIGNAL, signal=SignalKind.PLAY_ASKED)
"""Every playbook may be started by a step of another play; only people end what it starts."""


BEHAVIOUR_CONDITIONS = (
    "used_since_start",
    "active_users_at_least",
    "active_users_below",
    "used_features",
    "unused_features",
    "events",
    "without_events",
    "onboarding_done",
    "began_with",
    "contract_renewed",
)
"""Conditions about what people of the account did, and about the play that asks."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What an account is: all that is said holds; an empty set, and None, say nothing.

    ARR in whole units of the installation's currency, terms in months. `lines` are products and
    subscriptions of contracts, one of which also has the term and renews by itself (or does not),
    where that is said. Only where `also_churned` is said a play starts on an account that has left,
    and goes on after it left. Of `audiences`, by key, it is in one.

    Those from `used_since_start` on ask what its people did, and about the play itself
    (`playbooks.triggers.behaviour`): only a play asks that. `began_with` are kinds of signals.
    """

    segments: frozenset[str] = frozenset()
    touch_tiers: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    plans: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    without_tags: frozenset[str] = frozenset()
    bands: frozenset[str] = frozenset()
    score_at_least: Decimal | None = None
    score_below: Decimal | None = None
    arr_at_least: Decimal | None = None
    arr_below: Decimal | None = None
    term_at_least: int | None = None
    term_below: int | None = None
    lines: frozenset[str] = frozenset()
    renewal_risks: frozenset[str] = frozenset()
    also_churned: bool = False
    audiences: frozenset[str] = frozenset()
    auto_renews: bool | None = None
    used_since_start: bool | None = None
    active_users_at_least: int | None = None
    active_users_below: int | None = None
    used_features: frozenset[str] = frozenset()
    unused_features: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    without_events: frozenset[str] = frozenset()
    onboarding_done: bool | None = None
    began_with: frozenset[str] = frozenset()
    contract_renewed: bool | None = None

    @property
    def of_profile(self) -> "Conditions":
        """What of them columns of the account alone can answer: who does not fit it fits none."""
        return Conditions(
            segments=self.segments,
            touch_tiers=self.touch_tiers,
            stages=self.stages,
            tags=self.tags,
            without_tags=self.without_tags,
        )

    @property
    def is_about_doings(self) -> bool:
        return _doings_asked(self) != _NO_DOINGS

    @property
    def is_about_contracts(self) -> bool:
        said = (self.term_at_least, self.term_below, self.auto_renews)
        return bool(self.lines) or any(value is not None for value in said)


# One comparison of tuples: asked of every account that a playbook may be for.
_doings_asked = attrgetter(*BEHAVIOUR_CONDITIONS)
_NO_DOINGS = _doings_asked(Conditions())


@dataclass(frozen=True, slots=True)
class Escalation:
    """Draws a person in, once a play; where it `hands_over` the play ends by that.

    `business_days` is for NO_RESPONSE, `score` for SCORE_BELOW, `signals`, `count` and
    `within_days` for SIGNALS."""

    key: str
    kind: EscalationKind
    escalate_to: str
    title: str
    guidance: str
    business_days: int = 0
    score: Decimal | None = None
    signals: tuple[str, ...] = ()
    count: int = 1
    within_days: int = 30
    keeps_open: bool = False
    hands_over: bool = False


def lines_of(
    *, triggers: Iterable[Trigger], escalations: Iterable[Escalation]
) -> set[WatchLineSpec]:
    """What health must watch, so that they are pulled."""
    lines = {trigger.line for trigger in triggers}
    lines |= {
        WatchLineSpec(WHOLE_SCORE, each.score) for each in escalations if each.score is not None
    }
    return {line for line in lines if line is not None}


@dataclass(frozen=True, slots=True)
class Rule:
    """A published playbook, as far as deciding needs it.

    Of a family (plays that answer the same trouble) an account has one open play at a time: the
    one with the highest severity.
    """

    playbook_id: int
    key: str
    name: str
    family: str
    severity: int
    triggers: tuple[Trigger, ...]
    conditions: Conditions = Conditions()
    escalations: tuple[Escalation, ...] = ()
    cooldown_days: int = 0
    cap_per_csm_day: int | None = None
    is_intervention: bool = False
    is_sequence: bool = False

    def counts_for(self, csm_id: int | None) -> int | None:
        """In whose day a play of it counts: a sequence takes nobody's."""
        return None if self.is_sequence else csm_id

    def trigger(self, key: str) -> Trigger:
        return next(trigger for trigger in (*self.triggers, BY_PLAY) if trigger.key == key)


@dataclass(frozen=True, slots=True)
class OpenPlay:
    playbook_key: str
    family: str
    severity: int


@dataclass(frozen=True, slots=True)
class RunningContract:
    """`lines`: what it is for, its products and its subscription."""

    external_id: str
    term_months: int
    lines: frozenset[str] = frozenset()
    auto_renews: bool = False


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account as the decision sees it. `score` None: not scored; `band` empty: never scored.

    `arr_minor` is in the installation's currency, so that accounts compare, and 0 where no rate
    is known; `arr` is the same in whole units, None where no rate is known. `ended` holds when the
    latest play of a playbook closed; `queued` the playbooks that wait.
    """

    account_id: int
    csm_id: int | None
    segment: str
    touch_tier: str
    stage: str
    arr_minor: int
    tags: frozenset[str] = frozenset()
    is_churned: bool = False
    is_overridden: bool = False
    score: Decimal | None = None
    band: str = ""
    open_plays: tuple[OpenPlay, ...] = ()
    queued: frozenset[str] = frozenset()
    ended: tuple[tuple[str, datetime], ...] = ()
    plan: str = ""
    arr: Decimal | None = None
    contracts: tuple[RunningContract, ...] = ()
    renewal_risk: RenewalRisk = RenewalRisk.NONE
    audiences: frozenset[str] = frozenset()

    def without_queued(self, playbook_key: str) -> "AccountState":
        """As it looks to the start that waits itself."""
        return replace(self, queued=self.queued - {playbook_key})
