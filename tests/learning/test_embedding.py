"""Embeddings: rows that an ONNX file makes, and models that learn from them."""

import json
import shutil

import numpy as np
import pytest
import soundfile

from sonograph import SettingsError, Signal, SourceError, preset, resample, spectrogram
from sonograph.cli import main
from sonograph.learning import Classifier, Embedding, evaluate, onnx_graph
from sonograph.learning.model import Model
from tests.learning import made
from tests.learning.test_modelfile import facts, resealed

pytest.importorskip("onnx", reason="onnx is not installed (make torch)")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed (make torch)")

from tests.learning import onnx_files

RATE = made.RATE
EIGHT = {"sample_rate": 8000}


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    return made.folder(tmp_path_factory.mktemp("sounds") / "set")


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    return onnx_files.band_powers(tmp_path_factory.mktemp("onnx") / "powers.onnx", metadata={"sample_rate": str(RATE)})


def noise(count, seed=0):
    return (0.1 * np.random.default_rng(seed).standard_normal(count)).astype(np.float32)


def test_stretches_follow_each_other_and_the_last_ends_with_the_sound(tmp_path):
    weights = onnx_files.projection(tmp_path / "a.onnx", length=800)
    embedding, x = Embedding(tmp_path / "a.onnx", RATE), noise(2000)
    assert (embedding.length, len(embedding.names), embedding.output) == (800, 6, "embedding")
    parts = [x[0:800], x[800:1600], x[1200:2000]]
    wanted = np.mean([np.abs(part @ weights) for part in parts], axis=0)
    np.testing.assert_allclose(embedding.of_sound(Signal(x, RATE)), wanted, rtol=1e-4, atol=1e-7)
    short = np.abs(np.append(x[:500], np.zeros(300)) @ weights)
    np.testing.assert_allclose(embedding.of_sound(Signal(x[:500], RATE)), short, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("shape", [[800], [1, 800], ["n", 800], [1, 1, 800]])
def test_samples_may_lie_behind_axes_of_one(tmp_path, shape):
    weights = onnx_files.projection(tmp_path / "a.onnx", shape=shape, dtype=np.float64)
    x = noise(800).astype(float)
    np.testing.assert_allclose(Embedding(tmp_path / "a.onnx", RATE).of(x[None]), np.abs(x @ weights), rtol=1e-12)


def test_frames_are_given_whichever_way_they_are_wanted(tmp_path):
    settings = preset("kaldi.fbank")
    x = Signal(noise(16_000), 16_000.0)
    values = spectrogram(x, settings).values
    rows = len(values)
    for shape, axis in ((("n", rows, "t"), 2), (("n", "t", rows), 1), ((1, 1, "t", rows), 2), ((rows, "t"), 1)):
        onnx_files.pooled(tmp_path / "a.onnx", shape, axis)
        embedding = Embedding(tmp_path / "a.onnx", settings="kaldi.fbank")
        assert embedding.sample_rate == 16_000
        np.testing.assert_allclose(embedding.of_sound(x), values.mean(axis=1), rtol=1e-4, atol=1e-4)


def test_frames_of_a_short_sound_are_followed_by_those_of_silence(tmp_path):
    settings = preset("kaldi.fbank")
    x = Signal(noise(8000), 16_000.0)
    values = spectrogram(x, settings).values
    onnx_files.pooled(tmp_path / "a.onnx", (1, 100, len(values)), 1)
    still = spectrogram(Signal(np.zeros(16_000, np.float32), 16_000.0), settings).values[:, :1]
    wanted = np.concatenate([values, np.repeat(still, 100 - values.shape[1], axis=1)], axis=1).mean(axis=1)
    found = Embedding(tmp_path / "a.onnx", settings=settings).of_sound(x)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)


def test_other_rates_and_channels_are_brought_to_what_it_takes(network):
    x = noise(8000)
    stereo = Signal(np.stack([x, -0.5 * x]), 16_000.0)
    embedding = Embedding(network)
    np.testing.assert_allclose(
        embedding.of_sound(stereo), embedding.of_sound(resample(Signal(0.25 * x, 16_000.0), RATE)), rtol=1e-4
    )


