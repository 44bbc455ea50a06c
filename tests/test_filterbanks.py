"""Filter banks against the libraries and the standards that define them, and against physics."""

import numpy as np
import pytest
import scipy.io
from hypothesis import given
from hypothesis import strategies as st

from sonograph import (
    BandSettings,
    BarkBank,
    ChromaBank,
    GammatoneBank,
    LinearBank,
    MelBank,
    MillidecadeBank,
    OctaveBank,
    SettingsError,
    Signal,
    StftSettings,
    spectrogram,
)
from sonograph.filterbanks import filters_of
from sonograph.filterbanks.proportional import hybrid_millidecades, octaves
from sonograph.scales import erb_to_hz, hz_to_erb, hz_to_mel, mel_to_hz
from tests import naive


def matrix(bank, n_fft, sample_rate, **stft):
    settings = BandSettings(of=StftSettings(window_length=n_fft, **stft), bands=bank)
    return filters_of(settings, float(sample_rate)).dense(n_fft // 2 + 1)


@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 48_000])
@pytest.mark.parametrize("n_fft", [512, 2048, 1023])
@pytest.mark.parametrize(("formula", "norm"), [("slaney", "slaney"), ("htk", "none"), ("htk", "slaney")])
def test_mel_bands_are_those_of_librosa(rate, n_fft, formula, norm):
    librosa = pytest.importorskip("librosa")
    kwargs = {"htk": formula == "htk", "norm": None if norm == "none" else norm}
    want = librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=40, fmin=60, dtype=float, **kwargs)
    got = matrix(MelBank(n_bands=40, low=60, formula=formula, norm=norm, empty="zero"), n_fft, rate)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12 * want.max())


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 44_100])
def test_mel_bands_on_rounded_bins_are_those_of_python_speech_features(rate):
    psf = pytest.importorskip("python_speech_features")
    got = matrix(MelBank(n_bands=26, formula="htk", norm="none", triangles="bins", empty="zero"), 512, rate)
    np.testing.assert_array_equal(got, psf.get_filterbanks(26, 512, rate))


def test_kaldi_bands_are_straight_in_mel():
    got = matrix(MelBank(n_bands=23, low=20.0, formula="kaldi", norm="none", triangles="mel"), 512, 16_000)
    want = naive.mel_bank(23, 20.0, 8000.0, "kaldi", 512, 16_000, in_mel=True)
    np.testing.assert_allclose(got, want, atol=1e-12)


@pytest.mark.parametrize("formula", ["slaney", "htk", "kaldi"])
def test_mel_scales_are_their_formulas_and_come_back(formula):
    frequencies = np.array([0.0, 30.0, 999.0, 1000.0, 1001.0, 7000.0])
    np.testing.assert_allclose(hz_to_mel(frequencies, formula), [naive.mel(f, formula) for f in frequencies])
    np.testing.assert_allclose(mel_to_hz(hz_to_mel(frequencies, formula), formula), frequencies, atol=1e-9)


def test_whispers_filters_are_those_that_it_published(recordings):
    published = np.load(recordings / "whisper_mit" / "mel_filters.npz")
    for n_bands in (80, 128):
        want = published[f"mel_{n_bands}"]  # float32
        np.testing.assert_allclose(matrix(MelBank(n_bands=n_bands), 400, 16_000), want, atol=1e-7 * want.max())


def of_matlab(recordings, pattern):
    files = sorted((recordings / "librosa_filterbanks_isc").glob(pattern))
    assert files
    for file in files:
        read = scipy.io.loadmat(file)
        yield {k: v.item() if v.size == 1 else v for k, v in read.items() if not k.startswith("_")}


