"""Scalars out of TensorBoard's event files, without TensorBoard.

An event file is a row of records: length (uint64), masked CRC-32C of those 8 bytes, data, masked CRC-32C of the data,
all little-endian. The data is a protobuf ``Event``; read here are wall_time (1), step (2) and summary (5), of its values
the tag (1) with simple_value (2) or a tensor (8) of one element.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Dict, Iterator, List, Optional, Tuple

# Scalars are far smaller; the check of a big image would take longer than it is worth.
_CHECKED = 1 << 20
_LARGEST = 1 << 31

_FLOAT, _DOUBLE = 1, 2


@dataclass(frozen=True)
class Scalars:
    """What one event says."""

    step: int
    time: float
    values: Dict[str, float]


class DamagedFile(ValueError):
    """A record whose checksum is not that of its bytes: what follows cannot be found."""


def _table() -> List[int]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            # The Castagnoli polynomial, bits reversed.
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        table.append(crc)
    return table


_TABLE = _table()


def masked_crc(data: bytes) -> int:
    """CRC-32C, turned right by 15 bits, plus a constant modulo 2³²."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


class RecordBuffer:
    """Takes a growing file's bytes in pieces; gives its whole records."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._at = 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """:raises DamagedFile: naming the byte where the damaged record begins"""
        self._bytes += piece
        start = 0
        while len(self._bytes) - start >= 12:
            head = bytes(self._bytes[start : start + 8])
            (length,) = struct.unpack("<Q", head)
            (crc,) = struct.unpack_from("<I", self._bytes, start + 8)
            if crc != masked_crc(head) or length > _LARGEST:
                raise DamagedFile(f"the record at byte {self._at + start} is damaged: its length has another checksum")
            end = start + 12 + length + 4
            if end > len(self._bytes):
                break
            data = bytes(self._bytes[start + 12 : end - 4])
            (crc,) = struct.unpack_from("<I", self._bytes, end - 4)
            if length <= _CHECKED and crc != masked_crc(data):
                raise DamagedFile(f"the record at byte {self._at + start} is damaged: its data has another checksum")
            yield data
            start = end
        del self._bytes[:start]
        self._at += start


def scalars(record: bytes) -> Optional[Scalars]:
    """The scalars of one record; None where it has none."""
    time, step = 0.0, 0
    values: Dict[str, float] = {}
    for number, value in _fields(record):
        if number == 1 and isinstance(value, bytes):
            (time,) = struct.unpack("<d", value)
        elif number == 2 and isinstance(value, int):
            step = value - (1 << 64) if value >> 63 else value
        elif number == 5 and isinstance(value, bytes):
            for inner, content in _fields(value):
                if inner == 1 and isinstance(content, bytes):
                    tag, scalar = _value(content)
                    if scalar is not None:
                        values[tag] = scalar
    return Scalars(step, time, values) if values else None


def _value(data: bytes) -> Tuple[str, Optional[float]]:
    tag, scalar = "", None
    for number, value in _fields(data):
        if number == 1 and isinstance(value, bytes):
            tag = value.decode("utf-8", "replace")
        elif number == 2 and isinstance(value, bytes):
            (scalar,) = struct.unpack("<f", value)
        elif number == 8 and isinstance(value, bytes):
            scalar = _tensor(value)
    return tag, scalar


def _tensor(data: bytes) -> Optional[float]:
    kind, content = 0, b""
    for number, value in _fields(data):
        if number == 1 and isinstance(value, int):
            kind = value
        elif number in (4, 5, 6) and isinstance(value, bytes):
            content = value
    if kind == _FLOAT and len(content) == 4:
        return struct.unpack("<f", content)[0]
    if kind == _DOUBLE and len(content) == 8:
        return struct.unpack("<d", content)[0]
    return None


def _fields(data: bytes) -> Iterator[Tuple[int, "int | bytes"]]:
    """(number, varint as int, everything else as bytes) of a protobuf message."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            number, at = _varint(data, at)
            yield key >> 3, number
            continue
        if kind == 2:
            length, at = _varint(data, at)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise DamagedFile(f"a field of unknown wire type {kind}")
        if at + length > len(data):
            raise DamagedFile("a field that is longer than its record")
        yield key >> 3, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> Tuple[int, int]:
    result = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise DamagedFile("a number that does not end")
        byte = data[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, at
        shift += 7
