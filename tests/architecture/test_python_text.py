"""Every sentence that a page says from Python is marked for translation."""

import pytest

from tests.python_text import ROOT, sources, unmarked


def test_no_page_says_what_no_translator_would_see():
    found = {
        str(path.relative_to(ROOT)): list(unmarked(path.read_text())) for path in sources(ROOT)
    }
    assert len(found) > 80
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('messages.success(request, "The mail is sent.")', "The mail is sent."),
        ('messages.info(request, f"Handed to {owner}: done")', "Handed to "),
        ('name = forms.CharField(label="Time zone")', "Time zone"),
        ('ways = [("mine", "All I may see")]', "All I may see"),
        ('raise ValidationError("Choose a band.")', "Choose a band."),
        ('words = "1 job" if n == 1 else f"{n} jobs were given up"', " jobs were given up"),
    ],
)
def test_a_sentence_that_no_translator_would_see_is_found(line, words):
    assert (2, words) in unmarked(f'"""A page."""\n{line}\n')


@pytest.mark.parametrize(
    "line",
    [
        'messages.success(request, gettext("The mail is sent."))',
        'WORDS = {"mine": gettext_noop("All I may see")}',
        'name = forms.CharField(label=_("Time zone"))',
        'words = ngettext("%(n)s job waits", "%(n)s jobs wait", n) % {"n": n}',
        'log.warning("mail %s was refused: %s", pk, reason)',
        'cursor.execute("SELECT name FROM accounts_account WHERE id = %s", [pk])',
        'request.GET.get("known_on", "")',
    ],
)
def test_what_is_marked_or_said_to_nobody_is_left_alone(line):
    assert list(unmarked(f'"""A page of three words."""\n{line}\n')) == []
