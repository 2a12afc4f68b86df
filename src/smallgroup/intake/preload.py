"""Loaded once by the fork server, so that a child has its parser at once; never by the parent.

NumPy, which openpyxl would load if it is there, opens a thread for every core, and their stacks alone may be
more than a child's address space. Without lxml it is defusedxml that reads, and refuses entity bombs.
"""

from __future__ import annotations

import csv
import sys
import zipfile
from contextlib import suppress
from typing import Any, cast

_absent = cast("dict[str, Any]", sys.modules)
_absent.setdefault("numpy", None)
_absent.setdefault("lxml", None)

import openpyxl  # noqa: E402
import openpyxl.worksheet._reader  # noqa: E402

with suppress(ImportError):  # optional; its reader says so when it is wanted
    import python_calamine  # noqa: F401

from smallgroup.intake import (  # noqa: E402
    calamine_book,
    child,
    csv_text,
    message,
    pdf_table,
    pdf_text,
    recognition,
    workbook,
)

__all__ = [
    "calamine_book", "child", "csv", "csv_text", "message", "openpyxl", "pdf_table", "pdf_text", "recognition",
    "workbook", "zipfile",
]  # fmt: skip


if not openpyxl.DEFUSEDXML:
    raise ImportError("openpyxl runs without defusedxml, so it would expand entity bombs")
