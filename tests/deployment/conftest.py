"""A server as compose's Postgres: a superuser, and what roles.sh makes of it."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

from cs_platform.runtime.embedded import postgres as embedded
from cs_platform.runtime.embedded.process import endpoint
from cs_platform.runtime.embedded.valkey import Valkey
from tests.deployment import compose
from tests.deployment.compose import ROOT


@dataclass(frozen=True, slots=True)
class Stack:
    """What the services of docker-compose.yml find at postgres:5432 and redis:6379."""

    services: dict[str, dict]
    postgres: str  # host:port
    redis: str
    home: Path

    def environment(self, service: str, **more: str) -> dict[str, str]:
        """As compose would set it, with the two names replaced by where they are here."""
        given = {
            name: str(value)
            .replace("postgres:5432", self.postgres)
            .replace("redis:6379", self.redis)
            for name, value in self.services[service]["environment"].items()
        }
        image = {
            "PATH": os.environ["PATH"],
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "DJANGO_SETTINGS_MODULE": "cs_platform.settings",
            "CS_HOME": str(self.home / "state"),
            "CS_STATIC_ROOT": str(self.home / "static"),
            "CS_METRICS_FOLDER": str(self.home / "tmp/metrics"),
            "CS_ALIVE_FOLDER": str(self.home / "tmp"),
        }
        return {**image, **given, **more}


@pytest.fixture(scope="session")
def stack(tmp_path_factory) -> Iterator[Stack]:
    home = Path(os.environ["CS_TEST_HOME"]) / os.environ.get("PYTEST_XDIST_WORKER", "stack")
    (home / "tmp").mkdir(parents=True)
    (home / "state").mkdir()
    home.chmod(0o711)
    values = compose.example()
    services = compose.load(values)["services"]
    server, valkey = embedded.Postgres(home / "database"), Valkey(home)
    with (home / "servers.log").open("wb") as log:
        server.start(output=log, settings={"fsync": "off"})
        try:
            address = _as_the_image_would(server, services["postgres"], log)
            redis = valkey.start(output=log)
            services = _with_password_of(services, redis)
            yield Stack(services, address, redis.split("@")[1].split("/")[0], home)
        finally:
            valkey.stop()
            server.stop()


def _as_the_image_would(server: embedded.Postgres, service: dict, log) -> str:
    """The embedded server's own roles go, then roles.sh runs as the image's start would run it."""
    here = endpoint(server.run_as.root / "postgres.json")
    admin = psycopg2.connect(
        host="127.0.0.1", port=here.port, user=embedded.SUPERUSER, password=here.password,
        dbname="postgres",
    )  # fmt: skip
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {embedded.DATABASE}")
        cursor.execute("DROP ROLE cs_app, cs_reader, cs_owner")
    admin.close()
    subprocess.run(
        [ROOT / "deploy/postgres/roles.sh"],
        env={
            **service["environment"],
            "PATH": f"{server.bin}:{os.environ['PATH']}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(here.port),
            "PGPASSWORD": here.password,
        },
        check=True,
        stdout=log,
        stderr=log,
    )
    return f"127.0.0.1:{here.port}"


def _with_password_of(services: dict, redis: str) -> dict:
    """The bundled Valkey has made a password of its own."""
    password = redis.split(":")[2].split("@")[0]
    for service in services.values():
        if "REDIS_URL" in service.get("environment", {}):
            service["environment"]["REDIS_URL"] = f"redis://:{password}@redis:6379/0"
    return services
