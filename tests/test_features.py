"""Stages after the engine, against definitions in loops and other libraries."""

import dataclasses

import numpy as np
import pytest

from sonograph import (
    AffineSettings,
    BandSettings,
    CepstralSettings,
    DeltaSettings,
    EnergySettings,
    LevelSettings,
    LinearBank,
    LogSettings,
    MelBank,
    NormSettings,
    PcenSettings,
    RangeSettings,
    SettingsError,
    Signal,
    StandardSettings,
    StftSettings,
    Stream,
    pieces,
    spectrogram,
)
from sonograph.features.cepstral import cepstra
from sonograph.settings import from_dict, from_toml, to_toml
from sonograph.windows import window_of
from tests import naive

STFT = StftSettings(window_length=256, hop=80, scaling="raw")
MEL = BandSettings(of=STFT, bands=MelBank(n_bands=12))
SOUND = Signal(np.random.default_rng(1).standard_normal(4000) * np.hanning(4000), 8000.0)
PAIR = Signal(np.random.default_rng(2).standard_normal((2, 4000)), 8000.0)


def values(settings, sound=SOUND):
    return spectrogram(sound, settings).values


def test_logarithms_are_logarithms():
    power = values(MEL)
    np.testing.assert_allclose(values(LogSettings(of=MEL)), np.log(np.maximum(power, 1e-10)), rtol=1e-12)
    np.testing.assert_allclose(values(LogSettings(of=MEL, base="10")), np.log10(np.maximum(power, 1e-10)), rtol=1e-12)
    np.testing.assert_allclose(values(LogSettings(of=MEL, floor=0.0, add=1.0)), np.log1p(power), atol=1e-12)
    log = spectrogram(SOUND, LogSettings(of=MEL))
    assert (log.quantity, log.label, log.rows, len(log.frequencies)) == ("log", "Logarithm (ln)", "band", 12)


@pytest.mark.parametrize("lifter", [0.0, 22.0])
def test_cepstra_are_their_formula(lifter):
    log = LogSettings(of=BandSettings(of=STFT, bands=LinearBank(n_bands=12)))  # LFCC
    got = spectrogram(SOUND, CepstralSettings(of=log, n_coefficients=5, lifter=lifter))
    np.testing.assert_allclose(got.values, naive.cepstra(values(log), range(5), lifter), atol=1e-10)
    assert (got.quantity, got.rows, got.names, got.label) == (
        "cepstrum",
        "coefficient",
        ("c0", "c1", "c2", "c3", "c4"),
        "Cepstrum (ln)",
    )
    without = spectrogram(SOUND, CepstralSettings(of=log, n_coefficients=4, first=1, lifter=lifter))
    np.testing.assert_allclose(without.values, got.values[1:], rtol=1e-14)
    assert without.names[0] == "c1"


def test_many_coefficients_are_those_of_a_fast_transform():
    from scipy.fft import dct

    log = LogSettings(of=STFT)  # 129 bins
    for n in (60, 70):  # either side of where the transform takes over
        got = values(CepstralSettings(of=log, n_coefficients=n, lifter=10.0))
        lifter = 1 + 5 * np.sin(np.pi * np.arange(n) / 10)
        want = dct(values(log), norm="ortho", axis=0)[:n] * lifter[:, None]
        np.testing.assert_allclose(got, want, atol=1e-10)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("n_bands", "n"), [(12, 1), (12, 12), (23, 13), (40, 20), (128, 40)])
