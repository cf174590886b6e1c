from playbooks.firing.advancing import advance_plays
from playbooks.firing.by_hand import NotPublishedError, PlayRunningError, start_play
from playbooks.firing.handing_on import hand_back_tasks, hand_on_tasks
from playbooks.firing.moments import emit_moments
from playbooks.firing.queue_alarm import ring_unworked_queue
from playbooks.firing.starting import fire_signals, oldest_waiting

__all__ = [
    "NotPublishedError",
    "PlayRunningError",
    "advance_plays",
    "emit_moments",
    "fire_signals",
    "hand_back_tasks",
    "hand_on_tasks",
    "oldest_waiting",
    "ring_unworked_queue",
    "start_play",
]
