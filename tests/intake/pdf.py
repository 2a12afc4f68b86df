"""PDFs by hand: pages of text lines, a picture, or a file under a password."""

from __future__ import annotations

from collections.abc import Sequence


def text_pdf(*pages: Sequence[str], encrypted: bool = False) -> bytes:
    """A PDF with each line of each page at a place of its own, 14 points under the one before."""
    contents = []
    for page in pages:
        shown = b"".join(
            b"1 0 0 1 40 %d Tm (%s) Tj " % (760 - 14 * at, _escaped(line)) for at, line in enumerate(page)
        )
        contents.append(b"BT /F1 10 Tf " + shown + b"ET")
    return _document(contents, encrypted=encrypted)


def picture_pdf() -> bytes:
    """A PDF whose one page is a picture of four grey points, as a scanner leaves it."""
    picture = b"q 600 0 0 780 0 0 cm BI /W 2 /H 2 /CS /G /BPC 8 ID \x10\x80\xc0\xf0 EI Q"
    return _document([picture])


def _document(contents: Sequence[bytes], *, encrypted: bool = False) -> bytes:
    count = len(contents)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * at) for at in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for at, content in enumerate(contents):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * at)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    locked = b""
    if encrypted:  # whatever the password is, it is not the empty one
        locked = b" /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (
            b"11" * 32, b"22" * 32,
        )  # fmt: skip
    out += b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, locked, start)
    return bytes(out)


def _escaped(line: str) -> bytes:
    return line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
