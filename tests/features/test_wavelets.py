"""The wavelet transform and synchrosqueezing: against definitions, other libraries, tones, chirps and clicks."""

from functools import reduce

import numpy as np
import pytest

from sonograph import LevelSettings, Signal, Spectrogram, StftSettings, Stream, engines, level, pieces, spectrogram
from sonograph.errors import SettingsError
from sonograph.features.wavelets import reaches
from sonograph.settings import WaveletSettings
from tests import naive
from tests.thorough import ALL

RATE = 1000.0
SHAPES = {
    "morlet": (("morlet", 6.0), lambda u: naive.morlet(6.0, u)),
    "morse": (("morse", 3.0, 20.0), lambda u: naive.morse(3.0, 20.0, u)),
    "sharp": (("morlet", 12.5), lambda u: naive.morlet(12.5, u)),
}
wavelets = pytest.mark.parametrize("wavelet", SHAPES)


beside_ssqueezepy = pytest.mark.skipif(not ALL, reason="ssqueezepy compiles itself for a minute: SONOGRAPH_ALL=1")


def raw(rate=RATE, quantity="transform", **given):
    return WaveletSettings.for_rate(rate, scaling="raw", quantity=quantity, **given)


def noise(n=1500, dtype="float64"):
    return Signal(np.random.default_rng(0).standard_normal(n).astype(dtype), RATE)


def tone(frequency, n=4000, amplitude=1.0, phase=0.4):
    return amplitude * np.cos(2 * np.pi * frequency * np.arange(n) / RATE + phase)


@pytest.mark.parametrize(
    ("wavelet", "hop", "n"),
    [("morlet", 1, 700), ("morlet", 3, 700), ("morlet", 8, 700), ("morse", 3, 900), ("sharp", 8, 1400)],
)
def test_it_is_its_definition(wavelet, hop, n):
    shape, formula = SHAPES[wavelet]
    x = noise(n)
    settings = raw(hop=hop, per_octave=2, wavelet=shape, low=16.0)
    assert settings.octaves(RATE)[-1].halvings > 1
    got = spectrogram(x, settings).values
    want = naive.wavelet_transform(x.samples, formula, settings.shape.half, settings.centres, hop, RATE)
    there = ~np.isnan(got)
    assert got.shape == want.shape
    assert there.any(axis=1).sum() >= len(got) - 1
    assert not (there & np.isnan(want)).any()
    np.testing.assert_allclose(got[there], want[there], rtol=0, atol=3e-5 * np.nanmax(np.abs(want)))
    top = settings.per_octave  # the highest octave passes no half-band filter
    assert (np.isnan(got) == np.isnan(want))[-top:].all()
    np.testing.assert_allclose(got[-top:], want[-top:], rtol=0, atol=1e-8)


def test_it_is_that_of_pywavelets():
    pywt = pytest.importorskip("pywt")
    settings = raw(hop=1, low=10.0, high=120.0, per_octave=6)
    x = noise(6000)
    got = spectrogram(x, settings).values[:, :6000]
    # cmor B-C is exp(-t²/B) exp(2 pi i C t) / sqrt(pi B): of w0 = 2 pi C sqrt(B / 2)
    name, centres = f"cmor{2 * 6.0**2 / (2 * np.pi) ** 2:.12f}-1.0", np.array(settings.centres)
    theirs, _ = pywt.cwt(x.samples, RATE / centres, name, method="fft", precision=16)
    theirs = theirs * 2 / np.sqrt(RATE / centres)[:, None]  # from unit energy to a sine's amplitude
    there = ~np.isnan(got).any(axis=0)
    assert there.sum() > 4000
    for f, ours, other in zip(centres, got[:, there], theirs[:, there], strict=True):
        factor = np.vdot(other, ours) / np.vdot(other, other)
        assert abs(factor) == pytest.approx(1, abs=0.03)
        assert abs(np.angle(factor)) < 2 * np.pi * f / RATE * 0.51  # its differences lie half a sample beside
        assert np.linalg.norm(ours - factor * other) < 0.04 * np.linalg.norm(ours)  # it rounds its steps in the wavelet


