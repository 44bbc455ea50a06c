"""How the compiled FLAC decoder makes the numbers of one channel: what they were predicted to be, and what was left.

RFC 9639, 9.2. In front of the numbers of each channel is room for as many as the longest predictor looks back.
"""

from __future__ import annotations

from sonograph.engines.compiled.ir import Function, Int, Module, Variable
from sonograph.io.decoders.flac_bits import BAD, CODE, Reader

LOOKS_BACK = 32
"""The longest predictor."""
_ORDERS = (*range(1, 13), 16, 24, 32)
"""Predictors that there are loops for; what lies between is the next one with zeros."""
_FIXED = ((0,), (1,), (2, -1), (3, -3, 1), (4, -6, 4, -1))


def restore(module: Module, order: int) -> Function:
    """Write the function that adds what `order` numbers before each predict; the last two are kept at hand."""
    fn = Function(module, f"restore{order}", "out:ptr count:i64 weights:ptr shift:i64")
    out, count, weights, shift = fn.arguments
    weight = [fn.load_int(weights, j) for j in range(order)]
    before = [Variable(fn, fn.load_int(out, -1 - j)) for j in range(min(order, 2))]
    with fn.loop(0, count) as i:
        total = Int(fn, "0")
        for j in range(order - 1, 1, -1):
            total = total + weight[j] * fn.load_int(out, i - (1 + j))
        for j in range(len(before) - 1, -1, -1):
            total = total + weight[j] * before[j].now
        number = fn.load_int(out, i) + (total >> shift)
        fn.store_int(number, out, i)
        if len(before) > 1:
            before[1].set(before[0].now)
        before[0].set(number)
    return fn


def residual(module: Module, raw: Function, rice: Function) -> Function:
    """Write the function that reads what prediction left, behind the first `order` of `size` numbers."""
    fn = Function(module, "residual", "data:ptr last:i64 state:ptr out:ptr size:i64 order:i64")
    data, last, state, out, size, order = fn.arguments
    bits = Reader(fn, data, last, state)
    method, log = bits.take(2), bits.take(4)
    part = size.down(log)
    can_be = fn.both(fn.compare("ult", method, 2), fn.compare("eq", part << log, size))
    can_be = fn.both(can_be, fn.compare("sge", part, order))
    with fn.unless(can_be):
        fn.store_int(1, state, BAD)
    width = method + 4
    plain = (Int(fn, "1") << width) - 1
    with fn.loop(0, fn.select(can_be, Int(fn, "1") << log, 0)) as i:
        first = fn.select(fn.compare("eq", i, 0), order, i * part)
        count, here = (i + 1) * part - first, fn.at(out, first, "i64")
        k = bits.take(width)
        is_raw = fn.compare("eq", k, plain)
        with fn.when(is_raw):
            n_bits = bits.take(5)
            bits.leave()
            fn.call(raw, data, last, state, here, count, n_bits)
        with fn.unless(is_raw):
            bits.leave()
            fn.call(rice, data, last, state, here, count, k)
        bits.come_back()
    bits.leave()
    return fn


class Subframe:
    """The function that reads one channel, being written."""

    def __init__(self, module: Module, parts: dict[str, Function]) -> None:
        restores = {order: restore(module, order) for order in _ORDERS}
        left = residual(module, parts["raw"], parts["rice"])
        fn = Function(module, "subframe", "data:ptr last:i64 state:ptr out:ptr size:i64 n_bits:i64 weights:ptr")
        self.fn, self.parts, self.restores, self.left = fn, parts, restores, left
        self.data, self.last, self.state, self.out, self.size, n_bits, self.weights = fn.arguments
        self.bits = Reader(fn, self.data, self.last, self.state)
        head = self.bits.take(8)
        kind = head.down(1) & 63
        wasted = Variable(fn, 0)
        with fn.when(fn.compare("ne", head & 1, 0)):
            self._call("code", 0)
            wasted.set(fn.load_int(self.state, CODE) + 1)
        lost = wasted.now
        width = n_bits - lost
        can_be = fn.both(fn.compare("eq", head & 128, 0), fn.compare("sgt", width, 0))
        order = fn.select(fn.compare("uge", kind, 32), kind - 31, kind & 7)
        is_fixed = fn.both(fn.compare("uge", kind, 8), fn.compare("ule", kind, 12))
        is_linear = fn.compare("uge", kind, 32)
        predicted = fn.both(can_be, fn.either(is_fixed, is_linear))
        predicted = fn.both(predicted, fn.compare("sle", order, self.size))
        is_constant, is_verbatim = (fn.both(can_be, fn.compare("eq", kind, which)) for which in (0, 1))
        known = fn.either(is_constant, is_verbatim)
        with fn.unless(fn.either(known, predicted)):
            fn.store_int(1, self.state, BAD)
        with fn.when(is_constant):
            value = self.bits.take_signed(width)
            with fn.loop(0, self.size) as i:
                fn.store_int(value, self.out, i)
        with fn.when(is_verbatim):
            self._call("raw", self.out, self.size, width)
        with fn.when(predicted):
            self._predicted(order, width, is_linear)
        with fn.when(fn.compare("sgt", lost, 0)), fn.loop(0, self.size) as i:
            fn.store_int(fn.load_int(self.out, i) << (lost & 63), self.out, i)
        self.bits.leave()

    def _call(self, name: str, *arguments: Int | int) -> None:
        """Let another function read."""
        self.bits.leave()
        self.fn.call(self.parts[name], self.data, self.last, self.state, *arguments)
        self.bits.come_back()

    def _predicted(self, order: Int, width: Int, is_linear: str) -> None:
        """The first numbers as they are, the weights, what is left, and all of that put together."""
        fn = self.fn
        self._call("raw", self.out, order, width)
        shift = Variable(fn, 0)
        with fn.loop(0, LOOKS_BACK) as j:
            fn.store_int(0, self.weights, j)
        with fn.when(is_linear):
            precision, moved = self.bits.take(4) + 1, self.bits.take_signed(5)
            bad = fn.either(fn.compare("eq", precision, 16), fn.compare("slt", moved, 0))
            with fn.when(bad):
                fn.store_int(1, self.state, BAD)
            shift.set(moved & 31)
            self._call("raw", self.weights, order, precision)
        with fn.unless(is_linear):
            for fixed, weights in enumerate(_FIXED):
                with fn.when(fn.compare("eq", order, fixed)):
                    for at, weight in enumerate(weights):
                        fn.store_int(weight, self.weights, at)
        self.bits.leave()
        fn.call(self.left, self.data, self.last, self.state, self.out, self.size, order)
        self.bits.come_back()
        behind = fn.at(self.out, order, "i64")
        for less, most in zip((0, *_ORDERS), _ORDERS, strict=False):
            with fn.when(fn.both(fn.compare("sgt", order, less), fn.compare("sle", order, most))):
                fn.call(self.restores[most], behind, self.size - order, self.weights, shift.now)
