from playbooks.engine.due_work import advance_plays
from playbooks.engine.manual_start import NotPublishedError, PlayRunningError, start_play
from playbooks.engine.moment_signals import emit_moments
from playbooks.engine.play_starts import fire_signals, oldest_waiting
from playbooks.engine.queue_alarm import alert_unworked_queue
from playbooks.engine.team_reassignment import hand_back_tasks, reassign_function_tasks

__all__ = [
    "NotPublishedError",
    "PlayRunningError",
    "advance_plays",
    "alert_unworked_queue",
    "emit_moments",
    "fire_signals",
    "hand_back_tasks",
    "oldest_waiting",
    "reassign_function_tasks",
    "start_play",
]
