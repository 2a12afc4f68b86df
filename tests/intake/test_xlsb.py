"""An .xlsb file, put together by hand from the records that Excel writes: no library writes one."""

from __future__ import annotations

import struct
import zipfile
from contextlib import suppress
from datetime import date

import pytest

from smallgroup.errors import Refused
from smallgroup.intake import census_file
from smallgroup.intake.child import Limits
from smallgroup.intake.spreadsheet import sheets_of

AS_OF = date(2025, 9, 12)
HEADER = ["family_id", "relationship", "date_of_birth"]
BORN = (date(1990, 2, 28) - date(1899, 12, 30)).days
GENERAL, DAY, PERCENT = range(3)


def record(kind: int, body: bytes = b"") -> bytes:
    """One record: its kind and its length in groups of seven bits, then its body."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length = len(body)
    while True:
        more = length >> 7
        head += bytes([length & 0x7F | (0x80 if more else 0)])
        if not more:
            return head + body
        length = more


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cell(column: int, value: object, style: int = GENERAL, *, kind: int = 0) -> bytes:
    place = struct.pack("<II", column, style)
    match value:
        case bool():
            return record(4, place + bytes([value]))
        case str() if value.startswith("#"):
            return record(3, place + b"\x2a")
        case str():
            return record(kind or 6, place + wide(value))
        case int() if not kind:
            return record(2, place + struct.pack("<I", (value << 2) | 2))
        case _:
            return record(kind or 5, place + struct.pack("<d", value))


def row(number: int, *cells: bytes) -> bytes:
    return record(0, struct.pack("<IIHHBI", number - 1, 0, 300, 0, 0, 0)) + b"".join(cells)


def sheet(*rows: bytes, merged: tuple[tuple[int, int, int, int], ...] = ()) -> bytes:
    areas = b"".join(record(176, struct.pack("<IIII", *area)) for area in merged)
    return b"".join(
        [
            record(129), record(148, struct.pack("<IIII", 0, 0, 0, 0)), record(145), *rows, record(146),
            record(177, struct.pack("<I", len(merged))), areas, record(178), record(130),
        ]
    )  # fmt: skip


STYLES = b"".join(
    [
        record(278), record(615, struct.pack("<I", 1)), record(44, struct.pack("<H", 164) + wide("0.00%")), record(616),
        record(626, struct.pack("<I", 1)), record(47, struct.pack("<HH", 0, 164) + bytes(12)), record(627),
        record(617, struct.pack("<I", 3)),
        *(record(47, struct.pack("<HH", 0, shape) + bytes(12)) for shape in (0, 14, 164)), record(618),
        record(279),
    ]
)  # fmt: skip
HEADER_ROW = row(1, *(cell(at, name) for at, name in enumerate(HEADER)))
ANN_ROW = row(2, cell(0, "F1"), cell(1, "employee"), cell(2, BORN, DAY))


@pytest.fixture
def saved(tmp_path):
    def save(*sheets: bytes, states=(), epoch_1904=False, name="census.xlsb", **parts: bytes):
        """Write the sheets, named Sheet1 and so on, each in its state: 0 visible, 1 hidden, 2 very hidden."""
        listed, relations = b"", ""
        for at in range(1, len(sheets) + 1):
            state = states[at - 1] if states else 0
            listed += record(156, struct.pack("<II", state, at) + wide(f"rId{at}") + wide(f"Sheet{at}"))
            relations += (
                f'<Relationship Id="rId{at}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships'
                f'/worksheet" Target="worksheets/sheet{at}.bin"/>'
            )
        whole = {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.bin": record(131) + record(153, struct.pack("<II", epoch_1904, 0) + wide("")) + record(143)
            + listed + record(144) + record(132),
            "xl/_rels/workbook.bin.rels": (
                f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}'
                "</Relationships>"
            ).encode(),
            "xl/styles.bin": STYLES,
        }  # fmt: skip
        whole |= {f"xl/worksheets/sheet{at}.bin": one for at, one in enumerate(sheets, start=1)}
        file = tmp_path / name
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            for one, content in (whole | parts).items():
                packed.writestr(one, content)
        return file

    return save


@pytest.fixture
def refused():
    def sentence(file) -> str:
        with pytest.raises(Refused) as refusal:
            census_file(file, as_of=AS_OF)
        return "\n".join(map(str, refusal.value.problems))

    return sentence


def test_cells_keep_their_kind(saved):
    values = [cell(1, "x"), cell(2, 12), cell(3, 12.5), cell(4, True), cell(5, BORN + 0.354, DAY), cell(6, "#N/A")]
    percents = [cell(7, 0.3334, PERCENT), cell(8, 1, PERCENT), cell(9, 0.5, PERCENT, kind=9), cell(10, "y", kind=8)]
    (found,), notices = sheets_of(saved(sheet(HEADER_ROW, ANN_ROW, row(4, *values, *percents))))
    day = date(1990, 2, 28)
    assert found.row(2) == (None, "x", 12, 12.5, True, day, "#N/A", "33.34%", "100%", "50%", "y")
    assert [type(one) for one in found.row(2)[2:5]] == [int, float, bool]
    assert (found.name, list(found.numbers), found.last_row, notices) == ("Sheet1", [1, 2, 4], 4, ())


def test_a_census_with_blank_formatted_rows(saved):
    blank = [row(number, record(1, struct.pack("<II", 0, DAY))) for number in range(3, 403)]
    found = census_file(saved(sheet(HEADER_ROW, ANN_ROW, *blank)), as_of=AS_OF)
    assert found.members["date_of_birth"].to_list() == [date(1990, 2, 28)]
    assert found.notices == ("400 blank rows after the last member were skipped.",)


def test_dates_of_the_1904_calendar(saved):
    born = row(2, cell(0, "F1"), cell(1, "employee"), cell(2, BORN - 1462, DAY))
    found = census_file(saved(sheet(HEADER_ROW, born), epoch_1904=True), as_of=AS_OF)
    assert found.members["date_of_birth"].to_list() == [date(1990, 2, 28)]


@pytest.mark.parametrize("kind", [0, 5])
def test_a_day_is_a_date_whether_it_is_kept_as_a_whole_number_or_not(saved, kind):
    born = row(2, cell(0, "F1"), cell(1, "employee"), cell(2, BORN, DAY, kind=kind), cell(3, BORN, GENERAL, kind=kind))
    (found,), _ = sheets_of(saved(sheet(HEADER_ROW, born)))
    assert found.row(1) == ("F1", "employee", date(1990, 2, 28), BORN)


def test_rich_text_is_never_dropped(saved, refused):
    rich = record(62, struct.pack("<IIB", 3, 0, 0) + wide("x"))
    assert "row 2: cell D2 holds rich text, which is not read from an .xlsb" in refused(
        saved(sheet(HEADER_ROW, ANN_ROW + rich))
    )


def test_several_sheets_and_hidden_ones(saved):
    file = saved(sheet(row(1, cell(0, "Ask Ann"))), sheet(HEADER_ROW, ANN_ROW), sheet(), sheet(), states=(0, 0, 1, 2))
    found = census_file(file, as_of=AS_OF)
    assert (found.sheet, found.notices) == ("Sheet2", ("Not read, because hidden: 'Sheet3', 'Sheet4'.",))


def test_a_merged_family(saved):
    child = row(3, cell(1, "child"), cell(2, BORN + 9000, DAY))
    found = census_file(saved(sheet(HEADER_ROW, ANN_ROW, child, merged=((1, 2, 0, 0),))), as_of=AS_OF)
    assert found.members["family_id"].to_list() == ["F1", "F1"]
    assert found.notices == ("Merged cells A2:A3: the family of the first row was taken for the rows below it.",)


def test_macros_are_not_looked_at(saved):
    file = saved(sheet(HEADER_ROW, ANN_ROW), **{"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 Auto_Open"})
    assert census_file(file, as_of=AS_OF).members.height == 1


@pytest.mark.parametrize("suffix", [".xls", ".ods"])
def test_an_xlsb_under_another_name(saved, refused, suffix):
    said = f"it is named {suffix} but is a binary Excel workbook (.xlsb). Name it .xlsb."
    assert refused(saved(sheet(HEADER_ROW, ANN_ROW), name=f"census{suffix}")) == f"Census file census{suffix}: {said}"


@pytest.mark.parametrize("place", [(1_048_576, 16383), (200_001, 0), (1, 256), (2**32 - 1, 2**31)])
def test_one_cell_far_away(saved, refused, place):
    number, column = place
    file = saved(sheet(HEADER_ROW, row(number, cell(column, "x"))))
    assert file.stat().st_size < 5_000
    assert "far outside a census" in refused(file) or number == 1


def test_a_sheet_that_spans_too_much(saved, refused):
    far = row(199_999, cell(0, "x"), cell(255, "y"))
    assert "cell IV199999 makes the sheet span more than 5,000,000 cells" in refused(saved(sheet(HEADER_ROW, far)))


def test_cells_out_of_order_are_refused_and_not_dropped(saved, refused):
    assert "out of order" in refused(saved(sheet(HEADER_ROW, row(2, cell(1, "x"), cell(1, "y")))))
    assert "out of order" in refused(saved(sheet(ANN_ROW, HEADER_ROW)))


def test_a_bomb(saved, refused):
    file = saved(sheet(HEADER_ROW, ANN_ROW), **{"xl/media/bomb.bin": bytes(26 * 2**20)})
    assert "the file unpacks to more than 25 MB" in refused(file)


def test_a_text_that_says_it_is_longer_than_the_file(saved, refused):
    long = record(6, struct.pack("<II", 0, 0) + struct.pack("<I", 2**31))
    assert "the file is damaged, or no .xlsb spreadsheet" in refused(saved(sheet(row(1, long))))


@pytest.mark.parametrize("kept", range(0, 100, 7))
def test_parts_that_were_cut_off(saved, kept):
    """There is a sheet or a sentence; a part that ends early is never an endless loop or a crash of this process."""
    whole = sheet(HEADER_ROW, ANN_ROW)
    for part, content in (("xl/worksheets/sheet1.bin", whole), ("xl/styles.bin", STYLES)):
        with suppress(Refused):  # and nothing else
            sheets_of(saved(whole, **{part: content[: len(content) * kept // 100]}))


def test_cells_are_limited_over_all_sheets(saved):
    with pytest.raises(Refused, match="more than 8 cells"):
        sheets_of(saved(sheet(HEADER_ROW, ANN_ROW), sheet(HEADER_ROW)), limits=Limits(cells=8))
