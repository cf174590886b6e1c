"""The kinds of steps, one room each: its form, its words, its place in the list of what to add."""

from playbooks.pages.builder.kinds import (
    assign,
    branch,
    change_field,
    hold_out,
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
_ROOMS = (task, wait, branch, mail, notify, assign, change_field, start_play, survey, hold_out)
ROOMS: dict[StepKind, KindRoom] = {module.ROOM.kind: module.ROOM for module in _ROOMS}
