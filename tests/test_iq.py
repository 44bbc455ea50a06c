"""Complex samples (I/Q): two-sided spectra against physics, SciPy and a definition in loops; the rest refuses."""

import cmath
import json
import math
from functools import reduce

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph import (
    Calibration,
    LevelSettings,
    SettingsError,
    Signal,
    Spectrogram,
    StftSettings,
    Stream,
    describe,
    feature,
    high_pass,
    istft,
    level,
    loudness,
    measure_box,
    mono,
    pieces,
    resample,
    spectrogram,
    true_peak,
    weighted,
    welch,
    write,
)
from sonograph.analysis.bands import band_pass
from sonograph.engines.reference import Reference
from sonograph.settings import (
    EDGES,
    SCALINGS,
    DeltaSettings,
    LogSettings,
    NormSettings,
    PcenSettings,
    SqueezedSettings,
    from_dict,
)
from sonograph.settings.common import KINDS, Stage
from sonograph.windows import window_of
from tests import naive
from tests.test_sizes import examples

RATE = 2.4e6


def noise(n_samples, channels=1, dtype="complex128", seed=0):
    parts = np.random.default_rng(seed).standard_normal((2, channels, n_samples))
    x = (parts[0] + 1j * parts[1]).astype(dtype)
    return Signal(x[0] if channels == 1 else x, RATE)


def turning(hertz, amplitude=1.0, n=4096):
    return Signal(amplitude * np.exp(2j * np.pi * hertz * np.arange(n) / RATE), RATE)


@pytest.mark.parametrize("bin_", [-256, -255, -100, -1, 0, 1, 37, 255])
@pytest.mark.parametrize("amplitude", [1.0, 0.25])
def test_a_complex_exponential_reads_its_squared_amplitude_on_its_own_side_alone(bin_, amplitude):
    stft = StftSettings(window_length=512, edges="inside", window="boxcar", sides="two")
    power = spectrogram(turning(bin_ * RATE / 512, amplitude), stft)
    at = int(np.argmin(np.abs(power.frequencies - bin_ * RATE / 512)))
    np.testing.assert_allclose(power.values[at], amplitude**2, rtol=1e-12)
    assert np.delete(power.values, at, axis=0).max() < 1e-24
    assert power.frequencies[at] == bin_ * RATE / 512


def test_a_full_circle_reads_0_dbfs():
    loud = level(spectrogram(turning(-300e3), StftSettings(window_length=512, edges="inside", sides="two")))
    assert loud.label == "Level (dBFS)"
    assert float(loud.at(seconds=1e-3, hertz=-300e3)) == pytest.approx(0.0, abs=1e-9)
    settings = LevelSettings(of=StftSettings(window_length=512, edges="inside", sides="two"))
    at_once = spectrogram(turning(-300e3), settings)
    assert (at_once.label, at_once.reference) == ("Level (dBFS)", 1.0)
    np.testing.assert_allclose(at_once.values.max(axis=0), loud.values.max(axis=0), atol=1e-9)
    assert describe(settings, RATE).label == "Level (dBFS)"


@pytest.mark.parametrize("n_fft", [64, 65])
def test_a_density_sums_to_the_mean_square_over_both_sides(n_fft):
    sound = noise(n_fft)
    stft = StftSettings(window_length=n_fft, window="boxcar", edges="inside", scaling="density", sides="two")
    power = spectrogram(sound, stft)
    assert power.value_unit == "FS²/Hz"
    want = np.mean(np.abs(sound.samples) ** 2)
    assert power.values[:, 0].sum() * RATE / n_fft == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("edges", [edges for edges in EDGES if edges != "missing"])
