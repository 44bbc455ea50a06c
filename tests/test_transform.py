"""The spectrogram against its definition, and the law: pieces equal the whole."""

import contextlib
from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import (
    Band,
    BandSettings,
    LevelSettings,
    SettingsError,
    Signal,
    SourceError,
    Spectrogram,
    StftSettings,
    Stream,
    engines,
    fourier,
    loudness,
    pieces,
    reassigned,
    spectrogram,
    welch,
)
from sonograph.settings import (
    EDGES,
    SCALINGS,
    AffineSettings,
    CepstralSettings,
    ChromaBank,
    DeltaSettings,
    EnergySettings,
    GammatoneBank,
    LinearBank,
    LogSettings,
    MelBank,
    NormSettings,
    OctaveBank,
    PcenSettings,
)
from sonograph.windows import window_of
from tests import naive


def noise(n_samples, channels=1, dtype="float64", seed=0):
    x = np.random.default_rng(seed).standard_normal((channels, n_samples)).astype(dtype)
    return Signal(x[0] if channels == 1 else x, 8000.0)


BANKS = (
    MelBank(n_bands=3, empty="zero"),
    MelBank(n_bands=4, formula="kaldi", triangles="mel", norm="none", low=20.0, empty="zero"),
    LinearBank(n_bands=3, empty="zero"),
    ChromaBank(),
    GammatoneBank(n_bands=3),
    OctaveBank(per_octave=1, low=500.0, high=2000.0),
)


def explicit(stft):
    """Bands given as numbers: overlapping ones, and one with no bin in it."""
    count = min(4, stft.n_bins)
    rising = tuple(0.1 * i for i in range(count))
    return (
        Band(first=0, weights=(1.0,) * count, centre=1.0, low=0.0, high=2.0),
        Band(first=stft.n_bins - count, weights=rising, centre=3.0, low=2.0, high=4.0),
        Band(first=0, weights=(), centre=5.0, low=4.0, high=6.0),
    )


@st.composite
def all_settings(draw):
    """Any settings, kept small: odd and even lengths, padding, all edges, every stage that needs no whole sound."""
    n = draw(st.integers(1, 40))
    stft = StftSettings(
        window_length=n,
        hop=draw(st.integers(1, n)),
        n_fft=n + draw(st.sampled_from([0, 1, 7, 24])),
        window=draw(st.sampled_from(["hann", "boxcar", "povey", ("gaussian", 5.0)])),
        edges=draw(st.sampled_from(EDGES)),
        scaling=draw(st.sampled_from(SCALINGS)),
        quantity=draw(st.sampled_from(["power", "magnitude", "transform"])),
        drop_last=draw(st.sampled_from([False, False, True])),
        **draw(st.sampled_from(CONDITIONING)),
    )
    settings = stft
    if stft.quantity != "transform" and draw(st.booleans()):
        banks = [bank for bank in BANKS if stft.quantity == "power" or not bank.of_power]
        bands = explicit(stft) if n < 12 or draw(st.booleans()) else draw(st.sampled_from(banks))
        settings = BandSettings(of=stft, bands=bands)
    following = draw(st.lists(st.sampled_from(STAGES), max_size=4))
    for stage in following:
        with contextlib.suppress(SettingsError):  # not every stage can follow every other
            settings = stage(settings)
    return settings


CONDITIONING = (
    {},
    {},
    {"remove_dc": True, "preemphasis": 0.97, "input_scale": 32768.0},
    {"preemphasis": 0.9, "preemphasis_over": "sound"},
    {"high_pass": 100.0},
)
STAGES = (
    lambda of: LevelSettings(of=of),
    lambda of: LogSettings(of=of),
    lambda of: LogSettings(of=of, base="10", add=0.001),
    lambda of: CepstralSettings(of=of, n_coefficients=2, lifter=22.0),
    lambda of: PcenSettings(of=of),
    lambda of: PcenSettings(of=of, power=0.25),
    lambda of: DeltaSettings(of=of, width=1, order=2),
    lambda of: DeltaSettings(of=of, width=2, order=1),
    lambda of: NormSettings(of=of),
    lambda of: NormSettings(of=of, norm="l2"),
    lambda of: AffineSettings(of=of, add=4.0, multiply=0.25),
    lambda of: EnergySettings(of=of, measure="frame", place="first"),
    lambda of: EnergySettings(of=of, measure="windowed"),
    lambda of: EnergySettings(of=of, measure="bins", place="last"),
)


