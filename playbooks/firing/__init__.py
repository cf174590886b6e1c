from playbooks.firing.advancing import advance_plays
from playbooks.firing.starting import fire_signals

__all__ = ["advance_plays", "fire_signals"]
