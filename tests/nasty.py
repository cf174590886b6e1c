"""Input that somebody will send one day. Every door that takes input is tried with it."""

import codecs

NASTY_NAMES = {
    "nul": "Ac\x00me",
    "surrogate": "Ac\ud800me",
    "direction_control": "Acme \u202egpj.exe",
    "invisible_character": "Ac\u200bme",
    "combining_flood": "A" + "\u0301" * 40,
    "line_break": "Acme\r\nBcc: everyone",
    "control_character": "Acme\x1b[2J",
    "too_long": "A" * 10_000,
    "blank": " \t ",
}
ONLY_ZERO_WIDTH = "\u200b\u200d\u2060"
GOOD_NAMES = (
    "Acme 🚀 Ltd",
    "שלום בע״מ",
    "Ünïted Ärzte",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "-5",
    "@acme",
    "👩\u200d🚀 Rockets",
)
NASTY_INTEGERS = (
    "1_000",
    "１２",  # full-width digits
    "٣",  # Arabic-Indic digits
    "1e5",
    "1.0",
    "+1",
    " ",
    "--1",
    "0x10",
    "NaN",
    "9" * 30,
    "1,000",
)
NASTY_JSON_INTEGERS = (True, 1.5, "5", None, [], {}, 10**30, -1)
NASTY_AMOUNTS = (
    "1.234,56",
    "1,234",
    "$5",
    "(5)",
    "5 €",
    "1e3",
    "NaN",
    "Infinity",
    "1_000.00",
    "１.00",
    "10000000000000.00",
    ".5",
    "1.",
)
NASTY_DATES = (
    "2024-02-30",
    "1999-12-31",
    "2099-01-01",
    "0001-01-01",
    "2024-1-1",
    "01-02-2024",
    "1704067200",
    "2024-13-01",
    "２024-01-01",
    "null",
)
NASTY_MOMENTS = (
    "2024-01-01",
    "2024-01-01T10:00:00",
    "2024-01-01T24:00:00Z",
    "2024-06-30T23:59:60Z",
    "2024-02-30T10:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "1704067200",
    "2024-01-01T10:00:00+99:00",
)
NASTY_IDS = ("", "a b", "a/b", "..", ".", "%00", "a" * 65, "ä", "a\n", "a?b", "a#b", "1;drop")
NASTY_EMAILS = (
    "a@b",
    "a b@c.example",
    "a@b.example, c@d.example",
    '"q"@b.example',
    "a@b.example.",
    "a" * 310 + "@b.example",
    "a@b.example\r\nBcc: x@y.example",
    "@b.example",
    "a..b@c.example",
)
NASTY_BODIES = {
    "not json": b"{",
    "empty": b"",
    "null": b"null",
    "text": b'"records"',
    "object": b"{}",
    "number": b"5",
    "NaN": b'[{"events": NaN}]',
    "Infinity": b'[{"events": -Infinity}]',
    "1e400": b'[{"events": 1e400}]',
    "5,000 digits": b'[{"events": ' + b"9" * 5_000 + b"}]",
    "duplicate keys": b'[{"account": "a", "account": "b"}]',
    "deep": b"[" * 33 + b"]" * 33,
    "very deep": b"[" * 5_000 + b"]" * 5_000,
    "100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "invalid UTF-8": b'[{"name": "\xff"}]',
    "UTF-16": "[]".encode("utf-16"),
    "byte-order mark": codecs.BOM_UTF8 + b"[]",
    "5,001 records": b"[" + b",".join([b"{}"] * 5_001) + b"]",
}
NASTY_RECORDS = (
    b'[{"name": "\\u0000", "external_id": "x"}]',
    b'[{"name": "\\ud800", "external_id": "x"}]',
    b'[{"\\u0000": 1}]',
    b'[{"\\ud800": 1}]',
    b'[null, 1, true, [], [[]], "x", {}]',
    b'[{"external_id": {"a": [1]}, "name": ["x"], "id": 1, "is_staff": true}]',
    b'[{"external_id": 5, "name": 5, "seats": true}]',
)
NASTY_FILES = {
    "empty": b"",
    "blank": b"\n\n\n",
    "zip": b"PK\x03\x04rest",
    "html": b"<!doctype html><html></html>",
    "pdf": b"%PDF-1.7",
    "program": b"MZ\x90\x00",
    "unterminated quote": b'account,day,feature,events\na,2024-01-01,"search,1\nb,2024-01-01,x,1\n',
    "text after quote": b'account,day,feature,events\na,2024-01-01,"search"x,1\n',
    "field over 131,072": b"account,day,feature,events\n" + b"a" * 140_000 + b",x,y,1\n",
    "line over 1 MB": b"account\n" + b"a" * 2_000_000 + b"\n",
    "latin-1": "account,day,feature,events\nÄ,2024-01-01,x,1\n".encode("latin-1"),
    "10,000 columns": b",".join(b"c%d" % n for n in range(10_000)) + b"\n",
    "damaged gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03damaged",
    "UTF-16 without a mark": "account,day\n".encode("utf-16-le"),
}
