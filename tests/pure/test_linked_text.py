"""Which runs of a text are links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.linked_text import is_web_address, linked_runs

A = "https://app.acme.example/reports?to=1&at=2#new"
B = "http://a.example/x_(y)"


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("", []),
        ("No link", [("No link", "")]),
        (A, [(A, A)]),
        (f"Look: {A}.", [("Look: ", ""), (A, A), (".", "")]),
        (f"({A}), and so on", [("(", ""), (A, A), ("), and so on", "")]),
        (f"{A}\n{A}!?", [(A, A), ("\n", ""), (A, A), ("!?", "")]),
        (f"{B} z", [(B, B), (" z", "")]),
        ("javascript:alert(1)", [("javascript:alert(1)", "")]),
        ("data:text/html,x ftp://a.example", [("data:text/html,x ftp://a.example", "")]),
        (f'<a href="{A}">', [('<a href="', ""), (A, A), ('">', "")]),
        ("https:// https://[ www.a.example", [("https:// https://[ www.a.example", "")]),
    ],
)  # fmt: skip
def test_only_whole_web_addresses_lead_anywhere(text, runs):
    assert linked_runs(text) == runs


@given(st.text(alphabet="htps:/[]().a é\n<\"'@?%", max_size=60))
def test_the_runs_are_the_text_and_every_link_is_of_the_web(text):
    runs = linked_runs(text)
    assert "".join(run for run, _ in runs) == text
    assert all(is_web_address(href) for _, href in runs if href)
    assert all(href in ("", run) for run, href in runs)
