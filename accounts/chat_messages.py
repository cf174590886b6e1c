"""What a chat shows: a title, a text, and buttons that work on a task; for Slack and for Teams.

All text is plain: nothing that a customer wrote becomes a link or a mention there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SNOOZES = ((1, "Snooze until tomorrow"), (5, "Snooze for a week"))
"""Working days, and the words on the button."""
# Slack refuses a message that is longer.
_TITLE, _TEXT = 150, 2_900


@dataclass(frozen=True, slots=True)
class ChatTask:
    """A task to work on in place: its id, and what may come of it as (value, words)."""

    id: int
    outcomes: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    title: str
    text: str
    link: str
    """Whole, of the page that shows what it is about."""
    task: ChatTask | None = None


def slack_body(message: ChatMessage) -> dict[str, Any]:
    title = message.title[:_TITLE]
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _slack_plain_text(title)}]
    if message.text:
        blocks.append({"type": "section", "text": _slack_plain_text(message.text[:_TEXT])})
    blocks.append({"type": "actions", "elements": [_slack_link(message.link)]})
    if message.task is not None:
        blocks.append(_slack_actions(message.task))
    return {"text": title, "blocks": blocks}


def _slack_link(link: str) -> dict[str, Any]:
    return {"type": "button", "action_id": "open", "text": _slack_plain_text("Open"), "url": link}


def _slack_actions(task: ChatTask) -> dict[str, Any]:
    buttons = [(f"done:{value}", f"Done: {words}") for value, words in task.outcomes]
    buttons += [(f"snooze:{days}", words) for days, words in SNOOZES]
    elements: list[dict[str, Any]] = [
        {
            "type": "button",
            "action_id": action,
            "text": _slack_plain_text(words),
            "value": str(task.id),
        }
        for action, words in buttons
    ]
    reassign = {
        "type": "users_select",
        "action_id": "reassign",
        "placeholder": _slack_plain_text("Hand over to"),
    }
    return {"type": "actions", "block_id": f"task:{task.id}", "elements": [*elements, reassign]}


def _slack_plain_text(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def teams_body(message: ChatMessage, *, people: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """`people`: whom a task may be handed to, as (their id in Teams, name)."""
    body: list[dict[str, Any]] = [
        {"type": "TextBlock", "text": text, "wrap": True, **style}
        for text, style in ((message.title, _HEADING), (message.text, {}))
        if text
    ]
    actions: list[dict[str, Any]] = []
    if message.task is not None:
        actions = _teams_actions(message.task, may_reassign=bool(people))
        if people:
            body.append(_teams_people(people))
    actions.append({"type": "Action.OpenUrl", "title": "Open", "url": message.link})
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": actions,
    }
    content_type = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": content_type, "content": card}]}


_HEADING = {"weight": "Bolder", "size": "Medium"}


def _teams_actions(task: ChatTask, *, may_reassign: bool) -> list[dict[str, Any]]:
    presses = [("done", value, f"Done: {words}") for value, words in task.outcomes]
    presses += [("snooze", str(days), words) for days, words in SNOOZES]
    if may_reassign:
        presses.append(("reassign", "", "Hand over"))
    return [
        {
            "type": "Action.Submit",
            "title": words,
            "data": {"task": task.id, "do": do, "value": value},
        }
        for do, value, words in presses
    ]


def _teams_people(people: Sequence[tuple[str, str]]) -> dict[str, Any]:
    choices = [{"title": name, "value": chat_id} for chat_id, name in people]
    return {"type": "Input.ChoiceSet", "id": "to", "label": "Hand over to", "choices": choices}
