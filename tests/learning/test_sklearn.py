"""The scikit-learn transformer: scikit-learn's own checks, and the numbers."""

import warnings

import numpy as np
import pytest
import soundfile

pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install '.[learn]'")

from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from sonograph import SettingsError, Signal, StftSettings, resample, spectrogram, tables
from sonograph.analysis.over_time import SUMMARY
from sonograph.cli import main
from sonograph.learning import SpectrogramFeatures
from sonograph.settings import to_toml
from tests.learning.cases import LEVEL, LOG_MEL, MFCC, RATE, sounds


@parametrize_with_checks(
    [SpectrogramFeatures(StftSettings(window_length=16), RATE), SpectrogramFeatures(sample_rate=RATE, summary="frames")]
)
def test_scikit_learn_takes_it_for_one_of_its_own(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks' own
        check(estimator)


def test_summaries_are_those_of_the_rows_of_spectrogram():
    x = sounds(6000)
    features = SpectrogramFeatures(LOG_MEL, RATE, summary=("mean", "std", "min", "max")).fit_transform(x)
    assert features.dtype == np.float32
    for row, samples in zip(features, x, strict=True):
        rows = spectrogram(Signal(samples.astype(float), RATE), LOG_MEL)
        values = rows.values[:, rows.valid.start : rows.valid.stop]
        parts = [values.mean(axis=1), values.std(axis=1), values.min(axis=1), values.max(axis=1)]
        np.testing.assert_allclose(row, np.concatenate(parts), rtol=0, atol=1e-3)


def test_the_columns_are_those_of_the_command(tmp_path, monkeypatch):
    """One set of names, and of numbers: what was learned from a table goes on with the transformer."""
    monkeypatch.chdir(tmp_path)
    x = sounds(6000).astype(np.float32)
    for i, samples in enumerate(x):
        soundfile.write(f"{i}.wav", samples, int(RATE), subtype="FLOAT")
    (tmp_path / "s.toml").write_text(to_toml(LOG_MEL))
    assert main(["features", ".", "-o", "a.npz", "--settings", "s.toml", "--summary", "-q"]) == 0
    table = tables.read("a.npz")
    transformer = SpectrogramFeatures(LOG_MEL, RATE, summary=SUMMARY).fit(x)
    names = list(transformer.get_feature_names_out())
    assert sorted(names) == sorted(table.names)
    order = [names.index(name) for name in table.names]
    np.testing.assert_array_equal(transformer.transform(x)[:, order], table.values)


def test_frames_follow_each_other_in_a_row():
    x = sounds(6000).astype(float)
    transformer = SpectrogramFeatures(MFCC, RATE, summary="frames").fit(x)
    expected = spectrogram(Signal(x[1], RATE), MFCC).values
    row = transformer.transform(x)[1]
    np.testing.assert_array_equal(row.reshape(-1, 13).T, expected)
    names = transformer.get_feature_names_out()
    assert (names[0], names[14], len(names)) == ("frame_0_c0", "frame_1_c1", len(row))


def test_signals_files_and_arrays_are_the_same_sounds(tmp_path):
    x = sounds(4000)
    paths = []
    for i, samples in enumerate(x):
        paths.append(tmp_path / f"{i}.wav")
        soundfile.write(paths[-1], samples, int(RATE), subtype="FLOAT")
    transformer = SpectrogramFeatures(LEVEL, RATE).fit(x)
    wanted = transformer.transform(x)
    np.testing.assert_array_equal(transformer.transform([Signal(samples, RATE) for samples in x]), wanted)
    np.testing.assert_array_equal(transformer.fit(paths).transform([str(path) for path in paths]), wanted)
    np.testing.assert_array_equal(transformer.transform(np.array(paths, dtype=object)), wanted)


def test_whole_numbers_are_divided_by_their_full_scale_and_other_types_refused():
    x = np.rint(sounds(4000) * 2**14).astype("int16")
    transformer = SpectrogramFeatures(LEVEL, RATE).fit(x)
    np.testing.assert_array_equal(transformer.transform(x), transformer.transform(x.astype("float32") / 2**15))
    for other in (x > 0, x.astype("float16"), x.astype("uint8")):
        with pytest.raises(SettingsError, match=r"samples are .*; they must be float32, float64 or signed integers"):
            transformer.transform(other)


def test_it_is_kept_in_a_cache_of_pipelines_and_beside_others(tmp_path):
    x, kind = hums(12)
    for _ in range(2):
        steps = [("features", SpectrogramFeatures(MFCC, RATE)), ("classifier", LogisticRegression())]
        pipeline = Pipeline(steps, memory=str(tmp_path)).fit(x, kind)
    assert len(list(tmp_path.rglob("output.pkl"))) == 1  # the second was found, so its settings hash alike
    assert pipeline.score(x, kind) == 1.0
    both = FeatureUnion([("a", SpectrogramFeatures(MFCC, RATE)), ("b", SpectrogramFeatures(LEVEL, RATE))]).fit(x)
    names = both.get_feature_names_out()
    assert (names[0], names[-1], len(names)) == ("a__c0_mean", "b__band_39_deviation", both.transform(x).shape[1])


def test_sounds_of_several_lengths_are_summarised_and_not_flattened():
    several = [Signal(sounds(n, channels=1)[0], RATE) for n in (4000, 9000)]
    assert SpectrogramFeatures(MFCC, RATE).fit_transform(several).shape == (2, 26)
    with pytest.raises(SettingsError, match=r"a sound has 57 frames; with summary=\"frames\" it must have 26"):
        SpectrogramFeatures(MFCC, RATE, summary="frames").fit_transform(several)


def test_missing_frames_count_for_nothing():
    x = sounds(8000)
    x[0, 3000:3100] = np.nan
    x[1] = np.nan
    features = SpectrogramFeatures(MFCC, RATE, summary=("mean", "std", "min")).fit_transform(x)
    rows = spectrogram(Signal(x[0], RATE), MFCC)
    values = rows.values[:, rows.valid.start : rows.valid.stop]
    here = values[:, ~np.isnan(values).any(axis=0)]
    assert 0 < here.shape[1] < values.shape[1]
    np.testing.assert_allclose(features[0], np.concatenate([here.mean(1), here.std(1), here.min(1)]), rtol=1e-4)
    assert np.isnan(features[1]).all()
    assert np.isfinite(features[2]).all()


@pytest.mark.parametrize("n_jobs", [1, 2, -1])
def test_any_number_of_jobs_gives_the_same_numbers(n_jobs):
    x = sounds(5000)
    alone = SpectrogramFeatures(MFCC, RATE).fit_transform(x)
    np.testing.assert_array_equal(SpectrogramFeatures(MFCC, RATE, n_jobs=n_jobs).fit_transform(x), alone)


def hums(n, rate=RATE):
    """Two kinds of sound that differ in pitch alone."""
    rng = np.random.default_rng(0)
    kind = np.arange(n) % 2
    t = np.arange(3000) / rate
    x = np.sin(2 * np.pi * np.where(kind, 900, 500)[:, None] * t) + 0.3 * rng.standard_normal((n, len(t)))
    return x * rng.uniform(0.1, 1, (n, 1)), kind


def test_it_is_cloned_searched_and_cross_validated_in_a_pipeline():
    x, kind = hums(24)
    pipeline = make_pipeline(SpectrogramFeatures(MFCC, RATE), StandardScaler(), LogisticRegression())
    assert cross_val_score(pipeline, x, kind, cv=3).min() == 1.0
    copy = clone(pipeline[0]).set_params(settings=LEVEL, summary="max")
    assert (copy.get_params()["settings"], pipeline[0].settings) == (LEVEL, MFCC)
    search = GridSearchCV(pipeline, {"spectrogramfeatures__settings": [LEVEL, MFCC]}, cv=3, n_jobs=2).fit(x, kind)
    assert search.best_score_ == 1.0
    assert search.best_params_["spectrogramfeatures__settings"] in (LEVEL, MFCC)


def test_what_cannot_be_is_refused_by_name():
    x = sounds(3000)
    for summary in ("median", ("mean", "frames"), ()):
        with pytest.raises(
            SettingsError,
            match=r'summary is .*; it must be one or several of mean, deviation, min, max, p5, .*p95, or "frames"',
        ):
            SpectrogramFeatures(MFCC, RATE, summary=summary).fit(x)
    with pytest.raises(SettingsError, match='quantity is "transform"; features are real numbers'):
        SpectrogramFeatures(StftSettings(quantity="transform"), RATE).fit(x)
    with pytest.raises(SettingsError, match="a sound has 3 channels; it must have 1"):
        SpectrogramFeatures(MFCC, RATE).fit([Signal(x, RATE)])


def test_arrays_of_several_lengths_and_columns_of_paths_are_sounds(tmp_path):
    several = [sounds(n, channels=1)[0] for n in (4000, 9000)]
    transformer = SpectrogramFeatures(MFCC, RATE)
    wanted = transformer.fit_transform([Signal(samples, RATE) for samples in several])
    np.testing.assert_array_equal(transformer.fit_transform(several), wanted)
    for i, samples in enumerate(several):
        soundfile.write(tmp_path / f"{i}.wav", samples, int(RATE), subtype="FLOAT")
    names = np.array([str(tmp_path / "0.wav"), str(tmp_path / "1.wav")])
    np.testing.assert_array_equal(transformer.fit_transform(names), wanted)


def test_the_rate_is_that_of_the_first_sound_and_arrays_have_none():
    x = [Signal(samples, RATE) for samples in sounds(4000)]
    wanted = SpectrogramFeatures(MFCC, RATE).fit_transform(x)
    np.testing.assert_array_equal(SpectrogramFeatures(MFCC).fit_transform(x), wanted)
    with pytest.raises(SettingsError, match=r"a sound has a sample rate of 9000 Hz, .*, as sample_rate=16000"):
        SpectrogramFeatures(MFCC).fit(x).transform([Signal(x[0].samples, 9000.0)])
    with pytest.raises(SettingsError, match="sample_rate is None; arrays carry none: give that of the sounds"):
        SpectrogramFeatures(MFCC).fit(sounds(4000))


def test_sounds_of_other_rates_are_brought_to_the_one_that_is_given(tmp_path):
    x = Signal(sounds(8000)[0], 2 * RATE)
    soundfile.write(tmp_path / "a.wav", x.samples, int(x.sample_rate), subtype="FLOAT")
    wanted = SpectrogramFeatures(MFCC, RATE).fit_transform([resample(x, RATE)])
    for given in (x, str(tmp_path / "a.wav")):
        np.testing.assert_array_equal(SpectrogramFeatures(MFCC, RATE).fit_transform([given]), wanted)
    bank = SpectrogramFeatures("kaldi.fbank").fit([x])  # which is for 16 kHz
    assert bank.sample_rate_ == 16_000 and bank.transform([x]).shape == (1, 46)


def test_stereo_arrays_of_one_length_are_sounds(tmp_path):
    pairs = np.stack([sounds(4000, channels=2), 0.5 * sounds(4000, channels=2)])
    mono = SpectrogramFeatures(MFCC, RATE, mono=True)
    wanted = mono.fit_transform([Signal(pair, RATE) for pair in pairs])
    np.testing.assert_array_equal(mono.fit_transform(pairs), wanted)
    np.testing.assert_array_equal(mono.fit_transform(list(pairs)), wanted)
    with pytest.raises(SettingsError, match="a sound has 2 channels; it must have 1, or mono=True take their mean"):
        SpectrogramFeatures(MFCC, RATE).fit(pairs)


def test_sounds_of_two_units_have_no_common_features():
    x = sounds(4000)
    transformer = SpectrogramFeatures(MFCC).fit([Signal(x[0], RATE)])
    with pytest.raises(SettingsError, match="a sound is in Pa and the first sound in FS: calibrate all of them"):
        transformer.transform([Signal(x[1], RATE, "Pa")])


def test_channels_are_mixed_where_that_is_asked_for():
    x = sounds(4000, channels=2)
    pair, mean = Signal(x, RATE), Signal(x.mean(axis=0), RATE)
    np.testing.assert_array_equal(
        SpectrogramFeatures(MFCC, mono=True).fit_transform([pair]), SpectrogramFeatures(MFCC).fit_transform([mean])
    )
    with pytest.raises(SettingsError, match="a sound has 2 channels; it must have 1, or mono=True take their mean"):
        SpectrogramFeatures(MFCC).fit([pair])


def test_a_summary_is_the_row_of_each_sound():
    from sonograph.learning import Summary

    sounds = [Signal(np.random.default_rng(k).standard_normal(4000 + 100 * k), 8000.0) for k in range(3)]
    summary = Summary(("envelope", "tonal"))
    features = SpectrogramFeatures(summary=summary).fit(sounds)
    rows = features.transform(sounds)
    np.testing.assert_array_equal(rows, [summary.of_sound(one) for one in sounds])
    assert tuple(features.get_feature_names_out()) == summary.names
    with pytest.raises(SettingsError, match="settings is given with a Summary, which has a log-mel of its own"):
        SpectrogramFeatures(StftSettings(), summary=summary).fit(sounds)
