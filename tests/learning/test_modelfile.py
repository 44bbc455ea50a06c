"""A model as a file: what is read is what was written, or it is refused."""

import json
import pickle
import zipfile

import numpy as np
import pytest

from sonograph import SourceError
from sonograph.learning import forest, heldout, machine
from sonograph.learning.heldout import Fitted
from sonograph.learning.model import Model
from sonograph.learning.recipes import PARTS

NUMBERS = 44


FACTS = {
    "sonograph": "0.1.0", "recipe": "discriminant", "settings": {}, "settings_digest": "0", "training_digest": "0",
    "n_sounds": 30, "n_files": 30, "sounds_of_class": [10, 10, 10], "rates": [8000.0], "sample_rate": 8000.0,
    "held_out": {
        "accuracy": 0.9, "balanced_accuracy": 0.9, "majority": 0.3, "log_loss": 0.2, "calibration_error": 0.1,
        "interval": [0.8, 0.95], "folds": [0.9, 0.9], "recall": [0.9, 0.9, 0.9], "sureness": [0.3, 0.6, 1.0],
    },
}  # fmt: skip
"""What a model of three classes says of itself, beside them and its summary."""


def rows(n=30):
    random = np.random.default_rng(0)
    y = np.arange(n) % 3
    return random.standard_normal((n, NUMBERS)) + random.standard_normal((3, NUMBERS))[y], y


def model(*kinds):
    x, y = rows()
    parts = tuple(Fitted(kind, 2.5, PARTS[kind].fit(x, y, 3)) for kind in kinds or ("discriminant",))
    return Model(FACTS | {"classes": ["a", "b", "c"], "summary": ["envelope"]}, parts)


@pytest.mark.parametrize("kinds", [("discriminant",), ("svm",), ("logistic",), ("trees",), ("discriminant", "svm")])
def test_what_is_read_answers_to_the_bit(tmp_path, monkeypatch, kinds):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    monkeypatch.setattr(forest, "N_TREES", 5)
    one, x = model(*kinds), rows()[0]
    size = one.save(tmp_path / "a.model")
    assert size == (tmp_path / "a.model").stat().st_size
    other = Model.load(tmp_path / "a.model")
    np.testing.assert_array_equal(other.probabilities(x), one.probabilities(x))
    assert other.facts == {**other.facts, **one.facts} and other.classes == ("a", "b", "c")


def test_answering_needs_no_scikit_learn(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "scikit_learn", lambda name: pytest.fail(f"{name} was asked for"))
    model().save(tmp_path / "a.model")
    assert Model.load(tmp_path / "a.model").probabilities(rows()[0]).shape == (30, 3)


def test_the_same_model_has_the_same_bytes(tmp_path):
    model().save(tmp_path / "a.model")
    model().save(tmp_path / "b.model")
    assert (tmp_path / "a.model").read_bytes() == (tmp_path / "b.model").read_bytes()


def test_it_is_a_zip_of_json_and_plain_arrays(tmp_path):
    model().save(tmp_path / "a.model")
    with zipfile.ZipFile(tmp_path / "a.model") as file:
        assert file.testzip() is None
        assert {one.compress_type for one in file.infolist()} == {zipfile.ZIP_STORED}
        names = [f"arrays/discriminant.{name}.npy" for name in ("mean", "scale", "coefficients", "intercept")]
        assert file.namelist() == ["model.json", *names]
        assert json.loads(file.read("model.json"))["classes"] == ["a", "b", "c"]
        with file.open(names[2]) as array:
            assert np.load(array, allow_pickle=False).shape == (3, NUMBERS)


def test_a_thousand_damaged_copies_are_refused(tmp_path):
    path = tmp_path / "a.model"
    model().save(path)
    whole = path.read_bytes()
    random = np.random.default_rng(0)
    for trial in range(1000):
        bad = bytearray(whole)
        if trial % 3 == 0:
            bad = bad[: random.integers(0, len(bad))]
        else:
            for i in random.integers(0, len(bad), random.integers(1, 4)):
                bad[i] ^= 1 << random.integers(0, 8)
        if bytes(bad) == whole:
            continue
        path.write_bytes(bad)
        with pytest.raises(SourceError, match=r"a\.model: (is no model|was changed or cut)"):
            Model.load(path)


def resealed(path, changes):
    """A model with parts replaced by somebody who knows how it is sealed."""
    import hashlib
    import io

    from sonograph.learning import modelfile

    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    for name, data in changes.items():
        parts[name] = data(parts.get(name)) if callable(data) else data
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name, data in parts.items():
            if data is not None:
                file.writestr(name, data)
        file.comment = modelfile._MARK + b"0" * 64
    data = held.getvalue()[:-64]
    path.write_bytes(data + hashlib.sha256(data).hexdigest().encode())


def facts(**changes):
    return lambda data: json.dumps({**json.loads(data), **changes})


def array(values, allow_pickle=False):
    import io

    held = io.BytesIO()
    np.lib.format.write_array(held, values, allow_pickle=allow_pickle)
    return held.getvalue()


class Evil:
    def __reduce__(self):
        return pytest.fail, ("code of a stranger was run",)


EVIL = np.array([Evil()], dtype=object)
MEAN, COEFFICIENTS = "arrays/discriminant.mean.npy", "arrays/discriminant.coefficients.npy"


