"""The arithmetic, one file per array library, behind one small contract.

An engine is given samples that already lie where the frames want them (frame i
begins at sample i * hop) and plain numbers. It knows nothing of files, edges or
units, and nothing is checked here: `transform` hands over only what is right.
"""

from __future__ import annotations

import platform
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from sonograph.checks import short
from sonograph.engines.work import Bands as Bands
from sonograph.engines.work import Log as Log
from sonograph.engines.work import Work as Work
from sonograph.engines.work import n_threads as n_threads
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Engine", "default"]


class Engine(Protocol):
    """Where and how to compute. Implementations are frozen values that can be pickled."""

    @property
    def name(self) -> str:
        """What a spectrogram says ran."""
        ...

    @property
    def dtype(self) -> str | None:
        """'float32', 'float64', or None: as the samples are."""
        ...

    @property
    def threads(self) -> int | None:
        """None: every core for one big call, one inside a worker process."""
        ...

    def refuses(self, work: Work, dtype: np.dtype) -> str | None:
        """Why this engine leaves such work to the reference engine; None if it does not."""

    def compute(self, samples: np.ndarray, work: Work, out: np.ndarray, *, reused: bool = False) -> None:
        """Fill `out` with the values of its frames.

        samples : (channels, n), float32 or float64, each channel contiguous; frame i begins at sample i * hop; complex
                  numbers of that precision where the work is two-sided
        out     : (channels, frames, rows), C-contiguous, the precision of samples (complex for 'transform')
        reused  : the memory of `out` has been written before, so its pages need not be brought in

        A frame that holds a NaN or an infinite sample is NaN in every row, and no other frame is touched.
        """

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
        """Gather frames into pixels without keeping the frames: the planes that are given, in one pass.

        columns : (n_columns + 1,) int64, never falling: column q gathers frames columns[q] to columns[q + 1]
        rows    : (n_rows + 1,) int64, rising: pixel row r gathers the bins (or bands) rows[r] to rows[r + 1]
        counts  : (channels, n_columns) int64, updated: frames that were gathered; those that are NaN are left out of
                  both planes, so that a column of which 0 were gathered is no data
        largest : (channels, n_columns, n_rows) in the precision of samples, updated: the largest value so far (NaN
                  where there is none yet)
        total   : the same shape in float64, updated: the sum over frames of the mean over the row's bins

        At least one of the planes is given.
        """


def default(threads: int | None = None, dtype: str | None = None) -> Engine:
    """The engine that is used where none is named: the compiled one; where it cannot run at all, the reference.

    threads : how many; None: every core for one big call, one inside a worker process
    dtype   : "float32" or "float64"; None: as the samples are

    Raises
    ------
    SettingsError
        threads below 1, or another dtype.
    """
    from sonograph.engines.compiled import Compiled
    from sonograph.engines.reference import Reference

    if threads is not None and threads < 1:
        raise SettingsError(f"threads is {threads}; it must be 1 or more")
    if dtype not in (None, "float32", "float64"):
        raise SettingsError(f"dtype is {dtype!r}; it must be float32, float64 or None (as the samples are)")
    return Reference(dtype, threads) if _no_kernels() else Compiled(dtype, threads)


@lru_cache(maxsize=1)
def _no_kernels() -> str | None:
    """Why no kernel can be compiled on this machine, said once; None if it can."""
    from sonograph.engines.compiled.build import unable

    reason = unable()
    if reason:
        warnings.warn(f"the slower reference engine serves, because {reason}", RuntimeWarning, stacklevel=4)
    return reason


def rounding() -> tuple[str, ...]:
    """What the last bits of a result depend on beside its settings: the engine that serves, the CPU, the versions."""
    import numpy as np
    import scipy

    versions = f"numpy {np.__version__}", f"scipy {scipy.__version__}"
    if _no_kernels():
        return "reference", platform.machine(), *versions
    import llvmlite

    from sonograph.engines.compiled.build import host

    target = host()
    return "compiled", target.triple, target.cpu, target.features, f"llvmlite {llvmlite.__version__}", *versions


def serving(engine: Engine, work: Work, dtype: np.dtype) -> Engine:
    """`engine`, or the reference engine where `engine` leaves such work to it. Settings and precision alone decide."""
    from sonograph.engines.reference import Reference

    if isinstance(engine, type) or not callable(getattr(engine, "refuses", None)):
        raise SettingsError(f"engine is {short(engine)}; it must be one of sonograph.engines, as engines.default()")
    return engine if engine.refuses(work, dtype) is None else Reference(engine.dtype, engine.threads)


def __getattr__(name: str) -> Any:
    """`engines.torch` without a further import; it says so where Torch is missing."""
    import importlib

    if name != "torch":
        raise AttributeError(f"module 'sonograph.engines' has no attribute {name!r}")
    return importlib.import_module("sonograph.engines.torch")
