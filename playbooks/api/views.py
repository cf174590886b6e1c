"""Plays and tasks for machines: read, started, worked on. What changes something is done as the
person whose key it is, with their rights, once for each Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

import pghistory
from django.db.models import QuerySet
from django.http import Http404
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import clock
from accounts.access import Right, may
from accounts.api import bodies, idempotency
from accounts.api.idempotency import Answer
from accounts.api.permissions import DoesWork, ReadsWork
from accounts.api.problems import ApiProblem
from accounts.api.read_schema import ROW_PARAMETERS
from accounts.api.reads import cursor_page, one_of, row_answer, row_or_404, visible_to_key
from accounts.models import Account, ApiKey, User
from playbooks import actions
from playbooks.api import schema
from playbooks.engine import start_play
from playbooks.models import Play, Task
from playbooks.triggers.vocabulary import PlayState, TaskOutcome, TaskState


class PlaysView(APIView):
    permission_classes = (ReadsWork,)

    @extend_schema(operation_id="plays", parameters=schema.FILTERS, responses=schema.PLAYS)
    def get(self, request: Request) -> Response:
        rows = _filtered_by_query(Play, request, states=PlayState)
        return cursor_page(
            rows, request, name="plays", show=schema.play, known=schema.PLAY_PROPERTIES
        )


class PlayView(APIView):
    permission_classes = (ReadsWork,)

    @extend_schema(operation_id="play", parameters=ROW_PARAMETERS, responses=schema.PLAY)
    def get(self, request: Request, play_id: int) -> Response:
        play = row_or_404(_seen_by_key(Play, request), play_id)
        return row_answer(request, schema.play(play), known=schema.PLAY_PROPERTIES)


class TasksView(APIView):
    permission_classes = (ReadsWork,)

    @extend_schema(operation_id="tasks", parameters=schema.FILTERS, responses=schema.TASKS)
    def get(self, request: Request) -> Response:
        rows = _filtered_by_query(Task, request, states=TaskState)
        return cursor_page(
            rows, request, name="tasks", show=schema.task, known=schema.TASK_PROPERTIES
        )


class TaskView(APIView):
    permission_classes = (ReadsWork,)

    @extend_schema(operation_id="task", parameters=ROW_PARAMETERS, responses=schema.TASK)
    def get(self, request: Request, task_id: int) -> Response:
        task = row_or_404(_seen_by_key(Task, request), task_id)
        return row_answer(request, schema.task(task), known=schema.TASK_PROPERTIES)


class StartPlayView(APIView):
    permission_classes = (DoesWork,)

    @extend_schema(
        operation_id="play_start",
        parameters=schema.IDEMPOTENCY,
        request=schema.START,
        responses=schema.PLAY_STARTED,
    )
    def post(self, request: Request) -> Response:
        return _answer_once(request, _start_play_as)


class TaskActionView(APIView):
    permission_classes = (DoesWork,)

    @extend_schema(
        operation_id="task_act",
        parameters=schema.IDEMPOTENCY,
        request=schema.ACT,
        responses=schema.TASK_WORKED,
    )
    def post(self, request: Request, task_id: int, action: str) -> Response:
        def act(user: User, said: Mapping[str, Any], now: datetime) -> Answer:
            if action not in _ACTIONS:
                raise Http404
            task = Task.objects.workable_by(user).filter(pk=task_id).first()
            if task is None or not may(user, Right.WORK_TASKS):
                raise Http404
            _ACTIONS[action](task, user, said, now)
            return Answer(200, schema.task(_with_related(Task.objects.all()).get(pk=task_id)))

        return _answer_once(request, act)


def _start_play_as(user: User, said: Mapping[str, Any], now: datetime) -> Answer:
    account = (
        Account.objects.changeable_by(user)
        .filter(external_id=_required_text(said, "account"))
        .first()
    )
    if account is None or not may(user, Right.WORK_ACCOUNTS):
        raise Http404
    play = start_play(
        account=account, playbook_key=_required_text(said, "playbook"), by=user, now=now
    )
    return Answer(201, schema.play(_with_related(Play.objects.all()).get(pk=play.pk)))


def _complete_as(task: Task, user: User, said: Mapping[str, Any], now: datetime) -> None:
    outcome = TaskOutcome(_required_text(said, "outcome"))
    note = str(said.get("note") or "")[:2000]
    actions.complete_task(task_id=task.pk, outcome=outcome, note=note, by=user, now=now)


def _skip_as(task: Task, user: User, said: Mapping[str, Any], now: datetime) -> None:
    actions.skip_task(task_id=task.pk, reason=_required_text(said, "reason"), by=user, now=now)


def _snooze_as(task: Task, _user: User, said: Mapping[str, Any], now: datetime) -> None:
    until = parse_datetime(_required_text(said, "until"))
    if until is None or until.tzinfo is None:
        raise ValueError("Give `until` as a time with its offset, such as 2025-03-17T09:00:00Z.")
    actions.snooze_task(task_id=task.pk, until=until, now=now)


def _reassign_as(task: Task, user: User, said: Mapping[str, Any], now: datetime) -> None:
    owner = User.objects.filter(email__iexact=_required_text(said, "owner"), is_active=True).first()
    if owner is None:
        raise ValueError("Nobody signs in with that address.")
    actions.reassign_task(task_id=task.pk, owner=owner, by=user, now=now)


_ACTIONS: Mapping[str, Callable[[Task, User, Mapping[str, Any], datetime], None]] = {
    "complete": _complete_as,
    "skip": _skip_as,
    "snooze": _snooze_as,
    "reassign": _reassign_as,
}
Act = Callable[[User, Mapping[str, Any], datetime], Answer]


def _answer_once(request: Request, act: Act) -> Response:
    """The same key and body again is answered, not done again; what is refused leaves no trace."""
    key = cast(ApiKey, request.auth)
    user = cast(User, key.owner)  # DoesWork lets no key without a person through
    body = bodies.plain_body(request)

    def work() -> Answer:
        try:
            with pghistory.context(user=user.pk, via=f"API key {key.prefix}"):
                return act(user, bodies.json_object(body), clock.now())
        except ValueError as refused:
            raise ApiProblem(422, code="refused", detail=str(refused)) from refused

    digest = idempotency.fingerprint(request.path.encode(), body)
    return idempotency.once(request, digest=digest, work=work)


def _required_text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value or "\x00" in value:
        raise ApiProblem(400, code="missing", detail=f"Give `{name}` as text.")
    return value


def _seen_by_key(model: type[Play] | type[Task], request: Request) -> QuerySet[Any]:
    return _with_related(visible_to_key(model.objects.all(), request))


def _with_related(rows: QuerySet[Any]) -> QuerySet[Any]:
    joined = ("account", "playbook") if rows.model is Play else ("account", "owner", "closed_by")
    return rows.select_related(*joined)


def _filtered_by_query(
    model: type[Play] | type[Task], request: Request, *, states: Any
) -> QuerySet[Any]:
    rows = _seen_by_key(model, request)
    if account := request.query_params.get("account"):
        rows = rows.filter(account__external_id=account)
    if state := one_of(request, "state", list(states)):
        rows = rows.filter(state=state)
    return rows
