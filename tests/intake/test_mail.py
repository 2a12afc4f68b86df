"""Messages: whatever comes, a census is read out of it or a sentence says why not; this process lives on."""

from __future__ import annotations

import io
from binascii import b2a_uu
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smallgroup.errors import Refused
from smallgroup.intake import census_file, census_sheets
from smallgroup.intake.mail import read_mail
from tests.intake.mails import CSV, OTHER, PNG, ROWS, attach, b64, html, locked_zip, mail, raw, saved, xlsx, zipped

DAY = date(2025, 9, 12)
ALIGNED = "\n".join("  ".join(cell.ljust(14) for cell in row).rstrip() for row in ROWS)
RFC2231 = "Content-Type: application/octet-stream\nContent-Disposition: attachment;\n filename*0*=utf-8''%C3%A9quipe;\n"
ROWSPAN = """<table><tr><td>Layout of the letter</td><td>
<table><tr><th>Family</th><th>Relationship</th><th>Birth&nbsp;date</th><th colspan=1>Hours</th></tr>
<tr><td rowspan="2">F1</td><td>employee</td><td>2/28/1990</td><td>40</td></tr>
<tr><td>child</td><td>3/1/2015</td><td></td></tr>
<tr style="display: none"><td>F8</td><td>employee</td><td>1/1/1901</td><td>1</td></tr>
<tr><td>F2<td>employee<td><p>7/4/1981</p><td>35</table></td></tr></table>"""


def forwarded() -> EmailMessage:
    outer = mail("See below.\n")
    outer.add_attachment(attach(mail(), xlsx(), "census.xlsx"))
    return outer


def both_forms() -> EmailMessage:
    message = mail(f"Hello\n\n{ALIGNED}\n\nAnn")
    message.add_alternative(html(), subtype="html")
    return message


def with_logo() -> EmailMessage:
    message = attach(both_forms(), PNG, "image001.png", "image/png", disposition="inline", cid="<logo>")
    return attach(message, "BEGIN:VCALENDAR\n", "invite.ics", "text/calendar".replace("text", "application"))


def multipart(part_head: str, body: str, *, head: str = 'Content-Type: multipart/mixed; boundary="B"') -> bytes:
    return raw(head, f"--B\nContent-Type: text/plain\n\nHello\n--B\n{part_head}\n\n{body}\n--B--\n")