@pytest.mark.parametrize("edges", EDGES)
@pytest.mark.parametrize(("n", "n_fft"), [(16, 16), (16, 21), (13, 13), (13, 20), (1, 1), (2, 3)])
def test_a_transform_is_its_definition(edges, n, n_fft):
    sound = noise(60)
    settings = StftSettings(
        window_length=n, hop=max(1, n // 3), n_fft=n_fft, edges=edges, scaling="raw", quantity="transform"
    )
    want = naive.stft(sound.samples, window_of(settings), settings.hop, n_fft, edges)
    got = spectrogram(sound, settings)
    assert got.values.shape == want.shape == (n_fft // 2 + 1, len(got.frames))
    np.testing.assert_allclose(got.values, want, rtol=0, atol=1e-12 * np.nanmax(np.abs(want)))
    there = ~np.isnan(got.values[0])
    assert there.all() if edges != "missing" else 0 < there.sum() == len(got.valid)


@pytest.mark.parametrize("n_fft", [16, 17])
@pytest.mark.parametrize(("scaling", "divisor"), [("raw", None), ("spectrum", "S1²"), ("density", "rate S2")])
def test_each_scaling_is_its_formula(scaling, divisor, n_fft):
    sound = noise(60)
    settings = StftSettings(window_length=16, n_fft=n_fft, edges="inside", scaling=scaling)
    w = window_of(settings)
    raw = np.abs(naive.stft(sound.samples, w, settings.hop, n_fft, "inside")) ** 2
    if divisor is None:
        want = raw
    else:
        want = naive.one_sided(raw, n_fft) / (w.sum() ** 2 if divisor == "S1²" else 8000.0 * (w**2).sum())
    np.testing.assert_allclose(spectrogram(sound, settings).values, want, rtol=0, atol=1e-13 * want.max())


def test_bands_are_weighed_sums_of_bins():
    sound, stft = noise(200), StftSettings(window_length=32, edges="inside", scaling="raw")
    band = Band(first=3, weights=(0.5, 1.0, 2.0), centre=1000.0, low=700.0, high=1300.0)
    power = spectrogram(sound, stft).values
    got = spectrogram(sound, BandSettings(of=stft, bands=(band,)))
    assert (got.rows, got.n_channels, got.quantity) == ("band", 1, "power")
    np.testing.assert_allclose(got.values[0], 0.5 * power[3] + power[4] + 2 * power[5], rtol=1e-14)
    np.testing.assert_array_equal(got.frequencies, [1000.0])
    np.testing.assert_array_equal(got.edges, [[700.0, 1300.0]])


@given(
    all_settings(), st.integers(21, 200), st.integers(1, 17), st.sampled_from(["float32", "float64"]), st.integers(1, 2)
)
def test_pieces_join_to_the_whole_bit_for_bit(settings, n_samples, at_most, dtype, channels):
    sound = noise(max(n_samples, settings_length(settings)), channels, dtype)
    whole = spectrogram(sound, settings)
    parts = list(pieces(sound, settings, at_most=at_most))
    if not len(whole.frames):
        assert not parts
        return
    joined = reduce(Spectrogram.join, parts)
    assert (joined.frames, joined.valid) == (whole.frames, whole.valid)
    np.testing.assert_array_equal(joined.values, whole.values)
    np.testing.assert_array_equal(joined.times, whole.times)


def settings_length(settings):
    from sonograph.settings import stft_of

    return stft_of(settings).window_length


@given(all_settings(), st.integers(41, 160), st.data())
def test_any_frames_are_those_of_the_whole(settings, n_samples, data):
    sound = noise(n_samples)
    whole = spectrogram(sound, settings)
    first = data.draw(st.integers(0, len(whole.frames)))
    frames = range(first, data.draw(st.integers(first, len(whole.frames))))
    part = spectrogram(sound, settings, frames=frames)
    np.testing.assert_array_equal(part.values, whole.values[:, frames.start : frames.stop])


@given(all_settings(), st.integers(2, 4))
def test_any_number_of_threads_gives_the_same_bits(settings, threads):
    sound = noise(400, 2)
    one, many = (spectrogram(sound, settings, engine=engines.default(threads=t)) for t in (1, threads))
    np.testing.assert_array_equal(one.values, many.values)


def test_pieces_may_share_their_memory():
    sound = noise(1000)
    whole = spectrogram(sound, StftSettings(window_length=64))
    memory = set()
    for piece in pieces(sound, StftSettings(window_length=64), at_most=7, reuse=True):
        np.testing.assert_array_equal(piece.values, whole.values[:, piece.frames.start : piece.frames.stop])
        memory.add(piece.values.ctypes.data)
    assert len(memory) == 1


class Counting:
    """A source that tells what was asked of it."""

    n_channels, unit, start, sample_rate = 2, "FS", None, 8000.0

    def __init__(self, n_samples):
        self.signal, self.n_samples, self.asked = noise(n_samples, 2), n_samples, []

    def read(self, samples):
        self.asked.append(samples)
        return self.signal.read(samples)


def test_a_long_source_is_read_in_blocks(monkeypatch):
    monkeypatch.setattr("sonograph.computing.run.READ_AT_ONCE", 2000)
    source = Counting(20_000)
    settings = StftSettings(window_length=256, hop=100, edges="reflect")
    got = spectrogram(source, settings)
    assert max(map(len, source.asked)) <= 1000
    assert len(source.asked) > 20
    np.testing.assert_array_equal(got.values, spectrogram(source.signal, settings).values)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_frame_that_holds_a_missing_sample_is_nan_and_no_other(bad, dtype):
    sound = noise(2000, dtype=dtype)
    settings = StftSettings(window_length=64, hop=16, n_fft=128, edges="inside")
    clean = spectrogram(sound, settings).values
    x = sound.samples.copy()
    x[1000] = bad
    got = spectrogram(Signal(x, 8000.0), settings).values
    holds = np.array([i * 16 <= 1000 < i * 16 + 64 for i in range(clean.shape[1])])
    assert np.isnan(got[:, holds]).all()
    np.testing.assert_array_equal(got[:, ~holds], clean[:, ~holds])


def test_results_go_into_memory_that_is_given():
    sound, settings = noise(3000, 2), StftSettings(window_length=256)
    whole = spectrogram(sound, settings)
    out = np.empty((2, len(whole.frames), 129)).swapaxes(1, 2)
    given_ = spectrogram(sound, settings, out=out)
    assert np.shares_memory(given_.values, out)
    np.testing.assert_array_equal(out, whole.values)


def test_memory_that_does_not_fit_is_refused():
    sound, settings = noise(1000), StftSettings(window_length=64)
    with pytest.raises(
        SettingsError, match=r"out is float32 of shape \(33, 63\); it must be float64 of shape \(33, 63\)"
    ):
        spectrogram(sound, settings, out=np.empty((63, 33), "float32").T)
    with pytest.raises(
        SettingsError, match=r"does not run frame by frame; make it with np.empty\(\(frames, rows\)\).T"
    ):
        spectrogram(sound, settings, out=np.empty((33, 63)))


def test_a_sound_without_samples_has_no_frames():
    for edges in EDGES:
        empty = spectrogram(noise(0), StftSettings(window_length=64, edges=edges))
        assert empty.values.shape == (33, 0)
        assert list(pieces(noise(0), StftSettings(window_length=64, edges=edges), at_most=3)) == []


def test_a_short_signal_says_what_to_do():
    with pytest.raises(SettingsError, match=r'100 samples.*window_length 512.*"padded" or edges="zeros"'):
        spectrogram(noise(100), StftSettings(window_length=512, edges="inside"))


def test_frames_that_are_not_there_are_refused_at_once():
    with pytest.raises(SettingsError, match=r"range\(0, 2147483648\); this sound has the frames 0 to 15"):
        spectrogram(noise(1000), StftSettings(window_length=256), frames=range(2**31))


def test_what_needs_the_whole_sound_is_refused_in_pieces_before_any_is_made():
    with pytest.raises(SettingsError, match="loudest value of the whole sound; it cannot be computed in pieces"):
        pieces(noise(1000), LevelSettings(of=StftSettings(), reference="max"), at_most=4)


def test_the_precision_follows_the_samples_or_the_engine():
    for dtype in ("float32", "float64"):
        assert spectrogram(noise(500, dtype=dtype)).values.dtype == dtype
    assert spectrogram(noise(500), engine=engines.default(dtype="float32")).values.dtype == "float32"
    assert spectrogram(noise(500), StftSettings(quantity="transform")).values.dtype == "complex128"


def test_memory_runs_frame_by_frame():
    values = spectrogram(noise(5000, 2)).values
    assert values.swapaxes(1, 2).flags.c_contiguous


SOUND_OF_A_SECOND = Signal(np.zeros(8000), 8000.0)


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda: spectrogram("no such.wav"), r"no such\.wav: does not exist"),
        (lambda: spectrogram(np.zeros(100)), "source is ndarray, which has no sample rate; give Signal"),
        (lambda: spectrogram(None), "source is NoneType; it must be a Signal, an open file or another Source"),
        (lambda: spectrogram(StftSettings(), SOUND_OF_A_SECOND), "settings is Signal, which are none"),
        (lambda: spectrogram(SOUND_OF_A_SECOND, "librosa.mell"), r"librosa\.mell.*librosa\.mel"),
        (lambda: spectrogram(SOUND_OF_A_SECOND, {}), "settings is dict, which are none; from_dict"),
        (lambda: list(pieces("no such.wav", at_most=3)), "does not exist"),
        (lambda: pieces(SOUND_OF_A_SECOND, at_most=0), "at_most is 0; it must be 1 or more"),
        (lambda: pieces(SOUND_OF_A_SECOND, at_most=-1, reuse=True), "at_most is -1; it must be 1 or more"),
        (lambda: welch([0.0, 1.0]), "source is list, which has no sample rate"),
        (lambda: fourier("no such.wav"), "does not exist"),
        (lambda: reassigned("no such.wav"), "does not exist"),
        (lambda: loudness("no such.wav"), "does not exist"),
        (lambda: spectrogram(SOUND_OF_A_SECOND, engine="reference"), "engine is 'reference'; give an engine, as"),
        (lambda: Stream(16, sample_rate=8000.0), "settings is 16, which are none"),
    ],
)
def test_the_commonest_mistakes_are_told_in_a_sentence(act, says):
    with pytest.raises((SettingsError, SourceError), match=says):
        act()