@beside_ssqueezepy
@pytest.mark.parametrize(
    ("wavelet", "theirs"),
    [
        (("morlet", 6.0), ("morlet", {"mu": 6.0})),
        (("morse", 3.0, 20.0), ("gmw", {"gamma": 3, "beta": 20, "norm": "bandpass", "centered_scale": False})),
    ],
)
def test_it_is_that_of_ssqueezepy(wavelet, theirs):
    ssqueezepy = pytest.importorskip("ssqueezepy")
    settings = raw(hop=1, low=8.0, high=100.0, per_octave=6, wavelet=wavelet)
    x = noise(4096)
    got = spectrogram(x, settings).values[:, :4096]
    shape = ssqueezepy.Wavelet((theirs[0], theirs[1] | {"dtype": "float64"}))
    w = np.linspace(0.1, 20, 200_000)
    peak = w[np.argmax(np.real(shape(w)))]
    scales = peak * RATE / (2 * np.pi * np.array(settings.centres))[::-1]
    values, *_ = ssqueezepy.cwt(x.samples, shape, scales=scales, fs=RATE, padtype="zero", astensor=False)
    values = values[::-1] * 2 / np.real(shape(w)).max()
    there = ~np.isnan(got)
    assert np.linalg.norm((got - values)[there]) < 1e-3 * np.linalg.norm(got[there])


