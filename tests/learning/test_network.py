"""Models with a small network: trained with Torch, answering with arrays."""

import json

import numpy as np
import pytest

from sonograph import MissingExtra, SettingsError, Signal, SourceError
from sonograph.cli import main
from sonograph.learning import Classifier, Summary, discriminant, heldout, network
from sonograph.learning.heldout import Fitted
from sonograph.learning.model import Model
from sonograph.learning.network_arrays import fits_together
from sonograph.learning.recipes import CHOICES, RECIPES, columns, rows_for
from tests.learning import made
from tests.learning.test_modelfile import FACTS, resealed

LABELS = ("hiss", "hum", "sweep")
BLEND = "discriminant+network"
FEW = Summary(("envelope",))
EXCERPT = Summary(("excerpt",))


def excerpts(seeds):
    sounds = [Signal(made.sound(label, seed), made.RATE) for label in LABELS for seed in seeds]
    return np.array([EXCERPT.of_sound(one) for one in sounds]), np.repeat([0, 1, 2], len(seeds))


def random_arrays(seed=0):
    random = np.random.default_rng(seed)
    shapes = {"dense": (3, 128), "dense_bias": (3,)}
    for k, (i, o) in enumerate(((1, 16), (16, 32), (32, 64), (64, 64)), 1):
        shapes |= {f"weights_{k}": (o, i, 3, 3), f"bias_{k}": (o,)}
    return {name: random.normal(0, 0.2, shape).astype(np.float32) for name, shape in shapes.items()}


def of_both(arrays):
    """A discriminant of random numbers and a network, as one model."""
    random, y = np.random.default_rng(1), np.arange(30) % 3
    x = random.standard_normal((30, 44)) + random.standard_normal((3, 44))[y]
    parts = (Fitted("discriminant", 1.5, discriminant.fit(x, y, 3)), Fitted("network", 2.0, arrays))
    facts = FACTS | {"classes": list(LABELS), "summary": ["envelope", "excerpt"], "recipe": BLEND}
    return Model(facts, parts)


@pytest.fixture
def torch_network():
    pytest.importorskip("torch", reason="Torch is not installed")
    from sonograph.learning.torch import network as trainer

    return trainer


@pytest.fixture
def quick(torch_network, monkeypatch):
    monkeypatch.setattr(torch_network, "EPOCHS", 1)
    monkeypatch.setattr(torch_network, "STEPS", 1)
    monkeypatch.setattr(torch_network, "BATCH", 8)


def test_an_excerpt_is_the_loudest_stretch_or_the_sound_again_and_again():
    levels = np.random.default_rng(0).uniform(-3, 0, (64, 900))
    levels[:, 200:712] += 2
    seen = EXCERPT.of(levels).reshape(64, 256)
    means = (levels[:, 200:712:2] + levels[:, 201:712:2]) / 2
    np.testing.assert_allclose(seen, (means - means.mean()) / 2, atol=1e-12)
    np.testing.assert_allclose(EXCERPT.of(levels + 0.7), seen.ravel(), atol=1e-12)
    short = EXCERPT.of(levels[:, :20]).reshape(64, 256)
    np.testing.assert_array_equal(short[:, :10], short[:, 10:20])
    assert EXCERPT.of(levels[:, :1]).shape == (len(EXCERPT.names),) == (16384,)


def test_each_part_is_told_what_it_hears():
    wide = rows_for(["kernels", BLEND], FEW)
    x = np.arange(len(wide.names))
    assert wide.kinds == ("envelope", "kernels", "excerpt") and len(x) == 44 + 1500 + 16384
    ends = {kind: (x[columns(kind, wide)][0], x[columns(kind, wide)][-1]) for kind in ("svm", "kernels", "network")}
    assert ends == {"svm": (0, 43), "kernels": (44, 1543), "network": (1544, 17927)}
    assert len(x[columns("discriminant_with_kernels", wide)]) == 1544
    assert rows_for(["network"], FEW) == EXCERPT
    assert set(RECIPES) - set(CHOICES) == {"network", BLEND}
    with pytest.raises(SettingsError, match="summary names excerpt, which the recipes of a network add"):
        rows_for([BLEND], Summary(("mfcc", "excerpt")))


