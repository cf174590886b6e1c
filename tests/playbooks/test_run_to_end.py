"""Every playbook that can be installed, run to its end in simulated time on every edge it has."""

import pytest
from django.db import transaction

from cs_platform.scheduling import invariants
from playbooks.invariants import INVARIANTS
from playbooks.library.catalogue import ENTRIES
from playbooks.models import Play, Playbook, Task
from playbooks.publishing import install
from tests.playbooks.conftest import NOW
from tests.playbooks.run_of_a_play import Simulation, courses, said

# A sequence follows what people do in the product: test_doings and its own tests run those.
INSTALLABLE = [entry for entry in ENTRIES if not entry.definition.is_sequence]
each_entry = pytest.mark.parametrize("entry", INSTALLABLE, ids=lambda entry: entry.key)


@each_entry
def test_it_ends_and_each_step_on_its_way_left_one_row(house, feed, entry):
    if not Playbook.objects.filter(key=entry.key, state="published").exists():
        install(entry=entry, by=house.people["otto"], now=NOW.replace(year=2024))
    for course in courses(entry.key):
        with transaction.atomic():
            ends_as_said(Simulation(house, course), course)
            transaction.set_rollback(True)


def ends_as_said(run, course):
    play = run.run()

    assert (play.outcome, play.reason) == ("completed", ""), course
    left = run.left()
    assert [key for key, _ in left] == [key for key, _ in course.path], course
    assert [(key, ending) for key, ending in left if dict(course.path)[key]] == [
        (key, ending) for key, ending in course.path if ending
    ]
    assert not Task.objects.filter(play=play, state__in=("open", "snoozed")).exists()
    assert Play.objects.filter(playbook_key=course.key).count() == 1
    broken = {each.name for each in invariants.broken(day=run.now.date())}
    assert broken & {each.name for each in INVARIANTS} == set()


@each_entry
def test_the_courses_take_every_edge_and_pull_every_trigger(entry):
    """What the test above runs is all there is: counted in the text, not by the walk."""
    text = said(entry.key)
    taken = {each for course in courses(entry.key) for each in course.path}
    for step in text["steps"]:
        ways = {ending for key, ending in taken if key == step["key"]}
        named = {word for edge in step.get("next", ()) for word in edge.get("when", ())}
        assert named <= ways, step["key"]
        assert ways, step["key"]
    pulled = {course.trigger.get("key") for course in courses(entry.key)}
    assert pulled == ({each["key"] for each in text["triggers"]} or {None})
