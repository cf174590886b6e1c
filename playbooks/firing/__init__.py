from playbooks.firing.advancing import advance_plays
from playbooks.firing.by_hand import NotPublishedError, PlayRunningError, start_play
from playbooks.firing.starting import fire_signals

__all__ = [
    "NotPublishedError",
    "PlayRunningError",
    "advance_plays",
    "fire_signals",
    "start_play",
]
