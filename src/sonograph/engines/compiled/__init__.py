"""The fast CPU engine: kernels written as LLVM IR for one n_fft, compiled for this CPU on first use.

docs/why/engine.md explains it. From the inside out: `ir` and `vectors` write programs, `codelets` are small
DFTs in them, `factors` chooses which, `passes` and `sinks` (with `finish`) work on one batch of frames, `kernel`
puts them in order, `build` compiles, `program` makes tables and calls, `threads` and `workspace` serve it. What is
called `inverse_` brings frames back to sound; `medians` and
`filters` are programs by themselves.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

import numpy as np

from sonograph.engines.compiled.factors import factors
from sonograph.engines.work import Work

if TYPE_CHECKING:
    from sonograph.engines.compiled.build import Target
    from sonograph.engines.compiled.inverse_program import Inverse
    from sonograph.engines.compiled.program import Program

_LARGEST_INDEX = 2**56
_programs: WeakKeyDictionary[Work, dict[tuple, Program]] = WeakKeyDictionary()
_inverses: WeakKeyDictionary[Work, dict[tuple, Inverse]] = WeakKeyDictionary()
_programs_lock = threading.Lock()


@dataclass(frozen=True)
class Compiled:
    """The compiled engine.

    Parameters
    ----------
    dtype
        'float32', 'float64', or None: as the samples are.
    threads
        None: every core for one big call, one inside a worker process.
    """

    dtype: str | None = None
    threads: int | None = None
    _target: Target | None = field(default=None, repr=False)
    name: ClassVar[str] = "compiled"

    def refuses(self, work: Work, dtype: np.dtype) -> str | None:
        """Why the reference engine must do such work; None if this one can."""
        from sonograph.engines.compiled import build

        if work.n_fft % 2:
            return f"n_fft is {work.n_fft}, and compiled kernels exist for even n_fft only"
        if factors(work.n_fft) is None:
            return (
                f"n_fft is {work.n_fft}, which is not a product of two to four numbers up to 64 without primes above 13"
            )
        if np.dtype(dtype) not in (np.float32, np.float64):
            return f"the samples are {np.dtype(dtype)}, and compiled kernels exist for float32 and float64"
        if work.two_sided and (work.remove_dc or work.bands is not None):
            return "of complex samples, compiled kernels exist for bins of frames as they are"
        return build.unable()

    def compute(self, samples: np.ndarray, work: Work, out: np.ndarray, *, reused: bool = False) -> None:
        """Fill `out` with the values of its frames; see `Engine`."""
        frames = out.shape[1] if out.ndim == 3 else 0
        self._check(samples, work, frames)
        real = samples.real.dtype
        kind = np.result_type(real, np.complex64) if work.quantity == "transform" else real
        _check_array("out", out, (len(samples), frames, work.n_rows), kind)
        if out.size:
            self._program(work, real).compute(samples.view(real), out, reused, self.threads)

    def reduce(
        self,
        samples: np.ndarray,
        work: Work,
        columns: np.ndarray,
        rows: np.ndarray,
        counts: np.ndarray,
        *,
        largest: np.ndarray | None = None,
        total: np.ndarray | None = None,
    ) -> None:
        """Gather frames into pixels without keeping the frames; see `Engine`."""
        self._check(samples, work, int(columns[-1]))
        shape = len(samples), len(columns) - 1, len(rows) - 1
        _check_array("counts", counts, shape[:2], np.dtype(np.int64))
        if largest is not None:
            _check_array("largest", largest, shape, samples.real.dtype)
        if total is not None:
            _check_array("total", total, shape, np.dtype(np.float64))
        planes = tuple(name for name, plane in (("max", largest), ("mean", total)) if plane is not None)
        if not planes:
            raise ValueError("largest and total are None; one of them is to be filled")
        _check_edges(columns, rows, work)
        if counts.size and columns[0] < columns[-1]:
            real = samples.real.dtype
            program = self._program(work, real, planes)
            for channel, here, pixels in program.reduce(samples.view(real), columns, rows, self.threads):
                counts[channel, here] += pixels.counts
                if largest is not None:
                    largest[channel, here] = np.fmax(largest[channel, here], pixels.largest)
                if total is not None:
                    total[channel, here] += pixels.total

    def back(self, work: Work, dtype: np.dtype, quantity: str, n_lags: int = 0) -> Inverse:
        """What brings work back, as `inverse_program.Inverse` has it; it is kept as long as the work."""
        from sonograph.engines.compiled import build
        from sonograph.engines.compiled.inverse_program import Inverse

        if reason := self.refuses(work, dtype):
            raise ValueError(f"the compiled engine cannot do this: {reason}")
        length = len(work.window)
        fits = 1 <= n_lags <= min(length, work.n_fft + 1 - length) if n_lags else work.hop <= length
        if work.hop < 1 or not 1 <= length <= work.n_fft or not fits:
            raise ValueError(f"hop {work.hop}, window {length} and {n_lags} lags do not fit n_fft {work.n_fft}")
        target = self._target or build.host()
        key = dtype, quantity, n_lags, target
        with _programs_lock:
            inverses = _inverses.setdefault(work, {})
        if key not in inverses:
            inverses[key] = Inverse(work, dtype, target, quantity, n_lags)
        return inverses[key]

    def _program(self, work: Work, dtype: np.dtype, planes: tuple[str, ...] = ()) -> Program:
        from sonograph.engines.compiled import build
        from sonograph.engines.compiled.program import Program

        target = self._target or build.host()
        key = dtype, planes, target
        with _programs_lock:
            programs = _programs.setdefault(work, {})
        if key not in programs:
            programs[key] = Program(work, dtype, target, planes)
        return programs[key]

    def _check(self, samples: np.ndarray, work: Work, frames: int) -> None:
        """A kernel checks nothing, so everything that it relies on is checked here. Only our own bugs fail."""
        real = samples.real.dtype
        if reason := self.refuses(work, real):
            raise ValueError(f"the compiled engine cannot do this: {reason}")
        if work.two_sided != (samples.dtype.kind == "c"):
            raise ValueError(f"samples are {samples.dtype}; two-sided transforms are of complex ones, and they alone")
        if self.dtype is not None and real != self.dtype:
            raise ValueError(f"samples are {samples.dtype}; this engine computes in {self.dtype}")
        contiguous = samples.ndim == 2 and (samples.size < 2 or samples[:1].flags.c_contiguous)
        if not contiguous or not samples.flags.aligned:
            raise ValueError(f"samples have shape {samples.shape}; they must be (channels, n), each channel contiguous")
        if work.hop < 1 or not 1 <= len(work.window) <= work.n_fft:
            raise ValueError(
                f"hop is {work.hop} and the window {len(work.window)} long; both must be 1 or more, "
                f"the window at most n_fft {work.n_fft}"
            )
        needed = (frames - 1) * work.hop + len(work.window) if frames else 0
        if samples.shape[1] < needed:
            raise ValueError(f"samples are {samples.shape[1]} a channel; {frames} frames need {needed}")
        if (frames + 64) * work.hop > _LARGEST_INDEX:  # lanes without a frame compute where they would begin
            raise ValueError(f"hop is {work.hop}; {frames} frames of that lie beyond what can be addressed")


def _check_array(name: str, array: np.ndarray, shape: tuple[int, ...], dtype: np.dtype) -> None:
    if array.shape != shape or array.dtype != dtype:
        raise ValueError(f"{name} is {array.dtype} {array.shape}; it must be {dtype} {shape}")
    if not array.flags.c_contiguous or not array.flags.aligned or not array.flags.writeable:
        raise ValueError(f"{name} must be C-contiguous, aligned and writeable")


def _check_edges(columns: np.ndarray, rows: np.ndarray, work: Work) -> None:
    if work.quantity == "transform":
        raise ValueError("a complex transform has no pixels; reduce its power or magnitude")
    if columns[0] < 0 or np.any(np.diff(columns) < 0):
        raise ValueError("columns fall; they must begin at 0 or more and never fall")
    if len(rows) < 2 or rows[0] < 0 or rows[-1] > work.n_rows or np.any(np.diff(rows) < 1):
        raise ValueError(f"rows must rise within 0 to {work.n_rows}")