def test_cepstra_of_a_frame_do_not_depend_on_its_neighbours(n_bands, n, dtype):
    log = np.random.default_rng(0).standard_normal((500, n_bands)).astype(dtype)
    settings = CepstralSettings(of=LogSettings(of=StftSettings()), n_coefficients=n)
    whole = cepstra(settings, log)
    for size in (1, 2, 3, 64, 499):
        parts = [cepstra(settings, log[first : first + size]) for first in range(0, 500, size)]
        np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_deltas_are_the_regression_over_neighbours():
    psf = pytest.importorskip("python_speech_features")
    rows = values(LogSettings(of=MEL))
    got = spectrogram(SOUND, DeltaSettings(of=LogSettings(of=MEL), width=3, order=1))
    np.testing.assert_array_equal(got.values[:12], rows)
    np.testing.assert_allclose(got.values[12:], psf.delta(rows.T, 3).T, atol=1e-12)
    twice = values(DeltaSettings(of=LogSettings(of=MEL), width=2, order=2))
    inner = naive.deltas(naive.deltas(rows, 2), 2)[:, 2:-2]  # its own ends see deltas repeated, not rows
    np.testing.assert_allclose(twice[24:, 2:-2], inner, atol=1e-12)
    assert got.names[0], got.names[12] == ("band_0", "delta_band_0")


def test_frames_whose_deltas_saw_repeated_frames_are_not_valid():
    plain, deltas = (spectrogram(SOUND, s) for s in (MEL, DeltaSettings(of=MEL, width=2, order=2)))
    assert deltas.valid == range(plain.valid.start + 4, plain.valid.stop - 4)


@pytest.mark.parametrize(("power", "bias"), [(0.5, 2.0), (0.25, 10.0), (0.3, 0.0)])
def test_pcen_is_its_formula(power, bias):
    settings = PcenSettings(of=MEL, power=power, bias=bias, time_constant=0.1)
    newest = settings.smoothing(100.0)
    want = naive.pcen(values(MEL), newest, 0.98, bias, power, 1e-6)
    np.testing.assert_allclose(values(settings), want, rtol=1e-9, atol=1e-12)


def test_pcen_agrees_with_librosa_for_any_constants():
    librosa = pytest.importorskip("librosa")
    settings = PcenSettings(of=MEL, gain=0.8, power=0.25, bias=10.0, time_constant=0.06, eps=1e-3)
    want = librosa.pcen(
        values(MEL), sr=8000, hop_length=80, gain=0.8, power=0.25, bias=10.0, time_constant=0.06, eps=1e-3
    )
    np.testing.assert_allclose(values(settings), want, rtol=1e-9)


