from playbooks.engine.due_work import advance_plays
from playbooks.engine.manual_start import NotPublishedError, PlayRunningError, start_play
from playbooks.engine.moment_signals import emit_moments
from playbooks.engine.play_starts import fire_signals, oldest_waiting
from playbooks.engine.queue_alarm import ring_unworked_queue
from playbooks.engine.team_reassignment import hand_back_tasks, hand_on_tasks

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
