"""A wage report on disk: .csv, .xlsx, and a PDF that has text; the PDFs are made here, by hand."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
import xlwt
from openpyxl import Workbook

from smallgroup.audit import WageReport, reconcile
from smallgroup.errors import Refused
from smallgroup.intake import census_file, pdf_text
from smallgroup.intake.child import Limits, Unreadable
from smallgroup.intake.spreadsheet import sheets_of
from smallgroup.intake.wage_report_file import PDF_LIMITS, wage_report_file
from smallgroup.underwriting.employee_eligibility import wage_terms

EXAMPLES = Path(__file__).parents[2] / "examples"
SSN = "123-45-6789"
TITLE = "EMPLOYER'S QUARTERLY TAX AND WAGE REPORT   Quarter Ending 06/30/2025"
HEADER = "Social Security Number   Employee Name   Total Reportable Gross Wages"


def text_pdf(*pages: Sequence[str], encrypted: bool = False) -> bytes:
    """A PDF of pages of text, each line 14 points under the one before."""
    contents = []
    for page in pages:
        shown = b"".join(b"1 0 0 1 40 %d Tm (%s) Tj " % (760 - 14 * at, _escaped(line)) for at, line in enumerate(page))
        contents.append(b"BT /F1 10 Tf " + shown + b"ET")
    return _document(contents, encrypted=encrypted)


PICTURE = b"q 600 0 0 780 0 0 cm BI /W 2 /H 2 /CS /G /BPC 8 ID \x10\x80\xc0\xf0 EI Q"
"""A page that is a picture of four grey points, as a scanner leaves it."""


def _document(contents: Sequence[bytes], *, encrypted: bool = False) -> bytes:
    kids = b" ".join(b"%d 0 R" % (4 + 2 * at) for at in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for at, content in enumerate(contents):
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R " % (5 + 2 * at)
        objects.append(page + b"/Resources << /Font << /F1 3 0 R >> >> >>")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    lock = b" /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
    locked = lock % (b"11" * 32, b"22" * 32) if encrypted else b""  # its password is not the empty one
    out += b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, locked, start)
    return bytes(out)


def _escaped(line: str) -> bytes:
    return line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


@pytest.fixture
def pdf(tmp_path: Path) -> Callable[..., WageReport]:
    def read(content: bytes) -> WageReport:
        path = tmp_path / "wages.pdf"
        path.write_bytes(content)
        return wage_report_file(path)

    return read


@pytest.fixture
def refused_pdf(pdf: Callable[..., WageReport]) -> Callable[[bytes], str]:
    def sentence(content: bytes) -> str:
        with pytest.raises(Refused) as refusal:
            pdf(content)
        return str(refusal.value)

    return sentence


def people(report: WageReport) -> list[tuple[int, str, str | None, int]]:
    return [(row.row, row.name, row.ssn_last4, row.wages) for row in report.rows]


# --- spreadsheets ---------------------------------------------------------------------------------


def test_a_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "wages.csv"
    path.write_text(f'Quarter Ending 06/30/2025\n\nSSN,Name,Gross Wages\n{SSN},"EXAMPLE, PAT","$2,827.50"\n')
    report = wage_report_file(path)
    assert people(report) == [(4, "EXAMPLE, PAT", "6789", 282750)]
    assert report.quarter == "2025-Q2"


def test_an_xlsx_file_with_numbers_and_dates(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Quarter ending", date(2025, 6, 30)])
    sheet.append([])
    sheet.append(["SSN", "Last Name", "First Name", "Gross Wages"])
    sheet.append([123456789, "Example", "Pat", 2827.5])
    sheet.append([6789, "Sample", "Kim", 1000])
    sheet.append(["Total", None, None, 3827.5])
    book.save(tmp_path / "wages.xlsx")
    report = wage_report_file(tmp_path / "wages.xlsx")
    assert people(report) == [(4, "Example, Pat", "6789", 282750), (5, "Sample, Kim", "6789", 100000)]
    assert report.quarter == "2025-Q2"


def test_notices_of_reading_come_first(tmp_path: Path) -> None:
    path = tmp_path / "2025-Q2.csv"
    path.write_bytes("Name,Gross Wages\nPat Éxample,1.00\n".encode("cp1252"))
    (notice,) = wage_report_file(path).notices
    assert "read as Windows-1252" in notice


def test_a_wage_report_in_an_old_workbook(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Q2")
    for row, cells in enumerate((["Name", "Gross Wages"], ["EXAMPLE, PAT", 12345.67])):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    book.save(tmp_path / "2025-Q2.xls")
    assert [row.wages for row in wage_report_file(tmp_path / "2025-Q2.xls").rows] == [1234567]


def test_messages_speak_of_a_wage_report(tmp_path: Path) -> None:
    for name, content, said in (
        ("wages.docx", b"x", "Wage report file wages.docx: a .docx file is not read."),
        ("wages.csv", b"", "Wage report file wages.csv: it is empty."),
        ("wages.csv", b"x," * 1_000_000, "a wage report has at most 256 columns. Delete what"),
        ("wages.xlsx", b"PK\x03\x04", "Wage report file wages.xlsx: the file is damaged"),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Refused) as refusal:
            wage_report_file(tmp_path / name)
        assert said in str(refusal.value)
        assert "census" not in str(refusal.value)
        assert str(tmp_path) not in str(refusal.value)


# --- PDFs -----------------------------------------------------------------------------------------


def test_a_pdf_of_two_pages(pdf: Callable[..., WageReport]) -> None:
    report = pdf(
        text_pdf(
            [TITLE, HEADER, f"{SSN}  EXAMPLE, PAT   12,345.67", "2. 987654321 Sample Kim Q  $2,827.50",
             "Total Wages for This Page 15,173.17"],
            [TITLE, HEADER, "Muñoz, Lee   XXX-XX-3333   1,000.00", "Total Wages for This Page 1,000.00",
             "Total Gross Wages Paid This Quarter 16,173.17", "Contribution tax due 44.00"],
        )
    )  # fmt: skip
    assert people(report) == [
        (3, "EXAMPLE, PAT", "6789", 1234567), (4, "Sample Kim Q", "4321", 282750), (8, "Muñoz, Lee", "3333", 100000),
    ]  # fmt: skip
    assert report.quarter == "2025-Q2"
    assert report.notices == (
        "Line 11 of the PDF: an amount without a person, not read.",
        "SSN (A) holds Social Security numbers: only the last four digits are kept.",
    )


def test_a_pdf_without_numbers(pdf: Callable[..., WageReport]) -> None:
    report = pdf(
        text_pdf(["2nd Quarter 2025", "Employee Gross Wages", "Pat Example 3,000.00", "Kim Sample 12.00",
                  "Total 3,012.00"])
    )  # fmt: skip
    assert people(report) == [(3, "Pat Example", None, 300000), (4, "Kim Sample", None, 1200)]
    assert (report.quarter, report.notices) == ("2025-Q2", ())


def test_a_total_of_a_pdf_is_checked(refused_pdf: Callable[[bytes], str]) -> None:
    said = refused_pdf(text_pdf([HEADER, f"{SSN} EXAMPLE, PAT 10.00", "Total Wages 11.00"]))
    assert said.startswith("Wage report, row 3, gross wages: the total says $11.00, and the 1 row adds up to $10.00.")


def test_what_is_missing_on_a_line_is_told_at_once(refused_pdf: Callable[[bytes], str]) -> None:
    said = refused_pdf(text_pdf([f"{SSN} EXAMPLE, PAT", "987-65-4321 12.00", "111-22-3333 Sample, Kim -5.00"]))
    assert [line.partition(":")[0] for line in said.splitlines()] == [
        "Wage report, row 1, gross wages", "Wage report, row 2, name", "Wage report, row 3, gross wages",
    ]  # fmt: skip
    for secret in (SSN, "987-65-4321", "111-22-3333"):
        assert secret not in said


def test_two_amounts_on_a_line_are_not_guessed(refused_pdf: Callable[[bytes], str]) -> None:
    for line in (f"{SSN} EXAMPLE, PAT 12,345.67 9,500.00", "EXAMPLE, PAT 12,345.67 9,500.00"):
        said = refused_pdf(text_pdf([HEADER, line]))
        assert "line 2 has 2 amounts, and it is not clear which is the gross wages. Send the spreadsheet" in said


@pytest.mark.parametrize(
    "lines", [["Dear broker", "as agreed 12.00"], [HEADER], ["Gross wages", "Total 12.00"], ["Taxable wages 12.00"]]
)
def test_a_pdf_of_something_else(refused_pdf: Callable[[bytes], str], lines: list[str]) -> None:
    said = refused_pdf(text_pdf(lines))
    assert said.startswith("Wage report file wages.pdf: no line of it holds a name and wages. Send the spreadsheet")
    assert "print it to a PDF" in said


def test_a_pdf_that_is_a_picture(refused_pdf: Callable[[bytes], str]) -> None:
    assert refused_pdf(_document([PICTURE])) == (
        "Wage report file wages.pdf: it is a picture: there is no text in it. "
        "Send the spreadsheet or the CSV file that your payroll program writes, or the PDF that it prints."
    )


def test_a_page_that_is_a_picture_would_hide_people(pdf: Callable[..., WageReport]) -> None:
    text = b"BT /F1 10 Tf 40 700 Td (Example, Pat 123-45-6789 1.00) Tj ET"
    with pytest.raises(Refused, match="page 2 is a picture without text, so people on it would be missing"):
        pdf(_document([text, PICTURE]))
    assert len(pdf(_document([text, b" "])).rows) == 1, "a blank page hides nobody"


def test_a_pdf_under_a_password(refused_pdf: Callable[[bytes], str]) -> None:
    said = refused_pdf(text_pdf([HEADER, f"{SSN} EXAMPLE, PAT 10.00"], encrypted=True))
    assert said == "Wage report file wages.pdf: it is protected by a password. Save it without one."


def test_a_broken_pdf_and_one_that_is_none(refused_pdf: Callable[[bytes], str]) -> None:
    whole = text_pdf([HEADER, f"{SSN} EXAMPLE, PAT 10.00"])
    for content in (whole[:150], whole[:40], b"%PDF-1.7\n" + b"\xff" * 5000):
        assert "the PDF is damaged (" in refused_pdf(content)
    assert "it is named .pdf but is no PDF." in refused_pdf(b"PK\x03\x04")
    assert "it is empty" in refused_pdf(b"")


def test_a_pdf_with_too_many_pages(refused_pdf: Callable[[bytes], str]) -> None:
    assert "it has more than 60 pages" in refused_pdf(text_pdf(*[[HEADER]] * (pdf_text.MOST_PAGES + 1)))


def test_a_pdf_that_takes_too_much(tmp_path: Path) -> None:
    path = tmp_path / "wages.pdf"
    path.write_bytes(text_pdf(*[[f"{SSN} EXAMPLE, PAT 10.00"] * 50] * 20))
    with pytest.raises(Refused, match="reading it takes longer than any wage report needs"):
        sheets_of(path, limits=PDF_LIMITS, pdf=Limits(paper="wage report", wall_seconds=0.2))


def test_a_pdf_that_unpacks_to_too_much(tmp_path: Path) -> None:
    path = tmp_path / "wages.pdf"
    pack = zlib.compressobj(1)
    packed = b"".join(pack.compress(b" " * 2**20) for _ in range(256)) + pack.flush()
    page = _document([packed])
    head = b"<< /Length %d >>" % len(packed)
    path.write_bytes(page.replace(head, head[:-2] + b"/Filter /FlateDecode >>"))
    with pytest.raises(Refused, match="reading it takes more memory than any wage report needs"):
        sheets_of(path, limits=PDF_LIMITS, pdf=Limits(paper="wage report", memory_bytes=200 * 2**20))


def test_where_no_pdf_is_expected_none_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rates.pdf"
    path.write_bytes(text_pdf([HEADER]))
    with pytest.raises(Refused, match=r"Rate file rates.pdf: a .pdf file is not read"):
        sheets_of(path, limits=Limits(paper="rate"))


def test_without_pdfplumber_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pdfplumber", None)
    with pytest.raises(Unreadable) as unreadable:
        list(pdf_text.lines("wages.pdf", "wages.pdf", PDF_LIMITS))
    assert unreadable.value.why == "reading a PDF needs pdfplumber, which is not installed."
    assert "pip install smallgroup[intake]" in unreadable.value.fix


# --- the example ----------------------------------------------------------------------------------


def test_the_example_is_made_again_byte_for_byte(tmp_path: Path) -> None:
    again = tmp_path / "make_wage_report.py"
    for name in (again.name, "make_census.py"):
        (tmp_path / name).write_bytes((EXAMPLES / name).read_bytes())
    subprocess.run([sys.executable, str(again)], check=True)
    assert (tmp_path / "wage_report.csv").read_bytes() == (EXAMPLES / "wage_report.csv").read_bytes()


def test_the_example_beside_the_bakery() -> None:
    day = date(2025, 9, 12)
    members = census_file(EXAMPLES / "census.xlsx", as_of=day).members
    report = wage_report_file(EXAMPLES / "wage_report.csv")
    terms = wage_terms(day)
    found = reconcile(
        members, report, as_of=day, quarter_start=None, quarter_end=None, wage_terms=terms, full_time_hours=30
    )
    assert (found.quarter, found.stale, found.not_told_apart) == ("2025-Q2", False, ())
    below = [one.member_id for one in found.matched if one.status == "wages below full time"]
    assert below == ["12-1"]
    assert [(one.member_id, one.query) for one in found.not_on_report if one.expected] == [
        ("15-1", True), ("19-1", False),
    ]  # fmt: skip
    assert [one.name for one in found.not_on_census] == ["EXAMPLE-24, QUINOA"]
    assert [one.member_id for one in found.proposed] == ["17-1"]
    assert found.queries == 4
