"""A trained model as ONNX: onnxruntime gives the probabilities that we give."""

import json

import numpy as np
import pytest

from sonograph import SettingsError, Signal
from sonograph.learning import Classifier, Summary
from sonograph.learning.onnx_export import write_onnx
from tests.learning import made
from tests.learning.test_modelfile import model, rows
from tests.learning.test_network import of_both, random_arrays

pytest.importorskip("onnx", reason="onnx is not installed (make torch)")
onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed (make torch)")


def probabilities(path, x):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["probabilities"], {"rows": x})[0], session.get_modelmeta().custom_metadata_map


def test_a_classifier_gives_the_same_probabilities_outside(tmp_path):
    sounds = [Signal(made.sound(label, seed), made.RATE) for label in ("hiss", "hum", "sweep") for seed in range(4)]
    fitted = Classifier().fit(sounds, np.repeat(["hiss", "hum", "sweep"], 4))
    fitted.to_onnx(tmp_path / "a.onnx")
    x = np.array([Summary().of_sound(one) for one in sounds])
    found, metadata = probabilities(tmp_path / "a.onnx", x)
    np.testing.assert_allclose(found, fitted.predict_proba(sounds), atol=1e-9)
    assert json.loads(metadata["classes"]) == ["hiss", "hum", "sweep"]
    assert json.loads(metadata["settings"]) == Summary().settings(made.RATE).to_dict()
    assert json.loads(metadata["sample_rate"]) == made.RATE


@pytest.mark.parametrize("kinds", [("discriminant",), ("logistic",), ("discriminant", "logistic")])
def test_linear_parts_and_their_blends_agree(tmp_path, kinds):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    one, x = model(*kinds), rows()[0]
    write_onnx(tmp_path / "a.onnx", one)
    np.testing.assert_allclose(probabilities(tmp_path / "a.onnx", x)[0], one.probabilities(x), atol=1e-9)


def test_the_network_and_its_blend_agree(tmp_path):
    both, x = of_both(random_arrays()), np.random.default_rng(2).standard_normal((4, 44 + 16384))
    write_onnx(tmp_path / "a.onnx", both)
    found, wanted = probabilities(tmp_path / "a.onnx", x)[0], both.probabilities(x)
    assert np.ptp(wanted[:, 0]) > 0.01
    np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize(("kind", "words"), [("svm", "support vectors"), ("trees", "extremely randomised trees")])
def test_others_are_refused(tmp_path, kind, words, monkeypatch):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    monkeypatch.setattr("sonograph.learning.forest.N_TREES", 2)
    with pytest.raises(SettingsError, match=f"this model has {words}.*; ONNX is written of discriminants"):
        write_onnx(tmp_path / "a.onnx", model("discriminant", kind))
    assert not (tmp_path / "a.onnx").exists()
