"""Whatever is told stays text, is readable by everybody, and reaches no file."""

from __future__ import annotations

import io
import json
import unicodedata
from pathlib import Path

import pdfplumber
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from smallgroup.errors import Refused
from smallgroup.papers import printing, request_letter, statement
from smallgroup.papers.letters import readable
from tests.papers.cases import PLACE, decision, joined, line, statement_of, text

PLAIN = [
    "Ampersand & Sons", "No. #1 $5 100% ~ ^ {x} [y] \\n \\u{41}", "\"double\" 'single' “curly” ‘curly’ — dash -- ...",
    '#read("/etc/passwd")', '#import "/style.typ": *', '#sys.inputs.data', "*bold* _italic_ `raw` = heading", "- item",
    "$ integral_0^1 x $", "<label> @reference // comment /* comment */", "https://www.example.com/x?y=z", "#[content]",
    "Łukasz O’Neil Martínez Żółć", "Ωμέγα Яблоко", "½ ™ № • → ✓ ★", "office ffi fl fi",
]  # fmt: skip


def named(name: str) -> bytes:
    return request_letter({"decision": "approve", "wanting": [], "findings": []}, group=name, **PLACE)


@pytest.mark.parametrize("name", PLAIN)
def test_a_name_is_read_back_as_it_went_in(name: str) -> None:
    pdf = named(name)
    assert joined(name) in joined(text(pdf))
    info = PdfReader(io.BytesIO(pdf)).metadata
    assert info is not None
    assert info.title == f"What we still need of {name}"
    assert "root:" not in text(pdf)


@pytest.mark.parametrize("name", ["x" * 200, "W" * 200, "a-b" * 66, "Very Long Name Of A Company " * 8, "é" * 200])
def test_two_hundred_characters_wrap_in_a_heading_and_in_a_cell(name: str) -> None:
    for pdf in (named(name), statement(statement_of([line(name, "1.00", kind=name, because=name)]))):
        assert joined(name) in joined(text(pdf)) or joined(text(pdf)).count(name[0]) >= 200
        with pdfplumber.open(io.BytesIO(pdf)) as pages:
            for page in pages.pages:
                assert all(one["x0"] >= 60 and one["x1"] <= 612 - 60 for one in page.chars)


@pytest.mark.parametrize("name", ["שלום עולם", "مرحبا بالعالم"])
def test_letters_from_right_to_left(name: str) -> None:
    said = joined(text(named(f"Shop {name} Inc")))
    for word in name.split():
        assert word in said


def test_signs_without_a_letter_are_named_and_controls_are_spaces() -> None:
    said = text(named("Party 🎉 株 \x07Inc\u2028\u202efdp\ud800\ue000 👩\u200d👧"))
    assert "Party [party popper] [U+682A]  Inc fdp[U+D800][U+E000] [woman]" in said
    assert "\u202e" not in said


def test_an_accent_that_no_font_has_on_its_letter_fails_nothing() -> None:
    for name in ("q\u0307\u0489", "\u05d0\u0301\u0653", "\u0628\u05b0", "a" + "\u0300" * 40):
        assert named(name).startswith(b"%PDF")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_makes_a_paper(name: str) -> None:
    assert named(name).startswith(b"%PDF")


@given(st.recursive(st.text() | st.none() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from("abc"), inner)))  # fmt: skip
def test_controls_are_gone_from_every_text_and_nothing_else_changes(value: object) -> None:
    shown = readable(value, lambda signs: ())
    assert not any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in json.dumps(shown, ensure_ascii=False))
    assert readable(shown, lambda signs: ()) == shown
    assert readable(7, lambda signs: ()) == 7


def test_a_template_reaches_nothing_outside_of_its_folder(tmp_path: Path) -> None:
    import typst

    outside = Path(printing.__file__)
    for path in ("/etc/passwd", f"../{outside.name}", f"/../{outside.name}", str(outside)):
        page = f'#set document(title: "x")\n#read("{path}")'.encode()
        with pytest.raises(typst.TypstError):
            typst.compile(page, root=printing._TEMPLATES, ignore_system_fonts=True)


def test_only_fonts_of_the_compiler_are_in_a_paper() -> None:
    with_both = request_letter(decision({"application.documents": "[]"}), group="Shop مرحبا →", **PLACE)
    fonts = {str(font["/BaseFont"]).split("+")[1].split("-")[0]
             for page in PdfReader(io.BytesIO(with_both)).pages
             for font in (one.get_object() for one in page["/Resources"]["/Font"].values())}  # fmt: skip
    assert fonts == {"LibertinusSerif", "DejaVuSansMono"}


def test_without_the_compiler_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "find_spec", lambda name: None)
    with pytest.raises(Refused, match=r"smallgroup\[pdf\]"):
        named("Example")
