"""Tokens of visitors: what other makers of JSON Web Tokens write is read, and nothing else."""

import base64
import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from accounts.visitor_tokens import (
    TokenRefusedError,
    Visitor,
    claimed_source,
    new_secret,
    read_visitor,
    sign_visitor,
    signature_of,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECRET = "in_app_an-example-that-opens-nothing"
BO = Visitor("shop", "acme", "u-17", "bo@acme.example")


def written(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def token(claims=None, *, header=None, secret=SECRET, **changed) -> str:
    said = {"source": "shop", "account": "acme", "user": "u-17"}
    said |= {"exp": int(NOW.timestamp()) + 600} | changed
    parts = (header or {"alg": "HS256", "typ": "JWT"}, said if claims is None else claims)
    signed = ".".join(written(part) for part in parts)
    return f"{signed}.{signature_of(signed.encode(), key=secret.encode())}"


def read(text: str, *, secrets=(SECRET,), now=NOW) -> Visitor:
    return read_visitor(text, secrets_of_source=secrets, now=now)


def test_the_signature_is_that_of_the_standards_own_example():
    """RFC 7515, appendix A.1."""
    key = base64.urlsafe_b64decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow=="
    )
    signed = (
        b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        b"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    )
    assert signature_of(signed, key=key) == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


NODE = """
const {createHmac} = require("node:crypto");
const b64 = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
const claims = {source: "shop", account: "acme", user: "Zoë 17", exp: %d};
const signed = b64({alg: "HS256", typ: "JWT"}) + "." + b64(claims);
console.log(signed + "." + createHmac("sha256", "%s").update(signed).digest("base64url"));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="no node")
def test_what_node_signs_is_read():
    script = NODE % (NOW.timestamp() + 600, SECRET)
    made = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    assert read(made.stdout.strip()) == Visitor("shop", "acme", "Zoë 17")


def test_what_we_sign_is_read_until_it_ends():
    made = sign_visitor(BO, secret=SECRET, expires_at=NOW + 10 * MINUTE)
    assert read(made) == BO
    assert claimed_source(made) == "shop"
    assert read(made, now=NOW + timedelta(seconds=599)) == BO
    with pytest.raises(TokenRefusedError):
        read(made, now=NOW + 10 * MINUTE)


def test_two_secrets_prove_and_a_third_does_not():
    old, new, gone = (new_secret() for _ in range(3))
    for secret in (old, new):
        made = sign_visitor(BO, secret=secret, expires_at=NOW + MINUTE)
        assert read(made, secrets=(new, old)) == BO
    made = sign_visitor(BO, secret=gone, expires_at=NOW + MINUTE)
    with pytest.raises(TokenRefusedError):
        read(made, secrets=(new, old))


SECONDS = int(NOW.timestamp())
GOOD = token()
PARTS = GOOD.split(".")
BAD = {
    "nothing": "",
    "a word": "token",
    "two parts": ".".join(PARTS[:2]),
    "four parts": f"{GOOD}.x",
    "no signature": f"{PARTS[0]}.{PARTS[1]}.",
    "another's claims": f"{PARTS[0]}.{written({'source': 'shop', 'account': 'zen'})}.{PARTS[2]}",
    "padded signature": f"{GOOD}=",
    "not base64": f"{PARTS[0]}.%%%.{PARTS[2]}",
    "not ASCII": f"{GOOD[:-1]}é",
    "another secret": token(secret=SECRET + "2"),
    "no algorithm": token(header={"typ": "JWT"}),
    "algorithm none": token(header={"alg": "none"}),
    "algorithm none, unsigned": f"{written({'alg': 'none'})}.{PARTS[1]}.",
    "lower case algorithm": token(header={"alg": "hs256"}),
    "another algorithm": token(header={"alg": "HS512"}),
    "a demand we do not know": token(header={"alg": "HS256", "crit": ["b64"], "b64": False}),
    "header is a list": token(header=["HS256"]),
    "claims are a list": token(claims=["shop"]),
    "claims are a deep list": f"{PARTS[0]}.{base64.urlsafe_b64encode(b'[' * 900).decode()}.x",
    "no end": token(claims={"source": "shop", "account": "acme", "user": "u-17"}),
    "end is text": token(exp=str(SECONDS + 60)),
    "end is true": token(exp=True),
    "end is endless": token(exp=float("inf")),
    "end is no number": token(exp=float("nan")),
    "ended now": token(exp=SECONDS),
    "lives for 62 minutes": token(exp=SECONDS + 3_720),
    "not yet": token(nbf=SECONDS + 120),
    "no account": token(account=None),
    "account is empty": token(account=""),
    "account is a number": token(account=17),
    "user is a list": token(user=["u-17"]),
    "user holds NUL": token(user="u\0"),
    "user is very long": token(user="u" * 255),
    "address is empty": token(email=""),
    "too long": token(more="x" * 2_000),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_proves_nothing_is_refused(text):
    with pytest.raises(TokenRefusedError):
        read(text)


def test_a_token_may_live_an_hour_by_a_clock_that_is_a_minute_ahead():
    assert read(token(exp=SECONDS + 3_660)).user == "u-17"
    assert read(token(nbf=SECONDS + 60)).user == "u-17"


def test_no_secret_proves_nothing():
    with pytest.raises(TokenRefusedError):
        read(GOOD, secrets=())


def test_secrets_are_long_and_differ():
    made = {new_secret() for _ in range(20)}
    assert len(made) == 20
    assert all(len(each) >= 50 for each in made)