@wavelets
@pytest.mark.parametrize("scaling", ["spectrum", "raw"])
def test_a_sine_reads_what_the_scaling_says_however_low_it_is_and_its_phase(wavelet, scaling):
    settings = WaveletSettings.for_rate(RATE, hop=7, wavelet=SHAPES[wavelet][0], scaling=scaling, low=8.0)
    moved = WaveletSettings.for_rate(
        RATE, hop=7, wavelet=SHAPES[wavelet][0], scaling=scaling, low=8.0, quantity="transform"
    )
    for row in (0, settings.n_bands // 2, settings.n_bands - 1):
        f = settings.centres[row]
        sound = Signal(tone(f, amplitude=0.6), RATE)
        power = spectrogram(sound, settings)
        inside = power.values[:, power.valid.start : power.valid.stop]
        np.testing.assert_allclose(inside[row], 0.36 if scaling == "raw" else 0.18, rtol=2e-4)
        assert (inside.argmax(axis=0) == row).all()
        turned = spectrogram(sound, moved).values[row]
        phase = 2 * np.pi * f * np.arange(len(turned)) * 7 / RATE + 0.4
        there = ~np.isnan(turned)
        np.testing.assert_allclose(turned[there] / np.abs(turned[there]), np.exp(1j * phase[there]), atol=2e-4)


def test_a_full_scale_sine_reads_0_dbfs():
    settings = WaveletSettings.for_rate(RATE, low=20.0)
    made = spectrogram(Signal(tone(settings.centres[20]), RATE), LevelSettings(of=settings))
    assert made.label == "Level (dBFS)"
    np.testing.assert_allclose(made.values[:, made.valid.start : made.valid.stop].max(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(
        made.values, level(spectrogram(Signal(tone(settings.centres[20]), RATE), settings)).values, atol=1e-9
    )


@wavelets
def test_noise_reads_its_density_in_every_row(wavelet):
    settings = WaveletSettings.for_rate(
        RATE, hop=4, low=40.0, high=200.0, scaling="density", wavelet=SHAPES[wavelet][0]
    )
    made = spectrogram(noise(400_000), settings)
    np.testing.assert_allclose(np.nanmean(made.values, axis=1), 2 / RATE, rtol=0.06)


def test_a_click_is_as_wide_as_its_row_is_low():
    x = np.zeros(4001)
    x[2000] = 1.0
    settings = raw(hop=1, low=8.0, quantity="magnitude")
    values = np.nan_to_num(spectrogram(Signal(x, RATE), settings).values)
    assert (values.argmax(axis=1) == 2000).all()
    np.testing.assert_allclose(values[:, 2000 - 300 : 2001], values[:, 2000:2301][:, ::-1], atol=1e-4 * values.max())
    for f, row in zip(settings.centres, values, strict=True):
        mine = (row > np.exp(-0.5) * row[2000]).sum() / RATE
        assert mine == pytest.approx(2 * 6.0 / (2 * np.pi * f), abs=1.01 / RATE)


def test_a_value_is_missing_where_its_own_wavelet_meets_a_missing_sample_and_nowhere_else():
    settings = raw(hop=3, low=10.0)
    x = noise(4000)
    clean = spectrogram(x, settings).values
    for bad in (np.nan, np.inf):
        samples = x.samples.copy()
        samples[2000] = bad
        broken = spectrogram(Signal(samples, RATE), settings).values
        middles = np.arange(broken.shape[1]) * 3
        for row, reach in enumerate(reaches(settings, RATE)):
            ends = (middles - reach < 0) | (middles + reach >= 4000)
            assert (np.isnan(clean[row]) == ends).all()
            assert (np.isnan(broken[row]) == ends | (abs(middles - 2000) <= reach)).all()
        there = ~np.isnan(broken)
        np.testing.assert_array_equal(broken[there], clean[there])


LAWS = {
    "every sample": raw(hop=1, low=20.0, per_octave=4),
    "odd": LevelSettings(of=WaveletSettings.for_rate(RATE, hop=5, low=15.0, per_octave=5, edges="zeros")),
    "even": raw(hop=12, low=10.0, per_octave=6, wavelet="morse", quantity="magnitude"),
    "squeezed": raw(hop=3, low=15.0, per_octave=4, squeezed=True),
    "squeezed level": LevelSettings(of=WaveletSettings.for_rate(RATE, hop=1, low=30.0, per_octave=4, squeezed=True)),
}


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_parts_pieces_and_streams_have_the_bits_of_the_whole(name, dtype):
    settings, sound = LAWS[name], noise(1200, dtype)
    sound.samples[700] = np.nan
    whole = spectrogram(sound, settings)
    assert (~np.isnan(whole.values)).mean() > 0.2
    for at_most in (1, 97) if name == "even" else (41,):
        joined = reduce(Spectrogram.join, pieces(sound, settings, at_most=at_most))
        np.testing.assert_array_equal(joined.values, whole.values)
    for frames in (range(3, 4), range(60, 99)):
        part = spectrogram(sound, settings, frames=frames)
        np.testing.assert_array_equal(part.values, whole.values[:, frames.start : frames.stop])
    stream = Stream(settings, sample_rate=RATE)
    parts = [stream.push(sound.samples[i : i + 83]) for i in range(0, 1200, 83)]
    joined = reduce(Spectrogram.join, [*parts, stream.finish()])
    np.testing.assert_array_equal(joined.values, whole.values)
    two = spectrogram(sound, settings, engine=engines.default(threads=2))
    np.testing.assert_array_equal(two.values, whole.values)


def chirp(n=6000):
    t = np.arange(n) / RATE
    phase = 2 * np.pi * (30 * t + 4 * t**2)
    return np.cos(phase), np.exp(1j * phase), 30 + 8 * t


@pytest.mark.parametrize("wavelet", ["morlet", "morse"])
@pytest.mark.parametrize("per_octave", [8, 32])
def test_the_rows_of_a_squeezed_transform_add_up_to_the_analytic_signal(wavelet, per_octave):
    x, analytic, _ = chirp()
    settings = raw(hop=1, low=10.0, per_octave=per_octave, wavelet=wavelet, squeezed=True)
    total = spectrogram(Signal(x, RATE), settings).values.sum(axis=0)
    there = np.flatnonzero(~np.isnan(total))
    assert len(there) > 3000
    np.testing.assert_allclose(total[there], analytic[there], rtol=0, atol=1e-4)


def test_the_ridge_of_a_squeezed_chirp_lies_in_its_row_and_holds_its_power():
    x, _, frequency = chirp()
    plain = WaveletSettings.for_rate(RATE, hop=1, low=10.0, per_octave=24, wavelet=("morlet", 10.0))
    settings = plain.but(squeezed=True)
    power = spectrogram(Signal(x, RATE), settings).values[:, :6000]
    there = ~np.isnan(power).any(axis=0)
    rows = power[:, there].argmax(axis=0)
    wanted = settings.per_octave * np.log2(frequency[there] / settings.low)
    assert np.abs(rows - wanted).max() < 1
    assert np.median(power[:, there].max(axis=0)) == pytest.approx(0.5, rel=0.02)
    smeared = np.nan_to_num(spectrogram(Signal(x, RATE), plain).values[:, :6000][:, there])
    near = np.abs(np.arange(settings.n_bands)[:, None] - wanted) < 1.5
    assert (power[:, there] * near).sum() > 0.99 * power[:, there].sum()
    assert (smeared * near).sum() < 0.6 * smeared.sum()


@beside_ssqueezepy
def test_two_tones_are_where_ssqueezepy_puts_them():
    ssqueezepy = pytest.importorskip("ssqueezepy")
    settings = raw(hop=1, low=8.0, high=250.0, per_octave=16, squeezed=True, quantity="magnitude")
    x = tone(30.0, 4096) + 0.5 * tone(111.0, 4096)
    ours = spectrogram(Signal(x, RATE), settings).values[:, 1500:2500].mean(axis=1)
    theirs, _, frequencies, *_ = ssqueezepy.ssq_cwt(
        x, ("morlet", {"mu": 6.0}), nv=16, fs=RATE, ssq_freqs="log", astensor=False
    )
    theirs = np.abs(theirs[:, 1500:2500]).mean(axis=1)
    for f, amplitude in ((30.0, 1.0), (111.0, 0.5)):
        mine = np.abs(np.log2(np.array(settings.centres) / f)) < 0.3
        other = np.abs(np.log2(frequencies / f)) < 0.3
        assert np.array(settings.centres)[mine][ours[mine].argmax()] == pytest.approx(f, rel=2 ** (0.51 / 16) - 1)
        assert frequencies[other][theirs[other].argmax()] == pytest.approx(f, rel=0.05)
        assert ours[mine].max() == pytest.approx(amplitude, rel=0.01)
        assert theirs[other].max() == pytest.approx(amplitude * theirs.max(), rel=0.02)


def test_what_would_lie_beyond_the_rows_stays_in_the_last():
    settings = raw(hop=1, low=50.0, high=100.0, squeezed=True)
    values = spectrogram(Signal(tone(115.0), RATE), settings).values[:, 1000:3000]
    assert (np.abs(values).argmax(axis=0) == settings.n_bands - 1).all()
    assert np.abs(values[:-1]).max() < 1e-4 * np.abs(values[-1]).min()


def test_silence_is_silent():
    for squeezed in (False, True):
        values = spectrogram(Signal(np.zeros(2000), RATE), raw(hop=4, low=20.0, squeezed=squeezed)).values
        assert (values[~np.isnan(values)] == 0).all()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: raw(wavelet="haar"), 'wavelet is \'haar\'; it must be "morlet" or "morse"'),
        (lambda: raw(wavelet=("morlet", 2.0)), "morlet's w0 is 2.0; it must be 5 to 1000"),
        (lambda: raw(wavelet=("morse", 3.0)), "morse has gamma, beta beside its name"),
        (lambda: raw(squeezed=True).but(scaling="density"), "what is squeezed has no bandwidth to divide by"),
        (lambda: raw(low=100.0, high=50.0), "high is 50 Hz; it must be 100 Hz or more"),
        (
            lambda: spectrogram(noise(3000), WaveletSettings(of=StftSettings(), low=1.0, n_bands=10)),
            r"window_length is 2048; at 1000 Hz it must be \d+ or more",
        ),
        (
            lambda: spectrogram(noise(3000), WaveletSettings(of=StftSettings(), low=100.0, n_bands=40)),
            "the highest lies at 951.37 Hz, and at 1000 Hz it must lie below 368",
        ),
    ],
)
def test_what_no_wavelet_can_be_is_refused(make, words):
    with pytest.raises(SettingsError, match=words):
        make()
