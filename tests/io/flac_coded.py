"""FLAC frames written bit by bit as RFC 9639 says, with all that an encoder may do: what must come out is known."""

import hashlib

from tests.io import damaged

RATE = 8000


class Bits:
    """Bits that are put one behind the other."""

    def __init__(self):
        self.text = ""

    def put(self, value, width):
        if width:
            self.text += format(int(value) & (1 << width) - 1, f"0{width}b")

    def unary(self, zeros):
        self.text += "0" * zeros + "1"

    def data(self):
        padded = self.text + "0" * (-len(self.text) % 8)
        return int("1" + padded, 2).to_bytes(len(padded) // 8 + 1, "big")[1:]


def residual(bits, values, order, log, five, chance):
    """What prediction left, in 2^log parts, each with a Rice code of some kind or, sometimes, plain."""
    width = 5 if five else 4
    bits.put(five, 2)
    bits.put(log, 4)
    part = (len(values) + order) >> log
    at = 0
    for i in range(1 << log):
        some = values[at : at + part - (order if i == 0 else 0)]
        at += len(some)
        most = max((abs(int(value)) for value in some), default=0)
        if chance.random() < 0.25 and most < 1 << 30:
            plain = 0 if most == 0 else most.bit_length() + 1
            bits.put((1 << width) - 1, width)
            bits.put(plain, 5)
            for value in some:
                bits.put(value, plain)
            continue
        least = max(0, most.bit_length() - 8)
        k = min((1 << width) - 2, least + chance.randrange(6))
        bits.put(k, width)
        for value in some:
            folded = 2 * int(value) if value >= 0 else -2 * int(value) - 1
            bits.unary(folded >> k)
            bits.put(folded, k)


def subframe(bits, values, n_bits, chance, kind=None):
    """One channel's numbers, by a way of coding that is drawn: any of them can hold any numbers."""
    values = [int(value) for value in values]
    wasted = 0
    while any(values) and all(value % 2 << wasted == 0 and value % (2 << wasted) == 0 for value in values):
        wasted += 1
    wasted = min(wasted, chance.choice((0, wasted)))
    values, n_bits = [value >> wasted for value in values], n_bits - wasted
    ways = ["verbatim", "fixed", "linear"] + ["constant"] * (len(set(values)) == 1)
    way = kind or chance.choice(ways)
    order = min(len(values), chance.randrange(5) if way == "fixed" else chance.randrange(1, 33))
    code = {"constant": 0, "verbatim": 1, "fixed": 8 + order, "linear": 31 + order}[way]
    bits.put(code << 1 | (wasted > 0), 8)
    if wasted:
        bits.unary(wasted - 1)
    if way == "constant":
        bits.put(values[0], n_bits)
        return
    for value in values if way == "verbatim" else values[:order]:
        bits.put(value, n_bits)
    if way == "verbatim":
        return
    weights, shift = ((), (1,), (2, -1), (3, -3, 1), (4, -6, 4, -1))[order if way == "fixed" else 0], 0
    if way == "linear":
        precision, shift = chance.randrange(2, 16), chance.randrange(6, 16)
        weights = [
            chance.randrange(-(1 << precision - 1), 1 << precision - 1) >> chance.randrange(5) for _ in range(order)
        ]
        bits.put(precision - 1, 4)
        bits.put(shift, 5)
        for weight in weights:
            bits.put(weight, precision)
    left = []
    for i in range(order, len(values)):
        predicted = sum(weight * values[i - 1 - j] for j, weight in enumerate(weights)) >> shift
        left.append(values[i] - predicted)
    logs = [log for log in range(7) if len(values) % (1 << log) == 0 and len(values) >> log >= order]
    residual(bits, left, order, chance.choice(logs), chance.random() < 0.5 or n_bits > 16, chance)


def frame(values, n_bits, number, chance):
    """A frame of (n, channels) whole numbers; two channels are put together in a way that is drawn."""
    n_channels, mode = values.shape[1], values.shape[1] - 1
    channels = [[int(value) for value in channel] for channel in values.T]
    widths = [n_bits] * n_channels
    if n_channels == 2 and chance.random() < 0.75:
        left, right = channels
        side = [a - b for a, b in zip(left, right, strict=True)]
        mode = chance.choice((8, 9, 10))
        middle = [(a + b) >> 1 for a, b in zip(left, right, strict=True)]
        channels = {8: [left, side], 9: [side, right], 10: [middle, side]}[mode]
        widths = [n_bits + (mode == 9), n_bits + (mode != 9)]
    code = {8: 1, 12: 2, 16: 4, 20: 5, 24: 6, 32: 7}.get(n_bits, 0)
    head = bytes([0xFF, 0xF8, 0x70, mode << 4 | code << 1]) + damaged.coded(number)
    head += (len(values) - 1).to_bytes(2, "big")
    head += damaged.crc(head, 0x07, 8)
    bits = Bits()
    for channel, width in zip(channels, widths, strict=True):
        subframe(bits, channel, width, chance)
    whole = head + bits.data()
    return whole + damaged.crc(whole, 0x8005, 16)


def file(values, n_bits, block, chance):
    """A FLAC file of (n, channels) whole numbers, with their MD5."""
    parts = [values[at : at + block] for at in range(0, len(values), block)]
    frames = [frame(part, n_bits, number, chance) for number, part in enumerate(parts)]
    width = -(-n_bits // 8)
    raw = b"".join(int(value).to_bytes(width, "little", signed=True) for value in values.ravel())
    header = damaged.flac_header(values[:1], n_bits, (block, block), rate=RATE, promised=len(values))
    return header[:-16] + hashlib.md5(raw, usedforsecurity=False).digest() + b"".join(frames)
