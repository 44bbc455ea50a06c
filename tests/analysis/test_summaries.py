"""Summaries of a sound against their definitions in loops, and what must not change them."""

import cmath
import itertools
import math

import numpy as np
import pytest
from scipy.linalg import logm

from sonograph import SettingsError, Signal, learning, signals, spectrogram
from sonograph.analysis.summaries.kernels import drawn, kernels_digest
from sonograph.learning import Summary

KINDS = ("mfcc", "bands", "modulation", "tangent", "envelope", "tonal")
RATE = 8000.0


def log_mel(n_frames, seed=0):
    """Levels of a noise that swells and is tilted, of few bands, so that loops are quick."""
    random = np.random.default_rng(seed)
    x = random.normal(-6, 1, (24, n_frames)) - np.linspace(0, 3, 24)[:, None]
    return x + np.sin(np.arange(n_frames) / 5)


def cosine(values, count):
    """The orthonormal DCT-II, by its sum."""
    n = len(values)
    return [
        math.sqrt((1 if k == 0 else 2) / n)
        * sum(v * math.cos(math.pi * k * (i + 0.5) / n) for i, v in enumerate(values))
        for k in range(count)
    ]


def slopes(row):
    """Regression over two frames on either side."""
    at = lambda t: row[min(max(t, 0), len(row) - 1)]  # noqa: E731
    return [(at(t + 1) - at(t - 1) + 2 * (at(t + 2) - at(t - 2))) / 10 for t in range(len(row))]


def mean(values):
    return sum(values) / len(values)


def deviation(values):
    middle = mean(values)
    return math.sqrt(mean([(v - middle) ** 2 for v in values]))


def percentile(values, percent):
    ordered = sorted(values)
    at = percent / 100 * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def clipped(x, span=8.0):
    least = max(v for row in x for v in row) - span
    return [[max(v, least) for v in row] for row in x]


def cepstral_rows(x, count):
    return [list(row) for row in zip(*(cosine(list(column), count) for column in zip(*x, strict=True)), strict=True)]


def naive_mfcc(x):
    c = cepstral_rows(x, 20)
    d = [slopes(row) for row in c]
    return [f(row) for rows, f in ((c, mean), (c, deviation), (d, mean), (d, deviation)) for row in rows]


def naive_bands(x):
    loudest = max(v for row in x for v in row)
    y = [[v - loudest for v in row] for row in clipped(x)]
    change = [[abs(v) for v in slopes(row)] for row in y]
    z = []
    for row in y:
        middle, spread = mean(row), deviation(row) + 1e-3
        z.append([(v - middle) / spread for v in row])
    rows = [[percentile(row, p) for row in y] for p in (5, 25, 50, 75, 95)]
    rows += [[f(row) for row in y] for f in (mean, deviation)]
    rows += [[f(row) for row in change] for f in (mean, deviation, lambda row: percentile(row, 95))]
    rows += [[mean([v**3 for v in row]) for row in z], [math.sqrt(mean([v**4 for v in row])) for row in z]]
    return [number for row in rows for number in cosine(row, 20)]


def naive_modulation(x, rate=100.0):
    rows = []
    for row in clipped(x):
        middle = mean(row)
        still = [v - middle for v in row]
        still += [0.0] * (256 - len(still))
        parts = [still[s : s + 256] for s in range(0, len(still) - 255, 128)]
        power = []
        for k in range(129):
            weights = [
                (0.5 - 0.5 * math.cos(2 * math.pi * i / 255)) * cmath.exp(-2j * math.pi * i * k / 256)
                for i in range(256)
            ]
            power.append(mean([abs(sum(w * v for w, v in zip(weights, part, strict=True))) ** 2 for part in parts]))
        edges = (0.5, 1, 2, 4, 8, 16, 32, 50)
        inside = lambda low, high: [p for k, p in enumerate(power) if low <= k * rate / 256 < high]  # noqa: B023, E731
        rows.append([math.log10(mean(inside(a, b)) + 1e-6) for a, b in itertools.pairwise(edges)])
    return [number for octave in zip(*rows, strict=True) for number in cosine(list(octave), 16)]


def naive_tangent(x):
    c = cepstral_rows(clipped(x), 14)[1:]
    c += [[3 * v for v in slopes(row)] for row in c]
    c = [[v - middle for v in row] for row, middle in zip(c, map(mean, c), strict=True)]
    covariance = [[sum(a * b for a, b in zip(p, q, strict=True)) / (len(p) - 1) for q in c] for p in c]
    log = logm(np.array(covariance) + 1e-3 * np.eye(26)).real
    return [log[i, j] * (1 if i == j else math.sqrt(2)) for i in range(26) for j in range(i, 26)]


