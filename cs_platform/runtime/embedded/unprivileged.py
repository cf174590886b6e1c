"""Where the cluster lives and who runs it: Postgres refuses uid 0, so root lends it an account."""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cs_platform.runtime.embedded.process import ServerFailedError


@dataclass(frozen=True, slots=True)
class RunAs:
    """The folder that the server's account can reach, and the Popen arguments that become it."""

    root: Path
    popen: dict[str, Any] = field(default_factory=dict)

    def own(self, path: Path) -> None:
        if self.popen:
            os.chown(path, self.popen["user"], self.popen["group"])

    def can_run(self, program: Path) -> bool:
        try:
            answer = subprocess.run(  # noqa: S603 -- our own binary
                [program, "-V"], capture_output=True, cwd="/", check=False, **self.popen
            )
        except OSError:
            return False
        return answer.returncode == 0


def run_as(home: Path) -> RunAs:
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return RunAs(home)
    away = Path("/var/lib") / f"cs-{hashlib.sha256(str(home).encode()).hexdigest()[:10]}"
    account = _cluster_account([home / "pgdata", away / "pgdata"])
    popen = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    if _can_enter(home, popen):
        return RunAs(home, popen)
    away.mkdir(exist_ok=True)  # the clone lies below a folder that only root may enter
    return RunAs(away, popen)


def _cluster_account(clusters: list[Path]) -> pwd.struct_passwd:
    """The owner of an existing cluster goes on owning it, whoever else appears later."""
    for cluster in clusters:
        if cluster.exists():
            return pwd.getpwuid(cluster.stat().st_uid)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return known[name]
    raise ServerFailedError(
        "Postgres refuses to run as root and there is neither an account postgres nor nobody:"
        " run this as an ordinary user, or set DATABASE_URL."
    )


def _can_enter(folder: Path, popen: dict[str, Any]) -> bool:
    test = ["/bin/sh", "-c", 'test -x "$0"', str(folder)]
    return subprocess.run(test, cwd="/", check=False, **popen).returncode == 0  # noqa: S603


def copied_binaries(package: Path, root: Path) -> Path:
    """A copy (41 MB, once) for an account that cannot reach the virtual environment."""
    copy = root / "pgbin"
    if not copy.exists():
        beside = root / "pgbin.new"
        shutil.rmtree(beside, ignore_errors=True)
        for folder in (package, package.parent / f"{package.name}.libs"):
            if folder.exists():  # the .libs folder is found relative to the binaries (RUNPATH)
                shutil.copytree(folder, beside / folder.name, symlinks=True)
        beside.rename(copy)
    return copy / package.name
