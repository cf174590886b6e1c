"""Languages as exports say them, and which of the offered ones a person reads."""

import re

import pytest
from django.conf.locale import LANG_INFO
from hypothesis import given
from hypothesis import strategies as st

from accounts.languages import language_code, language_for

SHAPE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("de", "de"),
        ("DE", "de"),
        (" de ", "de"),
        ("German", "de"),
        ("german", "de"),
        ("deutsch", "de"),
        ("Allemand", "de"),
        ("ger", "de"),
        ("deu", "de"),
        ("de_DE", "de-DE"),
        ("DE-de", "de-DE"),
        ("de_DE.UTF-8", "de-DE"),
        ("de-ch", "de-CH"),
        ("Deutsch (Schweiz)", "de-CH"),
        ("German (de)", "de"),
        ("de - German", "de"),
        ("English", "en"),
        ("English (US)", "en-US"),
        ("English (United States)", "en-US"),
        ("English - United Kingdom", "en-GB"),
        ("English (UK)", "en-GB"),
        ("en-uk", "en-GB"),
        ("British English", "en-GB"),
        ("Englisch", "en"),
        ("pt-br", "pt-BR"),
        ("Portuguese (Brazil)", "pt-BR"),
        ("Portuguese - Brazil", "pt-BR"),
        ("Portuguese (European)", "pt-PT"),
        ("Brazilian Portuguese", "pt-BR"),
        ("Português", "pt"),
        ("portugues", "pt"),
        ("fr_CA", "fr-CA"),
        ("French (Canadian)", "fr-CA"),
        ("Français", "fr"),
        ("es-419", "es-419"),
        ("Spanish (Latin America)", "es-419"),
        ("Spanish (Mexico)", "es-MX"),
        ("Español", "es"),
        ("Castilian", "es"),
        ("zh_CN", "zh-CN"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("Chinese (Simplified)", "zh-Hans"),
        ("Chinese (Traditional)", "zh-Hant"),
        ("Simplified Chinese", "zh-Hans"),
        ("中文", "zh"),
        ("日本語", "ja"),
        ("Русский", "ru"),
        ("العربية", "ar"),
        # What older lists of codes call them.
        ("iw", "he"),
        ("iw_IL", "he-IL"),
        ("in", "id"),
        ("no", "nb"),
        ("Norwegian", "nb"),
        ("no-no", "nb-NO"),
        ("sh", "sr-Latn"),
        ("sh_ME", "sr-Latn-ME"),
        ("tl", "fil"),
    ],
)
def test_a_language_as_exports_say_it_is_one_code(said, code):
    assert language_code(said) == code


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        " ",
        "x",
        "xx",
        "qq-QQ",
        "de-XX",
        "de-DE-bavarian",
        "de-Abcd",
        "Klingonese",
        "German (broken)",
        "English and German",
        "English;German",
        "42",
        "de_",
        "(US)",
        "germ\x00an",
        "de" * 60,
        "(" * 200,
    ],
)
def test_what_names_no_language_is_none(rubbish):
    assert language_code(rubbish) is None


@pytest.mark.parametrize("code", sorted(code for code in LANG_INFO if "name" in LANG_INFO[code]))
def test_the_languages_of_the_framework_are_known_by_code_and_by_both_names(code):
    # The framework's own list is the oracle; it says of Norwegian and Serbian what others say.
    info = LANG_INFO[code]
    ours = language_code(code)
    assert ours is not None
    assert ours.lower() in (code, {"no": "nb"}.get(code))
    if "-" not in code and code not in ("io", "ia"):
        for name in (info["name"], info["name_local"]):
            assert language_code(name) == ours, name


@given(st.text(max_size=90))
def test_any_text_is_a_code_of_one_shape_or_none(text):
    code = language_code(text)
    assert code is None or SHAPE.fullmatch(code)
    assert code is None or language_code(code) == code


@pytest.mark.parametrize(
    ("contact", "account", "installation", "offered", "read"),
    [
        # The person's, else the account's, else the installation's.
        ("de", "fr", "en", ["en", "fr", "de"], "de"),
        ("de", "fr", "en", ["en", "fr"], "fr"),
        ("de", "fr", "en", ["en", "es"], "en"),
        ("", "fr", "en", ["en", "fr"], "fr"),
        ("", "", "en", ["fr", "en"], "en"),
        # None of them: the first one offered.
        ("de", "fr", "en", ["ja", "es"], "ja"),
        ("", "", "en", ["ja"], "ja"),
        # A region reads the language without it, before the account's is asked.
        ("pt-BR", "en", "en", ["en", "pt"], "pt"),
        ("pt-BR", "en", "en", ["en", "pt", "pt-BR"], "pt-BR"),
        ("zh-Hant-TW", "", "en", ["en", "zh-Hans", "zh-Hant"], "zh-Hant"),
        ("zh-TW", "", "en", ["en", "zh-Hans", "zh-Hant"], "zh-Hant"),
        ("zh-CN", "", "en", ["en", "zh-Hant", "zh-Hans"], "zh-Hans"),
        ("es-MX", "", "en", ["en", "es-ES", "es-419"], "es-419"),
        # And the language of another region rather than another language.
        ("pt-BR", "", "en", ["en", "pt-PT"], "pt-PT"),
        ("de", "", "en", ["en", "de-CH", "de-AT"], "de-CH"),
        ("nn", "", "en", ["en", "nb"], "nb"),
        # Codes of those who offer it are answered as they wrote them.
        ("nb", "", "en", ["en", "no"], "no"),
        ("pt-BR", "", "en", ["en", "pt_br"], "pt_br"),
        # Nothing is translated: what is written is in the installation's language.
        ("de", "fr", "en", [], "en"),
    ],
)
def test_the_language_of_a_text_for_a_person(contact, account, installation, offered, read):
    assert language_for(contact, account, installation, offered=offered) == read


@given(
    st.sampled_from(["", "de", "pt-BR", "zh-TW", "nn"]),
    st.sampled_from(["", "fr", "pt"]),
    st.sampled_from(["en", "ja"]),
    st.lists(st.sampled_from(["en", "de-AT", "pt", "zh-Hant", "nb", "fr-CA"]), min_size=1),
)
def test_what_is_answered_is_offered(contact, account, installation, offered):
    assert language_for(contact, account, installation, offered=offered) in offered