def test_pcen_goes_on_after_missing_frames_as_if_they_had_not_been():
    broken = SOUND.samples.copy()
    broken[2000:2100] = np.nan
    power, pcen = (values(s, Signal(broken, 8000.0)) for s in (MEL, PcenSettings(of=MEL)))
    missing = np.isnan(power).all(axis=0)
    assert missing.any()
    assert (np.isnan(pcen).all(axis=0) == missing).all()
    want = naive.pcen(power[:, ~missing], PcenSettings(of=MEL).smoothing(100.0), 0.98, 2.0, 0.5, 1e-6)
    np.testing.assert_allclose(pcen[:, ~missing], want, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("n_fft", [256, 301])
@pytest.mark.parametrize("conditioning", [{}, {"remove_dc": True, "preemphasis": 0.97, "input_scale": 100.0}], ids=str)
def test_energies_are_sums_over_samples_and_over_bins(n_fft, conditioning):
    stft = dataclasses.replace(STFT, n_fft=n_fft, edges="inside", **conditioning)
    scale = stft.input_scale
    raw = [np.array(frame) * scale for frame in naive.frames(SOUND.samples, 256, 80, "inside")]
    kept = [frame - frame.mean() if stft.remove_dc else frame for frame in raw]
    weighed = [np.array(naive.conditioned(f, stft.remove_dc, stft.preemphasis)) * window_of(stft) for f in raw]
    wanted = {
        "frame": [np.sum(frame**2) for frame in kept],
        "windowed": [np.sum(frame**2) for frame in weighed],
        "bins": np.sum(values(stft), axis=0),
    }
    for measure, want in wanted.items():
        got = spectrogram(SOUND, EnergySettings(of=LogSettings(of=stft), measure=measure, place="last"))
        np.testing.assert_allclose(got.values[-1], np.log(want), rtol=1e-11, err_msg=measure)
        assert got.names[-1] == "energy"
        np.testing.assert_array_equal(got.values[:-1], values(LogSettings(of=stft)))


def test_norms_are_sizes_of_frames():
    power = values(MEL)
    for name, order in (("max", np.inf), ("l1", 1), ("l2", 2)):
        want = power / np.linalg.norm(power, order, axis=0)
        np.testing.assert_allclose(values(NormSettings(of=MEL, norm=name)), want, rtol=1e-12)
    assert not values(NormSettings(of=MEL), Signal(np.zeros(4000), 8000.0)).any()


def test_a_range_is_counted_from_the_loudest_of_the_sound_in_all_channels():
    level = LevelSettings(of=MEL, reference=1.0)
    got, below = spectrogram(PAIR, RangeSettings(of=level, span=20.0)), values(level, PAIR)
    np.testing.assert_array_equal(got.values, np.maximum(below, below.max() - 20))
    part = spectrogram(PAIR, RangeSettings(of=level, span=20.0), frames=range(3, 7))
    np.testing.assert_array_equal(part.values, got.values[..., 3:7])


def test_rows_lose_their_mean_and_deviation_over_the_sound():
    got = values(StandardSettings(of=LogSettings(of=MEL), deviation=True), PAIR)
    np.testing.assert_allclose(got.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(got.std(axis=-1), 1, rtol=1e-12)


@pytest.mark.parametrize("n", [4000, 4444, 5003, 9001])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_steady_row_has_no_deviation_to_be_divided_by(n, dtype, level):
    sound = Signal(np.full(n, level, dtype), 8000.0)
    got = values(
        StandardSettings(
            of=LogSettings(of=dataclasses.replace(MEL, of=dataclasses.replace(STFT, edges="inside"))), deviation=True
        ),
        sound,
    )
    assert np.abs(got).max() < 1e-3


def test_what_follows_the_whole_sound_is_the_same_by_any_way():
    ranged = RangeSettings(of=LevelSettings(of=MEL, reference=1.0), span=30.0)
    settings = DeltaSettings(of=CepstralSettings(of=ranged, n_coefficients=4), width=2, order=1)
    whole = spectrogram(PAIR, settings)
    below = values(ranged, PAIR)
    for channel in range(2):
        want = naive.cepstra(below[channel], range(4))
        np.testing.assert_allclose(whole.values[channel, :4], want, atol=1e-10)
        np.testing.assert_allclose(whole.values[channel, 4:], naive.deltas(want, 2), atol=1e-10)
    out = np.empty((2, len(whole.frames), 8)).swapaxes(1, 2)
    assert spectrogram(PAIR, settings, out=out).values is out
    np.testing.assert_array_equal(out, whole.values)
    assert spectrogram(Signal(np.zeros(0), 8000.0), settings).values.shape == (8, 0)


def test_results_go_into_memory_that_is_given():
    settings = DeltaSettings(of=MEL)
    whole = spectrogram(PAIR, settings)
    out = np.empty((2, len(whole.frames), 36)).swapaxes(1, 2)
    assert np.shares_memory(spectrogram(PAIR, settings, out=out).values, out)
    np.testing.assert_array_equal(out, whole.values)


def test_what_needs_the_whole_sound_is_refused_with_the_reason():
    ranged = AffineSettings(of=RangeSettings(of=LevelSettings(of=MEL)), add=4.0)
    with pytest.raises(SettingsError, match="largest value of the whole sound; it cannot be computed in pieces"):
        pieces(SOUND, ranged, at_most=3)
    with pytest.raises(SettingsError, match="mean of a row is that over the whole sound; a stream has no end yet"):
        Stream(StandardSettings(of=MEL), sample_rate=8000.0)


ALL = (
    LogSettings(of=MEL, add=0.5),
    CepstralSettings(of=LevelSettings(of=MEL), n_coefficients=4),
    DeltaSettings(of=PcenSettings(of=MEL)),
    NormSettings(of=StandardSettings(of=RangeSettings(of=MEL), deviation=True), norm="l2"),
    EnergySettings(of=AffineSettings(of=MEL, add=1.0), place="first"),
)


@pytest.mark.parametrize("settings", ALL, ids=lambda s: s.kind)
def test_any_stage_comes_back_from_json_and_toml(settings):
    assert from_dict(settings.to_dict()) == settings
    assert from_toml(to_toml(settings)) == settings
    assert from_dict(settings.to_dict()).digest == settings.digest
    assert settings.n_rows == len(values(settings))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: CepstralSettings(of=LogSettings(of=MEL), n_coefficients=13),
            "n_coefficients is 13; with 12 bands it must be 1 to 12",
        ),
        (lambda: CepstralSettings(of=MEL), 'quantity is "power"; CepstralSettings takes log or level'),
        (lambda: PcenSettings(of=LevelSettings(of=MEL)), 'quantity is "level"; PcenSettings takes power or magnitude'),
        (lambda: PcenSettings(of=MEL, time_constant=0), "time_constant is 0; it must be above 0"),
        (lambda: LogSettings(of=MEL, floor=0), "floor is 0; it must be above 0"),
        (lambda: LogSettings(of=MEL, base="2"), "base is '2'; it must be one of e, 10"),
        (lambda: DeltaSettings(of=MEL, order=3), "order is 3; it must be 1 to 2"),
        (lambda: DeltaSettings(of=StftSettings(quantity="transform")), 'quantity is "transform"; DeltaSettings takes'),
        (lambda: DeltaSettings(of=3), "of is int; DeltaSettings holds the settings of the stage before it"),
        (lambda: BandSettings(of=MEL, bands=MelBank()), "of is BandSettings; BandSettings .* before it: StftSettings$"),
        (lambda: LevelSettings(of=DeltaSettings(of=MEL)), "of is DeltaSettings; LevelSettings .*: a power, as StftSet"),
        (lambda: EnergySettings(of=DeltaSettings(of=MEL)), "of holds DeltaSettings; an energy stands beside rows of"),
        (lambda: RangeSettings(of=MEL, span=float("inf")), "span is inf; it must be above 0"),
        (lambda: StftSettings(preemphasis=1.5), "preemphasis is 1.5; it must be 0 to 1"),
        (lambda: StftSettings(input_scale=0), "input_scale is 0; it must be above 0"),
        (lambda: from_dict({"kind": "cepstra"}), "of is missing; settings of kind 'cepstra' need it"),
        (lambda: from_dict({"kind": "log", "of": 3}), "kind is None; it must be one of affine, autocorrelation, bands"),
        (lambda: from_toml("kind = ", "a.toml"), "a.toml: is not TOML .*'sonograph presets NAME' prints an example"),
        (
            lambda: values(CepstralSettings(of=LogSettings(of=MEL)), Signal(np.zeros(100), 8000.0)),
            "n_coefficients is 13",
        ),
    ],
)
def test_a_stage_that_cannot_be_is_refused(make, message):
    with pytest.raises(SettingsError, match=message):
        make()


def test_a_sound_shorter_than_a_frame_says_so_whatever_comes_after():
    settings = LogSettings(of=BandSettings(of=dataclasses.replace(STFT, edges="inside"), bands=MelBank(n_bands=12)))
    with pytest.raises(SettingsError, match="the sound has 100 samples, fewer than window_length 256"):
        spectrogram(Signal(np.zeros(100), 8000.0), settings)


@pytest.mark.parametrize("at_most", [1, 7, 16, 33])
def test_pcen_of_any_pieces_is_that_of_the_whole_bit_for_bit(at_most):
    """Its runs of frames begin where the sound's do, wherever a piece or a gap lies."""
    x = np.random.default_rng(3).standard_normal(20_000)
    x[9_000] = np.nan
    sound, settings = Signal(x, 8000.0), PcenSettings(of=MEL)
    parts = [piece.values for piece in pieces(sound, settings, at_most=at_most)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), spectrogram(sound, settings).values)
