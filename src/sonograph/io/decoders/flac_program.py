"""The program that decodes FLAC frames, as text for the compiler: frames in, numbers and the bytes of their MD5 out.

It is told where frames begin and how many samples they have, which their headers say under a checksum that was looked
at before. What a frame holds is used only where its own checksum is right and all that it says can be.
"""

from __future__ import annotations

from functools import lru_cache

from sonograph.engines.compiled.ir import Function, Int, Module, Variable
from sonograph.io.decoders import flac_bits
from sonograph.io.decoders.flac_bits import BAD, BIT
from sonograph.io.decoders.flac_subframes import Subframe

ARGUMENTS = (
    "data:ptr last:i64 places:ptr sizes:ptr count:i64 n_bits:i64 n_channels:i64 work:ptr pitch:i64 state:ptr "
    "weights:ptr crcs:ptr out:ptr stride:i64 double:i64 encoded:ptr width:i64 lengths:ptr"
)
_LEFT_SIDE, _SIDE_RIGHT, _MID_SIDE = 8, 9, 10


@lru_cache(maxsize=1)
def text() -> str:
    """The module, which exports `decode`."""
    module = Module(8, double=True)
    one = flac_bits.code(module)
    parts = {"raw": flac_bits.raw(module), "code": one, "rice": flac_bits.rice(module, one)}
    subframe = Subframe(module, parts).fn
    checksum, together, leave = _checksum(module), _together(module), {}
    for real in ("float", "double"):
        leave[real] = _leave(module, real)
    pack = _pack(module)

    fn = Function(module, "decode", ARGUMENTS, exported=True)
    data, last, places, sizes, count, n_bits, n_channels, work, pitch, state = fn.arguments[:10]
    weights, crcs, out, stride, double, encoded, width, lengths = fn.arguments[10:]
    done = Variable(fn, 0)
    with fn.loop(0, count) as f:
        place, size = fn.load_int(places, f), fn.load_int(sizes, f)
        kind = _begin(fn, data, place, n_channels, state)
        with fn.loop(0, n_channels) as c:
            is_first = fn.both(fn.compare("eq", kind, _SIDE_RIGHT), fn.compare("eq", c, 0))
            is_side = fn.either(is_first, _second(fn, kind, c))
            fn.call(subframe, data, last, state, fn.at(work, c * pitch, "i64"), size,
                    n_bits + fn.select(is_side, 1, 0), weights)  # fmt: skip
        end = (fn.load_int(state, BIT) + 7).down(3)
        inside = fn.both(fn.compare("sle", end + 2, last), fn.compare("eq", fn.load_int(state, BAD), 0))
        length = Variable(fn, 0)
        with fn.when(inside):
            fn.call(checksum, fn.at(data, place, "i8"), end - place, crcs, state)
            wanted = fn.load_eight(data, end).down(48)
            with fn.when(fn.compare("eq", wanted, fn.load_int(state, BIT))):
                length.set(end + 2 - place)
        fn.store_int(length.now, lengths, f)
        with fn.when(fn.compare("sgt", length.now, 0)):
            with fn.when(fn.compare("uge", kind, _LEFT_SIDE)):  # and so there are two
                fn.call(together, work, fn.at(work, pitch, "i64"), size, kind)
            with fn.loop(0, n_channels) as c:
                source, first = fn.at(work, c * pitch, "i64"), c * stride + done.now
                with fn.when(fn.compare("eq", double, 0)):
                    fn.call(leave["float"], source, size, fn.at(out, first, "float"), n_bits)
                with fn.unless(fn.compare("eq", double, 0)):
                    fn.call(leave["double"], source, size, fn.at(out, first, "double"), n_bits)
                with fn.when(fn.compare("sgt", width, 0)):
                    at = (done.now * n_channels + c) * width
                    fn.call(pack, source, size, fn.at(encoded, at, "i8"), width, width * n_channels)
        done.set(done.now + size)
    return module.text()


def _second(fn: Function, kind: Int, c: Int) -> str:
    """Whether a channel is the difference to the first."""
    pairs = fn.either(fn.compare("eq", kind, _LEFT_SIDE), fn.compare("eq", kind, _MID_SIDE))
    return fn.both(pairs, fn.compare("eq", c, 1))


