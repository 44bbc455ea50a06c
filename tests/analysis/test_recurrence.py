"""Which moments are alike and how two sounds go together: against loops, librosa, and a chord that comes again."""

import numpy as np
import pytest

import sonograph as sg
from sonograph import SettingsError, Spectrogram
from sonograph.learning import decompose
from tests.features.made import moments

librosa = pytest.importorskip("librosa")


def given(values):
    values = np.asarray(values, float)
    return Spectrogram.from_array(values, times=0.5 * np.arange(values.shape[1]))


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("options", [{}, {"neighbours": 5, "apart": 4}, {"neighbours": 9, "mutual": True}])
@pytest.mark.parametrize("values", ["distance", "affinity"])
def test_recurrence_is_librosas(values, options, metric):
    names = {"neighbours": "k", "apart": "width", "mutual": "sym"}
    theirs = {names[name]: value for name, value in options.items()}
    want = librosa.segment.recurrence_matrix(moments(0).values, mode=values, metric=metric, **theirs)
    got = sg.recurrence(moments(0), values=values, metric=metric, **options)
    np.testing.assert_allclose(got.values, want, rtol=0, atol=1e-12)
    ones = sg.recurrence(moments(0), metric=metric, **options).values
    np.testing.assert_array_equal(ones, want > 0)


def test_a_part_that_comes_again_is_a_line_beside_the_diagonal():
    part = np.random.default_rng(3).random((6, 30))
    there = sg.recurrence(given(np.concatenate([part, part], axis=1)), neighbours=1)
    np.testing.assert_array_equal(np.flatnonzero(there.values[:, 40]), [10])
    axes = sg.draw(there).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Time (s)", "Time (s)")


@pytest.mark.parametrize("anywhere", [False, True])
def test_the_path_is_the_cheapest_of_all(anywhere):
    a, b = moments(0).values[:, :25], moments(1).values[:, :31]
    found = sg.align(given(a), given(b), anywhere=anywhere)
    _, wanted = librosa.sequence.dtw(a, b, subseq=anywhere)
    np.testing.assert_array_equal(found.path, wanted[::-1])
    best = np.full((26, 32), np.inf)
    best[0, 0 if not anywhere else slice(None)] = 0
    for i in range(25):
        for j in range(31):
            best[i + 1, j + 1] = np.linalg.norm(a[:, i] - b[:, j]) + min(best[i, j], best[i, j + 1], best[i + 1, j])
    assert found.cost == pytest.approx(best[-1].min() if anywhere else best[-1, -1], rel=1e-12)
    along = sum(np.linalg.norm(a[:, i] - b[:, j]) for i, j in found.path)
    assert along == pytest.approx(found.cost, rel=1e-12)


def test_a_sound_is_found_within_another():
    b = moments(1).values
    found = sg.align(given(b[:, 20:40]), given(b), anywhere=True)
    np.testing.assert_array_equal(found.path, np.stack([np.arange(20), np.arange(20, 40)], axis=1))
    assert found.times[0].tolist() == [0.0, 10.0]


def test_patterns_and_their_loudness_add_up_to_the_whole():
    patterns = np.array([[4.0, 0, 1, 0], [0, 3, 0, 2]]).T
    loudness = np.random.default_rng(0).random((2, 40))
    found = decompose(given(patterns @ loudness), 2)
    assert found.error < 0.05
    total = found.part(0).values + found.part(1).values
    np.testing.assert_allclose(total, patterns @ loudness, atol=0.05)
    shapes = found.patterns / found.patterns.max(axis=0)
    order = np.argsort(shapes[1])
    np.testing.assert_allclose(shapes[:, order], patterns / patterns.max(axis=0), atol=0.1)  # a little of each fits too


GOOD = moments(0)
HOLE = given(np.where(np.arange(80) == 7, np.nan, 1.0) * np.ones((12, 1)))
REFUSED = {
    "few": (lambda: sg.recurrence(given(np.ones((3, 3)))), r"^the spectrogram has 3 frames; with apart 1 there"),
    "apart": (lambda: sg.recurrence(GOOD, apart=50), r"^the spectrogram has 80 frames; with apart 50 there"),
    "a gap": (lambda: sg.recurrence(HOLE), r"^spectrogram has missing frames, which are like no other"),
    "a metric": (lambda: sg.recurrence(GOOD, metric="x"), r"^metric is 'x'; it must be one of euclidean, cosine$"),
    "values": (lambda: sg.recurrence(GOOD, values="x"), r"^values is 'x'; it must be one of connectivity, "),
    "rows": (lambda: sg.align(GOOD, given(np.ones((3, 9)))), r"^the spectrograms have 12 and 3 rows; "),
    "channels": (
        lambda: sg.align(Spectrogram.from_array(np.ones((2, 3, 9)), times=np.arange(9.0)), GOOD),
        r"^spectrogram has 2 channels; one is looked at: select\(channel=0\)$",
    ),
    "too many": (
        lambda: sg.align(given(np.ones((1, 12_000))), given(np.ones((1, 12_000)))),
        r"^12,000 by 12,000 frames are more than there is memory for",
    ),
    "below 0": (lambda: decompose(given(-np.ones((3, 9))), 2), r"^the spectrogram holds numbers below 0"),
    "patterns": (lambda: decompose(GOOD, 13), r"^patterns is 13; it must be 1 to 12$"),
    "loss": (lambda: decompose(GOOD, 2, loss="x"), r"^loss is 'x'; it must be one of frobenius, kullback-leibler$"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_answered_in_a_sentence(call, message):
    with pytest.raises(SettingsError, match=message):
        call()