def test_what_is_said_of_a_model_can_be_shown_or_it_is_refused(tmp_path):
    """Each fact in turn is taken away, or is something else: `info` and `classify` never meet one that cannot be."""
    from sonograph.cli.classify_words import band_warning
    from sonograph.cli.info_words import words

    path = tmp_path / "a.model"
    model().save(path)
    whole = model().facts
    names = [(name,) for name in whole] + [("held_out", name) for name in whole["held_out"]]
    for name in names:
        for junk in (..., None, True, -1, 1e308, 10**400, "x", [], {}, [None], ["a"] * 3):
            changed = json.loads(json.dumps(whole))
            within = changed if len(name) == 1 else changed[name[0]]
            if junk is ...:
                del within[name[-1]]
            else:
                within[name[-1]] = junk
            resealed(path, {"model.json": lambda data, c=changed: json.dumps(_kept(data) | c)})
            try:
                one = Model.load(path)
            except SourceError:
                continue
            assert words({"file": "a.model", "model": one.facts}) and one.least_sure(0.1) >= 0
            band_warning(one, 4000.0)


def _kept(data):
    """What a model's file has beside its facts."""
    return {name: value for name, value in json.loads(data).items() if name in ("format", "version", "parts")}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model.json": facts(version=2, sonograph="9.9")}, r"is a model of version 2, and this reads version 1.*9\.9"),
        ({"model.json": facts(format="other")}, "is no model"),
        ({"model.json": facts(classes=["a", "b"])}, "what it says of itself cannot be"),
        ({"model.json": facts(classes=["a", "a", "b"])}, "its classes, its rate or its temperatures cannot be"),
        ({"model.json": facts(classes="abc")}, "its classes"),
        ({"model.json": facts(sample_rate=-1)}, "its classes, its rate"),
        ({"model.json": facts(parts=[{"kind": "discriminant", "temperature": 0}])}, "its classes, its rate"),
        ({"model.json": facts(parts=[{"kind": "oracle", "temperature": 1}])}, "is made of oracle"),
        ({"model.json": facts(summary=["mfcc"])}, "the sizes in it do not agree"),
        ({"model.json": facts(summary=["none"])}, "the sizes in it do not agree"),
        ({"model.json": facts(held_out={})}, "what it says of itself cannot be"),
        ({"model.json": facts(held_out=FACTS["held_out"] | {"sureness": [0.6, 0.3]})}, "what it says of itself"),
        ({"model.json": facts(held_out=FACTS["held_out"] | {"folds": [None]})}, "what it says of itself"),
        ({"model.json": facts(rates=[])}, "what it says of itself"),
        ({"model.json": facts(n_sounds="30")}, "what it says of itself"),
        ({"model.json": facts(sounds_of_class=[10])}, "what it says of itself"),
        ({"model.json": "[" * 100_000}, "is no whole model"),
        ({"model.json": "{}"}, "is no model"),
        ({"more.npy": b"x"}, "holds other parts than a model has"),
        ({MEAN: None}, "holds other parts"),
        ({MEAN: array(np.full(NUMBERS, np.nan))}, "holds what is no number"),
        ({MEAN: array(np.zeros(NUMBERS, int))}, "is of another kind"),
        ({MEAN: array(np.zeros(3))}, "sizes of its arrays do not agree"),
        ({COEFFICIENTS: array(np.zeros((3, 2)))}, "sizes of its arrays do not agree"),
        ({MEAN: array(EVIL, allow_pickle=True)}, "is no whole model"),
        ({MEAN: pickle.dumps("a")}, "is no whole model"),
    ],
)
def test_a_strangers_model_is_data_or_refused(tmp_path, changes, words):
    path = tmp_path / "a.model"
    model().save(path)
    resealed(path, {})
    assert Model.load(path).classes == ("a", "b", "c")
    resealed(path, changes)
    with pytest.raises(SourceError, match=words):
        Model.load(path)


def test_what_is_no_model_is_named(tmp_path):
    with pytest.raises(SourceError, match="does not exist"):
        Model.load(tmp_path / "none.model")
    np.savez(tmp_path / "a.npz", a=np.zeros(3))
    for bad in (b"", b"RIFF", (tmp_path / "a.npz").read_bytes()):
        (tmp_path / "b.model").write_bytes(bad)
        with pytest.raises(SourceError, match=r"b\.model: is no model. Name a file that 'sonograph train' wrote"):
            Model.load(tmp_path / "b.model")


def test_how_sure_the_least_sure_were():
    assert model().least_sure(0.25) == pytest.approx(0.45)
    with pytest.raises(ValueError, match="unknown is 1; it must be a share of known sounds"):
        model().least_sure(1.0)


def test_a_blend_is_the_mean_of_log_probabilities():
    parts = model("discriminant", "svm").parts
    x = rows()[0]
    each = [np.exp(heldout.log_probabilities([part], x)) for part in parts]
    mean = np.sqrt(np.maximum(each[0], 1e-13) * each[1])
    np.testing.assert_allclose(
        np.exp(heldout.log_probabilities(parts, x)), mean / mean.sum(axis=1, keepdims=True), atol=1e-4
    )
