"""Means over frames see the frames that lie within the sound: levels are right whatever the length, window and hop."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph import Signal, StftSettings, spectrogram, welch, write
from sonograph.cli import main
from sonograph.extract.all_files import extract
from sonograph.frames import sound_only
from sonograph.pixels.distribution import spectrum
from sonograph.settings import DeltaSettings, StandardSettings, TemporalSettings
from sonograph.tables import read
from tests import naive

RATE = 16_000.0
EDGES = ("zeros", "padded", "inside", "kaldi", "scipy", "reflect", "missing")


def noise(n):
    return np.random.default_rng(n).standard_normal(n)


def tone(n, frequency):
    return np.sin(2 * np.pi * frequency * np.arange(n) / RATE + 0.3)


@st.composite
def cut(draw):
    """A length, a window no longer than it, a hop, and where frames lie; some frame lies within the sound."""
    window = draw(st.integers(64, 600))
    hop = draw(st.integers(max(1, window // 8), window // 2))
    n = draw(st.integers(window + hop, 4000))
    return n, StftSettings(window_length=window, hop=hop, edges=draw(st.sampled_from(EDGES)))


def inside(n, stft):
    """Where the frames that lie within a sound start."""
    starts = naive.frame_starts(n, stft.window_length, stft.hop, stft.edges)
    return [start for start in starts if 0 <= start <= n - stft.window_length]


def by_transformer(sound, rms):
    sklearn = pytest.importorskip("sonograph.learning.sklearn", exc_type=ImportError)
    return float(sklearn.SpectrogramFeatures(rms, summary="mean").fit_transform([sound])[0, 0])


def by_summary(sound, rms, folder):
    path = f"{folder}/a.wav"
    write(path, sound, overwrite=True)
    out = f"{folder}/a.npz"
    extract([path], rms, out, summary=True, processes=1, overwrite=True)
    table = read(out)
    return float(table.values[0, table.names.index("rms_mean")])


def by_rows(sound, rms, folder):
    """As whoever reads the table would: rows that are valid."""
    path, out = f"{folder}/a.wav", f"{folder}/b.npz"
    write(path, sound, overwrite=True)
    extract([path], rms, out, processes=1, overwrite=True)
    table = read(out)
    return float(table.values[table.before["valid"], 0].mean())


@given(cut(), st.floats(200, 7800))
@settings(max_examples=8, deadline=None, derandomize=True)
def test_the_mean_rms_of_a_tone_and_of_noise_is_theirs_whatever_the_frames(tmp_path_factory, case, frequency):
    n, stft = case
    folder = tmp_path_factory.getbasetemp()
    rms = TemporalSettings(of=stft, features=("rms",))
    # a frame of N samples of a sine: its mean square is 1/2 ± 1 / (2 N sin(ω))
    ripple = 1 / (2 * stft.window_length * abs(np.sin(2 * np.pi * frequency / RATE)))
    sine, hiss = Signal(tone(n, frequency), RATE), Signal(noise(n), RATE)
    for way in (by_transformer, lambda s, r: by_summary(s, r, folder), lambda s, r: by_rows(s, r, folder)):
        assert way(sine, rms) ** 2 == pytest.approx(0.5, abs=1.1 * ripple + 1e-6)
    # of noise: every frame's own mean, in loops
    starts = [
        s for s in naive.frame_starts(n, stft.window_length, stft.hop, stft.edges) if 0 <= s <= n - stft.window_length
    ]
    frames = [np.sqrt(np.mean(hiss.samples[s : s + stft.window_length] ** 2)) for s in starts]
    for way in (by_transformer, lambda s, r: by_summary(s, r, folder), lambda s, r: by_rows(s, r, folder)):
        assert way(hiss, rms) == pytest.approx(np.mean(frames), rel=1e-6)


@given(cut())
@settings(max_examples=25, deadline=None, derandomize=True)
def test_the_mean_spectra_of_noise_sum_to_its_power_whatever_the_frames(case):
    """Parseval, frame by frame: the mean density sums to the mean of the weighed frames' mean squares."""
    n, stft = case
    x, density = noise(n), stft.but(scaling="density", window="boxcar")
    inside = [
        s for s in naive.frame_starts(n, stft.window_length, stft.hop, stft.edges) if 0 <= s <= n - stft.window_length
    ]
    expected = np.mean([np.mean(x[s : s + stft.window_length] ** 2) for s in inside])
    per_bin = RATE / stft.window_length
    assert welch(Signal(x, RATE), density).values.sum() * per_bin == pytest.approx(expected, rel=1e-9)
    shown = spectrum(Signal(x, RATE), density, range(n))
    assert (10 ** (shown.mean[0] / 10)).sum() * per_bin == pytest.approx(expected, rel=1e-6)


