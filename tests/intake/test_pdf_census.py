"""A census that is a PDF with text: ruled or not, over several pages, turned, wrapped; and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF
from fpdf.enums import AccessPermission

from smallgroup.census.read import Census
from smallgroup.errors import Refused
from smallgroup.intake import census_file
from tests.intake.faxes import HEADER, Row, people

AS_OF = date(2025, 9, 1)
Read = Callable[[FPDF], Census]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reading(pdf: FPDF) -> Census:
        path = tmp_path / "staff.pdf"
        pdf.output(str(path))
        return census_file(path, as_of=AS_OF)

    return reading


def paper(**options: Any) -> FPDF:
    pdf = FPDF(format="letter", **options)
    pdf.set_font("Helvetica", size=9)
    return pdf


def ruled(pdf: FPDF, rows: Sequence[Row], *, widths: Sequence[int] = (14, 26, 30, 26, 26, 12, 18, 16)) -> None:
    """A framed table; its first row is repeated at the top of each page."""
    with pdf.table(width=sum(widths), col_widths=widths, line_height=6) as table:
        for row in rows:
            table.row(row)


def aligned(pdf: FPDF, rows: Sequence[Row], *, top: float = 40, pitch: float = 6) -> None:
    lefts = (12, 30, 58, 90, 115, 142, 155, 175)
    for at, row in enumerate(rows):
        for left, text in zip(lefts, row, strict=True):
            pdf.text(left, top + at * pitch, text)


def held(census: Census) -> list[Row]:
    frame = census.members
    return [
        (family, kind, last, first, born.strftime("%m/%d/%Y"), sex[0].upper(), zip_code, "40" if hours else "")
        for family, kind, last, first, born, sex, zip_code, hours in frame.select(
            "family_id", "relationship", "last_name", "first_name", "date_of_birth", "sex", "zip", "hours_per_week"
        ).iter_rows()
    ]


def test_a_framed_table_under_a_title(read: Read) -> None:
    rows, pdf = people(12, 1), paper()
    pdf.add_page()
    pdf.cell(text="Example Crumb Bakery Inc, employees on September 1, 2025", new_x="LMARGIN", new_y="NEXT")
    ruled(pdf, [HEADER, *rows])
    census = read(pdf)
    assert held(census) == rows
    assert census.reading is None


def test_a_table_without_lines(read: Read) -> None:
    rows, pdf = people(12, 2), paper()
    pdf.add_page()
    pdf.text(12, 20, "Example Crumb Bakery Inc")
    aligned(pdf, [HEADER, *rows])
    assert held(read(pdf)) == rows


class Numbered(FPDF):
    def header(self) -> None:
        self.set_font("Helvetica", size=9)
        self.cell(text="Example Crumb Bakery Inc - confidential", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        self.set_y(-15)
        self.cell(text=f"Page {self.page_no()} of {{nb}}")


def numbered() -> FPDF:
    pdf = Numbered(format="letter")
    pdf.set_font("Helvetica", size=9)
    return pdf


def test_pages_with_their_header_repeated_are_one_census(read: Read) -> None:
    rows, pdf = people(90, 3), numbered()
    pdf.add_page()
    ruled(pdf, [HEADER, *rows])
    assert pdf.page_no() > 2
    census = read(pdf)
    assert held(census) == rows
    assert census.notices == ("The header is repeated on pages 2, 3: it was read once.",)


def test_pages_without_lines_are_one_census_with_or_without_a_header(read: Read) -> None:
    rows = people(60, 4)
    for repeated in (True, False):
        pdf = numbered()
        for at in range(0, 60, 20):
            pdf.add_page()
            aligned(pdf, [*([HEADER] if repeated or not at else []), *rows[at : at + 20]])
        assert held(read(pdf)) == rows


def test_an_error_names_page_and_row(read: Read) -> None:
    rows, pdf = people(40, 5), numbered()
    rows[30] = (*rows[30][:4], "02/31/1990", *rows[30][5:])
    for at in (0, 20):
        pdf.add_page()
        ruled(pdf, [HEADER, *rows[at : at + 20]])
    with pytest.raises(Refused) as refusal:
        read(pdf)
    (problem,) = refusal.value.problems
    # On page 2 the title is line 1, the header line 2, and so the eleventh person is in row 13.
    assert problem.where == "Census, row 32 (page 2, row 13), birth date"
    assert problem.cell == "E32"


def test_a_total_at_the_end_is_nobody(read: Read) -> None:
    rows, pdf = people(8, 6), paper()
    pdf.add_page()
    ruled(pdf, [HEADER, *rows, ("Total", "", "", "", "", "", "", "160")])
    census = read(pdf)
    assert held(census) == rows
    assert "is a total and no member" in census.notices[0]


@pytest.mark.parametrize("framed", [True, False])
def test_a_name_that_wraps_in_its_cell(read: Read, framed: bool) -> None:
    rows, pdf = people(6, 7), paper()
    rows[2] = (*rows[2][:2], "Placeholder Invented-Specimen", *rows[2][3:])
    pdf.add_page()
    if framed:
        ruled(pdf, [HEADER, *rows])
    else:
        shown = [(*row[:2], row[2].split()[0], *row[3:]) for row in rows]
        aligned(pdf, [HEADER, *shown], pitch=8)
        pdf.text(58, 40 + 3 * 8 + 4, "Invented-Specimen")
    assert held(read(pdf)) == rows


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_page_that_says_it_is_turned(read: Read, angle: int) -> None:
    """Written sideways on the paper, with the page turned for the reader; and written sideways without that."""
    rows, pdf = people(10, 8), paper()
    pdf.add_page()
    with pdf.rotation(angle, x=108, y=108):
        aligned(pdf, [HEADER, *rows])
    assert held(read(pdf)) == rows


def test_a_second_table_of_another_kind_is_left(read: Read) -> None:
    rows, pdf = people(10, 9), paper()
    pdf.add_page()
    ruled(pdf, [HEADER, *rows])
    pdf.ln(20)
    with pdf.table(width=120) as table:
        for row in (("Plan", "Metal", "Monthly"), ("Example A", "Silver", "100.00"), ("Example B", "Gold", "120.00")):
            table.row(row)
    assert held(read(pdf)) == rows


def test_two_tables_with_one_header_are_one_census(read: Read) -> None:
    rows, pdf = people(12, 10), paper()
    cut = next(at for at in range(5, 12) if rows[at][1] == "employee")
    pdf.add_page()
    ruled(pdf, [HEADER, *rows[:cut]])
    pdf.ln(20)
    ruled(pdf, [HEADER, *rows[cut:]])
    assert held(read(pdf)) == rows


def test_a_family_in_a_cell_over_its_rows(read: Read) -> None:
    pdf = paper()
    pdf.add_page()
    with pdf.table(width=150, line_height=7) as table:
        table.row(("Family", "Relationship", "First Name", "Date of Birth"))
        row = table.row()
        row.cell("7", rowspan=2)
        for text in ("employee", "Pat", "02/28/1990"):
            row.cell(text)
        table.row(("spouse", "Kim", "03/01/1991"))
        table.row(("8", "employee", "Lee", "04/02/1992"))
    assert read(pdf).members["family_id"].to_list() == ["7", "7", "8"]


def test_what_was_entered_into_a_form_is_read(tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    path.write_bytes(form([("employee", "Pat", "02/28/1990"), ("spouse", "Kim", "03/01/1991")]))
    census = census_file(path, as_of=AS_OF)
    assert census.members["first_name"].to_list() == ["Pat", "Kim"]
    assert census.members["date_of_birth"].to_list() == [date(1990, 2, 28), date(1991, 3, 1)]


def form(rows: Sequence[tuple[str, str, str]]) -> bytes:
    """A PDF whose page has a header as text, and under it fields without any appearance of their own."""
    heads = b"".join(b"1 0 0 1 %d 700 Tm (%s) Tj " % (40 + 150 * at, text)
                     for at, text in enumerate((b"Relationship", b"First Name", b"Date of Birth")))  # fmt: skip
    content = b"BT /F1 10 Tf " + heads + b"ET"
    fields = [
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (f%d) /V (%s) /Rect [%d %d %d %d] >>"
        % (10 * at + column, text.encode(), 40 + 150 * column, 670 - 20 * at, 150 + 150 * column, 684 - 20 * at)
        for at, row in enumerate(rows) for column, text in enumerate(row)
    ]  # fmt: skip
    kids = b" ".join(b"%d 0 R" % (6 + at) for at in range(len(fields)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] >> >>" % kids,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Annots [%s] "
        b"/Resources << /Font << /F1 5 0 R >> >> >>" % kids,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        *fields,
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


# --- what is refused ------------------------------------------------------------------------------


def sentence(path: Path) -> str:
    with pytest.raises(Refused) as refusal:
        census_file(path, as_of=AS_OF)
    (problem,) = refusal.value.problems
    return str(problem)


def test_a_pdf_that_is_protected(tmp_path: Path) -> None:
    pdf, path = paper(), tmp_path / "staff.pdf"
    pdf.set_encryption("owner", "user", permissions=AccessPermission.none())
    pdf.add_page()
    ruled(pdf, [HEADER, *people(3, 1)])
    pdf.output(str(path))
    assert sentence(path) == "Census file staff.pdf: it is protected by a password. Save it without one."


def test_a_pdf_without_a_table(tmp_path: Path) -> None:
    pdf, path = paper(), tmp_path / "letter.pdf"
    pdf.add_page()
    pdf.multi_cell(0, text="Please quote our staff. " * 40)
    pdf.output(str(path))
    assert "no table is found in it" in sentence(path)


@pytest.mark.parametrize("content", [b"%PDF-1.7\nnothing follows", b"%PDF-1.4\n" + bytes(range(256)) * 40])
def test_a_damaged_pdf(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "staff.pdf"
    path.write_bytes(content)
    assert "the PDF is damaged" in sentence(path)


def test_a_pdf_of_too_many_pages(tmp_path: Path) -> None:
    pdf, path = paper(), tmp_path / "staff.pdf"
    for _ in range(5000):
        pdf.add_page()
    pdf.output(str(path))
    assert "it has more than 60 pages" in sentence(path)


def test_a_pdf_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "staff.pdf"
    path.write_text("family_id,relationship\n")
    assert "it is named .pdf but is no PDF" in sentence(path)


def test_an_empty_page(tmp_path: Path) -> None:
    pdf, path = paper(), tmp_path / "staff.pdf"
    pdf.add_page()
    pdf.output(str(path))
    assert "there is nothing on its pages" in sentence(path)
