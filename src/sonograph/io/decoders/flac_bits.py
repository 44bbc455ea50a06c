"""How the compiled FLAC decoder reads bits: plain numbers, runs of numbers, and Rice codes.

The functions of its program hand each other a table of whole numbers, STATE: where they are, and whether all is well so
far. Reads are kept within the bytes that there are; a place behind them is found out at the end of a frame.
"""

from __future__ import annotations

from sonograph.engines.compiled.ir import Function, Int, Module, Number, Variable

BIT, BAD, CODE = range(3)
"""Of the state: the next bit, whether something cannot be, and a Rice code that was read by itself."""
STATE = 3
SPARE = 16
"""Bytes that may be read behind the last that counts."""
_AT_ONCE = 57
"""Bits that are there wherever in a byte one begins."""


class Reader:
    """The bits of some bytes, in a function that is being written; `last` is the byte behind them."""

    def __init__(self, fn: Function, data: Int, last: Int, state: Int) -> None:
        self.fn, self.data, self.last, self.state = fn, data, last, state
        self.bit = Variable(fn, fn.load_int(state, BIT))

    def ahead(self, bit: Int) -> Int:
        """57 bits or more from one on, in the upper bits."""
        return self.fn.load_eight(self.data, self.fn.min(bit.down(3), self.last)) << (bit & 7)

    def take(self, width: Number) -> Int:
        """The next number, of up to 57 bits."""
        bit = self.bit.now
        self.bit.set(bit + width)
        return self.ahead(bit).down(1).down(63 - width)

    def take_signed(self, width: Number) -> Int:
        """The same, of which the first bit is the sign."""
        half = (Int(self.fn, "1") << width).down(1)
        return (self.take(width) ^ half) - half

    def leave(self) -> None:
        """Tell others where it is."""
        self.fn.store_int(self.bit.now, self.state, BIT)

    def come_back(self) -> None:
        """Go on where others are."""
        self.bit.set(self.fn.load_int(self.state, BIT))


def raw(module: Module) -> Function:
    """Write the function that reads `count` signed numbers of `width` bits."""
    fn = Function(module, "raw", "data:ptr last:i64 state:ptr out:ptr count:i64 width:i64")
    data, last, state, out, count, width = fn.arguments
    bits = Reader(fn, data, last, state)
    with fn.loop(0, count) as i:
        fn.store_int(bits.take_signed(width), out, i)
    bits.leave()
    return fn


def code(module: Module) -> Function:
    """Write the function that reads one Rice code of any length."""
    fn = Function(module, "code", "data:ptr last:i64 state:ptr k:i64")
    data, last, state, k = fn.arguments
    bits = Reader(fn, data, last, state)
    unary, goes_on = Variable(fn, 0), Variable(fn, 1)
    with fn.repeat(lambda: fn.compare("ne", goes_on.now, 0)):
        bit = bits.bit.now
        count = fn.min(fn.zeros(bits.ahead(bit)), _AT_ONCE)
        ends = fn.compare("slt", count, _AT_ONCE)
        unary.set(unary.now + count)
        after = bit + count + fn.select(ends, 1, 0)
        bits.bit.set(after)
        goes_on.set(fn.select(fn.both(fn.compare("eq", count, _AT_ONCE), fn.compare("slt", after, last << 3)), 1, 0))
    fn.store_int((unary.now << k) | bits.take(k), state, CODE)
    bits.leave()
    return fn


def rice(module: Module, one: Function) -> Function:
    """Write the function that reads `count` Rice codes; `one` reads those that are longer than what is at hand.

    `word` holds `left` bits that are still to be read on top, and `at` is the byte behind them. What lies below them in
    `word` are the bits that come next, so that putting them there again changes nothing.
    """
    fn = Function(module, "rice", "data:ptr last:i64 state:ptr out:ptr count:i64 k:i64")
    data, last, state, out, count, k = fn.arguments
    word, left, at = Variable(fn, 0), Variable(fn, 0), Variable(fn, 0)

    def fill() -> None:
        word.set(word.now | fn.load_eight(data, fn.min(at.now, last)).down(left.now))
        at.set(at.now + (63 - left.now).down(3))
        left.set(left.now | 56)

    def begin() -> None:
        bit = fn.load_int(state, BIT)
        word.set(0)
        left.set(0)
        at.set(bit.down(3))
        fill()
        word.set(word.now << (bit & 7))
        left.set(left.now - (bit & 7))

    def read(i: Int) -> None:
        here = word.now
        unary = fn.zeros(here)
        length = unary + 1 + k
        found = Variable(fn, 0)
        fits = fn.compare("sle", length, left.now)
        with fn.when(fits):
            rest = (here << unary) << 1
            found.set((unary << k) | rest.down(1).down(63 - k))
            word.set(rest << k)
            left.set(left.now - length)
        with fn.unless(fits):
            fn.store_int((at.now << 3) - left.now, state, BIT)
            fn.call(one, data, last, state, k)
            found.set(fn.load_int(state, CODE))
            begin()
        value = found.now
        fn.store_int(value.down(1) ^ (0 - (value & 1)), out, i)

    begin()
    even = count & -2
    with fn.loop(0, even, 2) as i:
        fill()
        read(i)
        read(i + 1)
    with fn.loop(even, count) as i:
        fill()
        read(i)
    fn.store_int((at.now << 3) - left.now, state, BIT)
    return fn