READ: dict[str, Callable[[], EmailMessage | bytes]] = {
    "an xlsx": lambda: attach(mail(), xlsx(), "census.xlsx"),
    "forwarded": forwarded,
    "octet-stream without a suffix": lambda: attach(mail(), xlsx(), "census"),
    "no file name at all": lambda: attach(mail(), CSV, None, "text/csv".replace("text", "application")),
    "a suffix that lies": lambda: attach(mail(), xlsx(), "census.csv"),
    "an xlsx named .xls": lambda: attach(mail(), xlsx(), "census.xls"),
    "no text": lambda: attach(mail(None), xlsx(), "census.xlsx"),
    "both forms of a table": both_forms,
    "a logo and an invitation beside it": with_logo,
    "only HTML": lambda: raw("Content-Type: text/html", html()),
    "HTML with rowspan, nested and hidden": lambda: raw("Content-Type: text/html; charset=utf-8", ROWSPAN),
    "a web page attached": lambda: attach(mail(), html(), "census.html", "application/octet-stream"),
    "a web page named .xls": lambda: attach(mail(), html(), "census.xls", "application/vnd.ms-excel"),
    "a letter of its own table beside it": lambda: raw(
        "Content-Type: text/html", html((("Phone", "Fax"), ("404-555-0100", "404-555-0101"))) + html()),
    "comma-separated text": lambda: mail(f"Hello, Bob, and all,\n\n{CSV}\nRegards,\nAnn\n"),
    "sentences against the table": lambda: mail(
        f"Hi Bob,\nas discussed, yesterday, here it is:\n{CSV}Let me know, if anything, else.\nThanks,\nAnn\n"),
    "tabs": lambda: mail("Hello\n\n" + CSV.replace(",", "\t")),
    "semicolons": lambda: mail("Hello\n\n" + CSV.replace(",", ";")),
    "bars with a rule": lambda: mail("| " + CSV.replace(",", " | ").replace("\n", " |\n|---|---|---|---|\n", 1)),
    "aligned": lambda: mail(f"Hello\n\n{ALIGNED}\n"),
    "quoted reply": lambda: mail("Thanks!\n\n" + "".join(f"> > {line}\n" for line in CSV.splitlines())),
    "flowed": lambda: raw("Content-Type: text/plain; format=flowed", CSV.replace("date_of", "date_of").replace(
        "relationship,", "relationship, \n")),
    "soft breaks": lambda: multipart(
        "Content-Type: text/csv; name=c.csv\nContent-Transfer-Encoding: quoted-printable",
        CSV.replace("employee", "emp=\nloyee").replace("-", "=2D")),
    "uuencoded": lambda: mail("Hello\n\nbegin 644 census.csv\n" + "".join(
        b2a_uu(CSV.encode()[at : at + 45]).decode() for at in range(0, len(CSV), 45)) + "`\nend\n"),
    "utf-16 with its mark": lambda: attach(mail(), CSV.encode("utf-16"), "census.csv"),
    "utf-16 said by the charset": lambda: multipart(
        "Content-Type: text/csv; charset=utf-16-le; name=c.csv\nContent-Transfer-Encoding: base64",
        b64(CSV.encode("utf-16-le"))),
    "RFC 2231 name": lambda: multipart(
        f"{RFC2231} filename*1=\".csv\"\nContent-Transfer-Encoding: base64", b64(CSV)),
    "RFC 2047 name": lambda: multipart(
        'Content-Type: text/plain; name="=?utf-8?B?w6lxdWlwZS5jc3Y=?="\nContent-Transfer-Encoding: base64', b64(CSV)),
    "a path in the name": lambda: attach(mail(), CSV, "../../../etc/census.csv"),
    "a name of dots": lambda: attach(mail(), CSV, ".."),
    "a zip": lambda: attach(mail(), zipped(census_xlsx=xlsx(), readme_docx=zipped(word_x="")), "staff.zip"),
    "the same file twice": lambda: attach(attach(mail(), CSV, "a.csv"), CSV, "b.csv"),
    "the same as text and as workbook": lambda: attach(attach(mail(), CSV, "a.csv"), xlsx(), "b.xlsx"),
    "no boundary named": lambda: multipart(
        "Content-Type: text/csv; name=c.csv", CSV, head="Content-Type: multipart/mixed"),
    "no closing boundary": lambda: multipart("Content-Type: text/csv; name=c.csv", CSV).replace(b"--B--", b""),
    "a charset that nobody knows": lambda: multipart("Content-Type: text/csv; charset=x-none; name=c.csv", CSV),
    "an encoding that nobody knows": lambda: multipart(
        "Content-Type: text/csv; name=c.csv\nContent-Transfer-Encoding: x-none", CSV),
    "Windows line ends": lambda: bytes(attach(mail(), CSV, "c.csv")).replace(b"\n", b"\r\n"),
    "encoded message inside": lambda: multipart(
        "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64", b64(bytes(attach(mail(), CSV, "c.csv")))),
    "an .eml as octet-stream": lambda: attach(mail(), bytes(attach(mail(), CSV, "c.csv")), "fwd.eml"),
    "a letter as PDF beside it": lambda: attach(attach(mail(), b"%PDF-1.4 x", "letter.pdf"), CSV, "c.csv"),
}  # fmt: skip


@pytest.mark.parametrize("kind", READ)
def test_the_census_in_a_message(kind: str, tmp_path: Path) -> None:
    census = census_file(saved(tmp_path, READ[kind]()), as_of=DAY)
    told = census.members.select("relationship", "date_of_birth", "hours_per_week").rows()
    assert [(row[0], row[1].isoformat()) for row in told] == [(row[1], row[2]) for row in ROWS[1:]]
    assert census.members["family_id"].to_list() == ["F1", "F1", "F2"]
    assert any(notice.startswith("Read: ") for notice in census.notices)


def bomb(depth: int) -> bytes:
    head = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(depth))
    return raw(head.rstrip("\n"), "")


