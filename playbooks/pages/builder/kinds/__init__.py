"""The kinds of steps, one room each: its form, its words, its place in the list of what to add."""

from playbooks.pages.builder.kinds import (
    assign,
    branch,
    change_field,
    endpoints,
    hold_out,
    in_app,
    mail,
    notify,
    start_play,
    survey,
    task,
    wait,
)
from playbooks.pages.builder.kinds.step_form import KindRoom
from playbooks.triggers.kinds import StepKind

# In the order in which they are offered.
_ROOMS = (
    *(module.ROOM for module in (task, wait, branch, mail, in_app, notify)),
    *(endpoints.SLACK, endpoints.TEAMS, endpoints.WEBHOOK),
    *(module.ROOM for module in (assign, change_field, start_play, survey, hold_out)),
)
ROOMS: dict[StepKind, KindRoom] = {room.kind: room for room in _ROOMS}