@pytest.mark.parametrize(("n", "n_fft"), [(16, 16), (16, 21), (13, 13), (13, 20), (1, 1)])
def test_a_transform_is_its_definition_in_loops(edges, n, n_fft):
    sound = noise(60)
    hop = max(1, n // 3)
    stft = StftSettings(
        window_length=n, hop=hop, n_fft=n_fft, edges=edges, scaling="raw", quantity="transform", sides="two"
    )
    window, columns = window_of(stft), []
    for start in naive.frame_starts(60, n, hop, edges):
        frame = [naive.sample(sound.samples, start + m, edges) * window[m] for m in range(n)]
        bins = range(-(n_fft // 2), n_fft - n_fft // 2)
        turns = [[cmath.exp(-2j * math.pi * (k * m % n_fft) / n_fft) for m in range(n)] for k in bins]
        columns.append([sum(x * turn for x, turn in zip(frame, row, strict=True)) for row in turns])
    want = np.array(columns).T
    got = spectrogram(sound, stft)
    assert got.values.shape == want.shape
    np.testing.assert_allclose(got.values, want, rtol=0, atol=1e-12 * np.nanmax(np.abs(want)))


@pytest.mark.parametrize("scaling", ["density", "spectrum"])
@pytest.mark.parametrize("n_fft", [256, 300, 301])
def test_scipy_agrees(scaling, n_fft):
    sound = noise(3000)
    stft = StftSettings(
        window_length=n_fft, hop=64, window="hann", edges="inside", scaling=scaling, sides="two", remove_dc=True
    )
    f, _, want = scipy.signal.spectrogram(
        sound.samples, RATE, "hann", n_fft, n_fft - 64, scaling=scaling, return_onesided=False, detrend="constant"
    )
    got = spectrogram(sound, stft)
    np.testing.assert_allclose(got.frequencies, np.fft.fftshift(f))
    np.testing.assert_allclose(got.values, np.fft.fftshift(want, axes=0), rtol=1e-9, atol=1e-12 * want.max())
    window = scipy.signal.ShortTimeFFT(window_of(stft), 64, RATE, fft_mode="centered", scale_to="magnitude")
    if scaling == "spectrum":
        moved = spectrogram(sound, stft.but(remove_dc=False, quantity="transform", edges="inside"))
        theirs = window.stft(sound.samples, p0=n_fft // 2 // 64 + 1, p1=n_fft // 2 // 64 + 6)
        first = (n_fft // 2 // 64 + 1) * 64 - n_fft // 2
        ours = spectrogram(Signal(sound.samples[first:], RATE), moved.settings).values[:, :5]
        np.testing.assert_allclose(np.abs(ours), np.abs(theirs), rtol=1e-9, atol=1e-12 * np.abs(theirs).max())


def test_the_mean_of_frames_is_scipys_welch():
    sound = noise(5000)
    stft = StftSettings(window_length=256, hop=128, edges="inside", scaling="density", sides="two")
    f, want = scipy.signal.welch(sound.samples, RATE, "hann", 256, 128, detrend=False, return_onesided=False)
    got = welch(sound, stft)
    np.testing.assert_allclose(got.frequencies, np.fft.fftshift(f))
    np.testing.assert_allclose(got.values, np.fft.fftshift(want), rtol=1e-9)
    plain = welch(turning(-300e3))
    assert plain.sides == "two" and plain.frequencies[plain.values.argmax()] == pytest.approx(-300e3, abs=RATE / 2048)
    tone = welch(turning(-300e3), StftSettings(window_length=512, edges="inside", sides="two"))
    assert tone.level_label == "Level (dBFS)" and tone.levels.max() == pytest.approx(0, abs=1e-9)


STAGES = (
    lambda of: of,
    lambda of: LevelSettings(of=of),
    lambda of: PcenSettings(of=of),
    lambda of: DeltaSettings(of=LogSettings(of=of), width=2),
    lambda of: NormSettings(of=of),
)


@st.composite
def two_sided(draw):
    n = draw(st.integers(1, 40))
    quantity = draw(st.sampled_from(["power", "magnitude", "transform"]))
    stage = draw(st.sampled_from(STAGES[:3] if quantity == "power" else STAGES[:1]))
    stft = StftSettings(
        window_length=n, hop=draw(st.integers(1, n)), n_fft=n + draw(st.sampled_from([0, 1, 24])), quantity=quantity,
        edges=draw(st.sampled_from(EDGES)), scaling=draw(st.sampled_from(SCALINGS)), sides="two",
        remove_dc=draw(st.booleans()),
    )  # fmt: skip
    return stage(stft)


@settings(max_examples=60, deadline=None)
@given(two_sided(), st.integers(41, 300), st.integers(1, 17), st.sampled_from(["complex64", "complex128"]))
def test_whole_pieces_stream_parts_and_threads_have_the_same_bits(chosen, n_samples, at_most, dtype):
    sound = noise(n_samples, channels=2, dtype=dtype)
    whole = spectrogram(sound, chosen)
    assert whole.values.real.dtype == ("float32" if dtype == "complex64" else "float64")
    joined = reduce(Spectrogram.join, pieces(sound, chosen, at_most=at_most))
    np.testing.assert_array_equal(joined.values, whole.values)
    stream = Stream(chosen, sample_rate=RATE, n_channels=2)
    blocks = np.array_split(sound.samples, at_most, axis=1)
    parts = [stream.push(block).values for block in blocks] + [stream.finish().values]
    np.testing.assert_array_equal(np.concatenate(parts, axis=-1), whole.values)
    part = range(len(whole.frames) // 3, len(whole.frames))
    np.testing.assert_array_equal(spectrogram(sound, chosen, frames=part).values, whole.values[..., part.start :])


@pytest.mark.parametrize("stage", STAGES[1:])
def test_stages_that_follow_have_the_same_bits_in_pieces(stage):
    sound, chosen = noise(900), stage(StftSettings(window_length=64, sides="two"))
    whole = spectrogram(sound, chosen)
    joined = reduce(Spectrogram.join, pieces(sound, chosen, at_most=5))
    np.testing.assert_array_equal(joined.values, whole.values)
    assert whole.values.shape[0] >= 64


def test_a_missing_sample_is_missing_in_its_frames_alone():
    sound = noise(2000)
    sound.samples[700] = complex(0.5, np.nan)
    for engine in (None, Reference()):
        power = spectrogram(sound, StftSettings(window_length=64, edges="inside", sides="two"), engine=engine)
        gone = np.isnan(power.values)
        assert (gone.all(axis=0) == gone.any(axis=0)).all()
        assert gone[0].tolist() == [16 * i <= 700 < 16 * i + 64 for i in power.frames]


def test_what_was_tuned_to_travels_with_the_numbers(tmp_path):
    sound = Signal(noise(4000).samples, RATE, centre=100e6)
    power = spectrogram(sound)
    assert (power.settings.sides, power.centre, mono(sound).centre) == ("two", 100e6, 100e6)
    assert (power.frequencies[0], power.described.lowest, power.described.highest) == (-RATE / 2, -RATE / 2, RATE / 2)
    power.save(tmp_path / "a.npz")
    assert Spectrogram.load(tmp_path / "a.npz").centre == 100e6
    low = power.select(hertz=(-500e3, -100e3))
    assert low.frequencies[0] >= -500e3 and low.frequencies[-1] <= -100e3
    with pytest.raises(SettingsError, match=r"centre is 0\.0 here and"):
        spectrogram(noise(4000)).select(frames=range(2)).join(power.select(frames=range(2, 4)))
    stream = Stream(StftSettings(sides="two"), sample_rate=RATE, centre=5e6)
    assert stream.push(sound.samples).centre == 5e6
    assert welch(sound).centre == 100e6


def test_settings_of_two_sides_travel_as_text_and_others_keep_their_digest():
    two = LevelSettings(of=StftSettings(sides="two"))
    assert from_dict(json.loads(json.dumps(two.to_dict()))) == two
    assert StftSettings().digest == "feafb9e1b1a4158a"
    assert StftSettings(sides="two").digest != StftSettings().digest


def with_two_sides(of):
    """The same settings with the transform at their bottom made two-sided, by what `to_dict` gave."""
    values = of.to_dict()
    below = values
    while "of" in below:
        below = below["of"]
    below["sides"] = "two"
    return values


def test_every_kind_of_settings_has_two_sides_or_refuses_them_in_one_sentence():
    allowed = set()
    for chosen in examples():
        try:
            made = from_dict(with_two_sides(chosen))
        except SettingsError as error:
            assert 'sides is "two"' in str(error) and "\n" not in str(error)
            assert "is made for real ones" in str(error) or "it is a filter" in str(error), str(error)
            continue
        got = spectrogram(noise(20_000), made)  # what is allowed is computed
        assert got.values.shape[-2] == made.n_rows
        allowed.add(made.kind)
    assert allowed == {"stft", "level", "separation"}  # all else of `examples` is of bands, which begin at 0 Hz
    assert {"log", "level", "pcen", "deltas"} <= {
        kind for kind, cls in KINDS.items() if getattr(cls, "two_sided", True)
    }


def test_every_stage_that_is_allowed_over_two_sides_is_computed():
    stft = StftSettings(window_length=64, sides="two")
    log = LogSettings(of=stft)
    for kind, cls in KINDS.items():
        if not (issubclass(cls, Stage) and cls.two_sided):
            continue
        for below in (stft, log, KINDS["onset"](of=log)):
            try:
                made = cls(of=below)
            except SettingsError:
                continue
            assert np.isfinite(spectrogram(noise(20_000), made).values).any(), kind
            break
        else:
            raise AssertionError(f"{kind} follows none of these")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"high_pass": 20.0}, r'^high_pass is 20\.0 and sides "two"; it is a filter for real samples: leave it out'),
        ({"weighting": "A"}, r'^weighting is A and sides "two"; it is a filter for real samples'),
        ({"preemphasis": 0.97}, r'^preemphasis is 0\.97 and sides "two"; it is a filter'),
        ({"sides": "both"}, r"^sides is 'both'; it must be one of one, two"),
    ],
)
def test_what_two_sides_cannot_have_is_refused(given, words):
    with pytest.raises(SettingsError, match=words):
        StftSettings(**{"sides": "two"} | given)


def test_sides_and_samples_must_agree():
    with pytest.raises(SettingsError, match=r'^the samples are complex \(I/Q\), and sides is "one"; set sides="two"'):
        spectrogram(noise(4000), StftSettings())
    for real in (feature("mfcc"), feature("plp"), SqueezedSettings(of=StftSettings())):
        with pytest.raises(
            SettingsError, match=r"Settings is made for real ones: leave it out, or give samples\.real$"
        ):
            spectrogram(noise(4000), real)
    with pytest.raises(SettingsError, match=r'^sides is "two", and the samples are real; leave it out'):
        spectrogram(Signal(np.zeros(4000), RATE), StftSettings(sides="two"))
    with pytest.raises(SettingsError, match="and the samples are real"):
        Stream(StftSettings(sides="two"), sample_rate=RATE).push(np.zeros(10))
    with pytest.raises(SettingsError, match=r"^centre is 1e\+08 Hz and the samples are real"):
        Signal(np.zeros(4), RATE, centre=100e6)
    with pytest.raises(SettingsError, match=r'^sides is "two"; back to samples goes the spectrogram of real ones'):
        istft(spectrogram(noise(4000), StftSettings(sides="two", quantity="transform")))


@pytest.mark.parametrize(
    "work",
    [loudness, true_peak, lambda sound: high_pass(sound, 20.0), lambda sound: weighted(sound, "A")],
)
def test_what_is_made_for_real_sound_refuses_complex_samples(work):
    with pytest.raises(SettingsError, match=r"^the samples are complex \(I/Q\), and this is made for real ones"):
        work(noise(4000))


def test_a_sound_file_says_how_complex_samples_are_written():
    with pytest.raises(SettingsError, match=r"^the samples are complex \(I/Q\), .* let the name end in \.sigmf-meta"):
        write("no such folder/a.wav", noise(4000))


def test_a_response_over_frequency_is_refused_and_a_scale_is_taken():
    response = Calibration(1.0, "V", ((1e3, 0.0), (1e6, 6.0)))
    with pytest.raises(SettingsError, match=r"around what was tuned to the sides differ: give a calibration"):
        spectrogram(Signal(noise(4000).samples, RATE, unit="V", calibration=response))
    volts = spectrogram(Signal(noise(4000).samples, RATE, unit="V"))
    assert volts.value_unit == "V²"


@pytest.mark.parametrize("rate", [600e3, 1e6, 4.8e6])
@pytest.mark.parametrize("hertz", [-200e3, -1e3, 0.0, 150e3])
def test_a_tone_that_is_resampled_is_the_same_tone_on_its_own_side(rate, hertz):
    tone = turning(hertz, 0.5, n=60_000)
    got = resample(Signal(tone.samples, RATE, centre=100e6), rate)
    assert (got.sample_rate, got.is_complex, got.centre, got.n_samples) == (
        rate,
        True,
        100e6,
        round(60_000 * rate / RATE),
    )
    inside = range(2000, got.n_samples - 2000)
    want = 0.5 * np.exp(2j * np.pi * hertz * np.arange(inside.start, inside.stop) / rate)
    np.testing.assert_allclose(got.read(inside)[0], want, atol=2e-6)


def test_what_lies_beyond_the_new_rate_is_gone_on_either_side():
    for hertz in (-400e3, 400e3):
        got = resample(turning(hertz, n=60_000), 600e3)
        assert np.abs(got.read(range(2000, got.n_samples - 2000))).max() < 1e-5


def test_missing_samples_stay_missing_in_both_parts_when_they_are_resampled():
    sound = noise(30_000)
    sound.samples[12_000:12_100] = complex(np.nan, np.nan)
    got = resample(sound, 1.2e6).read(range(15_000))[0]
    gone = np.isnan(got.real) & np.isnan(got.imag)
    assert gone[6000:6050].all() and (gone == np.isnan(got)).all()
    assert not gone[:5700].any() and not gone[6350:].any()


@pytest.mark.parametrize(
    ("low", "high"), [(-700e3, -500e3), (100e3, 400e3), (-50e3, 80e3), (-1.2e6, -900e3), (0.0, 1.2e6)]
)
def test_the_box_of_white_noise_has_the_share_of_its_width_of_both_sides(low, high):
    """Of mean square 2e-4, over all of the sample rate."""
    sound = Signal(1e-2 * noise(200_000, seed=3).samples, RATE)
    box = measure_box(sound, hertz=(low, high))
    assert box.band_level == pytest.approx(10 * math.log10(2e-4 * (high - low) / RATE), abs=0.1)
    assert (box.low, box.high, box.band_unit, box.level_unit) == (low, high, "dBFS", "dBFS")
    assert box.frequency_50 == pytest.approx((low + high) / 2, abs=0.05 * (high - low))


@pytest.mark.parametrize(("low", "high"), [(-700e3, -500e3), (-50e3, 80e3), (900e3, 1.2e6), (-1.2e6, 0.0)])
def test_a_band_of_both_sides_passes_what_lies_in_it_and_nothing_of_its_mirror(low, high):
    """The response of the filter, by the definition of a transform, at every thousandth of the circle."""
    cut = band_pass((low, high), RATE, two_sided=True)
    at = np.arange(-cut.reach, cut.reach + 1)
    hertz = np.arange(-1.2e6, 1.2e6, RATE / 1000)
    gain = np.abs(np.exp(-2j * np.pi * np.outer(hertz / RATE, at)) @ cut.taps)
    slope = 0.1 * (high - low)
    away = np.minimum((low - hertz) % RATE, (hertz - high) % RATE)  # outside, to the nearer end along the circle
    inside = (hertz > low + slope) & (hertz < high - slope)
    outside = ~((hertz >= low) & (hertz <= high)) & (away > slope)
    np.testing.assert_allclose(gain[inside], 1, atol=1e-4)
    assert gain[outside].max() < 1e-4
    sound = noise(5000 + 2 * cut.reach).samples[None]
    want = np.convolve(sound[0], cut.taps, "valid")
    np.testing.assert_allclose(cut(sound)[0], want, atol=1e-10)


def test_a_box_of_complex_samples_outside_their_frequencies_is_refused():
    with pytest.raises(
        SettingsError, match=r"^the box is -2e\+06 to -1\.5e\+06 Hz; it must go up, within -1\.2e\+06 to"
    ):
        measure_box(noise(4000), hertz=(-2e6, -1.5e6))
