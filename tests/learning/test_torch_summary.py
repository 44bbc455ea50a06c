"""The summaries in Torch: the rows that NumPy gives, and gradients."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="Torch is not installed: make torch")

from sonograph import SettingsError, Signal  # noqa: E402
from sonograph.analysis.summaries.kinds import KINDS  # noqa: E402
from sonograph.learning import Summary, SummaryModule  # noqa: E402
from tests.learning import made  # noqa: E402

RATE = made.RATE
EACH = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "kernels"])


def sounds(seconds=1.2):
    """Three sounds, one of them half padded with digital silence, one with a missing sample."""
    x = np.stack([made.sound(label, 5, seconds) for label in ("hiss", "hum", "sweep")])
    x[1, x.shape[1] // 2 :] = 0
    x[2, 1000] = np.nan
    return x


def wanted(kind, x):
    return np.stack([Summary(kind).of_sound(Signal(one, RATE)) for one in x])


@EACH
def test_each_kind_has_the_numbers_of_numpy(kind):
    x = sounds()
    double = SummaryModule(Summary(kind), RATE).double()(torch.from_numpy(x).double()).numpy()
    np.testing.assert_allclose(double, wanted(kind, x.astype(float)), rtol=1e-8, atol=1e-8)
    single = SummaryModule(Summary(kind), RATE)(torch.from_numpy(x))
    assert single.dtype == torch.float32
    exact = wanted(kind, x)
    np.testing.assert_allclose(single.numpy(), exact, atol=1e-4 * np.ptp(exact))


@pytest.mark.parametrize("seconds", [0.03, 0.3, 7.0])
def test_so_do_short_and_long_sounds_and_all_kinds_side_by_side(seconds):
    summary = Summary(tuple(kind for kind in KINDS if kind != "kernels"))
    x = made.sound("hum", 3, seconds).astype(float)
    found = SummaryModule(summary, RATE).double()(torch.from_numpy(x))
    np.testing.assert_allclose(found.numpy(), summary.of_sound(Signal(x, RATE)), rtol=1e-7, atol=1e-7)


@EACH
def test_gradients_are_those_of_differences(kind):
    random = np.random.default_rng(0)
    x = torch.from_numpy(made.sound("sweep", 1, 0.3).astype(float)).requires_grad_()
    module = SummaryModule(Summary(kind), RATE).double()
    weights = torch.from_numpy(random.standard_normal(len(module.summary.names)))
    (module(x) @ weights).backward()
    step = torch.from_numpy(1e-7 * random.standard_normal(len(x)))
    with torch.no_grad():
        change = float((module(x + step) - module(x - step)) @ weights) / 2
    assert torch.isfinite(x.grad).all()
    assert float(x.grad @ step) == pytest.approx(change, rel=1e-3)


def test_batches_keep_their_axes_and_silence_has_finite_gradients():
    x = torch.zeros(2, 3, 4000, requires_grad=True)
    rows = SummaryModule(Summary(("mfcc", "bands", "tonal")), RATE)(x)
    assert rows.shape == (2, 3, 370)
    rows.sum().backward()
    assert torch.isfinite(x.grad).all()
    assert SummaryModule(Summary("mfcc"), RATE)(torch.zeros(0, 4000)).shape == (0, 80)


def test_kernels_are_refused():
    with pytest.raises(SettingsError, match="kinds is mfcc, kernels; a Torch module has no kernels"):
        SummaryModule(Summary(("mfcc", "kernels")), RATE)
