"""The audit of dependencies says what it knows: pip-audit itself against advisories of our own."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.audit_locks import read_answer, verdict

ROOT = Path(__file__).resolve().parents[2]
HOLE = {
    "id": "OSV-2025-1", "summary": "Reads what it should not.",
    "affected": [{"package": {"name": "brass", "ecosystem": "PyPI"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.3"}]}]}],
}  # fmt: skip


@pytest.fixture
def lock(tmp_path) -> Path:
    hashed = "--hash=sha256:" + "a" * 64
    path = tmp_path / "requirements.txt"
    path.write_text(f"brass==1.2 {hashed}\nlantern==4.0 {hashed}\n")
    return path


@pytest.fixture
def advisories() -> Iterator[Callable[[dict[str, list[dict]], int], str]]:
    """Serves these holes by package, as OSV does; the address."""
    servers = []

    def serve(holes: dict[str, list[dict]], status: int = 200) -> str:
        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                found = holes.get(asked["package"]["name"])
                body = json.dumps({"vulns": found} if found else {}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/query"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def audit(lock: Path, address: str) -> tuple[int, str]:
    answer = subprocess.run(
        [sys.executable, str(ROOT / "tests/audit_locks.py"), str(lock)],
        env={**os.environ, "OSV_URL": address, "XDG_CACHE_HOME": str(lock.parent)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return answer.returncode, answer.stdout + answer.stderr


def test_a_known_vulnerability_fails_and_says_what_mends_it(lock, advisories):
    code, said = audit(lock, advisories({"brass": [HOLE]}))
    assert code == 1
    assert "VULNERABLE: brass 1.2: OSV-2025-1, mended in 1.3" in said
    assert "lantern" not in said


def test_only_what_was_asked_is_audited(lock, advisories):
    code, said = audit(lock, advisories({}))
    assert (code, said) == (0, "Dependencies: Audited, 2 packages without a known vulnerability\n")


@pytest.mark.parametrize("reach", ["refused", "broken"])
def test_without_advisories_nothing_is_green(lock, advisories, reach):
    address = "http://127.0.0.1:9/query" if reach == "refused" else advisories({}, 500)
    code, said = audit(lock, address)
    assert code == 0, "where nobody can be asked nothing is known to be wrong"
    assert "NOT AUDITED" in said
    assert "requirements.txt is new" in said
    assert "known vulnerabilit" not in said.lower()


def test_skipped_packages_are_not_audited():
    """What pip-audit itself calls "No known vulnerabilities found", with 0."""
    skipped = {"name": "lantern", "skip_reason": "Dependency not found and could not be audited"}
    fine = {"name": "brass", "version": "1.2", "vulns": []}
    found = read_answer(json.dumps({"dependencies": [skipped, fine]}), "No known vulnerabilities")
    says = verdict(found, age="requirements.txt is 9 days old")
    assert says == (
        "NOT AUDITED (no advisories for 1 of 2 packages); requirements.txt is 9 days old"
    )
