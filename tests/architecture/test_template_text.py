"""Every text of a template is marked for translation, and its lines can be read."""

import pytest

from tests.template_text import ROOT, findings, findings_of, templates


def test_no_template_has_unmarked_text_or_a_long_line():
    found = {str(path.relative_to(ROOT)): findings_of(path) for path in templates(ROOT)}
    assert len(found) > 100
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("<p>Nothing waits</p>", "Nothing waits"),
        ("<p>{{ count }} waiting</p>", "… waiting"),
        ('<a title="Open it" href="/">{{ name }}</a>', "Open it"),
        ('<a aria-label="Open {{ name }}" href="/"></a>', "Open …"),
        ('<input placeholder="Filter by name">', "Filter by name"),
        ('{% dash "No contract" %}', '"No contract"'),
        ('{% sort_head "Owner" "owner" current=sort %}', '"Owner"'),
        ('{% include "components/_empty.html" with title="Nothing here" only %}', '"Nothing here"'),
        ('{{ person|default:"Somebody" }}', '"Somebody"'),
        ('{% firstof run.by "The night" %}', '"The night"'),
        ("{{ count }}{{ count|pluralize }}", "|pluralize"),
        ("{% if a %}{{ b }}{% endif %}" * 6, "168 characters"),
    ],
)
def test_text_that_no_translator_would_see_is_found(line, words):
    assert findings(f"<p>{{{{ fine }}}}</p>\n{line}\n") == [(2, words)]


@pytest.mark.parametrize(
    "line",
    [
        '<p class="notice">{% translate "Nothing waits" %}</p>',
        "{% blocktranslate %}{{ count }} <strong>waiting</strong>{% endblocktranslate %}",
        "{% blocktranslate count n=n %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}",
        '{% include "components/_empty.html" with icon="inbox" title=_("Nothing here") only %}',
        '{% dash _("No contract") %} · {{ a }}–{{ b }} &amp; v{{ version }}',
        "<code>manage.py demo</code> <kbd>esc</kbd>",
        "{# a comment for whoever reads the source #}",
        '<input type="hidden" name="next" value="tasks">',
        '{% if view == "dead" %}{{ rows|default:"–" }}{% endif %}',
    ],
)
def test_what_is_marked_or_no_text_is_left_alone(line):
    assert findings(line) == []