@given(cut(), st.integers(0, 3), st.booleans())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_which_frames_count_is_what_a_spectrogram_says(case, width, standard):
    n, stft = case
    chain = TemporalSettings(of=stft, features=("rms",))
    chain = DeltaSettings(of=chain, width=width, order=1) if width else chain
    chain = StandardSettings(of=chain) if standard else chain
    chain = DeltaSettings(of=chain, width=width, order=1) if width and standard else chain
    assert list(spectrogram(Signal(noise(n), RATE), chain).valid) == list(sound_only(chain, n))


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("tone.wav", Signal(np.sin(2 * np.pi * 1000 * np.arange(16_000) / RATE), RATE))
    write("short.wav", Signal(np.sin(2 * np.pi * 1000 * np.arange(1_000) / RATE), RATE))
    return tmp_path


def rows_of(path):
    return list(csv.DictReader(Path(path).read_text().splitlines()))


def test_rows_say_which_frames_reach_over_an_end_and_a_summary_leaves_them_out(here):
    assert main(["features", "tone.wav", "-o", "rows.csv", "--feature", "rms", "-q"]) == 0
    rows = rows_of("rows.csv")
    assert [row["valid"] for row in rows[:3]] == ["false", "false", "true"] and rows[-1]["valid"] == "false"
    assert float(rows[0]["rms"]) == pytest.approx(0.5, abs=1e-3)  # half of its frame is before the sound
    for edges in ("zeros", "inside", "reflect", "padded"):
        out = f"{edges}.csv"
        assert main(["features", "tone.wav", "-o", out, "--feature", "rms", "--edges", edges, "--summary", "-q"]) == 0
        (row,) = rows_of(out)
        assert [float(row[f"rms_{which}"]) for which in ("mean", "p5", "p95")] == pytest.approx(
            [0.5**0.5] * 3, abs=1e-3
        )
        assert int(row["n_valid"]) == 28 <= int(row["n_frames"])


def test_a_sound_shorter_than_the_window_has_no_summary_and_that_is_said(here, capsys):
    command = ["features", "tone.wav", "short.wav", "-o", "a.csv", "--feature", "rms", "--summary", "-q"]
    assert main(command) == 0
    tall, short = rows_of("a.csv")
    assert (
        short["rms_mean"] == ""
        and short["n_valid"] == "0"
        and float(tall["rms_mean"]) == pytest.approx(0.7071, abs=1e-3)
    )
    said = capsys.readouterr().err
    assert "short.wav: no frame lies within it, so a summary has nothing to tell: take a shorter window" in said


def test_a_feature_with_longer_windows_takes_no_frames_from_the_others(here):
    write("second.wav", Signal(tone(24_000, 1000.0), RATE))
    for names in ("rms", "rms,cqt"):
        out = f"{len(names)}.csv"
        assert main(["features", "second.wav", "-o", out, "--feature", names, "--summary", "-q"]) == 0
    alone, beside = rows_of("3.csv")[0], rows_of("7.csv")[0]
    assert alone["rms_mean"] == beside["rms_mean"] and int(beside["n_valid"]) < int(alone["n_valid"])


def test_the_transformer_says_that_a_sound_is_too_short():
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install '.[learn]'")
    from sonograph.learning import SpectrogramFeatures

    features = SpectrogramFeatures(StftSettings(), RATE, summary="mean")
    with pytest.warns(RuntimeWarning, match="so short that each of its frames reaches over an end, so it gives NaN"):
        assert np.isnan(features.fit_transform([Signal(noise(500), RATE)])).all()
