"""What every Source promises, whatever it is made of. A Source is put under it by a row in `test_contract.CASES`."""

import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np

from sonograph import Calibration, Source
from sonograph.sounds.derived import checked_source

START = datetime(2024, 5, 1, 4, 30, 0, 250_000, timezone(timedelta(hours=2)))
HEARS = Calibration(2.0, "Pa", ((100.0, -3.0), (1000.0, 0.0)))


@dataclass(frozen=True)
class Case:
    """A Source, and what it must hold.

    make     : from a folder that is empty, the Source and all its samples (channels, n), NaN where they are missing
    promised : samples at the end that are missing, and not among its `n_samples`
    carries  : whether its recording has `START` and `HEARS`, which it must keep
    travels  : whether it can be sent to another process
    within   : how far from those samples its own may be
    """

    make: Callable[[Path], tuple[Any, np.ndarray]]
    promised: int = 0
    carries: bool = False
    travels: bool = True
    within: float = 0.0


def ranges_of(n_samples: int, seed: int = 0) -> list[range]:
    """Ranges in no order: inside, over both ends, beyond them, empty ones, and the whole."""
    rng = np.random.default_rng(seed)
    firsts = rng.integers(-50, n_samples + 50, 40)
    inside = [range(int(first), int(first) + int(rng.integers(0, n_samples // 3))) for first in firsts]
    far = [range(n_samples, n_samples + 9), range(10**12, 10**12 + 5), range(-(10**12), -(10**12) + 5), range(-9, 0)]
    empty = [range(i, i) for i in (-7, 0, 5, n_samples, n_samples + 7, 10**12)] + [range(9, 3), range(-5)]
    wide = [range(n_samples), range(-30, n_samples + 30), range(n_samples - 1, n_samples + 1), range(-1, 1)]
    listed = [*inside, *far, *empty, *wide]
    return [listed[i] for i in rng.permutation(len(listed))]


def cut_out(whole: np.ndarray, samples: range) -> np.ndarray:
    """By definition: what `whole` has there, and 0 outside of it."""
    n, out = whole.shape[1], np.zeros((len(whole), len(samples)), whole.dtype)
    first, stop = max(samples.start, 0), min(samples.stop, n)
    if first < stop and len(samples):
        out[:, first - samples.start : stop - samples.start] = whole[:, first:stop]
    return out


def holds(source: Source, whole: np.ndarray, listed: list[range], within: float = 0.0) -> None:
    """Assert that a source has these samples in each of these ranges, bit for bit unless told how near."""
    for samples in listed:
        values, wanted = source.read(samples), cut_out(whole, samples)
        assert values.dtype == whole.dtype and values.shape == wanted.shape, (samples, values.shape, wanted.shape)
        np.testing.assert_array_equal(np.isnan(values), np.isnan(wanted), err_msg=f"{samples}")
        np.testing.assert_allclose(values, wanted, rtol=0, atol=within, err_msg=f"{samples}")


def any_range_in_any_order(case: Case, folder: Path) -> None:
    source, whole = case.make(folder)
    holds(source, whole, ranges_of(whole.shape[1]), case.within)


def the_first_read_may_be_anywhere(case: Case, folder: Path) -> None:
    for samples in ranges_of(case.make(folder)[1].shape[1], seed=1)[:8]:
        source, whole = case.make(folder)
        holds(source, whole, [samples], case.within)


def two_threads_read_what_one_does(case: Case, folder: Path) -> None:
    source, whole = case.make(folder)
    with ThreadPoolExecutor(2) as pool:
        tasks = [pool.submit(holds, source, whole, ranges_of(whole.shape[1], seed), case.within) for seed in (2, 3)]
        for task in tasks:
            task.result()


def it_says_what_it_holds(case: Case, folder: Path) -> None:
    source, whole = case.make(folder)
    source = checked_source(source)
    assert isinstance(source, Source)
    assert (source.n_channels, source.n_samples) == (len(whole), whole.shape[1] - case.promised)
    assert whole.dtype in (np.float32, np.float64)
    assert type(source.n_samples) is int and source.sample_rate > 0 and isinstance(source.in_memory, bool)
    if case.carries:
        assert (source.start, source.calibration, source.unit) == (START, HEARS, "Pa")


def what_was_read_stays_as_it_was(case: Case, folder: Path) -> None:
    source, whole = case.make(folder)
    held = {samples: source.read(samples) for samples in ranges_of(whole.shape[1], seed=4)}
    for samples, values in held.items():
        np.testing.assert_allclose(values, cut_out(whole, samples), rtol=0, atol=case.within)


def it_is_the_same_in_another_process(case: Case, folder: Path) -> None:
    source, whole = case.make(folder)
    if case.travels:
        holds(pickle.loads(pickle.dumps(source)), whole, ranges_of(whole.shape[1], seed=5), case.within)


LAWS = (
    any_range_in_any_order,
    the_first_read_may_be_anywhere,
    two_threads_read_what_one_does,
    it_says_what_it_holds,
    what_was_read_stays_as_it_was,
    it_is_the_same_in_another_process,
)