def naive_envelope(x):
    loud = [math.log10(mean([10**v for v in column]) + 1e-12) for column in zip(*clipped(x, 6.0), strict=True)]
    loud = [v - max(loud) for v in loud]
    n, at = len(loud), loud.index(max(loud))
    change = [b - a for a, b in zip(loud, [*loud[1:], loud[-1]], strict=True)]
    middle = mean(loud)
    off = [v - middle for v in loud] + [0.0] * (1024 - n)
    around = [sum(off[t] * off[(t + lag) % 1024] for t in range(1024)) for lag in range(300)]
    again = [v / (around[0] + 1e-9) for v in around]
    return [
        *(percentile(loud, p) for p in np.linspace(0, 100, 24)),
        *(loud[min(at + k, n - 1)] for k in (2, 5, 10, 20, 40, 80)),
        *(loud[max(at - k, 0)] for k in (1, 2, 5, 10, 20)),
        *(math.log(n), deviation(change), percentile(change, 99), percentile(change, 1), at / n),
        *(max(again[low:high]) for low, high in ((10, 50), (50, 100), (100, 200), (200, 300))),
    ]


def naive_tonal(x):
    y = clipped(x)
    at = lambda q: y[min(max(q, 0), len(y) - 1)]  # noqa: E731
    over = [
        [max(v - (at(q - 2)[t] + at(q - 1)[t] + at(q + 1)[t] + at(q + 2)[t]) / 4, 0) for t, v in enumerate(row)]
        for q, row in enumerate(y)
    ]
    columns = list(zip(*y, strict=True))
    flat = [mean(column) - math.log10(mean([10**v for v in column])) for column in columns]
    most = [max(column) for column in zip(*over, strict=True)]
    rows = [cosine([f(row) for row in over], 20) for f in (mean, deviation)]
    return [*rows[0], *rows[1], *(percentile(values, p) for values in (flat, most) for p in (5, 25, 50, 75, 95))]


NAIVE = dict(
    zip(
        KINDS,
        (naive_mfcc, naive_bands, naive_modulation, naive_tangent, naive_envelope, naive_tonal),
        strict=True,
    )
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_frames", [7, 270])
def test_each_kind_is_its_definition(kind, n_frames):
    x = log_mel(n_frames)
    np.testing.assert_allclose(Summary((kind,)).of(x), NAIVE[kind](x.tolist()), rtol=1e-7, atol=1e-9)


def test_kinds_stand_side_by_side_with_a_name_for_each_number():
    summary, x = Summary(KINDS), log_mel(60)
    assert summary == Summary() == learning.Summary()
    row = summary.of(x)
    assert len(row) == len(summary.names) == len(set(summary.names)) == 877
    np.testing.assert_array_equal(row, np.concatenate([Summary((kind,)).of(x) for kind in KINDS]))
    few = Summary(("tonal", "mfcc"))
    assert few.names[0].startswith("tonal") and few.names[-1] == "mfcc_slope_deviation_19"
    assert few.digest != summary.digest == Summary(list(KINDS)).digest


def test_names_are_of_the_numbers():
    x = log_mel(50)
    values = dict(zip(Summary().names, Summary().of(x), strict=True))
    c = np.array(cepstral_rows(x.tolist(), 20))
    assert values["mfcc_mean_3"] == pytest.approx(c[3].mean())
    assert values["envelope_log_frames"] == pytest.approx(math.log(50))
    assert values["envelope_level_23"] == 0.0


def test_padding_with_digital_silence_changes_nothing():
    x = log_mel(80)
    silence = np.full((len(x), 300), -12.0)
    np.testing.assert_array_equal(Summary().of(np.hstack([silence, x, silence])), Summary().of(x))


def test_frames_with_missing_samples_count_for_nothing():
    x = log_mel(80)
    missing = np.insert(x, 30, np.nan, axis=1)
    np.testing.assert_array_equal(Summary().of(missing), Summary().of(x))
    assert np.isnan(Summary().of(np.full((24, 10), np.nan))).all()


@pytest.mark.parametrize("n_samples", [1, 50, 300, 900])
def test_the_shortest_sounds_have_finite_numbers(n_samples):
    assert np.isfinite(Summary().of_sound(Signal(np.full(n_samples, 0.1), RATE))).all()


def test_silence_has_finite_numbers():
    assert np.isfinite(Summary().of_sound(Signal(np.zeros(4000), RATE))).all()


@pytest.mark.parametrize("rate", [60.0, 1000.0, 8000.0, 44_100.0, 384_000.0])
def test_every_rate_has_its_bands(rate):
    sound = Signal(np.random.default_rng(0).standard_normal(int(rate)), rate)
    assert np.isfinite(Summary(("mfcc", "tonal")).of_sound(sound)).all()


def test_a_sound_and_its_log_mel_have_the_same_row():
    sound = signals.pluck(220.0, 0.5, sample_rate=22_050)
    summary = Summary()
    log = spectrogram(sound, summary.settings(22_050.0))
    np.testing.assert_array_equal(summary.of_sound(sound), summary.of(log))
    stereo = Signal(np.stack([sound.samples, sound.samples]), sound.sample_rate)
    np.testing.assert_allclose(summary.of_sound(stereo), summary.of(log), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ((), "kinds is empty; it must be one or several of mfcc"),
        (("mfcc", "mfc"), "kind of summary is 'mfc'; it must be one of"),
        (("mfcc", "mfcc"), "kinds is mfcc, mfcc; name each once"),
    ],
)
def test_what_is_no_summary_is_refused(kinds, words):
    with pytest.raises(SettingsError, match=words):
        Summary(kinds)