def test_missing_and_silent_stretches_count_for_nothing(tmp_path):
    onnx_files.projection(tmp_path / "a.onnx", length=800)
    embedding, x = Embedding(tmp_path / "a.onnx", RATE), noise(2400)
    wanted = embedding.of(x[None, :800])
    x[800:] = 0
    np.testing.assert_allclose(embedding.of(x[None]), wanted)
    x[1000] = np.nan
    np.testing.assert_allclose(embedding.of(x[None]), wanted)
    assert np.isnan(embedding.of(x[None, 800:])).all()


@pytest.mark.parametrize(
    ("write", "words", "given"),
    [
        (onnx_files.projection, "does not say its sample rate; give sample_rate, in Hz", {}),
        (lambda p: onnx_files.projection(p, metadata={"Sample_Rate": "fast"}), "says 'fast' for its sample rate", {}),
        (lambda p: onnx_files.projection(p, shape=[4, 800]), r"shape \(4, 800\); samples are \(n,\)", EIGHT),
        (lambda p: onnx_files.pooled(p, (1, 1, 64, 96), 3), "give settings: those of its frames", EIGHT),
        (lambda p: onnx_files.pooled(p, (1, 96, 64), 1), "these settings give 23 rows", {"settings": "kaldi.fbank"}),
        (onnx_files.projection, "output is 'scores'; a.onnx has embedding", EIGHT | {"output": "scores"}),
        (onnx_files.projection, "is 8000; the settings are for 16000", EIGHT | {"settings": "kaldi.fbank"}),
    ],
)  # fmt: skip
def test_what_it_does_not_say_or_cannot_take_is_told(tmp_path, monkeypatch, write, words, given):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.onnx")
    with pytest.raises(SettingsError, match=words):
        Embedding("a.onnx", **given)


def test_of_several_outputs_the_one_called_embedding_is_taken(tmp_path):
    from onnx import helper

    nodes = [helper.make_node("Identity", ["x"], ["scores"]), helper.make_node("Neg", ["x"], ["the_embedding"])]
    onnx_files.write(tmp_path / "a.onnx", nodes, ["n", 4], {}, outputs=("scores", "the_embedding"))
    x = np.array([[1.0, 2.0, 3.0, 4.0]])
    np.testing.assert_array_equal(Embedding(tmp_path / "a.onnx", 8000).of(x), -x[0])
    np.testing.assert_array_equal(Embedding(tmp_path / "a.onnx", 8000, output="scores").of(x), x[0])
    nodes[1].output[0] = "other"
    onnx_files.write(tmp_path / "a.onnx", nodes, ["n", 4], {}, outputs=("scores", "other"))
    with pytest.raises(SettingsError, match="has 2 outputs, scores, other; give output: the one to take"):
        Embedding(tmp_path / "a.onnx", 8000)
    node = helper.make_node("Add", ["x", "z"], ["embedding"])
    onnx_files.write(tmp_path / "a.onnx", [node], ["n", 4], {}, inputs=("x", "z"))
    with pytest.raises(SettingsError, match="has 2 inputs, x, z; it must have one, the sound"):
        Embedding(tmp_path / "a.onnx", 8000)


def test_nothing_but_one_whole_file_is_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where onnxruntime would look for them
    onnx_files.with_weights_elsewhere(tmp_path / "a.onnx")
    with pytest.raises(SourceError, match=r"a\.onnx: keeps weights in other files .*Save it as one file"):
        Embedding("a.onnx", 8000)
    onnx_files.projection(tmp_path / "a.onnx")
    whole, random = (tmp_path / "a.onnx").read_bytes(), np.random.default_rng(0)
    for bad in (b"", b"RIFF", whole[:-9], random.bytes(500)):
        (tmp_path / "b.onnx").write_bytes(bad)
        with pytest.raises(SourceError, match=r"b\.onnx: (is no ONNX file|onnxruntime could not open it)"):
            Embedding("b.onnx", 8000)
    with pytest.raises(SourceError, match=r"none\.onnx: does not exist"):
        Embedding("none.onnx", 8000)