def parts(count: int) -> bytes:
    return raw('Content-Type: multipart/mixed; boundary="B"', "--B\nContent-Type: text/plain\n\nx\n" * count)


REFUSED: dict[str, tuple[Callable[[], EmailMessage | bytes], str]] = {
    "two": (lambda: attach(attach(mail(), CSV, "a.csv"), OTHER, "b.csv"),
            "2 parts of it could each be the census: attachment a.csv, attachment b.csv. Say which with --part"),
    "the same name twice": (lambda: attach(attach(mail(), CSV, "a.csv"), OTHER, "a.csv"), "attachment a.csv (2)"),
    "body and file": (lambda: attach(mail(CSV), OTHER, "b.csv"), "body table 1, attachment b.csv"),
    "nothing": (lambda: mail("Thanks, Bob.\n"), "mail.eml: it holds no attachment and no table."),
    "no body": (lambda: raw("Content-Type: text/plain", ""), "it holds no attachment and no table."),
    "a signature picture": (lambda: attach(mail(), PNG, "logo.png", "image/png"),
                            "logo.png (a small picture, as of a signature)"),
    "an invitation": (lambda: attach(mail(), "BEGIN:VCALENDAR\n", "x.ics"), "x.ics (a calendar invitation)"),
    "winmail.dat": (lambda: attach(mail(), b"\x78\x9f\x3e\x22" + bytes(99), "winmail.dat", "application/ms-tnef"),
                    "winmail.dat (Outlook's own wrapping"),
    "a zip with a password": (lambda: attach(mail(), locked_zip(), "s.zip"), "s.zip/census.csv (it is protected"),
    "a zip in a zip": (lambda: attach(mail(), zipped(inner_zip=zipped(a_csv=CSV)), "s.zip"), "inside another, which"),
    "a zip bomb": (lambda: attach(mail(), zipped(a_csv=bytes(60 * 2**20)), "s.zip"), "at most 25 MB are unpacked"),
    "a damaged zip": (lambda: attach(mail(), zipped(a_csv=CSV)[:60], "s.zip"), "s.zip (an archive that is damaged"),
    "a large attachment": (lambda: attach(mail(), b"a,b\n" * (7 * 2**20), "b.csv"), "28.0 MB; at most 25 MB are read"),
    "50 MB": (lambda: attach(mail(), bytes(50 * 2**20), "b.csv"), "MB; at most 40 MB are read."),
    "1,000 deep": (lambda: bomb(1000), "nested more than 20 deep"),
    "25 deep": (lambda: bomb(25), "nested more than 20 deep"),
    "10,000 parts": (lambda: parts(10_000), "it has more than 200 parts."),
    "malformed base64": (lambda: multipart(
        "Content-Type: application/octet-stream; name=c.xlsx\nContent-Transfer-Encoding: base64",
        b64(xlsx())[:2000] + "!!\n"), "its base64 text is damaged"),
    "no message": (lambda: b"Just words, and more words.\n", "no e-mail message"),
    "no text at all": (lambda: bytes(range(256)) * 20, "no e-mail message"),
    "empty": (lambda: b"", "it is empty."),
    "a password on the workbook": (lambda: attach(mail(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "c.xlsx"),
                                   "mail.eml, attachment c.xlsx: "),
    "a header missing": (lambda: attach(mail(), "family_id,date_of_birth,class\nF1,1990-02-28,A\n", "c.csv"),
                         "Census file mail.eml, attachment c.csv"),
    "a wrong cell in HTML": (lambda: raw("Content-Type: text/html", html().replace("1981-07-04", "1981-13-04")),
                             "mail.eml, body table 1, row 4, birth date: "),
    "a wrong cell in a workbook": (lambda: attach(mail(), CSV.replace("1981-07-04", "1981-02-31"), "c.csv"),
                                   "mail.eml, attachment c.csv, row 4, birth date: "),
    "a health question": (lambda: mail(CSV.replace("hours_per_week", "Diagnosis")), "body table 1"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_a_sentence_for_the_rest(kind: str, tmp_path: Path) -> None:
    make, said = REFUSED[kind]
    with pytest.raises(Refused) as refused:
        census_file(saved(tmp_path, make()), as_of=DAY)
    assert said in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


def test_a_header_bomb_is_read_past(tmp_path: Path) -> None:
    head = b"".join(b"X-%d: %s\n" % (number, b"=?utf-8?q?=41?= " * 50) for number in range(10_000))
    census = census_file(saved(tmp_path, head + bytes(attach(mail(), CSV, "c.csv"))), as_of=DAY)
    assert census.members.height == 3


def test_a_part_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path, attach(attach(mail(), CSV, "a.csv"), OTHER, "b.csv"))
    assert census_file(path, part="B.csv", as_of=DAY).members["family_id"].to_list() == ["F1", "F1", "F9"]
    with pytest.raises(Refused, match=r"no part named 'c.csv'. Its parts: \"a.csv\", \"b.csv\"."):
        census_file(path, part="c.csv", as_of=DAY)
    plain = tmp_path / "census.csv"
    plain.write_text(CSV)
    with pytest.raises(Refused, match="only a message"):
        census_file(plain, part="a.csv", as_of=DAY)


def test_a_cell_over_two_rows_is_kept_with_its_area(tmp_path: Path) -> None:
    (sheet,), _ = census_sheets(saved(tmp_path, raw("Content-Type: text/html", ROWSPAN)))
    assert sheet.merged == ((2, 0, 3, 0),)
    assert sheet.row(2) == (None, "child", "3/1/2015", None)
    assert sheet.origin == "mail.eml, body table 1"


def test_what_the_message_says_of_itself(tmp_path: Path) -> None:
    message = mail(subject="Änderung for 123-45-6789")
    told = read_mail(saved(tmp_path, attach(message, PNG, "x.png", "image/png")))
    assert (told.sender, told.message_id) == ("Ann Example <ann@example.com>", "<1@example.com>")
    assert told.subject == "Änderung for ###-##-####"
    assert [(part.name, part.state) for part in told.parts] == [("x.png", "left")]


def test_social_security_numbers_are_dropped(tmp_path: Path) -> None:
    with_ssn = CSV.replace("hours_per_week", "SSN").replace(",40\n", ",123-45-6789\n")
    census = census_file(saved(tmp_path, mail(with_ssn)), as_of=DAY)
    assert "123-45-6789" not in repr(census)
    assert any("Social Security" in notice for notice in census.notices)


def test_sheets_of_a_message(tmp_path: Path) -> None:
    sheets, notices = census_sheets(saved(tmp_path, attach(mail(), xlsx(), "c.xlsx")))
    assert [sheet.origin for sheet in sheets] == ["mail.eml, attachment c.xlsx"]
    assert notices == ("Read: attachment c.xlsx of the message.",)


SIGNS = [
    b"\n", b"--", b"\r\n\r\n", b"Content-Type: multipart/mixed\n", b"=?", b'"', b"\0", b"<td rowspan=9>", b"<table>",
    b"<!", b"<![", b"&#x110000;", b"begin 644 a\n", b"\xff\xfe", b"Content-Transfer-Encoding: uuencode\n", b"*0*=",
]  # fmt: skip
SEED = bytes(attach(with_logo(), zipped(census_csv=CSV), "staff.zip"))


@settings(max_examples=60)
@given(st.data())
def test_a_message_that_was_changed_at_random(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    text = bytearray(SEED)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(text) - 1))
        match data.draw(st.sampled_from(["put", "cut", "double", "flip"])):
            case "put":
                text[at:at] = data.draw(st.sampled_from(SIGNS))
            case "cut":
                del text[at : at + data.draw(st.integers(1, 200))]
            case "double":
                text[at:at] = text[at : at + 300]
            case "flip":
                text[at] ^= data.draw(st.integers(1, 255))
        if not text:
            break
    path = saved(tmp_path_factory.mktemp("fuzz"), bytes(text))
    try:
        told = f"{census_file(path, as_of=DAY).members.height} members"
    except Refused as refused:
        told = str(refused)
    assert told
    assert "stopped in the middle" not in told


def test_the_writer_of_the_tests_makes_real_archives() -> None:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(locked_zip())) as archive, pytest.raises(RuntimeError, match="password"):
        archive.read("census.csv")
