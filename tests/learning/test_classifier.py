"""Classifier: scikit-learn's manners, and the same answers as the command."""

import numpy as np
import pytest
import soundfile

from sonograph import SettingsError, Signal
from sonograph.learning import Classifier, Summary, evaluate
from tests.learning import made

LABELS = ("hiss", "hum", "sweep")


@pytest.fixture(scope="module")
def sounds():
    return [Signal(made.sound(label, seed), made.RATE) for label in LABELS for seed in range(6)]


@pytest.fixture(scope="module")
def labels():
    return [label for label in LABELS for _ in range(6)]


@pytest.fixture(scope="module")
def fitted(sounds, labels):
    return Classifier().fit(sounds, labels)


def test_it_names_what_it_has_not_heard(fitted):
    new = [Signal(made.sound(label, 99), made.RATE) for label in LABELS]
    assert fitted.predict(new).tolist() == list(LABELS)
    p = fitted.predict_proba(new)
    assert p.shape == (3, 3) and np.allclose(p.sum(axis=1), 1) and fitted.classes_.tolist() == list(LABELS)
    assert fitted.score(new, ["hum", "hum", "sweep"]) == pytest.approx(2 / 3)
    assert fitted.evaluation_.accuracy > 0.8


def test_it_is_a_classifier_to_scikit_learn(sounds, labels):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    from sklearn.base import clone, is_classifier
    from sklearn.model_selection import cross_val_predict, cross_val_score
    from sklearn.utils.validation import check_is_fitted

    classifier = Classifier(summary=Summary(("mfcc", "envelope")))
    assert is_classifier(classifier)
    copy = clone(classifier)
    assert copy is not classifier and copy.get_params() == classifier.get_params()
    guessed = cross_val_predict(copy, sounds, labels, cv=3)
    assert np.mean(guessed == np.array(labels)) > 0.8
    p = cross_val_predict(copy, sounds, labels, cv=3, method="predict_proba")
    assert p.shape == (18, 3)
    assert cross_val_score(copy, sounds, labels, cv=3).mean() == pytest.approx(np.mean(guessed == np.array(labels)))
    with pytest.raises(ValueError, match="not fitted yet"):
        check_is_fitted(copy)


def test_saved_and_loaded_it_answers_the_same(fitted, sounds, tmp_path):
    fitted.save(tmp_path / "a.model")
    loaded = Classifier.load(tmp_path / "a.model")
    np.testing.assert_array_equal(loaded.predict_proba(sounds), fitted.predict_proba(sounds))
    assert loaded.model_.facts["held_out"]["accuracy"] == fitted.evaluation_.accuracy


def test_it_agrees_with_the_command(tmp_path, capsys):
    import json

    from sonograph.cli import main

    root = made.folder(tmp_path / "set")
    assert main(["train", str(root), "-o", str(tmp_path / "a.model"), "--json", "-q", "--processes", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    paths = sorted(root.rglob("*.wav"))
    found = evaluate(paths, [path.parent.name for path in paths])
    assert {name: told[name] for name in found.to_dict()} == json.loads(json.dumps(found.to_dict()))
    classifier = Classifier.load(tmp_path / "a.model")
    assert main(["classify", str(tmp_path / "a.model"), str(paths[0]), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["probabilities"]
    np.testing.assert_allclose(list(told.values()), classifier.predict_proba([paths[0]])[0], atol=1e-5)


def test_groups_and_folds_are_held_out(sounds, labels):
    groups = [f"day {i % 3}" for i in range(18)]
    found = evaluate(sounds, labels, groups=groups)
    assert len(found.folds) == 3
    assert all(len({groups[i] for i in np.flatnonzero(found.fold == k)}) == 1 for k in range(3))
    published = evaluate(sounds, labels, folds=[i % 2 for i in range(18)])
    np.testing.assert_array_equal(published.fold, np.arange(18) % 2)


def test_rates_are_brought_to_the_commonest(sounds, labels, tmp_path):
    soundfile.write(tmp_path / "a.wav", made.sound("hum", 5, rate=16_000), 16_000)
    fitted = Classifier().fit([*sounds, tmp_path / "a.wav"], [*labels, "hum"])
    assert fitted.model_.sample_rate == made.RATE
    assert fitted.predict([Signal(made.sound("hum", 98, rate=16_000), 16_000)]).tolist() == ["hum"]


def test_what_cannot_be_is_refused(sounds, labels):
    with pytest.raises(SettingsError, match="learnt nothing yet; call fit first"):
        Classifier().predict(sounds)
    with pytest.raises(SettingsError, match="y has 2 entries; it must have one for each of 18 sounds"):
        Classifier().fit(sounds, ["a", "b"])
    with pytest.raises(SettingsError, match="all sounds are of one class, 'a'"):
        Classifier().fit(sounds, ["a"] * 18)
    with pytest.raises(SettingsError, match="recipe is 'oracle'; it must be one of discriminant"):
        Classifier("oracle").fit(sounds, labels)
    with pytest.raises(SettingsError, match="depth is no parameter of Classifier; it has recipe, summary"):
        Classifier().set_params(depth=3)
    with pytest.raises(SettingsError, match="sound 0 and sound 1 are in folds 0 and 1, and of one group"):
        evaluate(sounds, labels, groups=["a"] * 2 + list(range(16)), folds=[i % 2 for i in range(18)])