def test_the_arrays_answer_as_torch_does(torch_network):
    import torch

    torch.manual_seed(3)
    net = torch_network.Network(2)
    x = excerpts(range(2))[0]
    batch = torch.from_numpy(x.reshape(-1, 1, 64, 256).astype(np.float32))
    for _ in range(3):  # norms that are not as they begin
        net(batch)
    net.eval()
    arrays = torch_network.arrays_of(net, np.array([0, 2]), 3)
    found = network.scores(arrays, x)
    np.testing.assert_allclose(found[:, [0, 2]], net(batch).detach().numpy(), rtol=1e-4, atol=1e-5)
    assert (found[:, 1] <= -1e29).all() and fits_together(arrays, 3)
    assert np.ptp(found[:, 0]) > 1e-3


def test_it_learns_and_the_same_seed_learns_the_same(torch_network, monkeypatch):
    import torch

    monkeypatch.setattr(torch_network, "EPOCHS", 4)
    monkeypatch.setattr(torch_network, "BATCH", 10)
    x, y = excerpts(range(5))
    before = torch.random.get_rng_state()
    one = network.fit(x, y, 3, np.arange(15))
    assert torch.equal(before, torch.random.get_rng_state())
    new, labels = excerpts(range(50, 54))
    assert np.mean(network.scores(one, new).argmax(axis=1) == labels) > 0.8
    monkeypatch.setattr(torch_network, "EPOCHS", 1)
    few = [network.fit(x, y, 3, np.arange(15)) for _ in range(2)]
    for name in one:
        np.testing.assert_array_equal(few[0][name], few[1][name])


def test_the_best_epoch_on_whole_groups_that_were_kept_out_counts(torch_network, monkeypatch):
    losses, kept = iter([3.0, 1.0, 2.0, 2.0, 0.0]), []
    states = []

    def loss(net, x, y, at):
        kept.append(at)
        states.append(net.dense.bias.detach().numpy().copy())
        return next(losses)

    for name, value in {"_loss": loss, "PATIENCE": 2, "STEPS": 1, "BATCH": 4, "EPOCHS": 9}.items():
        monkeypatch.setattr(torch_network, name, value)
    x, y = np.random.default_rng(0).standard_normal((12, 16384)), np.arange(12) % 2
    together = np.arange(12) // 4
    arrays = network.fit(x, y, 2, together)
    assert len(kept) == 4
    np.testing.assert_array_equal(arrays["dense_bias"], states[1])
    assert all(len(set(together[at]) & set(np.delete(together, at))) == 0 for at in kept)


def test_a_blend_is_saved_loaded_and_answers_without_torch(quick, tmp_path, monkeypatch):
    sounds = [Signal(made.sound(label, seed), made.RATE) for label in LABELS[:2] for seed in range(2)]
    fitted = Classifier(BLEND, FEW).fit(sounds, ["hiss", "hiss", "hum", "hum"])
    assert [part.kind for part in fitted.model_.parts] == ["discriminant", "network"]
    fitted.save(tmp_path / "a.model")
    assert 200_000 < (tmp_path / "a.model").stat().st_size < 300_000
    monkeypatch.setattr(network, "require_torch", lambda: pytest.fail("Torch was asked for"))
    monkeypatch.setattr(network, "fit", lambda *given: pytest.fail("Torch was asked for"))
    loaded = Classifier.load(tmp_path / "a.model")
    np.testing.assert_array_equal(loaded.predict_proba(sounds), fitted.predict_proba(sounds))
    assert (loaded.recipe, loaded.summary) == (BLEND, FEW)


def test_a_blend_is_the_mean_of_log_probabilities():
    both, rows = of_both(random_arrays()), np.random.default_rng(2).standard_normal((4, 44 + 16384))
    each = [heldout.log_probabilities([one], x)
            for one, x in zip(both.parts, (rows[:, :44], rows[:, 44:]), strict=True)]  # fmt: skip
    wanted = np.exp(np.mean(each, axis=0))
    np.testing.assert_allclose(both.probabilities(rows), wanted / wanted.sum(axis=1, keepdims=True), rtol=1e-9)


