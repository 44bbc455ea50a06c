"""LLVM IR as text: functions, loops, conditions, whole numbers, memory.

What Python does while it writes is done once, before the kernel exists; only what goes
through `emit` and `do` is in the program. So a Python `for` unrolls and a Python `if`
chooses, while `loop` and `when` write a loop and a branch into the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager


class Int:
    """A 64-bit integer, or a pointer, in the program being written."""

    def __init__(self, fn: Function, name: str) -> None:
        self.fn = fn
        self.name = name

    def _op(self, op: str, other: Number) -> Int:
        return Int(self.fn, self.fn.emit(f"{op} i64 {self.name}, {operand(other)}"))

    def __add__(self, other: Number) -> Int:
        return self if _is(other, 0) else self._op("add", other)

    def __sub__(self, other: Number) -> Int:
        return self if _is(other, 0) else self._op("sub", other)

    def __rsub__(self, other: int) -> Int:
        return Int(self.fn, self.fn.emit(f"sub i64 {other}, {self.name}"))

    def __mul__(self, other: Number) -> Int:
        return self if _is(other, 1) else self._op("mul", other)

    def __and__(self, other: Number) -> Int:
        return self._op("and", other)

    def __or__(self, other: Number) -> Int:
        return self._op("or", other)

    def __xor__(self, other: Number) -> Int:
        return self._op("xor", other)

    def __lshift__(self, other: Number) -> Int:
        return self._op("shl", other)

    def __rshift__(self, other: Number) -> Int:
        """Halved, rounded down: the sign stays."""
        return self._op("ashr", other)

    def down(self, other: Number) -> Int:
        """Bits moved down, with zeros above."""
        return self._op("lshr", other)

    def __floordiv__(self, other: Number) -> Int:
        return self._op("udiv", other)

    __radd__ = __add__
    __rmul__ = __mul__


class Variable:
    """A 64-bit integer that changes as the program runs. Modules that have one are to be optimised."""

    def __init__(self, fn: Function, first: Number) -> None:
        self.fn = fn
        self.place = fn.slot()
        self.set(first)

    @property
    def now(self) -> Int:
        """What it is."""
        return Int(self.fn, self.fn.emit(f"load i64, ptr {self.place}"))

    def set(self, value: Number) -> None:
        """Make it another."""
        self.fn.do(f"store i64 {operand(value)}, ptr {self.place}")


Number = Int | int


def _is(value: Number, constant: int) -> bool:
    return isinstance(value, int) and value == constant


def operand(value: Number) -> str:
    """The number as an operand of an instruction."""
    return value.name if isinstance(value, Int) else str(value)


_WINDOWS_WANTS = "@_fltused = constant i32 1"  # else the loader looks for it, and ends the process


class Module:
    """One IR module: its functions, what it borrows from LLVM, and the type of its vectors."""

    def __init__(self, vector_bytes: int, double: bool) -> None:
        self.real = "double" if double else "float"
        self.size = 8 if double else 4
        self.lanes = vector_bytes // self.size
        self.vector = f"<{self.lanes} x {self.real}>"
        self.functions: list[Function] = []
        self._declared: dict[str, str] = {}

    def declare(self, name: str, result: str, arguments: str) -> None:
        """Make an intrinsic known."""
        self._declared[name] = f"declare {result} @{name}({arguments})"

    def text(self) -> str:
        """The module, to be parsed by LLVM."""
        functions = (fn.text() for fn in self.functions)
        return "\n".join([*self._declared.values(), *functions, _WINDOWS_WANTS, "!0 = !{i32 1}"])


class Function:
    """One function being written. `arguments` reads 'name:type ...', the types being ptr and i64."""

    def __init__(self, module: Module, name: str, arguments: str, exported: bool = False) -> None:
        self.module = module
        self.name = name
        self.exported = exported
        self.lines: list[str] = []
        self._slots: list[str] = []
        self._count = 0
        self._block = "entry"
        self._types = [a.split(":")[1] for a in arguments.split()]
        self.arguments = [Int(self, "%" + a.split(":")[0]) for a in arguments.split()]
        module.functions.append(self)

    def text(self) -> str:
        """The whole definition."""
        noalias = {"ptr": "ptr noalias", "i64": "i64"}
        pairs = zip(self._types, self.arguments, strict=True)
        arguments = ", ".join(f"{noalias[t]} {a.name}" for t, a in pairs)
        # Windows: no frame here outgrows the guard page, and a kernel must need no symbol from outside.
        notes = 'nounwind "no-stack-arg-probe" "no-builtins"' + ("" if self.exported else " noinline")
        linkage = "" if self.exported else "internal "
        body = "\n".join(self._slots + self.lines)
        return f"define {linkage}void @{self.name}({arguments}) {notes} {{\nentry:\n{body}\nret void\n}}"

    def emit(self, text: str) -> str:
        """Write an instruction that has a result; the result's name."""
        self._count += 1
        name = f"%v{self._count}"
        self.lines.append(f"{name} = {text}")
        return name

    def slot(self) -> str:
        """Room for a variable."""
        self._count += 1
        self._slots.append(f"%slot{self._count} = alloca i64")
        return f"%slot{self._count}"

    def do(self, text: str) -> None:
        """Write an instruction without a result."""
        self.lines.append(text)

    def call(self, fn: Function, *arguments: Number) -> None:
        """Call another function of the module."""
        pairs = zip(fn._types, arguments, strict=True)
        self.do(f"call void @{fn.name}({', '.join(f'{t} {operand(a)}' for t, a in pairs)})")

    # Control flow

    def enter(self, label: str) -> None:
        """Begin a basic block."""
        self.lines.append(f"{label}:")
        self._block = label

    def _labels(self, *names: str) -> list[str]:
        self._count += 1
        return [f"{name}{self._count}" for name in names]

    @contextmanager
    def loop(self, start: Number, stop: Number, step: int = 1) -> Iterator[Int]:
        """Count from `start` while below `stop`."""
        with self.fold(start, stop, step, []) as (i, _):
            yield i

    @contextmanager
    def fold(self, start: Number, stop: Number, step: int, carry: Sequence[str]) -> Iterator[tuple[Int, list[str]]]:
        """A loop whose rounds hand vectors on: the body gets the counter and a list of their names.

        The body replaces the list's entries; after the loop it holds the last ones.
        """
        head, body, done = self._labels("head", "body", "done")
        before = self._block
        self.do(f"br label %{head}")
        self.enter(head)
        at = len(self.lines)
        i = Int(self, self.emit("phi"))
        phis = [self.emit("phi") for _ in carry]
        carried = list(phis)
        more = self.compare("slt", i, stop)
        self.do(f"br i1 {more}, label %{body}, label %{done}")
        self.enter(body)
        yield i, carried
        after = i + step
        self.do(f"br label %{head}")
        last = self._block
        self.lines[at] = f"{i.name} = phi i64 [{operand(start)}, %{before}], [{after.name}, %{last}]"
        for n, (phi, first, final) in enumerate(zip(phis, carry, carried, strict=True)):
            self.lines[at + 1 + n] = f"{phi} = phi {self.module.vector} [{first}, %{before}], [{final}, %{last}]"
        carried[:] = phis
        self.enter(done)

    @contextmanager
    def repeat(self, condition: Callable[[], str]) -> Iterator[None]:
        """Run the body as long as a condition holds, which is written before it."""
        head, body, done = self._labels("head", "body", "done")
        self.do(f"br label %{head}")
        self.enter(head)
        self.do(f"br i1 {condition()}, label %{body}, label %{done}")
        self.enter(body)
        yield
        self.do(f"br label %{head}")
        self.enter(done)

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Run the body only under a condition (the name of an i1)."""
        yes, done = self._labels("yes", "done")
        self.do(f"br i1 {condition}, label %{yes}, label %{done}")
        self.enter(yes)
        yield
        self.do(f"br label %{done}")
        self.enter(done)

    @contextmanager
    def unless(self, condition: str) -> Iterator[None]:
        """Run the body only where the condition does not hold."""
        with self.when(self.emit(f"xor i1 {condition}, true")):
            yield

    def zeros(self, word: Int) -> Int:
        """How many zeros are on top of 64 bits."""
        self.module.declare("llvm.ctlz.i64", "i64", "i64, i1")
        return Int(self, self.emit(f"call i64 @llvm.ctlz.i64(i64 {word.name}, i1 false)"))

    def either(self, a: str, b: str) -> str:
        """Whether one of the conditions holds."""
        return self.emit(f"or i1 {a}, {b}")

    def both(self, a: str, b: str) -> str:
        """Whether both conditions hold."""
        return self.emit(f"and i1 {a}, {b}")

    # Whole numbers

    def compare(self, how: str, a: Number, b: Number) -> str:
        """A comparison in LLVM's words: eq, ne, slt, sle ..."""
        return self.emit(f"icmp {how} i64 {operand(a)}, {operand(b)}")

    def select(self, condition: str, a: Number, b: Number) -> Int:
        """`a` where the condition holds, else `b`."""
        return Int(self, self.emit(f"select i1 {condition}, i64 {operand(a)}, i64 {operand(b)}"))

    def select_pointer(self, condition: str, a: Int, b: Int) -> Int:
        """Of two pointers `a` where the condition holds, else `b`."""
        return Int(self, self.emit(f"select i1 {condition}, ptr {a.name}, ptr {b.name}"))

    def min(self, a: Number, b: Number) -> Int:
        """The smaller."""
        return self.select(self.compare("slt", a, b), a, b)

    def max(self, a: Number, b: Number) -> Int:
        """The larger."""
        return self.select(self.compare("sgt", a, b), a, b)

    # Memory: offsets count elements

    def at(self, p: Int, i: Number = 0, kind: str | None = None) -> Int:
        """The address of element `i`, of the module's real type unless `kind` says otherwise."""
        if _is(i, 0):
            return p
        return Int(self, self.emit(f"getelementptr {kind or self.module.real}, ptr {p.name}, i64 {operand(i)}"))

    def load_int(self, p: Int, i: Number = 0) -> Int:
        """Element `i` of a table of 64-bit integers."""
        return Int(self, self.emit(f"load i64, ptr {self.at(p, i, 'i64').name}"))

    def load_pointer(self, p: Int, i: Number = 0) -> Int:
        """Element `i` of a table of pointers."""
        return Int(self, self.emit(f"load ptr, ptr {self.at(p, i, 'ptr').name}"))

    def store_int(self, value: Number, p: Int, i: Number = 0) -> None:
        """Element `i` of a table of 64-bit integers."""
        self.do(f"store i64 {operand(value)}, ptr {self.at(p, i, 'i64').name}")

    def load_small(self, p: Int, i: Number = 0) -> Int:
        """Element `i` of a table of unsigned 32-bit integers."""
        small = self.emit(f"load i32, ptr {self.at(p, i, 'i32').name}")
        return Int(self, self.emit(f"zext i32 {small} to i64"))

    def load_byte(self, p: Int, i: Number = 0) -> Int:
        """Byte `i` behind an address."""
        found = self.emit(f"load i8, ptr {self.at(p, i, 'i8').name}")
        return Int(self, self.emit(f"zext i8 {found} to i64"))

    def load_eight(self, p: Int, i: Number = 0) -> Int:
        """Eight bytes from byte `i` on as one number, the first on top."""
        self.module.declare("llvm.bswap.i64", "i64", "i64")
        found = self.emit(f"load i64, ptr {self.at(p, i, 'i8').name}, align 1")
        return Int(self, self.emit(f"call i64 @llvm.bswap.i64(i64 {found})"))

    def load_real(self, p: Int, i: Number = 0) -> str:
        """One element."""
        return self.emit(f"load {self.module.real}, ptr {self.at(p, i).name}")

    def store_real(self, value: str, p: Int, i: Number = 0) -> None:
        """One element."""
        self.do(f"store {self.module.real} {value}, ptr {self.at(p, i).name}")

    def prefetch(self, p: Int) -> None:
        """Ask for the cache line at `p`; it need not exist."""
        self.module.declare("llvm.prefetch.p0", "void", "ptr, i32, i32, i32")
        self.do(f"call void @llvm.prefetch.p0(ptr {p.name}, i32 0, i32 2, i32 1)")
