"""The Torch module against `spectrogram`: numbers, batches, edges, missing samples, what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="Torch is not installed: make torch")

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

from sonograph import (  # noqa: E402
    BandSettings,
    Calibration,
    LevelSettings,
    SettingsError,
    Signal,
    StftSettings,
    preset,
    preset_names,
    spectrogram,
)
from sonograph.engines.reference import Reference  # noqa: E402
from sonograph.frames import frames_of  # noqa: E402
from sonograph.learning import SpectrogramModule  # noqa: E402
from sonograph.learning.sizes import count, margins  # noqa: E402
from sonograph.settings import EDGES, DeltaSettings, MelBank, PcenSettings, PyinCandidates, PyinSettings, stft_of  # noqa: E402
from tests.learning.cases import CASES, MEL, RATE, STFT, close, sounds, stage_kinds  # noqa: E402

EVERY_CASE = pytest.mark.parametrize("settings", CASES.values(), ids=CASES.keys())


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def exact(samples, settings, rate=RATE):
    """(channels, rows, frames) in float64, each channel a sound of its own."""
    one = [spectrogram(Signal(np.asarray(x, float), rate), settings, engine=Reference()).values for x in samples]
    return np.stack(one)


@EVERY_CASE
def test_it_has_the_numbers_of_spectrogram(settings):
    samples = sounds()
    expected = exact(samples, settings)
    double = SpectrogramModule(settings, RATE).double()(torch.from_numpy(samples).double()).numpy()
    assert double.shape == expected.shape
    np.testing.assert_array_equal(np.isnan(double), np.isnan(expected))
    assert np.nanmax(np.abs(double - expected)) <= 1e-10 * np.nanmax(np.abs(expected))
    single = SpectrogramModule(settings, RATE)(torch.from_numpy(samples)).numpy()
    assert single.dtype == ("complex64" if settings.quantity == "transform" else "float32")
    for mine, theirs in zip(single, expected, strict=True):
        close(settings, mine, theirs)


@pytest.mark.parametrize("name", [name for name in preset_names() if "plp" not in name])  # which a module refuses
def test_every_preset_has_the_numbers_of_spectrogram(name):
    settings = preset(name)
    rate = stft_of(settings).sample_rate or 16_000.0
    samples = sounds(6000, channels=2).astype(float)
    expected = exact(samples, settings, rate)
    values = SpectrogramModule(settings, rate).double()(torch.from_numpy(samples)).numpy()
    assert values.shape == expected.shape
    assert np.max(np.abs(values - expected)) <= 1e-9 * np.max(np.abs(expected))


@given(
    st.sampled_from(EDGES), st.integers(1, 20), st.integers(1, 20), st.integers(1, 90), st.booleans(), st.integers(0, 3)
)
def test_every_edge_of_every_length_is_that_of_spectrogram(edges, n, hop, n_samples, drop_last, more):
    settings = StftSettings(window_length=n, hop=min(hop, n), n_fft=n + more, edges=edges, drop_last=drop_last)
    samples = np.random.default_rng(0).standard_normal((1, n_samples))
    module = SpectrogramModule(settings, 8000.0).double()
    try:
        expected = exact(samples, settings, 8000.0)
    except SettingsError as error:
        with pytest.raises(SettingsError) as refused:
            module(torch.from_numpy(samples))
        assert str(refused.value) == str(error)
        return
    values = module(torch.from_numpy(samples)).numpy()
    assert values.shape == expected.shape
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12 * max(1, np.abs(expected).max(initial=0)))


@given(st.sampled_from(EDGES), st.integers(1, 60), st.integers(1, 60), st.integers(1, 500))
def test_sizes_are_those_that_frames_count(edges, n, hop, n_samples):
    settings = StftSettings(window_length=n, hop=min(hop, n), edges=edges)
    if edges == "reflect" and n_samples <= n // 2:
        return
    frames = len(frames_of(settings, n_samples))
    assert max(0, count(settings, n_samples)) == frames
    if frames:
        length = n_samples + sum(margins(settings, n_samples))
        assert 1 + (length - n) // settings.hop == frames


@EVERY_CASE
def test_a_sound_without_samples_has_no_frames(settings):
    module = SpectrogramModule(settings, RATE)
    values = module(torch.zeros(2, 3, 0))
    assert values.shape == (2, 3, module.n_rows, 0)
    assert values.dtype == (torch.complex64 if settings.quantity == "transform" else torch.float32)


def test_a_batch_without_sounds_has_the_shape_of_others():
    module = SpectrogramModule(CASES["standardised deltas"], RATE)
    assert module(torch.zeros(0, 2, 3000)).shape == (0, *module(torch.zeros(1, 2, 3000)).shape[1:])


@EVERY_CASE
def test_batches_and_channels_are_sounds_of_their_own(settings):
    samples = torch.from_numpy(sounds()[:, :2000])
    module = SpectrogramModule(settings, RATE)
    alone = torch.stack([module(x) for x in samples])
    together = module(torch.stack([samples, samples.flip(0)]))
    assert together.shape == (2, *alone.shape)
    near = {"rtol": 1e-5, "atol": 1e-5 * float(alone.abs().nan_to_num().max()), "equal_nan": True}
    torch.testing.assert_close(together[0], alone, **near)
    torch.testing.assert_close(together[1].flip(0), alone, **near)


@EVERY_CASE
def test_nothing_is_asked_of_the_device_before_all_is_computed(settings):
    """On a device that holds no numbers, whatever asked for one of them would fail."""
    module, samples = SpectrogramModule(settings, RATE), torch.zeros(2, 3000)
    wanted = module(samples)
    values = module.to("meta")(samples.to("meta"))
    assert (values.shape, values.dtype) == (wanted.shape, wanted.dtype)


class Steps(TorchDispatchMode):
    """How many operations Torch is asked for."""

    count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += 1
        return function(*args, **(kwargs or {}))


@EVERY_CASE
def test_no_step_is_taken_for_each_frame(settings):
    module = SpectrogramModule(settings, RATE)
    counts = []
    for n_samples in (4000, 32_000):
        with torch.inference_mode(), Steps() as steps:
            module(torch.zeros(n_samples))
        counts.append(steps.count)
    further = 3 * 10 if "pcen" in stage_kinds(settings) else 0  # its scan: as many rounds as frames have doublings
    assert counts[0] <= counts[1] <= counts[0] + further


@EVERY_CASE
@pytest.mark.parametrize(("bad", "places"), [(np.nan, (2000, 2100)), (np.inf, (2000, 2100)), (np.nan, (0, -1))])
def test_frames_with_missing_samples_are_those_of_spectrogram(settings, bad, places):
    samples = sounds(channels=1).astype(float)
    samples[0, places] = bad
    expected = exact(samples, settings)
    values = SpectrogramModule(settings, RATE).double()(torch.from_numpy(samples)).numpy()
    np.testing.assert_array_equal(np.isnan(values), np.isnan(expected))
    assert np.isnan(expected).any()
    assert not np.isnan(expected).all()
    here = ~np.isnan(expected)
    np.testing.assert_allclose(values[here], expected[here], rtol=0, atol=1e-10 * np.abs(expected[here]).max())


def test_a_single_missing_frame_leaves_its_own_first_difference_alone():
    """It is that of its neighbours; only their differences look at it."""
    settings = DeltaSettings(of=StftSettings(window_length=100, hop=100, edges="inside"), width=1, order=1)
    samples = np.random.default_rng(0).standard_normal((1, 1000))
    samples[0, 450] = np.nan
    expected = exact(samples, settings)
    values = SpectrogramModule(settings, RATE).double()(torch.from_numpy(samples)).numpy()
    assert np.isfinite(values[0, 51:, 4]).all()
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12)


# What it refuses


def test_what_cannot_be_is_refused_with_the_way_out():
    module = SpectrogramModule(STFT, RATE)
    with pytest.raises(SettingsError, match=r"samples are torch.int16 .*divide whole numbers by their full scale"):
        module(torch.zeros(3000, dtype=torch.int16))
    with pytest.raises(SettingsError, match="float16 has too little range"):
        module(torch.zeros(3000, dtype=torch.float16))
    with pytest.raises(SettingsError, match=r"samples are torch.float64; .*call .double\(\) on it"):
        module(torch.zeros(3000, dtype=torch.float64))
    with pytest.raises(SettingsError, match="sample_rate is 8000 Hz; these settings are for 16000 Hz"):
        SpectrogramModule(StftSettings(sample_rate=16_000.0), 8000.0)
    with pytest.raises(SettingsError, match=r"band 0 .* has no bin in it"):
        SpectrogramModule(BandSettings(of=StftSettings(window_length=64), bands=MelBank(n_bands=128)), RATE)
    inside = SpectrogramModule(StftSettings(edges="inside"), RATE)
    with pytest.raises(SettingsError, match="100 samples, fewer than window_length 2048"):
        inside(torch.zeros(100))


def test_a_stage_that_it_does_not_know_is_refused_by_name(monkeypatch):
    from sonograph.learning.torch import links

    monkeypatch.delitem(links.LINKS, PcenSettings)
    with pytest.raises(SettingsError, match=r"settings hold PcenSettings; a Torch module does not compute it"):
        SpectrogramModule(PcenSettings(of=MEL), RATE)


def test_what_is_found_frame_after_frame_is_refused_with_the_reason():
    path = PyinSettings(of=PyinCandidates(of=StftSettings(window_length=1024)))
    with pytest.raises(SettingsError, match=r"settings hold PyinSettings; .*, as its path is found frame after frame"):
        SpectrogramModule(path, RATE)


HEARS = Calibration(2.0, "Pa", ((200.0, -6.0), (1000.0, 0.0), (4000.0, 12.0)))


@pytest.mark.parametrize("name", ["power", "magnitude", "odd density", "mel of magnitudes", "level", "mfcc", "shape"])
def test_the_response_of_a_receiver_is_taken_off_as_in_spectrogram(name):
    settings, samples = CASES[name], sounds().astype(float)
    module = SpectrogramModule(settings, RATE, calibration=HEARS).double()
    assert module.unit == "Pa"
    values = module(torch.from_numpy(samples)).numpy()
    for mine, sound in zip(values, samples, strict=True):
        heard = spectrogram(Signal(sound, RATE, "Pa", calibration=HEARS), settings, engine=Reference()).values
        plain = spectrogram(Signal(sound, RATE, "Pa"), settings, engine=Reference()).values
        largest = np.nanmax(abs(heard))
        np.testing.assert_allclose(mine, heard, rtol=0, atol=1e-10 * largest)
        assert np.nanmax(abs(heard - plain)) > 1e-2 * largest


def test_what_a_response_cannot_be_taken_off_is_refused():
    for name in ("transform", "loudness in time", "energy of the bins", "constant-Q"):
        with pytest.raises(SettingsError, match="the calibration has a response over frequency"):
            SpectrogramModule(CASES[name], RATE, calibration=HEARS)
    with pytest.raises(SettingsError, match="unit is FS and the calibration gives Pa; leave one of them out"):
        SpectrogramModule(STFT, RATE, unit="FS", calibration=HEARS)


def test_a_level_refers_to_the_unit_of_the_sound():
    samples = torch.from_numpy(sounds(channels=1))  # noise: rounding is far below its bins
    settings = LevelSettings(of=STFT)
    pascals = SpectrogramModule(settings, RATE, unit="Pa")(samples)
    full_scale = SpectrogramModule(settings, RATE)(samples)
    difference = 10 * np.log10(0.5 / 20e-6**2)
    loud = full_scale > -100
    assert loud.sum() > 1000
    torch.testing.assert_close(pascals[loud], full_scale[loud] + difference, rtol=0, atol=1e-3)