def test_mel_bands_are_those_of_the_matlab_code_that_librosa_came_from(recordings):
    for wanted in of_matlab(recordings, "feature-melfb-*.mat"):
        formula, norm = ("htk" if wanted["htk"] else "slaney"), "slaney"
        n_fft, low, high = wanted["nfft"], wanted["fmin"], wanted["fmax"]
        if wanted["width"] != 1:
            continue
        bank = MelBank(n_bands=wanted["nfilts"], low=low, high=high, formula=formula, norm=norm, empty="zero")
        got = matrix(bank, n_fft, wanted["sr"])
        np.testing.assert_allclose(got, wanted["wts"][:, : n_fft // 2 + 1], rtol=1e-4, atol=1e-10)


def test_chroma_bands_are_those_of_the_matlab_code_that_librosa_came_from(recordings):
    for wanted in of_matlab(recordings, "feature-chromafb-*.mat"):
        n, n_fft = wanted["nchroma"], wanted["nfft"]
        bank = ChromaBank(
            n_bands=n,
            tuning=n * np.log2(wanted["a440"] / 440),
            centre_octave=wanted["ctroct"],
            octave_width=wanted["octwidth"],
        )
        got = np.roll(matrix(bank, n_fft, wanted["sr"]), 3 * (n // 12), axis=0)  # theirs begin at A
        np.testing.assert_allclose(got, wanted["wts"][:, : n_fft // 2 + 1], rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("tuning", [0.0, 0.3])
def test_chroma_bands_are_those_of_librosa(tuning):
    librosa = pytest.importorskip("librosa")
    want = librosa.filters.chroma(sr=22_050, n_fft=4096, tuning=tuning, dtype=float)
    np.testing.assert_allclose(matrix(ChromaBank(tuning=tuning), 4096, 22_050), want, atol=1e-13)


def test_a_note_is_loudest_in_its_pitch_class():
    settings = BandSettings(of=StftSettings(window_length=8192, edges="inside"), bands=ChromaBank())
    for note, name in ((60, "C"), (69, "A"), (66, "F#")):
        tone = np.sin(2 * np.pi * 440 * 2 ** ((note - 69) / 12) * np.arange(16_384) / 44_100)
        chroma = spectrogram(Signal(tone, 44_100.0), settings)
        assert chroma.names[int(chroma.values.sum(axis=1).argmax())] == name
        with pytest.raises(SettingsError, match=r"rows are pitch classes, which have no frequency: C, C#, D …; use"):
            _ = chroma.frequencies


def test_linear_and_bark_bands_add_up_to_one_between_their_first_and_last_tip():
    for bank in (LinearBank(n_bands=20), BarkBank(n_bands=20)):
        filters = filters_of(BandSettings(of=StftSettings(window_length=4096), bands=bank), 16_000.0)
        frequencies = np.arange(2049) * 16_000 / 4096
        inside = (frequencies >= filters.centres[0]) & (frequencies <= filters.centres[-1])
        np.testing.assert_allclose(filters.dense(2049).sum(axis=0)[inside], 1, atol=1e-12)


def test_gammatone_bands_pass_half_the_power_at_the_edges_of_their_definition():
    filters = filters_of(BandSettings(of=StftSettings(window_length=32_768), bands=GammatoneBank(n_bands=16)), 32_768.0)
    assert filters.centres[0] == pytest.approx(50)
    np.testing.assert_allclose(np.diff(hz_to_erb(filters.centres)), np.diff(hz_to_erb(filters.centres))[0])
    erb = 24.7 * (0.00437 * filters.centres + 1)
    bank = filters.dense(16_385)  # bins 1 Hz apart
    for row, centre, width in zip(bank, filters.centres, erb, strict=True):
        half = 1.019 * width * np.sqrt(2**0.25 - 1)  # where (1 + x²)^-4 is a half
        above = np.flatnonzero(row >= 0.5)
        assert above[0] == pytest.approx(centre - half, abs=1.01)
        assert above[-1] == pytest.approx(centre + half, abs=1.01)
    assert erb_to_hz(hz_to_erb(1000.0)) == pytest.approx(1000)


def test_octave_fractions_lie_on_the_grid_of_iec_61260():
    centres, edges = octaves(OctaveBank(per_octave=1, low=31.5, high=16_000), 48_000.0)
    np.testing.assert_allclose(centres, 1000 * 10 ** (0.3 * np.arange(-5, 5)))
    np.testing.assert_allclose(edges[1:, 0], edges[:-1, 1])
    centres, edges = octaves(OctaveBank(), 48_000.0)  # decidecades: ISO 18405
    np.testing.assert_allclose(centres, 10 ** (np.arange(13, 44) / 10))
    np.testing.assert_allclose(edges / centres[:, None], np.tile([10**-0.05, 10**0.05], (31, 1)))
    even, _ = octaves(OctaveBank(per_octave=2, low=1000.0, high=1100.0), 48_000.0)
    np.testing.assert_allclose(even, [1000 * 10**0.075])  # an even number has an edge at 1 kHz


@pytest.mark.parametrize(("rate", "count"), [(32_000, 2002), (96_000, 2479), (256_000, 2905)])
def test_hybrid_millidecades_are_as_many_as_published(rate, count):
    centres, edges = hybrid_millidecades(float(rate))
    assert len(centres) == count
    np.testing.assert_allclose(centres[:435], np.arange(435))
    assert centres[435] == pytest.approx(435.0108, abs=1e-4)
    assert edges[435, 0] == pytest.approx(434.510, abs=1e-3)
    np.testing.assert_array_equal(edges[1:, 0], edges[:-1, 1])
    assert edges[-1, 1] == rate / 2


@given(st.integers(100, 3000), st.sampled_from(["density", "spectrum"]))
def test_bands_that_split_bins_lose_no_power(n_fft, scaling):
    stft = StftSettings(window_length=n_fft, scaling=scaling)
    rate = 8000.0
    bank = matrix(MillidecadeBank(), n_fft, rate, scaling=scaling)
    _, edges = hybrid_millidecades(rate)
    widths = np.diff(edges, axis=1) if scaling == "density" else 1.0
    total = (bank * widths).sum(axis=0)  # of each bin, over all bands
    from sonograph.windows import noise_bandwidth

    want = rate / n_fft / (1.0 if scaling == "density" else noise_bandwidth(stft, rate))
    np.testing.assert_allclose(total, want, rtol=1e-9)


def test_a_tone_and_noise_read_their_mean_square_in_a_decidecade():
    rate, n = 48_000.0, 480_000
    noise = np.random.default_rng(0).standard_normal(n)
    tone = np.sqrt(2) * 3 * np.sin(2 * np.pi * 1000 * np.arange(n) / rate)
    stft = StftSettings(window_length=8192, edges="inside")
    settings = BandSettings(of=stft, bands=OctaveBank())
    band = int(np.argmin(np.abs(spectrogram(Signal(tone, rate), settings).frequencies - 1000)))
    assert spectrogram(Signal(tone, rate), settings).values[band].mean() == pytest.approx(9.0, rel=1e-3)
    low, high = 1000 * 10**-0.05, 1000 * 10**0.05
    expected = (high - low) / (rate / 2)
    assert spectrogram(Signal(noise, rate), settings).values[band].mean() == pytest.approx(expected, rel=0.03)
    density = BandSettings(of=StftSettings(window_length=8192, edges="inside", scaling="density"), bands=OctaveBank())
    assert spectrogram(Signal(noise, rate), density).values[band].mean() == pytest.approx(2 / rate, rel=0.03)


def test_a_band_with_no_bin_in_it_is_refused_with_the_least_n_fft_that_would_do():
    bank = MelBank()
    with pytest.raises(SettingsError, match=r"band \d+ \(.* Hz\) has no bin in it; with n_fft 256 .* would do is \d+"):
        matrix(bank, 256, 16_000)
    try:
        matrix(bank, 256, 16_000)
    except SettingsError as error:
        least = int(str(error).split("would do is ")[1].split(",")[0])
    assert matrix(bank, least, 16_000).any(axis=1).all()
    with pytest.raises(SettingsError, match="has no bin in it"):
        matrix(bank, least - 1, 16_000)
    assert not matrix(MelBank(empty="zero"), 256, 16_000).any(axis=1).all()
    with pytest.raises(SettingsError, match=r"band 15 \(around 387.6 Hz\) has no bin in it; .* would do is \d+"):
        matrix(GammatoneBank(), 16, 16_000)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MelBank(low=5000, high=300), "low is 5000 Hz; it must be below high, which is 300 Hz"),
        (lambda: MelBank(n_bands=0), "n_bands is 0; it must be 1 or more"),
        (lambda: MelBank(formula="mel"), "formula is 'mel'; it must be one of slaney, htk, kaldi"),
        (lambda: MelBank(low=float("nan")), "low is nan; it must be at least 0"),
        (lambda: OctaveBank(low=0), "low is 0 Hz; it must be above 0, as octaves never reach it"),
        (lambda: matrix(MelBank(high=9000.0), 512, 16_000), "high is 9000 Hz; with sample_rate 16000 .* at most 8000"),
        (lambda: matrix(MelBank(low=9000.0), 512, 16_000), "low is 9000 Hz; with sample_rate 16000 .* below 8000 Hz"),
        (lambda: matrix(OctaveBank(high=8000.0), 512, 16_000), "in a band that ends at 8912.5 Hz; .* end at 8000 Hz"),
        (lambda: matrix(OctaveBank(low=7900.0), 512, 16_000), "no band from there on ends below 8000 Hz"),
        (lambda: matrix(MillidecadeBank(), 64, 800), "sample_rate is 800; millidecades begin at 435 Hz"),
        (
            lambda: BandSettings(of=StftSettings(quantity="magnitude"), bands=OctaveBank()),
            'quantity is "magnitude"; bands of kind "octave" sum power',
        ),
    ],
)
def test_a_bank_that_cannot_be_is_refused(make, message):
    with pytest.raises(SettingsError, match=message):
        make()
