"""What is learnt from rows: against scikit-learn, and that nothing which tests a model has had a part in it."""

import numpy as np
import pytest

from sonograph import SettingsError
from sonograph.learning import discriminant, forest, heldout, machine
from sonograph.learning.evaluation import Evaluation
from sonograph.learning.folds import bound, folds_for, new_folds
from sonograph.learning.heldout import PAIRS_FROM, log_probabilities, train
from sonograph.learning.probabilities import calibration_error, log_softmax, temperature_of, wilson
from sonograph.learning.recipes import CHOICES, PARTS

sklearn = pytest.importorskip("sklearn", reason="scikit-learn is not installed")


def rows(n_classes=4, each=12, numbers=30, apart=1.0, seed=0):
    """Rows of classes that overlap, of numbers that go together."""
    random = np.random.default_rng(seed)
    y = np.repeat(np.arange(n_classes), each)
    mixed = random.standard_normal((numbers, numbers)) / np.sqrt(numbers)
    x = apart * random.standard_normal((n_classes, numbers))[y] + random.standard_normal((len(y), numbers)) @ mixed
    return 100 * x + 7, y


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("each", [6, 60])
def test_the_discriminant_is_that_of_scikit_learn(n_classes, each):
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = rows(n_classes, each, apart=0.4)
    theirs = make_pipeline(StandardScaler(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")).fit(x, y)
    scores = discriminant.scores(discriminant.fit(x, y, n_classes), x + 1)
    np.testing.assert_allclose(np.exp(log_softmax(scores)), theirs.predict_proba(x + 1), rtol=1e-7, atol=1e-10)


def test_a_number_that_never_changes_says_nothing():
    x, y = rows()
    still = np.hstack([x, np.full((len(x), 2), 3.0)])
    arrays = discriminant.fit(still, y, 4)
    np.testing.assert_allclose(arrays["coefficients"][:, -2:], 0, atol=1e-9)
    assert (discriminant.scores(arrays, still).argmax(axis=1) == y).all()


@pytest.mark.parametrize("n_classes", [2, 4])
def test_support_vectors_answer_as_in_scikit_learn(n_classes):
    from sklearn.svm import SVC

    x, y = rows(n_classes, apart=0.3)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    theirs = SVC(C=machine.COST, gamma="scale").fit(z, y).decision_function(z)
    ours = machine.svm_scores(machine.fit_svm(x, y, n_classes), x)
    if n_classes > 2:
        np.testing.assert_allclose(ours, theirs, atol=1e-9)
    else:
        np.testing.assert_array_equal(ours.argmax(axis=1), theirs > 0)


def test_trees_answer_as_in_scikit_learn(monkeypatch):
    from sklearn.ensemble import ExtraTreesClassifier

    monkeypatch.setattr(forest, "N_TREES", 20)
    x, y = rows(apart=0.3)
    theirs = ExtraTreesClassifier(20, random_state=0).fit(x.astype(np.float32), y)
    ours = np.exp(forest.scores(forest.fit(x, y, 4), x + 5)) - 1e-3
    np.testing.assert_allclose(ours, theirs.predict_proba((x + 5).astype(np.float32)), atol=1e-6)


def test_logistic_regression_answers_as_in_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    for n_classes in (2, 4):
        x, y = rows(n_classes)
        z = (x - x.mean(axis=0)) / x.std(axis=0)
        theirs = LogisticRegression(C=machine.WEIGHT, max_iter=500).fit(z, y).predict_proba(z)
        scores = discriminant.scores(machine.fit_logistic(x, y, n_classes), x)
        np.testing.assert_allclose(np.exp(log_softmax(scores)), theirs, atol=1e-9)


def test_the_temperature_makes_probabilities_mean_what_they_say():
    random = np.random.default_rng(0)
    scores = random.standard_normal((4000, 5)) * 2
    p = np.exp(log_softmax(scores))
    y = np.array([random.choice(5, p=one) for one in p])
    assert temperature_of(5 * scores, y) == pytest.approx(5, rel=0.06)
    assert calibration_error(p, y) < 0.03 < 0.15 < calibration_error(np.exp(log_softmax(5 * scores)), y)


def test_a_few_that_are_all_right_do_not_make_it_sure_of_everything():
    scores = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]])
    sure = np.exp(log_softmax(scores / temperature_of(scores, np.array([0, 1, 0])))).max()
    assert 0.6 < sure < 0.99


def test_wilson_is_the_root_of_its_equation():
    for right, count in ((9, 10), (0, 7), (400, 400), (350.5, 400)):
        for end in wilson(right, count):
            assert (right / count - end) ** 2 == pytest.approx(1.959964**2 * end * (1 - end) / count, abs=1e-12)