def _begin(fn: Function, data: Int, place: Int, n_channels: Int, state: Int) -> Int:
    """Go behind the header of a frame; what it says of its channels, which must be as many as there is room for."""
    codes, lead = fn.load_byte(data, place + 2), fn.load_byte(data, place + 4)
    channels = fn.load_byte(data, place + 3).down(4)
    size_code, rate_code = codes.down(4), codes & 15
    more = fn.select(fn.compare("ult", lead, 128), 0, fn.zeros(lead ^ 255) - 57)
    for code, kind, n_bytes in ((6, size_code, 1), (7, size_code, 2), (12, rate_code, 1), (13, rate_code, 2),
                                (14, rate_code, 2)):  # fmt: skip
        more = more + fn.select(fn.compare("eq", kind, code), n_bytes, 0)
    fn.store_int((place + more + 6) << 3, state, BIT)
    others = fn.compare("ne", fn.select(fn.compare("uge", channels, _LEFT_SIDE), 2, channels + 1), n_channels)
    fn.store_int(Int(fn, fn.emit(f"zext i1 {others} to i64")), state, BAD)
    return channels


def _together(module: Module) -> Function:
    """Write the function that makes left and right of one and a difference, or of middle and difference."""
    fn = Function(module, "together", "a:ptr b:ptr size:i64 kind:i64")
    a, b, size, kind = fn.arguments
    with fn.when(fn.compare("eq", kind, _LEFT_SIDE)), fn.loop(0, size) as i:
        fn.store_int(fn.load_int(a, i) - fn.load_int(b, i), b, i)
    with fn.when(fn.compare("eq", kind, _SIDE_RIGHT)), fn.loop(0, size) as i:
        fn.store_int(fn.load_int(a, i) + fn.load_int(b, i), a, i)
    with fn.when(fn.compare("eq", kind, _MID_SIDE)), fn.loop(0, size) as i:
        side = fn.load_int(b, i)
        twice = (fn.load_int(a, i) << 1) | (side & 1)
        fn.store_int((twice + side) >> 1, a, i)
        fn.store_int((twice - side) >> 1, b, i)
    return fn


def _leave(module: Module, real: str) -> Function:
    """Write the function that makes parts of full scale of numbers."""
    fn = Function(module, f"leave_{real}", "source:ptr size:i64 out:ptr n_bits:i64")
    source, size, out, n_bits = fn.arguments
    full = fn.emit(f"sitofp i64 {(Int(fn, '1') << (n_bits - 1)).name} to {real}")
    scale = fn.emit(f"fdiv {real} 1.0, {full}")
    with fn.loop(0, size) as i:
        small = fn.emit(f"trunc i64 {fn.load_int(source, i).name} to i32")
        number = fn.emit(f"sitofp i32 {small} to {real}")
        fn.do(f"store {real} {fn.emit(f'fmul {real} {number}, {scale}')}, ptr {fn.at(out, i, real).name}")
    return fn


def _pack(module: Module) -> Function:
    """Write the function that makes the bytes of numbers, `step` bytes from one to the next: little endian."""
    fn = Function(module, "pack", "source:ptr size:i64 out:ptr width:i64 step:i64")
    source, size, out, width, step = fn.arguments
    for bytes_, kinds in ((1, ("i8",)), (2, ("i16",)), (3, ("i16", "i8")), (4, ("i32",))):
        with fn.when(fn.compare("eq", width, bytes_)), fn.loop(0, size) as i:
            number, place = fn.load_int(source, i), fn.at(out, i * step, "i8")
            for at, kind in zip((0, 2), kinds, strict=False):
                part = fn.emit(f"trunc i64 {number.down(8 * at).name} to {kind}")
                fn.do(f"store {kind} {part}, ptr {fn.at(place, at, 'i8').name}, align 1")
    return fn


def _checksum(module: Module) -> Function:
    """Write the function that takes the CRC-16 of bytes, eight at a time; crcs : (8, 256) of `flac_frames`."""
    fn = Function(module, "checksum", "data:ptr count:i64 crcs:ptr state:ptr")
    data, count, crcs, state = fn.arguments
    crc = Variable(fn, 0)

    def of(table: int, index: Int) -> Int:
        found = fn.emit(f"load i16, ptr {fn.at(crcs, index + 256 * table, 'i16').name}")
        return Int(fn, fn.emit(f"zext i16 {found} to i64"))

    whole = count & -8
    with fn.loop(0, whole, 8) as i:
        word = fn.load_eight(data, i) ^ (crc.now << 48)
        total = of(0, word & 255)
        for table in range(1, 8):
            total = total ^ of(table, word.down(8 * table) & 255)
        crc.set(total)
    with fn.loop(whole, count) as i:
        crc.set(((crc.now << 8) & 0xFFFF) ^ of(0, crc.now.down(8) ^ fn.load_byte(data, i)))
    fn.store_int(crc.now, state, BIT)
    return fn
