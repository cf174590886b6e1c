"""What executes the statement of each comment, by the place that says it."""

from tests.plans.executors import accounts, health, metrics, platform, playbooks, surveys

EXECUTORS = {
    **accounts.EXECUTORS,
    **surveys.EXECUTORS,
    **health.EXECUTORS,
    **playbooks.EXECUTORS,
    **metrics.EXECUTORS,
    **platform.EXECUTORS,
}
