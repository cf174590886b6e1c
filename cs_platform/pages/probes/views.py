"""Is it alive, may it get traffic, how is it: for supervisors, load balancers and Prometheus."""

import hmac
import logging
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from accounts.models import Job
from accounts.work.jobs import oldest_due
from cs_platform.models import Pulse
from cs_platform.pages.probes import families
from cs_platform.runtime import failing_processes, request_metrics
from cs_platform.runtime.configuration import is_within
from cs_platform.runtime.version import VERSION
from cs_platform.scheduling.readings import reading

log = logging.getLogger(__name__)
LATE_JOB = timedelta(minutes=2)
SILENT = timedelta(seconds=60)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Knows nothing else and says nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 while the database or its migrations are missing; what limps is a warning."""
    try:
        missing, warnings = _missing_migrations(), _readiness_warnings(now=datetime.now(UTC))
    except DatabaseError as error:
        return JsonResponse({"ready": False, "database": type(error).__name__}, status=503)
    if missing:
        return JsonResponse({"ready": False, "migrations_missing": missing}, status=503)
    return JsonResponse({"ready": True, "warnings": warnings})


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _readiness_warnings(*, now: datetime) -> list[str]:
    """The broker is judged by what the dispatcher saw: web processes never talk to it."""
    warnings = []
    due = oldest_due(now=now)
    if due is not None and now - due > LATE_JOB:
        warnings.append(f"the oldest due job waits for {int((now - due).total_seconds())} s")
    if dead := Job.objects.filter(state=Job.State.DEAD).count():
        said = "1 job was" if dead == 1 else f"{dead} jobs were"
        warnings.append(f"{said} given up: the operations page says why")
    pulse = Pulse.objects.filter(process="dispatcher").first()
    if pulse is None or now - pulse.beat_at > SILENT:
        warnings.append("the dispatcher is silent")
    elif not pulse.broker_answers:
        warnings.append("the broker does not answer: the dispatcher works by itself")
    warnings += [
        f"{each.process} ended {each.deaths} times within seconds ({each.reason})"
        for each in failing_processes.read(settings.CS_HOME)
    ]
    return warnings


@require_safe
def prometheus(request: HttpRequest) -> HttpResponse:
    """For whoever brings the token or asks from a named network; without either, for nobody."""
    if not _may_measure(request):
        return HttpResponseForbidden(
            "Send the token of CS_METRICS_TOKEN, or ask from a network in CS_METRICS_NETWORKS.\n",
            content_type="text/plain",
        )
    found = [families.build(version=VERSION, commit=settings.BUILD_COMMIT)]
    answers = True
    try:
        found += families.of_reading(reading(now=datetime.now(UTC)))
    except DatabaseError as error:
        log.warning("metrics without the database: %s", type(error).__name__)
        answers = False
    found.append(
        families.gauge("cs_database_answers", "1 while the database answers.", float(answers))
    )
    registry = CollectorRegistry()
    request_metrics.register(registry)
    registry.register(families.Families(found))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_measure(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    expected = settings.METRICS_TOKEN
    if expected and scheme.lower() == "bearer":
        return hmac.compare_digest(token.strip().encode(), expected.encode())
    return is_within(request.META.get("REMOTE_ADDR", ""), settings.METRICS_NETWORKS)