def test_operators_of_a_strangers_library_are_refused(tmp_path):
    from onnx import helper

    graph = helper.make_graph(
        [helper.make_node("Call", ["x"], ["embedding"], domain="strange")],
        "g",
        [helper.make_tensor_value_info("x", 1, [1, 4])],
        [helper.make_tensor_value_info("embedding", 1, [1, 4])],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("strange", 1)]
    (tmp_path / "a.onnx").write_bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())
    with pytest.raises(SourceError, match=r"onnxruntime could not open it .*strange:Call"):
        Embedding(tmp_path / "a.onnx", 8000)


def test_a_classifier_learns_from_it_and_wants_the_same_file_again(sounds, network, tmp_path, monkeypatch):
    paths = sorted(sounds.rglob("*.wav"))
    labels = [path.parent.name for path in paths]
    assert evaluate(paths, labels, summary=Embedding(network)).accuracy > 0.6
    fitted = Classifier(summary=Embedding(network)).fit(paths, labels)
    fitted.save(tmp_path / "a.model")
    loaded = Classifier.load(tmp_path / "a.model", embedding=network)
    np.testing.assert_array_equal(loaded.predict_proba(paths), fitted.predict_proba(paths))
    assert loaded.summary == fitted.summary
    with pytest.raises(SettingsError, match=r"learnt from vectors of powers\.onnx \(SHA-256 .*give embedding: that"):
        Classifier.load(tmp_path / "a.model").predict(paths[:1])
    onnx_files.band_powers(tmp_path / "other.onnx")
    with pytest.raises(SourceError, match=r"other\.onnx: has the SHA-256 .*Give that one"):
        Classifier.load(tmp_path / "a.model", embedding=tmp_path / "other.onnx")
    named = json.dumps(fitted.model_.facts["embedding"])
    assert "powers.onnx" in named and str(network.parent) not in named
    monkeypatch.setattr(onnx_graph, "_session", lambda *given: pytest.fail("a graph was opened"))
    assert Model.load(tmp_path / "a.model").facts["embedding"]["n_numbers"] == 2


def test_recipes_that_hear_a_log_mel_are_refused(sounds, network):
    paths = sorted(sounds.rglob("*.wav"))
    for recipe in ("kernels", "discriminant+network"):
        with pytest.raises(SettingsError, match=f"recipe is '{recipe.replace('+', '.')}', which hears a log-mel"):
            Classifier(recipe, Embedding(network)).fit(paths, [path.parent.name for path in paths])


@pytest.mark.parametrize(
    "named",
    [
        {"n_numbers": 0}, {"n_numbers": 10**9}, {"n_numbers": True}, {"sha256": "../a"}, {"file": None},
        {"sample_rate": 1.0}, {"settings": "x"}, {"output": 3},
    ],
)  # fmt: skip
def test_what_a_model_says_of_it_is_checked(sounds, network, tmp_path, named):
    paths = sorted(sounds.rglob("*.wav"))[::3]
    path = tmp_path / "a.model"
    one = Classifier(summary=Embedding(network)).fit(paths, [path.parent.name for path in paths])
    one.save(path)
    whole = one.model_.facts["embedding"]
    resealed(path, {"model.json": facts(embedding=whole | named)})
    with pytest.raises(SourceError, match="what it says of itself cannot be"):
        Model.load(path)
    resealed(path, {"model.json": facts(embedding=whole | {"n_numbers": 3})})
    with pytest.raises(SourceError, match="the sizes in it do not agree"):
        Model.load(path)


# The command


def train(*words):
    return main(["train", *map(str, words), "--processes", "1"])


