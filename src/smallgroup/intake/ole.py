"""In the child: the streams of an OLE compound file, which an .xls is, and an .xlsx with a password."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import chain

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE = 0xFFFFFFFA  # this and every number above it is no sector
_ENTRY = 128


class Compound:
    """The directory of the file. Raises ValueError for what is not well made; no stream is larger than the file."""

    def __init__(self, data: bytes):
        if not data.startswith(MAGIC) or len(data) < 512:
            raise ValueError("no compound file")
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise ValueError("sector size")
        self._data, self._sector = data, 1 << shift
        directory, self._cutoff, small = (struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60))
        self._fat: Sequence[int] = self._numbers(self._fat_sectors())
        self._small_fat: Sequence[int] = self._numbers(self._chain(small, self._fat))
        self._streams: dict[str, tuple[int, int]] = {}
        root = 0
        entries = b"".join(map(self._at, self._chain(directory, self._fat)))
        for at in range(0, len(entries), _ENTRY):
            name_bytes, kind = struct.unpack_from("<HB", entries, at + 64)
            start, size = struct.unpack_from("<II", entries, at + 116)
            if kind == 5:
                root = start
            elif kind == 2:
                name = entries[at : at + max(0, min(name_bytes, 64) - 2)].decode("utf-16-le", "replace")
                self._streams.setdefault(name, (start, size))
        self._small = b"".join(map(self._at, self._chain(root, self._fat))) if small < _FREE else b""

    def __contains__(self, name: str) -> bool:
        return name in self._streams

    def stream(self, name: str) -> bytes:
        start, size = self._streams[name]
        if size < self._cutoff:
            parts = [self._small[at * 64 : at * 64 + 64] for at in self._chain(start, self._small_fat)]
        else:
            parts = [self._at(at) for at in self._chain(start, self._fat)]
        return b"".join(parts)[:size]

    def _at(self, sector: int) -> bytes:
        begin = (sector + 1) * self._sector
        return self._data[begin : begin + self._sector]

    def _numbers(self, sectors: Sequence[int]) -> Sequence[int]:
        whole = b"".join(map(self._at, sectors))
        return struct.unpack(f"<{len(whole) // 4}I", whole[: len(whole) // 4 * 4])

    def _fat_sectors(self) -> list[int]:
        listed = [list(struct.unpack_from("<109I", self._data, 76))]
        further = struct.unpack_from("<I", self._data, 68)[0]
        most = len(self._data) // self._sector
        while further < _FREE:
            numbers = self._numbers([further])
            if not numbers or len(listed) > most:
                raise ValueError("a chain without an end")
            listed.append(list(numbers[:-1]))
            further = numbers[-1]
        return [sector for sector in chain.from_iterable(listed) if sector < _FREE]

    @staticmethod
    def _chain(start: int, table: Sequence[int]) -> list[int]:
        found: list[int] = []
        while start < _FREE:
            if start >= len(table) or len(found) > len(table):
                raise ValueError("a chain without an end")
            found.append(start)
            start = table[start]
        return found
