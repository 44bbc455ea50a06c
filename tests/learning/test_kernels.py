"""Models that hear random dilated kernels: what they are told, what they answer, and what their file holds."""

import json

import numpy as np
import pytest

from sonograph import SettingsError, Signal, SourceError
from sonograph.cli import main
from sonograph.learning import Classifier, Summary, discriminant, extra, heldout, machine
from sonograph.learning.folds import new_folds
from sonograph.learning.model import Model
from sonograph.learning.recipes import columns, rows_for
from tests.learning import made
from tests.learning.test_modelfile import facts, resealed

LABELS = ("hiss", "hum", "sweep")
BOTH = "discriminant_with_kernels"
FEW = Summary(("envelope",))


@pytest.fixture(scope="module")
def sounds():
    return [Signal(made.sound(label, seed), made.RATE) for label in LABELS for seed in range(6)]


@pytest.fixture(scope="module", params=["kernels", BOTH])
def fitted(request, sounds):
    return Classifier(request.param, FEW).fit(sounds, [label for label in LABELS for _ in range(6)])


def test_a_model_hears_what_its_recipe_needs():
    assert rows_for(["discriminant", "svm"], FEW) is FEW
    assert rows_for(["kernels"], FEW).kinds == ("kernels",)
    assert rows_for([BOTH], FEW).kinds == rows_for(["svm", "kernels"], FEW).kinds == ("envelope", "kernels")
    wide, x = rows_for(["svm", BOTH], FEW), np.arange(1544)
    assert [len(x[columns(kind, wide)]) for kind in ("trees", "kernels", BOTH)] == [44, 1500, 1544]
    assert x[columns("kernels", wide)][0] == 44
    with pytest.raises(SettingsError, match="summary names kernels, which the recipes kernels and"):
        rows_for(["discriminant"], Summary(("mfcc", "kernels")))


def test_each_part_is_trained_on_what_it_hears():
    random, wide = np.random.default_rng(0), rows_for(["svm", "kernels"], FEW)
    y = np.repeat([0, 1, 2], 8)
    x = random.standard_normal((24, 1544)) + random.standard_normal((3, 1544))[y] / 4
    other = x + np.where(np.arange(1544) < 44, random.standard_normal((24, 1544)), 0)
    together = np.arange(24)
    folds = new_folds(y, together)

    def of(rows, recipe):
        return heldout.train(rows, y, folds, together, [recipe], summary=wide)

    assert [part.arrays["mean"].shape for part in of(x, "kernels").parts] == [(1500,)]
    np.testing.assert_array_equal(of(x, "kernels").probabilities, of(other, "kernels").probabilities)
    for recipe in ("discriminant", BOTH):
        assert np.abs(of(x, recipe).probabilities - of(other, recipe).probabilities).max() > 1e-3
    alone = heldout.train(x[:, :44], y, folds, together, ["discriminant"])
    np.testing.assert_array_equal(of(x, "discriminant").probabilities, alone.probabilities)


def test_it_names_what_it_has_not_heard(fitted):
    new = [Signal(made.sound(label, 99), made.RATE) for label in LABELS]
    assert fitted.predict(new).tolist() == list(LABELS) and fitted.evaluation_.accuracy > 0.8
    assert fitted.model_.facts["summary"] == (["kernels"] if fitted.recipe == "kernels" else ["envelope", "kernels"])


def test_saved_and_loaded_it_answers_the_same_without_scikit_learn(fitted, sounds, tmp_path, monkeypatch):
    for module in (machine, extra):
        monkeypatch.setattr(module, "scikit_learn", lambda name: pytest.fail(f"{name} was asked for"))
    path = tmp_path / "a.model"
    fitted.save(path)
    assert path.stat().st_size < 60_000
    loaded = Classifier.load(path)
    np.testing.assert_array_equal(loaded.predict_proba(sounds), fitted.predict_proba(sounds))
    again = loaded.fit(sounds, [label for label in LABELS for _ in range(6)])
    assert again.recipe == fitted.recipe and again.evaluation_.accuracy > 0.8


def test_windows_and_silence(fitted, tmp_path, capsys):
    import soundfile

    path, parts = tmp_path / "long.wav", [made.sound("hum", 50, 1.0), np.zeros(made.RATE), made.sound("hiss", 51, 1.0)]
    soundfile.write(path, np.concatenate(parts), made.RATE)
    fitted.save(tmp_path / "a.model")
    words = ["classify", str(tmp_path / "a.model"), str(path), "--window", "0.4s", "--step", "0.2s", "-q", "--json"]
    assert main(words) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    at = {t: [one["label"] for one in found if one["start"] <= t < one["end"]] for t in (0.5, 1.5, 2.7)}
    assert at == {0.5: ["hum"], 1.5: [], 2.7: ["hiss"]}


def test_a_model_of_other_kernels_is_refused(fitted, tmp_path):
    path = tmp_path / "a.model"
    fitted.save(path)
    kernels = fitted.model_.facts["kernels"]
    assert kernels["seed"] == 0 and len(kernels["digest"]) >= 16
    for other in (None, {**kernels, "seed": 1}, {**kernels, "digest": "0" * 16}):
        resealed(path, {"model.json": facts(kernels=other)})
        with pytest.raises(SourceError, match=r"has other kernels than this version\. Train it again"):
            Model.load(path)
    resealed(path, {"model.json": facts(kernels=kernels)})
    assert Model.load(path).classes == LABELS
    resealed(path, {"model.json": facts(summary=["envelope"])})
    with pytest.raises(SourceError, match="sizes in it do not agree"):
        Model.load(path)


def test_few_sounds_of_many_numbers_give_the_same_discriminant(monkeypatch):
    random = np.random.default_rng(0)
    y = np.arange(30) % 3
    x = random.standard_normal((30, 200)) @ random.standard_normal((200, 200)) + random.standard_normal((3, 200))[y]
    few = discriminant.fit(x, y, 4)
    monkeypatch.setattr(discriminant, "STEEP", np.inf)
    many = discriminant.fit(x, y, 4)
    assert set(few) == set(many) and not np.array_equal(few["coefficients"], many["coefficients"])
    for name, values in many.items():
        np.testing.assert_allclose(few[name], values, rtol=1e-9, atol=1e-12)