def test_the_command_trains_tells_and_classifies(sounds, network, tmp_path, capsys):
    model, one = tmp_path / "a.model", sounds / "hum" / "0.wav"
    assert train(sounds, "-o", model, "--embedding", network, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["embedding"]["file"] == "powers.onnx" and found["bytes"] < 20_000 and found["accuracy"] > 0.6
    assert main(["info", str(model)]) == 0
    assert f"2 numbers of powers.onnx, SHA-256 {found['embedding']['sha256']}" in capsys.readouterr().out
    assert main(["classify", str(model), str(one)]) == 2
    assert "learnt from vectors of powers.onnx" in (err := capsys.readouterr().err) and "give --embedding: that" in err
    words = ["classify", str(model), "--embedding", str(network), "--json"]
    assert main([*words, str(one)]) == 0
    assert json.loads(capsys.readouterr().out)["label"] == "hum"
    shutil.copy(network, tmp_path / "renamed.onnx")
    assert main(["classify", str(model), "--embedding", str(tmp_path / "renamed.onnx"), str(one), "-q"]) == 0
    capsys.readouterr()


def test_a_pipe_gives_what_the_file_gives(sounds, network, tmp_path, capsys, monkeypatch):
    import io
    import sys

    model = tmp_path / "a.model"
    assert train(sounds, "-o", model, "--embedding", network, "-q") == 0
    capsys.readouterr()
    samples = np.concatenate([made.sound("hiss", 90, 1.0), np.zeros(RATE, np.float32), made.sound("hum", 91, 1.5)])
    soundfile.write(tmp_path / "a.wav", samples, RATE)
    words = ["classify", str(model), "--embedding", str(network), "--window", "0.4s", "--step", "0.1s", "--json"]
    assert main([*words, str(tmp_path / "a.wav")]) == 0
    wanted = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert not any(one["start"] < 1.5 < one["end"] for one in wanted)  # the middle of the silence has no name
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((tmp_path / "a.wav").read_bytes())))
    assert main([*words, "-"]) == 0
    piped = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one | {"file": ""} for one in piped] == [one | {"file": ""} for one in wanted]


def test_frames_by_a_preset_train_and_classify_by_the_command(sounds, tmp_path, capsys):
    rows = len(spectrogram(Signal(noise(16_000), 16_000.0), preset("kaldi.fbank")).values)
    network = onnx_files.pooled(tmp_path / "a.onnx", (1, "t", rows), 1)
    words = ["--embedding", network, "--embedding-settings", "kaldi.fbank"]
    assert train(sounds, "-o", tmp_path / "a.model", *words, "--json") == 0
    done = capsys.readouterr()
    assert "18 of 18 files are resampled to 16000 Hz (soxr), which the embedding takes" in done.err
    assert json.loads(done.out)["accuracy"] > 0.6
    one = str(sounds / "hum" / "0.wav")
    assert main(["classify", str(tmp_path / "a.model"), "--embedding", str(network), "--window", "0.2s", one]) == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--embedding-rate", "8000"], "--embedding-rate is given without --embedding; give both, or neither"),
        (["--embedding", "bare.onnx"], "does not say its sample rate; give --embedding-rate, in Hz"),
        (["--embedding", "bare.onnx", "--embedding-rate", "-1"], "--embedding-rate is -1.0; it must be above 0"),
        (
            ["--embedding", "bare.onnx", "--embedding-rate", "8000", "--network"],
            "--network looks at a log-mel of its own",
        ),
        (["--embedding", "bare.onnx", "--embedding-settings", "kaldi.bank"], "--embedding-settings is 'kaldi.bank'"),
        (["--embedding", "bare.onnx", "--embedding-settings", "kaldi.fbank"], "these settings give 23 rows"),
    ],
)
def test_options_that_cannot_be_are_refused(sounds, tmp_path, monkeypatch, capsys, words, says):
    monkeypatch.chdir(tmp_path)
    onnx_files.projection(tmp_path / "bare.onnx")
    assert train(sounds, "-o", "a.model", *words) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "a.model").exists()


def test_the_network_is_never_written_over(sounds, network, capsys):
    before = network.read_bytes()
    assert train(sounds, "-o", network, "--embedding", network) == 4
    assert network.read_bytes() == before


def test_without_onnxruntime_the_way_to_it_is_told(sounds, network, monkeypatch, tmp_path, capsys):
    import sys

    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr(onnx_graph, "_OPEN", onnx_graph.OrderedDict())
    assert train(sounds, "-o", tmp_path / "a.model", "--embedding", network) == 4
    assert "an embedding needs onnxruntime: pip install '.[onnx]'" in capsys.readouterr().err


def test_a_model_of_summaries_takes_no_embedding(sounds, network, tmp_path, capsys):
    assert train(sounds, "-o", tmp_path / "a.model", "-q") == 0
    one = str(sounds / "hum" / "0.wav")
    assert main(["classify", str(tmp_path / "a.model"), one, "--embedding", str(network)]) == 2
    assert "learnt without: leave it out" in capsys.readouterr().err
