"""The TensorFlow function and source; run by `make test-tensorflow`, in an environment of its own."""

import warnings

import numpy as np
import pytest
import soundfile

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # TensorFlow's own
    tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed: make test-tensorflow")

from sonograph import Calibration, SettingsError, Signal, SourceError, StftSettings, spectrogram
from sonograph.engines.reference import Reference
from sonograph.learning import Windows, from_folders, tensorflow
from sonograph.learning.sounds import Sounds
from sonograph.settings import EDGES, PyinCandidates, PyinSettings
from tests.learning.cases import CASES, LEVEL, MFCC, RATE, close, sounds, stage_kinds

EVERY_CASE = pytest.mark.parametrize("settings", CASES.values(), ids=CASES.keys())


def exact(samples, settings, rate=RATE):
    """(channels, rows, frames) in float64, each channel a sound of its own."""
    one = [spectrogram(Signal(np.asarray(x, float), rate), settings, engine=Reference()).values for x in samples]
    return np.stack(one)


@EVERY_CASE
def test_it_has_the_numbers_of_spectrogram(settings):
    samples = sounds()
    expected = exact(samples, settings)
    compute = tensorflow.function(settings, RATE)
    double = compute(samples.astype(float)).numpy()
    assert double.shape == expected.shape
    np.testing.assert_array_equal(np.isnan(double), np.isnan(expected))
    assert np.nanmax(np.abs(double - expected)) <= 1e-10 * np.nanmax(np.abs(expected))
    for mine, theirs in zip(compute(samples).numpy(), expected, strict=True):
        close(settings, mine, theirs)


@EVERY_CASE
@pytest.mark.parametrize("places", [(2000, 2100), (0, -1)])
def test_frames_with_missing_samples_are_those_of_spectrogram(settings, places):
    samples = sounds(channels=1).astype(float)
    samples[0, places] = np.nan, np.inf
    expected = exact(samples, settings)
    values = tensorflow.function(settings, RATE)(samples).numpy()
    np.testing.assert_array_equal(np.isnan(values), np.isnan(expected))
    here = ~np.isnan(expected)
    np.testing.assert_allclose(values[here], expected[here], rtol=0, atol=1e-10 * np.abs(expected[here]).max())


@pytest.mark.parametrize("edges", EDGES)
@pytest.mark.parametrize("drop_last", [False, True])
def test_one_trace_serves_every_length(edges, drop_last):
    settings = StftSettings(window_length=15, hop=4, n_fft=18, edges=edges, drop_last=drop_last)
    compute = tensorflow.function(settings, 8000.0)
    traced = tf.function(compute, input_signature=[tf.TensorSpec([None, None], tf.float64)])
    for n_samples in (15, 16, 17, 40, 43, 100):
        samples = np.random.default_rng(0).standard_normal((2, n_samples))
        expected = exact(samples, settings, 8000.0)
        for way in (compute, traced):
            values = way(samples).numpy()
            assert values.shape == expected.shape
            np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12 * np.abs(expected).max(initial=1))
    assert traced.experimental_get_tracing_count() == 1


@EVERY_CASE
def test_a_sound_without_samples_has_no_frames(settings):
    values = tensorflow.function(settings, RATE)(np.zeros((2, 3, 0), "float32"))
    rows = tensorflow.function(settings, RATE)(sounds(3000)).shape[-2]
    assert values.shape == (2, 3, rows, 0)
    assert values.dtype == (tf.complex64 if settings.quantity == "transform" else tf.float32)


@EVERY_CASE
def test_a_trace_for_any_batch_and_length_has_the_same_numbers(settings):
    compute = tensorflow.function(settings, RATE)
    traced = tf.function(compute, input_signature=[tf.TensorSpec([None, None], tf.float64)])
    for n_samples in (3000, 4567):
        samples = sounds(n_samples).astype(float)
        wanted, values = compute(samples).numpy(), traced(samples).numpy()
        np.testing.assert_array_equal(np.isnan(values), np.isnan(wanted))
        largest = np.nanmax(abs(wanted))
        np.testing.assert_allclose(np.nan_to_num(values), np.nan_to_num(wanted), rtol=0, atol=1e-10 * largest)
    assert traced.experimental_get_tracing_count() == 1


@EVERY_CASE
def test_gradients_are_those_of_differences(settings):
    compute = tensorflow.function(settings, RATE)
    rng = np.random.default_rng(0)
    samples = tf.Variable(sounds(3000, seed=1).astype(float))
    direction = rng.standard_normal(samples.shape) * samples.numpy().std(-1, keepdims=True)
    sizes = np.nan_to_num(np.abs(compute(samples).numpy()))
    largest = np.maximum(sizes.max(-1, keepdims=True), 1e-6 * sizes.max())
    weights = rng.standard_normal(sizes.shape) / largest  # that no row outweighs others
    step = 1e-8 if "separation" in stage_kinds(settings) else 1e-7  # before a median is that of another value

    def loss(x):
        values = compute(x)
        values = tf.math.real(values) + tf.math.imag(values) if values.dtype.is_complex else values
        return tf.reduce_sum(tf.where(tf.math.is_nan(values), 0.0, values * weights))

    with tf.GradientTape() as tape:
        value = loss(samples)
    slope = float(tf.reduce_sum(tape.gradient(value, samples) * direction))
    far = [float(loss(samples + sign * step * direction)) for sign in (1, -1)]
    assert slope == pytest.approx((far[0] - far[1]) / (2 * step), rel=1e-4)
    assert slope != 0