def test_what_is_held_out_changes_nothing_that_answers_it():
    x, y = rows(apart=0.3)
    together = np.arange(len(y))
    folds = new_folds(y, together)
    before = train(x, y, folds, together, ["discriminant"]).probabilities
    for k in np.unique(folds):
        other = x.copy()
        other[folds == k] = 1e3 * np.random.default_rng(1).standard_normal(x[folds == k].shape)
        changed = np.flatnonzero(folds == k)[:1]
        other[changed] = x[changed]  # one sound of the fold is as it was: so is the answer
        after = train(other, y, folds, together, ["discriminant"]).probabilities
        np.testing.assert_allclose(after[changed], before[changed], rtol=1e-9)


@pytest.mark.parametrize(("n_folds", "in_pairs"), [(2, True), (3, False), (3, True), (4, False), (5, False)])
def test_inner_models_hear_nothing_of_what_they_test(n_folds, in_pairs):
    y, together = np.arange(60) % 3, np.arange(60) // 2
    folds = new_folds(y, together, n_folds)
    plan = heldout._inner_plan(y, folds, together, in_pairs)
    scored = {int(k): np.zeros(len(y), int) for k in np.unique(folds)}
    for heard, tests in plan:
        for k, test in tests:
            assert not set(together[heard]) & set(together[test]) and not (heard & (folds == k)).any()
            scored[k] += test
    for k, counts in scored.items():
        np.testing.assert_array_equal(counts, folds != k)
    least = min(heard.sum() for heard, _ in plan)
    assert least >= (0.55 if n_folds >= PAIRS_FROM else 1 / 3 if in_pairs and n_folds > 2 else 0.38) * len(y)


def test_as_many_fits_are_told_as_are_made(monkeypatch):
    x, y = rows(3, 10)
    for n_folds in (2, 3, 5):
        calls, told = [], []
        fit = lambda *given, calls=calls: calls.append(1) or discriminant.fit(*given)  # noqa: E731
        monkeypatch.setitem(PARTS, "discriminant", PARTS["discriminant"]._replace(fit=fit))
        folds = new_folds(y, np.arange(len(y)), n_folds)
        train(x, y, folds, np.arange(len(y)), ["discriminant"], lambda *words, told=told: told.append(words))
        assert told[-1] == ("training", len(calls), len(calls)) and len(told) == len(calls) + 1


def test_few_folds_do_not_make_it_unsure():
    x, y = rows(4, 9, numbers=200, apart=0.2, seed=1)
    together = np.arange(len(y))
    folds = new_folds(y, together, 3)
    found = train(x, y, folds, together, ["discriminant"]).probabilities
    right = (found.argmax(axis=1) == y).mean()
    assert right > 0.6 and abs(found.max(axis=1).mean() - right) < 0.2


def test_of_one_sound_a_class_the_nearest_is_named():
    x = np.random.default_rng(0).standard_normal((40, 30))
    arrays = discriminant.fit(x, np.arange(40), 40)
    near = x + 0.1 * np.random.default_rng(1).standard_normal(x.shape)
    z = near[:, None] - x[None]
    wanted = ((z / x.std(axis=0)) ** 2).sum(axis=2).argmin(axis=1)
    np.testing.assert_array_equal(discriminant.scores(arrays, near).argmax(axis=1), wanted)


def test_of_two_sounds_a_class_it_is_not_sure_of_everything():
    random = np.random.default_rng(0)
    y = np.repeat(np.arange(60), 2)
    x = random.standard_normal((60, 20))[y] + 0.9 * random.standard_normal((120, 20))
    x = np.repeat(x, 10, axis=1)  # numbers that say the same
    folds = np.arange(120) % 2
    found = train(x, y, folds, np.arange(120), ["discriminant"]).probabilities
    right = (found.argmax(axis=1) == y).mean()
    assert 0.3 < right < 0.95 and abs(found.max(axis=1).mean() - right) < 0.15


def test_labels_without_sense_are_guessed_no_better_than_by_chance():
    x, _ = rows(4, 50)
    y = np.random.default_rng(3).integers(0, 4, len(x))
    together = np.arange(len(y))
    for recipe in ("discriminant", "logistic"):
        p = train(x, y, new_folds(y, together), together, [recipe]).probabilities
        assert 0.12 < np.mean(p.argmax(axis=1) == y) < 0.38


