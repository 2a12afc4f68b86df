"""Messages as people and programs send them, put together for the tests."""

from __future__ import annotations

import base64
import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

from openpyxl import Workbook

ROWS = (
    ("family_id", "relationship", "date_of_birth", "hours_per_week"),
    ("F1", "employee", "1990-02-28", "40"),
    ("F1", "child", "2015-03-01", ""),
    ("F2", "employee", "1981-07-04", "35"),
)
CSV = "".join(",".join(row) + "\n" for row in ROWS)
OTHER = CSV.replace("F2", "F9").replace("1981-07-04", "1982-08-05")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(600)


def xlsx(rows: tuple[tuple[str, ...], ...] = ROWS) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**files: bytes | str) -> bytes:
    """`zipped(census_csv=…)`: the last `_` of a name is its dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(".".join(name.rsplit("_", 1)), data)
    return out.getvalue()


def locked_zip() -> bytes:
    """An archive whose entry says that it is encrypted."""
    data = bytearray(zipped(census_csv=CSV))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def mail(text: str | None = "Hello, the census is attached.\n", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ann Example <ann@example.com>"
    message["Subject"] = headers.get("subject", "Census")
    message["Message-ID"] = headers.get("message_id", "<1@example.com>")
    if text is not None:
        message.set_content(text)
    return message


def attach(
    message: EmailMessage, data: bytes | str, name: str | None, kind: str = "application/octet-stream", **more: str
) -> EmailMessage:
    main, _, sub = kind.partition("/")
    data = data.encode() if isinstance(data, str) else data
    message.add_attachment(data, maintype=main, subtype=sub, filename=name, **more)
    return message


def html(rows: tuple[tuple[str, ...], ...] = ROWS) -> str:
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f"<html><body><p>Hello</p><table border=1>{cells}</table></body></html>"


def raw(head: str, body: str) -> bytes:
    return f"From: ann@example.com\nSubject: x\nMIME-Version: 1.0\n{head}\n\n{body}".encode()


def b64(data: bytes | str) -> str:
    return base64.encodebytes(data.encode() if isinstance(data, str) else data).decode()


def saved(folder: Path, message: EmailMessage | bytes, name: str = "mail.eml") -> Path:
    path = folder / name
    path.write_bytes(message if isinstance(message, bytes) else bytes(message))
    return path