@EVERY_CASE
def test_gradients_of_silence_and_of_a_sound_with_a_hole_are_finite(settings):
    compute = tensorflow.function(settings, RATE)
    for spoil in (False, True):
        samples = sounds(3000).astype(float)
        samples[0] = 0
        if spoil:
            samples[1, 1500] = np.nan
        samples = tf.Variable(samples)
        with tf.GradientTape() as tape:
            values = compute(samples)
            loss = tf.reduce_sum(tf.abs(tf.where(tf.math.is_nan(tf.abs(values)), tf.zeros_like(values), values)))
        assert np.isfinite(tape.gradient(loss, samples).numpy()).all()


@pytest.mark.parametrize("name", ["power", "level", "shape"])
def test_the_response_of_a_receiver_is_taken_off_as_in_spectrogram(name):
    hears = Calibration(2.0, "Pa", ((200.0, -6.0), (1000.0, 0.0), (4000.0, 12.0)))
    samples = sounds(channels=1).astype(float)
    values = tensorflow.function(CASES[name], RATE, calibration=hears)(samples).numpy()[0]
    sound = Signal(samples, RATE, "Pa", calibration=hears)
    expected = spectrogram(sound, CASES[name], engine=Reference()).values
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-10 * np.nanmax(abs(expected)))
    with pytest.raises(SettingsError, match="the calibration has a response over frequency"):
        tensorflow.function(CASES["pitch"], RATE, calibration=hears)


def test_what_cannot_be_is_refused():
    path = PyinSettings(of=PyinCandidates(of=StftSettings(window_length=1024)))
    with pytest.raises(SettingsError, match=r"settings hold PyinSettings; the TensorFlow function does not compute it"):
        tensorflow.function(path, RATE)
    with pytest.raises(SettingsError, match="samples are int16; they must be float32 or float64"):
        tensorflow.function(MFCC, RATE)(np.zeros(3000, "int16"))
    with pytest.raises(SettingsError, match="100 samples, fewer than window_length 400"):
        tensorflow.function(StftSettings(window_length=400, edges="inside"), RATE)(np.zeros(100))


# The source


@pytest.fixture
def folder(tmp_path):
    for i, x in enumerate(sounds(9000)):
        path = tmp_path / ("loud" if i == 1 else "soft") / f"{i}.wav"
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, x, int(RATE), subtype="FLOAT")
    return tmp_path


def test_the_source_gives_the_windows_that_the_dataset_gives(folder):
    windows = Windows(length=4000, hop=3000)
    data, wanted = tensorflow.source(from_folders(folder), windows), Sounds(from_folders(folder), windows)
    got = list(data)
    assert len(got) == len(data) == len(wanted)
    for i, (samples, label) in enumerate(got):
        np.testing.assert_array_equal(samples.numpy(), wanted.window(i)[0])
        assert int(label) == wanted.window(i)[1]


def test_each_pass_is_the_next_epoch(folder):
    windows = Windows(length=1000, random=2, seed=5)
    data, wanted = tensorflow.source(from_folders(folder), windows, epoch=3), Sounds(from_folders(folder), windows)
    for epoch in (3, 4):
        for i, (samples, _) in enumerate(data):
            np.testing.assert_array_equal(samples.numpy(), wanted.window(i, epoch)[0])


def test_a_pipeline_of_batches_computes_levels(folder):
    compute = tensorflow.function(LEVEL, RATE)
    data = tensorflow.source(from_folders(folder), Windows(length=4000), mono=True).batch(4)
    batch, labels = next(iter(data.map(lambda samples, label: (compute(samples), label))))
    wanted = Sounds(from_folders(folder), Windows(length=4000), mono=True)
    for i in range(4):
        close(LEVEL, batch[i].numpy(), exact(wanted.window(i)[0][None], LEVEL)[0])
    assert labels.shape == (4,)


def test_a_broken_file_is_named(folder):
    (folder / "soft" / "0.wav").write_bytes(b"no sound")
    with pytest.raises(SourceError, match=r"0\.wav"):
        tensorflow.source(from_folders(folder), Windows(length=100))
    with pytest.warns(RuntimeWarning, match="files skipped"):
        assert len(tensorflow.source(from_folders(folder), Windows(length=9000), broken="skip")) == 2