def test_damaged_and_crafted_networks_are_refused(tmp_path):
    path, arrays = tmp_path / "a.model", random_arrays()
    of_both(arrays).save(path)
    whole, random = path.read_bytes(), np.random.default_rng(0)
    assert Model.load(path).classes == LABELS
    for at in random.integers(0, len(whole), 60):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 + random.integers(255))]) + whole[at + 1 :])
        with pytest.raises(SourceError):
            Model.load(path)
    for name, other in {
        "weights_2": arrays["weights_2"][:, :8],
        "bias_4": arrays["bias_4"][:1],
        "dense": arrays["dense"][:2],
        "dense_bias": arrays["dense_bias"][:1],
        "weights_1": np.zeros((16, 1, 5, 5), np.float32),
    }.items():
        of_both({**arrays, name: other}).save(path)
        with pytest.raises(SourceError, match="sizes of its arrays do not agree"):
            Model.load(path)
    of_both({**arrays, "bias_2": np.full(32, np.nan, np.float32)}).save(path)
    with pytest.raises(SourceError, match="holds what is no number"):
        Model.load(path)
    of_both(arrays).save(path)
    resealed(path, {"model.json": lambda data: json.dumps(json.loads(data) | {"summary": ["envelope"]}).encode()})
    with pytest.raises(SourceError, match="sizes in it do not agree"):
        Model.load(path)


def test_the_command_trains_tells_each_fit_and_classifies(quick, tmp_path, capsys):
    made.folder(tmp_path / "sounds", labels=LABELS[:2], count=3)
    model = str(tmp_path / "a.model")
    assert main(["train", str(tmp_path / "sounds"), "-o", model, "--network", "--json"]) == 0
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert found["recipe"] == BLEND and len(found["folds"]) == 3 and found["candidates"] == {}
    # of each part three folds and all; of the network three pairs left out, of the other two folds inside each
    assert "training: 17 fits" in told.err and "training: 16 of 17 fits" in told.err
    words = ["classify", model, str(tmp_path / "sounds"), "--window", "0.2s", "--step", "0.1s", "-q", "--json"]
    assert main(words) == 0
    assert {json.loads(line)["label"] for line in capsys.readouterr().out.splitlines()} <= set(LABELS)


def test_beside_choose_it_is_one_candidate_more(quick, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sonograph.learning.recipes.CHOICES", ("discriminant",))
    made.folder(tmp_path / "sounds", labels=LABELS[:2], count=3)
    model = str(tmp_path / "a.model")
    assert main(["train", str(tmp_path / "sounds"), "-o", model, "--choose", "--network", "-q", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found["candidates"]) == {"discriminant", BLEND} and set(found["recipes"]) == {"0", "1", "2"}
    assert found["recipe"] == min(found["candidates"], key=found["candidates"].get)
    heard = Model.load(model).summary.kinds
    assert ("excerpt" in heard) == (found["recipe"] == BLEND)


def test_without_torch_it_is_refused_before_any_sound_is_read(tmp_path, monkeypatch, capsys):
    def missing():
        raise MissingExtra("training a network needs Torch: pip install '.[torch]'")

    monkeypatch.setattr(network, "require_torch", missing)
    monkeypatch.setattr("sonograph.learning.training.commonest_rate", lambda *given: pytest.fail("was read"))
    made.folder(tmp_path / "sounds", count=2)
    assert main(["train", str(tmp_path / "sounds"), "-o", str(tmp_path / "a.model"), "--network"]) != 0
    assert "training a network needs Torch: pip install" in capsys.readouterr().err
    assert not (tmp_path / "a.model").exists()
    with pytest.raises(MissingExtra, match="needs Torch"):
        Classifier("network").fit([str(tmp_path / "sounds/hum/0.wav"), str(tmp_path / "sounds/hiss/0.wav")], ["a", "b"])
