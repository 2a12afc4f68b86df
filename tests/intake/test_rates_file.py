"""A rate file on disk: encodings, and what is said of a file that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from smallgroup.errors import Refused
from smallgroup.intake import csv_table as module
from smallgroup.intake.rates_file import rates_file
from smallgroup.rating.bands import BANDS

HEADER = "plan_id,name,metal,kind,rating_area,effective_from,effective_to,tobacco,age_band,monthly_rate"


def csv_text(name: str = "Plan X") -> str:
    lines = [f"KP-X,{name},Silver,hmo,3,2025-10-01,,,{band},300.00" for band in BANDS]
    return "\n".join([HEADER, *lines, ""])


def refusal(path: Path) -> str:
    with pytest.raises(Refused) as caught:
        rates_file(path)
    said = str(caught.value)
    assert str(path.parent) not in said
    return said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_usual_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_bytes(csv_text("Santé").encode(encoding))
    table = rates_file(path)
    assert table.plans[0].name == "Santé"
    assert table.gaps() == []


def test_windows_line_ends_and_a_star_in_the_name_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "rates [1].csv"
    path.write_bytes(csv_text().replace("\n", "\r\n").encode())
    assert rates_file(path).gaps() == []


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "rates.csv") == "rates.csv: There is no such file. Check its name and folder."


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "rates").mkdir()
    assert refusal(tmp_path / "rates") == "rates: This is a folder. Give the file itself."


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b" ,,,\r\n"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rates.csv"
    path.write_bytes(content)
    assert "The file is empty." in refusal(path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK\x03\x04rest", "it is an Excel workbook or another zip archive."),
        (b"%PDF-1.7", "it is a PDF."),
        (b"\x1f\x8b\x08\x00", "it is compressed (gzip)."),
        ("plan_id,name".encode("utf-16"), "it is not text in UTF-8 or Windows-1252."),
        (b"plan_id;rating_area\n1;2\n", "its first line has no comma."),
    ],
)
def test_a_file_that_is_no_csv(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_bytes(content)
    assert refusal(path) == f"rates.csv: This is not a CSV file: {why} Save it as CSV (UTF-8, comma-separated)."


def test_bytes_that_no_encoding_has(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_bytes(csv_text().encode() + b"\x81\x8d")
    assert "neither UTF-8 nor Windows-1252" in refusal(path)


def test_a_row_with_too_many_cells_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(f"{HEADER}\nKP-X,Plan,Silver,hmo,3,2025-10-01,,,40,1,234.00\n", "utf-8")
    assert "Row 2 has 11 cells, and the header has 10." in refusal(path)


def test_a_file_over_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(csv_text(), "utf-8")
    monkeypatch.setattr(module, "LARGEST", path.stat().st_size)
    assert rates_file(path).gaps() == []
    monkeypatch.setattr(module, "LARGEST", path.stat().st_size - 1)
    assert "larger than 2 GB" in refusal(path)


def test_a_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(HEADER, "utf-8")
    assert refusal(path) == "rates.csv: There is not one row of rates. Write the filed rates below the header."


def test_the_plan_attributes_are_a_second_file(tmp_path: Path) -> None:
    puf, attributes = tmp_path / "Rate_PUF.csv", tmp_path / "plan-attributes-puf.csv"
    dates = "RateEffectiveDate,RateExpirationDate"
    lines = [f"StateCode,PlanId,RatingAreaId,{dates},Tobacco,Age,IndividualRate,IndividualTobaccoRate"]
    lines += [
        f"GA,99999GA0010001,Rating Area 3,2025-10-01,2025-12-31,No Preference,{band},300.00,"
        for band in [*BANDS[:-1], "64 and over"]
    ]
    puf.write_text("\n".join(lines), "utf-8")
    attributes.write_text(
        "PlanId,PlanMarketingName,MetalLevel,PlanType\n99999GA0010001-00,Gold One,Gold,HMO\n", "utf-8"
    )
    table = rates_file(puf, state="GA", attributes=attributes)
    assert [(plan.name, plan.metal, plan.kind) for plan in table.plans] == [("Gold One", "Gold", "hmo")]
