"""A clock is arithmetic of whole numbers: exact both ways, for any rate."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph.archive import Clock
from sonograph.archive.timelines import steady
from sonograph.archive.timelines.clock import rate_of

RATES = st.one_of(st.sampled_from([8000.0, 44_100.0, 48_000.0, 512_000.0]), st.floats(0.1, 2e6))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(RATES, st.integers(0, 10**18), st.integers(0, 10**12), st.floats(-1e-4, 1e-4))
def test_a_sample_has_a_time_and_the_time_has_that_sample(rate, utc_ns, sample, drift):
    exact = rate_of(Fraction(rate) / (1 + Fraction(drift)))
    clock = Clock((0,), (utc_ns,), (exact,))
    wanted = utc_ns + sample * 10**9 / exact
    if wanted > 2**62:
        return
    moment = clock.utc_ns_at(sample)
    assert 0 <= wanted - moment < 1
    if exact < 10**9:
        assert clock.sample_at(moment) == sample
    array = np.array([[sample, 0]])
    np.testing.assert_array_equal(clock.utc_ns_at(array), [[moment, utc_ns]])
    assert abs(exact * (1 + Fraction(drift)) / Fraction(rate) - 1) < Fraction(1, 10**9)


def test_between_two_rows_time_passes_and_no_sample_does():
    clock = Clock((0, 100), (0, 10**10), (Fraction(100), Fraction(100)))
    assert clock.utc_ns_at(99) == 990_000_000
    assert [clock.sample_at(one) for one in (0, 990_000_000, 990_000_001, 5 * 10**9, 10**10, 10**10 + 1)] == [
        0, 99, 100, 100, 100, 101
    ]  # fmt: skip
    np.testing.assert_array_equal(
        clock.utc_ns_at(np.array([0, 99, 100, 101])), [0, 99 * 10**7, 10**10, 101 * 10**7 + 9 * 10**9]
    )


def test_a_clock_that_was_put_back_still_finds_every_sample_of_its_own_time():
    clock = Clock((0, 1000), (0, 5 * 10**9), (Fraction(100), Fraction(100)))
    assert clock.sample_at(4 * 10**9) == 400 and clock.sample_at(6 * 10**9) == 1100


def test_its_table_is_itself_again():
    clock = Clock((0, 7), (1, 2), (Fraction(48_000), Fraction(88_200_441, 2000)))
    assert Clock.of_rows(clock.rows()) == clock


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.floats(-60e-6, 60e-6), st.integers(2, 400), st.floats(0.0, 0.999), st.sampled_from([60.0, 600.0, 3600.0]))
def test_any_steady_rate_explains_names_that_are_cut_to_the_second(drift, files, began, length):
    at = np.arange(files) * length
    late = np.floor(began + at * (1 + drift)) - at
    [piece] = steady.pieces(at, late, 1.0)
    assert piece.low <= drift <= piece.high and piece.low <= piece.drift <= piece.high
    line = piece.offset + piece.drift * at
    assert np.all(late <= line + steady.JITTER + 1e-6) and np.all(line <= late + 1.0 + steady.JITTER + 1e-6)


def test_each_step_begins_a_piece():
    at = np.arange(300) * 600.0
    late = 0.001 * (at // 600 % 2) + np.where(at >= 60_000, 0.5, 0.0) + np.where(at >= 120_000, -3.0, 0.0)
    found = steady.pieces(at, late, 0.001)
    assert [piece.first for piece in found] == [0, 100, 200]
    assert [round(piece.step, 1) for piece in found] == [0.0, 0.5, -3.0]
