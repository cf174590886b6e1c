"""Asks whether what the lock files name has known vulnerabilities: `make check-audit`.

pip-audit ends with 0 and "No known vulnerabilities found" when it could ask nobody: it has then
skipped every package. So its JSON is read, and a package counts as audited only when it was.
OSV_URL names an OSV service of one's own, where the public lists cannot be reached.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

COMMAND = (
    "-m pip_audit --require-hashes --disable-pip --format json --progress-spinner off --timeout 10"
).split()
SECONDS = 180


@dataclass(frozen=True)
class Audit:
    """Of all lock files. `failure` is what pip-audit said when it could not answer at all."""

    audited: int = 0
    skipped: int = 0
    vulnerable: tuple[str, ...] = ()
    failure: str = ""


def read_answer(text: str, said: str) -> Audit:
    """From pip-audit's standard output and standard error."""
    try:
        rows = json.loads(text)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (said.strip().splitlines() or ["no answer"])[-1]
        return Audit(failure=last[:200])
    asked = [row for row in rows if "skip_reason" not in row]
    found = [
        f"{row['name']} {row['version']}: {hole['id']}"
        + (f", mended in {', '.join(hole['fix_versions'])}" if hole.get("fix_versions") else "")
        for row in asked
        for hole in row["vulns"]
    ]
    return Audit(audited=len(asked), skipped=len(rows) - len(asked), vulnerable=tuple(found))


def verdict(audit: Audit, *, age: str) -> str:
    """One line. "Audited" only where every package was."""
    if audit.vulnerable:
        return f"VULNERABLE: {'; '.join(audit.vulnerable)}"
    if audit.failure:
        return f"NOT AUDITED ({audit.failure}); {age}"
    if audit.skipped or not audit.audited:
        of = audit.audited + audit.skipped
        return f"NOT AUDITED (no advisories for {audit.skipped} of {of} packages); {age}"
    return f"Audited, {audit.audited} packages without a known vulnerability"


def age_of(locks: list[Path], *, today: date) -> str:
    """Since the last commit that changed each."""
    ages = []
    for lock in locks:
        changed = subprocess.run(
            ["git", "log", "-1", "--format=%cs", "--", lock.name],
            cwd=lock.resolve().parent, capture_output=True, text=True, check=False,
        ).stdout.strip()  # fmt: skip
        days = (today - date.fromisoformat(changed)).days if changed else None
        ages.append(f"{lock.name} is {'new' if days is None else f'{days} days old'}")
    return ", ".join(ages)


def ask(locks: list[Path]) -> Audit:
    named = [part for lock in locks for part in ("--requirement", str(lock))]
    if "OSV_URL" in os.environ:
        named += ["--vulnerability-service", "osv", "--osv-url", os.environ["OSV_URL"]]
    try:
        answer = subprocess.run(
            [sys.executable, *COMMAND, *named],
            capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Audit(failure=f"no answer within {SECONDS} s")
    return read_answer(answer.stdout, answer.stderr)


def main(locks: list[str]) -> int:
    """1 when a vulnerability is known, else 0."""
    files = [Path(lock) for lock in locks]
    audit = ask(files)
    age = age_of(files, today=datetime.now(UTC).date())
    sys.stdout.write(f"Dependencies: {verdict(audit, age=age)}\n")
    return int(bool(audit.vulnerable))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
