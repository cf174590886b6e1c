"""The logo on surveys: taken by what the file is, not by what it is called."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from surveys.models import SurveyBranding
from surveys.pictures import picture_type

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\0" * 17
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 "
WRONG = [b"", b"<svg xmlns='x'><script>1</script></svg>", b"GIF89a", b"RIFF0000WAVE", PNG[1:]]


@pytest.mark.parametrize(
    ("data", "expected"), [(PNG, "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")]
)
def test_pictures_are_known_by_their_content(data, expected):
    assert picture_type(data) == expected


@pytest.mark.parametrize("data", WRONG)
def test_what_is_no_picture_has_no_type(data):
    assert picture_type(data) == ""


@pytest.mark.django_db
def test_a_logo_is_put_in_refused_and_taken_away_in_admin(client):
    client.force_login(User.objects.create_user("ops@demo.example", name="Ops", role="ops"))
    SurveyBranding.objects.get_or_create(pk=1)
    page = reverse("admin:surveys_surveybranding_change", args=[1])

    def save(data=b"", **fields):
        said = dict(client.get(page).context["adminform"].form.initial)
        said = {name: said[name] for name in ("name", "colour", "privacy_url") if name in said}
        if data:
            said["picture"] = SimpleUploadedFile("logo.png", data, content_type="image/png")
        return client.post(page, said | fields)

    assert save(PNG).status_code == 302
    found = SurveyBranding.objects.get()
    assert (bytes(found.logo), found.logo_type) == (PNG, "image/png")
    for wrong in (WRONG[1], PNG + b"x" * 12_000):
        assert save(wrong).status_code == 200
        assert bytes(SurveyBranding.objects.get().logo) == PNG
    assert save(name="Tallis").status_code == 302
    assert bytes(SurveyBranding.objects.get().logo) == PNG
    assert save(without_logo="on").status_code == 302
    assert SurveyBranding.objects.get().logo_type == ""
