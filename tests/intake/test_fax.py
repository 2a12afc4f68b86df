"""A census that came by fax or from a scanner: every cell with its confidence, and always for a person's review."""

from __future__ import annotations

import json
import random
import shutil
import struct
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from fpdf import FPDF
from openpyxl import load_workbook
from PIL import Image
from typer.testing import CliRunner

from smallgroup.census.read import Census, read_census
from smallgroup.census.reading import BAR_OF_DATES
from smallgroup.census.sheet import Sheet
from smallgroup.cli import app
from smallgroup.errors import Refused
from smallgroup.intake import census_file, paper
from smallgroup.intake.write_workbook import fixed_pages, save_workbook
from tests.intake.faxes import HEADER, Measured, Style, measure, page, people, save_tiff, sent_faxes

AS_OF = date(2025, 9, 1)
EXAMPLES = Path(__file__).parents[2] / "examples"
recognizer = pytest.mark.skipif(
    shutil.which("tesseract", path=paper.COMMANDS) is None,
    reason="tesseract is not installed (apt-get install tesseract-ocr)",
)


@pytest.fixture(scope="module")
def fax(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fax") / "fax.tif"
    save_tiff(path, [page(people(8, 21), Style(angle=0.6, specks=0.0005), 21)], 196)
    return path


def births(census: Census) -> list[str]:
    return [born.strftime("%m/%d/%Y") for born in census.members["date_of_birth"].to_list()]


# --- read -----------------------------------------------------------------------------------------


@recognizer
def test_a_fax_is_read_and_is_for_review(fax: Path) -> None:
    census, rows = census_file(fax, as_of=AS_OF), people(8, 21)
    assert births(census) == [row[4] for row in rows]
    assert census.members["last_name"].to_list() == [row[2] for row in rows]
    reading = census.reading
    assert reading is not None
    assert len([cell for cell in reading.cells if cell.field == "date_of_birth"]) == 8
    assert all(0 <= cell.confidence < 100 for cell in reading.cells)
    assert "a person must look at it against the original" in census.to_check[0].why


@recognizer
@pytest.mark.parametrize("kind", ["g3", "jpg", "pdf", "pages"])
def test_other_pictures(tmp_path: Path, kind: str) -> None:
    rows = people(10, 31)
    pages = [page(rows[:5], Style(ruled=kind != "jpg"), 1), page(rows[5:], Style(ruled=kind != "jpg"), 2)]
    whole = page(rows, Style(ruled=kind != "jpg"), 1)
    path = tmp_path / f"scan.{ {'g3': 'tif', 'pages': 'tif'}.get(kind, kind) }"
    if kind == "pages":
        save_tiff(path, pages, 196)
    elif kind == "g3":
        save_tiff(path, [whole], 196, compression="group3")
    elif kind == "pdf":
        pdf = FPDF(format="letter")
        pdf.set_font("Helvetica", size=9)
        for one in pages:
            pdf.add_page()
            pdf.text(10, 10, "text that a scanner put under its picture")
            pdf.image(one.convert("L"), x=0, y=0, w=pdf.w, h=pdf.h)
        pdf.output(str(path))
    else:
        whole.convert("L").save(path)
    census = census_file(path, as_of=AS_OF)
    assert births(census) == [row[4] for row in rows]
    assert census.reading is not None
    if kind in ("pages", "pdf"):
        assert "The header is repeated on page 2: it was read once." in census.notices
        assert census.reading.cells[-1].where.endswith("(page 2, row 7)")


@recognizer
def test_a_fax_of_standard_resolution_leaves_no_birth_date_unasked(tmp_path: Path) -> None:
    path, rows = tmp_path / "fax.tif", people(6, 41)
    save_tiff(path, [page(rows, Style(down=98, points=12), 41)], 98)
    census = census_file(path, as_of=AS_OF)
    assert census.reading is not None
    assert all(cell.doubtful for cell in census.reading.cells if cell.field == "date_of_birth")


@recognizer
def test_no_birth_date_is_silently_wrong(tmp_path: Path) -> None:
    """Of seeded faxes; `python -m tests.intake.faxes` measures twenty."""
    total = Measured()
    for path, rows, _ in sent_faxes(tmp_path, (3, 11, 19)):
        total += measure(path, rows)
    assert total.births == 90
    assert total.births_silent == 0
    assert total.lost_rows == 0
    assert total.right >= 0.97 * total.cells


# --- what is said ---------------------------------------------------------------------------------


@recognizer
def test_check_says_it_and_the_copy_is_what_other_verbs_take(fax: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    said = run(app, ["census", "check", str(fax), "--as-of", "2025-09-01"])
    assert said.exit_code == 0, said.output
    assert "read by character recognition: a person must look at it against the original" in said.output
    assert "Birth dates: E3 " in said.output
    refused = run(app, ["underwrite", str(EXAMPLES / "group.yaml"), "--census", str(fax)]).exception
    assert isinstance(refused, Refused)
    assert "--fixed OUT.xlsx" in str(refused)
    copy = tmp_path / "copy.xlsx"
    done = run(app, ["census", "check", str(fax), "--fixed", str(copy), "--as-of", "2025-09-01", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["review"]["by"] == "ocr"
    assert told["review"]["lowest"] == min(cell["confidence"] for cell in told["review"]["cells"])
    assert births(census_file(copy, as_of=AS_OF)) == [row[4] for row in people(8, 21)]
    assert run(app, ["census", "convert", str(copy), str(tmp_path / "out.csv"), "--as-of", "2025-09-01"]).exit_code == 0


def test_the_copy_shows_doubt_in_the_cell(tmp_path: Path) -> None:
    sheet = recognized(("1", "employee", "Pat", "02/28/1990", "30303"), confidence={(2, 2): 41})
    census = read_census([sheet], file="fax.tif", as_of=AS_OF)
    pages, _ = fixed_pages([sheet], (), census.to_check, ())
    save_workbook(tmp_path / "copy.xlsx", pages)
    cell = load_workbook(tmp_path / "copy.xlsx")["census"]["C2"]
    assert cell.comment is not None
    assert "41% confidence" in cell.comment.text
    assert cell.fill.fgColor.rgb == "FFFFE699"


def recognized(*rows: tuple[str, ...], confidence: dict[tuple[int, int], int]) -> Sheet:
    sheet = Sheet.of_rows([("Family", "Relationship", "First Name", "Date of Birth", "ZIP"), *rows])
    every = {(number, at): 95 for number in sheet.numbers for at in range(5)}
    return Sheet(sheet.name, sheet.numbers, sheet.columns, last_row=sheet.last_row, confidence=every | confidence,
                 pages={number: (1, number) for number in sheet.numbers})  # fmt: skip


def test_a_doubtful_cell_is_named_with_its_confidence_and_no_birth_date() -> None:
    sheet = recognized(
        ("1", "employee", "Pat", "02/28/1990", "30303"), confidence={(2, 2): 41, (2, 3): BAR_OF_DATES - 1}
    )
    census = read_census([sheet], file="fax.tif", as_of=AS_OF)
    _, name, birth = map(str, census.to_check)
    place, advice = "Census, row 2 (page 1, row 2)", "Compare it with the original."
    assert name == f"{place}, first name: it was read as 'Pat' with 41% confidence. {advice}"
    assert birth == f"{place}, birth date: the birth date was read with 89% confidence. {advice}"
    assert [problem.cell for problem in census.to_check[1:]] == ["C2", "D2"]
    assert "1990" not in json.dumps([problem.as_json() for problem in census.to_check])


def test_letters_for_digits_are_proposed_and_never_safe() -> None:
    sheet = recognized(("1", "employee", "Pat", "O2/28/l990", "3O3O3"), confidence={})
    with pytest.raises(Refused) as refusal:
        read_census([sheet], file="fax.tif", as_of=AS_OF)
    birth, zip_code = refusal.value.problems
    assert birth.proposal is not None
    assert (birth.proposal.new, birth.proposal.safe) == ("1990-02-28", False)
    assert zip_code.proposal is not None
    assert (zip_code.proposal.new, zip_code.proposal.safe) == ("30303", False)


def test_what_is_safe_in_a_spreadsheet_is_not_in_a_fax() -> None:
    rows = [("1", "employee", "Pat", "June 1, 1965", "30303")]
    for confidence in ({}, {(2, 3): 99}):
        sheet = recognized(*rows, confidence=confidence)
        plain = Sheet(sheet.name, sheet.numbers, sheet.columns, last_row=sheet.last_row)
        for held, safe in ((plain, True), (sheet, False)):
            with pytest.raises(Refused) as refusal:
                read_census([held], file="census", as_of=AS_OF)
            (problem,) = refusal.value.problems
            assert problem.proposal is not None
            assert problem.proposal.safe is safe


def test_without_tesseract_a_sentence_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "COMMANDS", str(tmp_path))
    path = tmp_path / "fax.tif"
    save_tiff(path, [page(people(2, 1), Style(), 1)], 196)
    assert "apt-get install tesseract-ocr" in sentence(path)


# --- what does harm -------------------------------------------------------------------------------


def sentence(path: Path) -> str:
    with pytest.raises(Refused) as refusal:
        census_file(path, as_of=AS_OF)
    (problem,) = refusal.value.problems
    return str(problem)


def truncated(path: Path) -> None:
    save_tiff(path, [page(people(20, 1), Style(specks=0.002), 1)], 196)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def cut_png(path: Path) -> None:
    page(people(20, 1), Style(specks=0.002), 1).save(path)
    path.write_bytes(path.read_bytes()[:9000])


def bomb(path: Path) -> None:
    """60,000 by 60,000 points of one bit, packed into half a megabyte."""
    side = 60_000
    pack = zlib.compressobj(9)
    rows = b"".join([*(pack.compress(bytes(side // 8 + 1)) for _ in range(side)), pack.flush()])
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    ))  # fmt: skip


def thousand(path: Path) -> None:
    save_tiff(path, [Image.new("1", (400, 300), 1)] * 1000, 196)


def noise(path: Path) -> None:
    chance = random.Random(5)
    Image.frombytes("L", (800, 600), chance.randbytes(480_000)).resize((1600, 1200)).save(path)


def blank(path: Path) -> None:
    save_tiff(path, [Image.new("1", (1728, 2156), 1)], 196)


def tall(path: Path) -> None:
    Image.new("1", (300, 60_000), 1).save(path)


def text(path: Path) -> None:
    path.write_text("family_id,relationship,date_of_birth\n1,employee,1990-02-28\n")


def other_kind(path: Path) -> None:
    Image.new("1", (400, 300), 1).save(path, format="GIF")


@recognizer
@pytest.mark.parametrize(
    ("make", "name", "said"),
    [
        (truncated, "fax.tif", "the picture is damaged"),
        (cut_png, "fax.png", "the picture is damaged"),
        (bomb, "fax.png", "60,000 by 60,000 points is more than any fax or scan has"),
        (thousand, "fax.tif", "it has more than 12 pages"),
        (noise, "cat.jpg", "what is on page 1 cannot be recognized as text"),
        (blank, "fax.tif", "nothing can be read on it"),
        (tall, "fax.png", "the picture is far longer than a page"),
        (text, "fax.tif", "it is named .tif but is no TIFF"),
        (other_kind, "fax.jpg", "it is named .jpg but is no JPEG"),
    ],
)
def test_a_picture_that_is_none(make: Callable[[Path], None], name: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    make(path)
    assert said in sentence(path)


def test_the_header_of_the_faxes_is_what_the_reader_knows() -> None:
    sheet = Sheet.of_rows([HEADER, *people(3, 1)])
    assert read_census([sheet], file="census", as_of=AS_OF).members.height == 3
