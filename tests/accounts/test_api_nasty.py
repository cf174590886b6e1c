"""What the bulk endpoint refuses: bodies, records, files, types, sizes."""

import gzip

import pytest

from accounts.models import ImportRun
from tests.accounts.bulk import ACCOUNTS, TICKETS, USAGE, is_problem, post
from tests.accounts.loading import account
from tests.nasty import NASTY_BODIES, NASTY_FILES, NASTY_RECORDS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("body", NASTY_BODIES.values(), ids=NASTY_BODIES)
@pytest.mark.parametrize("url", [ACCOUNTS, USAGE, TICKETS])
def test_a_body_with_two_readings_is_refused(token, url, body):
    answer = post(url, body, token)
    assert is_problem(answer, 413 if body.count(b"{}") > 5_000 else 400)
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("body", [b"", b"\n \n\n"])
def test_lines_without_a_record_are_refused(token, body):
    answer = post(USAGE, body, token, content_type="application/x-ndjson")
    assert is_problem(answer, 400) == "empty"
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("body", NASTY_RECORDS, ids=repr)
@pytest.mark.parametrize("url", [ACCOUNTS, USAGE, TICKETS])
def test_nasty_records_are_rejected_one_by_one(token, url, body):
    answer = post(url, body, token)
    assert answer.status_code == 200
    assert {record["status"] for record in answer.json()["records"]} == {"rejected"}
    assert all(e["message"] for r in answer.json()["records"] for e in r["errors"])


@pytest.mark.parametrize("content", NASTY_FILES.values(), ids=NASTY_FILES)
def test_nasty_files_are_refused(token, content):
    headers = {"Content_Encoding": "gzip"} if content.startswith(b"\x1f\x8b") else {}
    answer = post(USAGE, content, token, content_type="text/csv", **headers)
    assert answer.status_code in (400, 413)
    assert is_problem(answer, answer.status_code)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "text/xml", "", "application/json; charset=bogus", "x"]
)
def test_other_content_types_are_refused(token, content_type):
    assert is_problem(post(ACCOUNTS, [account()], token, content_type=content_type), 415)


def test_more_than_32_megabytes_are_refused_packed_or_not(token):
    large = b'[{"external_id": "a", "name": "' + b"x" * (33 << 20) + b'"}]'
    assert is_problem(post(ACCOUNTS, large, token), 413) == "too_large"
    packed = post(ACCOUNTS, gzip.compress(large), token, Content_Encoding="gzip")
    assert is_problem(packed, 413) == "too_large"