def test_windows_of_a_file_stay_together():
    random = np.random.default_rng(0)
    file = np.repeat(np.arange(40), 10)
    y = np.repeat(random.integers(0, 2, 40), 10)
    x = random.standard_normal((40, 20))[file] + 0.01 * random.standard_normal((400, 20))  # a file is known by heart
    apart, together = np.arange(400), bound(file.tolist())
    leaked = train(x, y, new_folds(y, apart), apart, ["discriminant"]).probabilities
    honest = train(x, y, new_folds(y, together), together, ["discriminant"]).probabilities
    assert np.mean(leaked.argmax(axis=1) == y) > 0.75
    assert np.mean(honest.argmax(axis=1) == y) < 0.7


def test_the_choice_is_made_inside_and_the_model_answers_as_it_was_chosen(monkeypatch):
    monkeypatch.setattr(forest, "N_TREES", 10)
    x, y = rows(3, 20, apart=0.5)
    together = np.arange(len(y))
    found = train(x, y, new_folds(y, together), together, list(CHOICES))
    assert found.recipe == min(found.losses, key=found.losses.get) and len(found.chosen) == 5
    p = np.exp(log_probabilities(found.parts, x))
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert np.mean(p.argmax(axis=1) == y) > 0.9


def test_two_folds_are_enough():
    x, y = rows(2, 4)
    together = np.arange(len(y))
    found = train(x, y, y * 0 + together % 2, together, ["discriminant"])
    assert np.isfinite(found.probabilities).all() and found.parts[0].temperature > 0


def test_folds_keep_units_whole_and_classes_even():
    random = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [50, 30, 20])
    together = bound((y * 100 + random.integers(0, 12, 100)).tolist())
    fold = new_folds(y, together)
    assert all(len(set(fold[together == unit])) == 1 for unit in np.unique(together))
    assert set(fold) == set(range(5))
    for k in range(3):
        assert np.bincount(fold[y == k], minlength=5).min() > 0


def test_each_group_in_turn_where_they_are_few():
    y = np.tile([0, 1], 30)
    together = np.repeat(np.arange(6), 10)
    np.testing.assert_array_equal(folds_for(y, ["a", "b"], together, grouped=True), together)


@pytest.mark.parametrize(
    ("y", "together", "published", "grouped", "words"),
    [
        ([0, 0, 1], [0, 1, 2], None, False, "class 'b' has one file only; it must have 2 or more"),
        ([0, 1, 1, 0], [0, 1, 1, 2], None, True, "class 'b' has one group only"),
        ([0, 1, 0, 1], [0, 1, 0, 2], ["1", "1", "2", "2"], False, "0.wav and 2.wav are in folds 1 and 2, and of one"),
        ([0, 1, 0, 1], [0, 1, 2, 3], ["1", "1", "1", "1"], False, "all sounds are in fold 1; there must be 2 folds"),
        ([0, 1, 0, 0], [0, 1, 2, 3], ["1", "1", "2", "2"], False, "class 'b' lies in one fold only"),
        ([0, 1, 0, 1], [0, 1, 2, 3], ["1", None, "1", "2"], False, "1 of 4 sounds have no fold .1.wav."),
    ],
)
def test_folds_that_would_leak_or_cannot_be_are_refused(y, together, published, grouped, words):
    names = [f"{i}.wav" for i in range(len(y))]
    with pytest.raises(SettingsError, match=words):
        folds_for(np.array(y), ["a", "b"], np.array(together), published, grouped, names)


def test_an_evaluation_counts_what_was_right():
    p = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.3, 0.7]])
    one = Evaluation(("a", "b"), np.array([0, 0, 1, 1]), p, np.array([0, 0, 1, 1]), ("w", "x", "y", "z"))
    assert one.folds == (0.5, 1.0) and one.accuracy == 0.75 and one.majority == 0.5
    np.testing.assert_array_equal(one.confusion, [[1, 1], [0, 2]])
    np.testing.assert_array_equal(one.recall, [0.5, 1.0])
    assert one.log_loss == pytest.approx(-np.log([0.9, 0.4, 0.8, 0.7]).mean())
    assert one.calibration_error == pytest.approx((0.1 + 0.6 + 0.2 + 0.3) / 4)
    assert one.mistakes() == [("x", "a", "b", 0.6)]
    assert one.interval == wilson(3, 4)


def test_parts_of_a_file_count_once_in_the_interval():
    p = np.tile([0.9, 0.1], (40, 1))
    y = np.r_[np.zeros(30, int), np.ones(10, int)]
    one = Evaluation(("a", "b"), y, p, np.arange(40) % 2, tuple(f"{i // 10}.wav" for i in range(40)))
    assert one.interval == wilson(3, 4)