def test_no_frame_is_refused():
    with pytest.raises(SettingsError, match=r"shape \(64, 0\); it must be \(bands, frames\) with at least a frame"):
        Summary().of(np.empty((64, 0)))


def naive_kernels(x, every):
    """The share of frames above the bias, one product at a time, of every so many kernels."""
    y = clipped(x)[:16]
    y = [[v - mean(row) for v in row] for row in y]
    spread = deviation([v for row in clipped(x)[:16] for v in row]) + 1e-3
    y = [[v / spread for v in row] for row in y]
    n, all_of, shares = len(y[0]), drawn(), []
    for k in range(0, 1500, every):
        above = 0
        for t in range(n):
            response = 0.0
            for tap, weight in enumerate(all_of.taps[k]):
                at = t + (tap - 4) * int(all_of.dilations[k])
                if 0 <= at < n:
                    response += weight * sum(s * row[at] for s, row in zip(all_of.signs[k], y, strict=True) if s)
            above += bool(response > all_of.biases[k])
        shares.append(above / n)
    return shares


@pytest.mark.parametrize(("n_frames", "every"), [(1, 1), (7, 5), (270, 83)])
def test_kernels_are_their_definition(n_frames, every):
    x = log_mel(n_frames)
    np.testing.assert_allclose(Summary("kernels").of(x)[::every], naive_kernels(x.tolist(), every), atol=1e-12)


def test_kernels_are_drawn_alike_everywhere():
    one = drawn()
    assert set(np.unique(one.taps)) == {-1, 2} and (one.taps.sum(axis=1) == 0).all()
    assert set(np.abs(one.signs).sum(axis=1)) == {1, 2, 3, 4} and (np.diff(one.dilations) >= 0).all()
    assert kernels_digest() == "bf9676406ae88a54"
    assert kernels_digest(1) != kernels_digest()


def test_kernels_of_a_long_sound_in_pieces_are_those_of_it_whole(monkeypatch):
    x = log_mel(300)
    whole = Summary("kernels").of(x)
    monkeypatch.setattr("sonograph.analysis.summaries.kernels.AT_ONCE", 37)
    np.testing.assert_array_equal(Summary("kernels").of(x), whole)


def test_kernels_are_asked_for_and_stand_last():
    x, both = log_mel(30), Summary((*KINDS, "kernels"))
    assert len(both.names) == len(set(both.names)) == 2377 and both.digest != Summary().digest
    np.testing.assert_array_equal(both.of(x)[:877], Summary().of(x))


@pytest.mark.parametrize("samples", [np.zeros(4000), np.full(4000, 0.1), np.full(1, 0.1), np.full(300, 0.1)])
def test_kernels_of_silence_and_of_the_shortest_sounds_are_shares(samples):
    row = Summary("kernels").of_sound(Signal(samples, RATE))
    assert ((row >= 0) & (row <= 1)).all()


def test_kernels_hear_neither_loudness_nor_padding_nor_what_is_missing():
    x = log_mel(80)
    row = Summary("kernels").of(x)
    np.testing.assert_allclose(Summary("kernels").of(x + 0.5), row, atol=1e-9)
    silence, missing = np.full((24, 50), -12.0), np.full((24, 5), np.nan)
    np.testing.assert_array_equal(Summary("kernels").of(np.hstack([silence, x, missing])), row)
