"""The headers of FLAC frames in a piece of a file (RFC 9639, 9.1), found by a compiled program.

Where nothing can be compiled Python does the same, ten times as slowly.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sonograph.engines.compiled import build
from sonograph.engines.compiled.ir import Function, Int, Module, Variable

HEADER = 16
"""The longest frame header, bytes."""
_ARGUMENTS = "data:ptr count:i64 there:i64 crcs:ptr offsets:ptr numbers:ptr sizes:ptr keys:ptr found:ptr"
_APART = 5  # bytes from one to the next at least: what stands in the first four of a header begins none
_SYNC = re.compile(rb"\xff[\xf8\xf9][\x10-\xff][\x00-\xae]")
_SIZES = {1: 192, **{code: 576 << code - 2 for code in range(2, 6)}, **{code: 1 << code for code in range(8, 16)}}
_SIZE_BYTES, _RATE_BYTES, _RATE_UNITS = {6: 1, 7: 2}, {12: 1, 13: 2, 14: 2}, {12: 1000, 13: 1, 14: 10}
_LOW, _HIGH = 0x0101010101010101, -0x7F7F7F7F7F7F7F80


class Headers(NamedTuple):
    """What frames say of themselves, in the file's order; (frames,) int64 each.

    offsets : bytes from the beginning of the piece
    keys : their formats as codes: rate in so many Hz, its code, the channels' and the bits', and whether sizes vary
    """

    offsets: np.ndarray
    numbers: np.ndarray
    sizes: np.ndarray
    keys: np.ndarray


def _crc8_table() -> bytes:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte << 1 ^ 0x07 if byte & 0x80 else byte << 1) & 0xFF
        table.append(byte)
    return bytes(table)


_CRC8 = _crc8_table()


def parts_of(key: int) -> tuple[int, int, int, int, bool]:
    """A key taken apart: rate, rate code, channel code, bits code, whether sizes vary."""
    return key >> 16, key >> 12 & 15, key >> 8 & 15, key >> 4 & 7, bool(key & 1)


def scan(data: bytes, count: int) -> Headers:
    """All headers that begin in the first `count` bytes."""
    program = _program()
    if program is None:
        rows = [(match.start(), *_header(data[match.start() :][:HEADER])) for match in _SYNC.finditer(data)]
        columns = np.array([row for row in rows if len(row) > 1 and row[0] < count], np.int64).reshape(-1, 4).T
        return Headers(*columns)
    columns = np.empty((4, count // _APART + 1), np.int64)
    found = np.zeros(1, np.int64)
    padded = np.frombuffer(data + bytes(HEADER), np.uint8)
    crcs = np.frombuffer(_CRC8, np.uint8)
    program(padded.ctypes.data, count, len(data), crcs.ctypes.data, *(row.ctypes.data for row in columns),
            found.ctypes.data)  # fmt: skip
    return Headers(*columns[:, : int(found[0])].copy())


def _header(head: bytes) -> tuple[int, int, int] | tuple[()]:
    """What a frame header says, if it is whole and fits its checksum: its number, its size and its key."""
    lead = head[4] if len(head) > 5 else 0xFF
    extra = 0 if lead < 0x80 else 8 - (lead ^ 0xFF).bit_length() - 1
    if lead >= 0x80 and not 1 <= extra <= 6:
        return ()
    size_code, rate_code, channel_code, bits_code = head[2] >> 4, head[2] & 15, head[3] >> 4, head[3] >> 1 & 7
    at = 5 + extra
    size_bytes, rate_bytes = _SIZE_BYTES.get(size_code, 0), _RATE_BYTES.get(rate_code, 0)
    end = at + size_bytes + rate_bytes
    if len(head) <= end or rate_code == 15 or bits_code == 3 or head[3] & 1:
        return ()
    crc = 0
    for byte in head[:end]:
        crc = _CRC8[crc ^ byte]
    if crc != head[end]:
        return ()
    number = lead if not extra else lead & (0x3F >> extra)
    for byte in head[5:at]:
        number = number << 6 | byte & 0x3F
    size = int.from_bytes(head[at : at + size_bytes], "big") + 1 if size_bytes else _SIZES[size_code]
    rate = int.from_bytes(head[end - rate_bytes : end], "big") * _RATE_UNITS.get(rate_code, 0)
    return number, size, rate << 16 | rate_code << 12 | channel_code << 8 | bits_code << 4 | head[1] & 1


@lru_cache(maxsize=1)
def _program() -> Any:
    return None if build.unable() else build.loaded(_text()).function("scan", _ARGUMENTS)


def _text() -> str:
    """The module, which exports `scan`: eight bytes at a time where none of them can begin a frame."""
    module = Module(8, double=True)
    look = _look(module)
    fn = Function(module, "scan", _ARGUMENTS, exported=True)
    data, count, *rest = fn.arguments
    at = Variable(fn, 0)
    with fn.repeat(lambda: fn.compare("slt", at.now, count)):
        here = at.now
        others = fn.load_eight(data, here) ^ -1  # 0 where a byte is 255
        has = (others - _LOW) & (others ^ -1) & _HIGH
        with fn.when(fn.compare("ne", has, 0)), fn.loop(here, fn.min(here + 8, count)) as i:
            first, second = fn.load_byte(data, i), fn.load_byte(data, i + 1)
            with fn.when(fn.both(fn.compare("eq", first, 0xFF), fn.compare("eq", second | 1, 0xF9))):
                fn.call(look, data, i, *rest)
        at.set(here + 8)
    return module.text()


def _look(module: Module) -> Function:
    """Write the function that keeps what begins at a byte, if it is a header."""
    names = _ARGUMENTS.replace("count:i64", "at:i64")
    fn = Function(module, "look", names)
    data, at, there, crcs, offsets, numbers, sizes, keys, found = fn.arguments
    size_code, rate_code = fn.load_byte(data, at + 2).down(4), fn.load_byte(data, at + 2) & 15
    third, lead = fn.load_byte(data, at + 3), fn.load_byte(data, at + 4)
    ones = fn.zeros((lead ^ 255) << 56)
    more = fn.select(fn.compare("eq", ones, 0), 0, ones - 1)
    can_be = fn.both(fn.compare("ne", ones, 1), fn.compare("ult", ones, 8))
    size_bytes = _one_of(fn, size_code, _SIZE_BYTES)
    rate_bytes = _one_of(fn, rate_code, _RATE_BYTES)
    behind = more + size_bytes
    end = behind + rate_bytes + 5
    rules = (
        fn.compare("slt", at + end, there), fn.compare("ne", size_code, 0), fn.compare("ne", rate_code, 15),
        fn.compare("ult", third, 0xAF), fn.compare("ne", third & 0x0E, 6), fn.compare("eq", third & 1, 0),
    )  # fmt: skip
    for rule in rules:
        can_be = fn.both(can_be, rule)
    with fn.when(can_be):
        crc = Variable(fn, 0)
        with fn.loop(0, end) as i:
            crc.set(fn.load_byte(crcs, crc.now ^ fn.load_byte(data, at + i)))
        with fn.when(fn.compare("eq", crc.now, fn.load_byte(data, at + end))):
            number = Variable(fn, lead & (Int(fn, "127").down(fn.select(fn.compare("eq", ones, 0), 0, ones))))
            with fn.loop(0, more) as i:
                number.set((number.now << 6) | (fn.load_byte(data, at + 5 + i) & 63))
            plain = fn.load_eight(data, at + 5 + more).down(fn.select(fn.compare("eq", size_bytes, 1), 56, 48)) + 1
            power = (Int(fn, "1") << size_code) & -2
            coded = fn.select(fn.compare("ult", size_code, 8), Int(fn, "144") << size_code, power)
            coded = fn.select(fn.compare("eq", size_code, 1), 192, coded)
            size = fn.select(fn.compare("eq", size_bytes, 0), coded, plain)
            rate = fn.load_eight(data, at + 5 + behind).down(fn.select(fn.compare("eq", rate_bytes, 1), 56, 48))
            rate = rate * _one_of(fn, rate_code, _RATE_UNITS)
            key = (rate << 16) | (rate_code << 12) | (third.down(4) << 8) | ((third.down(1) & 7) << 4)
            k = fn.load_int(found)
            fn.store_int(at, offsets, k)
            fn.store_int(number.now, numbers, k)
            fn.store_int(size, sizes, k)
            fn.store_int(key | (fn.load_byte(data, at + 1) & 1), keys, k)
            fn.store_int(k + 1, found)
    return fn


def _one_of(fn: Function, code: Int, values: dict[int, int]) -> Int:
    """What a code stands for; 0 for others."""
    found: Int = Int(fn, "0")
    for which, value in values.items():
        found = fn.select(fn.compare("eq", code, which), value, found)
    return found
