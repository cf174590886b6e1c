"""Records are loaded in one place, whichever door they came by: who keeps what was refused, counts
a batch or marks its ledgers in a loop of its own forgets one of these sooner or later."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "surveys", "health", "playbooks", "metrics", "cs_platform")
OF_A_BATCH = {
    "accounts.loading.runs": {"count", "keep_notices"},
    "accounts.loading.due_ledgers": {"keep_due", "derive_run"},
    "accounts.loading.waiting_movements": {"keep_waiting"},
    "accounts.loading.usage_columns": {"load_usage_columns"},
}


def importers():
    """Modules that use any of these, but for those that define them."""
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom):
                    names = {alias.name for alias in node.names}
                    if names & OF_A_BATCH.get(node.module, set()):
                        found.add(str(path.relative_to(ROOT)))
    return found


def test_batches_are_kept_and_counted_by_the_pipeline_alone():
    assert importers() == {"accounts/loading/pipeline.py"}
