"""A machine that cannot run the platform gets a sentence, not a traceback."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from cs_platform.runtime import setup_environment as setup

FILE = Path(setup.__file__)


@pytest.mark.parametrize(
    ("libc", "says"),
    [
        (("", ""), "This Linux has no glibc"),
        (("glibc", "2.27"), "glibc 2.28 or newer is needed, this machine has 2.27"),
    ],
)
def test_an_unsupported_libc_is_named(libc, says):
    with pytest.raises(setup.Unsupported, match=says):
        setup.check_libc(*libc)


@pytest.mark.parametrize("version", ["2.28", "2.36", "3.0"])
def test_a_supported_libc_passes(version):
    setup.check_libc("glibc", version)


def test_an_old_python_without_a_newer_one_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(setup.Unsupported, match=r"Python 3\.11 or newer is needed"):
        setup.newer_python()


def test_a_newer_python_on_the_path_is_taken(monkeypatch, tmp_path):
    program = tmp_path / "python3.12"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert setup.newer_python() == str(program)


def test_a_missing_venv_module_names_debians_package(tmp_path):
    """As on a bare Debian: the module that puts pip into an environment is not there."""
    (tmp_path / "ensurepip.py").write_text("raise ImportError\n")
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); sys.path.insert(1, sys.argv[2])\n"
        "import setup_environment as setup\n"
        "try: setup.check_venv()\n"
        "except setup.Unsupported as reason: print(reason)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), str(FILE.parent)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f"apt install python3.{sys.version_info.minor}-venv" in answer.stdout


def test_an_old_python_can_still_read_the_file():
    ast.parse(FILE.read_text(), feature_version=(3, 7))


def test_the_installer_itself_is_locked_by_hash():
    wanted = setup.requirement("uv", setup.LOCKS["dev"])
    assert wanted is not None
    assert wanted.startswith("uv==")
    assert wanted.count("--hash=sha256:") >= 2
    assert wanted.count("==") == 1
    assert setup.requirement("no-such-package", setup.LOCKS["dev"]) is None


def test_a_changed_lock_is_installed_again(monkeypatch, tmp_path):
    lock = tmp_path / "requirements.txt"
    lock.write_text("a==1\n")
    monkeypatch.setattr(setup, "VENV", tmp_path)
    monkeypatch.setattr(setup, "LOCKS", {"run": lock, "dev": lock})
    assert not setup.is_current("run")
    (tmp_path / "stamp-run").write_text(setup.fingerprint(lock))
    assert setup.is_current("run")
    assert not setup.is_current("dev")
    lock.write_text("a==2\n")
    assert not setup.is_current("run")


def test_the_development_set_serves_to_run_as_well(monkeypatch, tmp_path):
    lock = tmp_path / "lock.txt"
    lock.write_text("a==1\n")
    monkeypatch.setattr(setup, "VENV", tmp_path)
    monkeypatch.setattr(setup, "LOCKS", {"run": lock, "dev": lock})
    (tmp_path / "stamp-dev").write_text(setup.fingerprint(lock))
    assert setup.is_current("run")


def test_pips_sources_are_handed_to_uv(monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "/wheels /more")
    for name in ("UV_DEFAULT_INDEX", "UV_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    environment = setup.uv_environment(sys.executable, str(tmp_path))
    assert environment["UV_DEFAULT_INDEX"] == "https://packages.example/simple"
    assert environment["UV_FIND_LINKS"] == "/wheels,/more"
