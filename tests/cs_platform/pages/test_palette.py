"""The palette: accounts, pages, and what the page offers; only what the person may open."""

import pytest
from django.urls import reverse

from tests.page_house import sign_in


def ask(client, query="", page="/today/"):
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    return client.get(reverse("palette"), {"q": query}, headers=headers)


def test_palette_finds_by_any_part_of_the_name_within_what_may_be_seen(client, csm):
    html = client.get(reverse("palette"), {"q": "CRET"}).content.decode()
    assert "secret-own" in html
    assert "secret-team" in html
    assert "secret-other" not in html


def test_palette_without_a_query_offers_the_pages_of_the_role(client, csm):
    html = client.get(reverse("palette")).content.decode()
    assert "Portfolio" in html
    assert "Executive" not in html


def test_palette_that_finds_nothing_repeats_the_words_as_words(client, csm):
    html = client.get(reverse("palette"), {"q": "<b>nobody"}).content.decode()
    assert "Nothing is called “&lt;b&gt;nobody”" in html


@pytest.mark.parametrize(("query", "found"), [("se", True), ("cr", False), ("ecr", True)])
def test_one_or_two_letters_are_looked_for_at_the_beginning(client, csm, query, found):
    assert ("secret-own" in ask(client, query).content.decode()) == found


@pytest.mark.parametrize(
    ("actor", "offered"),
    [("csm", set()), ("manager", {"Executive"}), ("ops", {"Executive", "Admin", "Imports"})],
)
def test_pages_are_offered_to_those_who_may_open_them(client, house, actor, offered):
    sign_in(client, house.people[actor])
    ((_, choices),) = ask(client).context["groups"]
    words = {choice.word for choice in choices}
    assert words & {"Executive", "Admin", "Imports"} == offered
    for choice in choices:
        assert client.get(choice.href).status_code == 200, choice


@pytest.mark.parametrize(
    ("query", "word", "actors"),
    [
        ("score", "Admin: Scorecards", {"ops"}),
        ("playb", "Admin: Playbooks", {"ops"}),
        ("API", "Admin: API keys", {"ops"}),
        ("currency", "Admin: Currency rates", {"ops"}),
        ("operat", "Operations", {"ops"}),
        ("job", "Operations: jobs", {"ops"}),
        ("import", "Imports", {"ops"}),
        ("admin", "Admin", {"ops"}),
        ("renewals", "Executive: renewals due", {"ops", "manager", "executive"}),
        ("risk", "Executive: at risk", {"ops", "manager", "executive"}),
        ("today", "Today", {"csm", "manager", "ops"}),
        ("task", "Tasks", {"csm", "manager", "executive", "ops"}),
        ("new", "What is new", {"csm", "manager", "executive", "ops"}),
    ],
)
def test_a_page_is_found_by_those_who_may_open_it(client, house, query, word, actors):
    found = set()
    for actor in ("csm", "manager", "executive", "ops"):
        sign_in(client, house.people[actor])
        groups = dict(ask(client, query).context["groups"])
        for choice in groups.get("Go to", []):
            if choice.word == word:
                found.add(actor)
                assert client.get(choice.href).status_code == 200
    assert found == actors


def test_every_page_that_is_found_opens(client, house):
    for actor in ("manager", "ops"):
        sign_in(client, house.people[actor])
        for choice in dict(ask(client, "e").context["groups"])["Go to"]:
            assert client.get(choice.href).status_code == 200, choice


def test_on_an_account_its_tabs_and_actions_come_first(client, csm):
    title, choices = ask(client, page="/accounts/acc-own/health/").context["groups"][0]
    assert title == "This account"
    assert [choice.word for choice in choices[:2]] == ["Start a play", "Set the band by hand"]
    title, choices = ask(client, page="/accounts/acc-team/").context["groups"][0]
    assert "Start a play" not in {choice.word for choice in choices}  # a team mate's: for reading
    titles = [title for title, _ in ask(client, page="/accounts/acc-other/").context["groups"]]
    assert titles == ["Go to"]


def test_choices_are_options_of_one_listbox(client, csm):
    html = ask(client, "secret").content.decode()
    assert html.count('role="listbox"') == 1
    assert html.count('role="option"') == 2
    assert 'id="palette-1-1"' in html
    assert 'id="palette-1-2"' in html


def test_the_palette_asks_a_fixed_number_of_questions(client, csm, django_assert_num_queries):
    with django_assert_num_queries(4):  # session, person, installation, accounts
        ask(client, "secret")
