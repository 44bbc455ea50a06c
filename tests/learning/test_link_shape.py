"""Shapes of spectra in the Torch module, row by row, as each is in a unit of its own."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="Torch is not installed: make torch")

from sonograph import Signal, StftSettings, spectrogram  # noqa: E402
from sonograph.engines.reference import Reference  # noqa: E402
from sonograph.learning import SpectrogramModule  # noqa: E402
from sonograph.settings import ShapeSettings  # noqa: E402
from tests.learning.cases import RATE, relative, sounds  # noqa: E402

BOTH = pytest.mark.parametrize("quantity", ["power", "magnitude"])


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def settings_of(quantity, **more):
    return ShapeSettings(of=StftSettings(window_length=512, quantity=quantity), contrast_bands=5, **more)


def exact(samples, settings):
    sound = Signal(samples.astype(float), RATE)
    return spectrogram(sound, settings, engine=Reference())


@BOTH
def test_every_row_is_that_of_spectrogram(quantity):
    settings = settings_of(quantity)
    module, samples = SpectrogramModule(settings, RATE), sounds()
    single = module(torch.from_numpy(samples)).numpy()
    double = module.double()(torch.from_numpy(samples).double()).numpy()
    for x, one, two in zip(samples, single, double, strict=True):
        wanted = exact(x, settings)
        assert one.shape == wanted.values.shape
        for name, mine, rough, theirs in zip(wanted.names, two, one, wanted.values, strict=True):
            np.testing.assert_array_equal(np.isnan(mine), np.isnan(theirs), err_msg=name)
            here = ~np.isnan(theirs)
            assert relative(mine[here], theirs[here]) <= 1e-9, name
            assert relative(rough[here], theirs[here]) <= 1e-3, name


@BOTH
def test_silent_and_missing_frames_have_no_shape_and_no_gradient(quantity):
    settings = settings_of(quantity)
    samples = sounds(channels=1).astype(float)
    samples[0, 1000:3000], samples[0, 4000] = 0, np.nan
    wanted = exact(samples[0], settings).values
    module = SpectrogramModule(settings, RATE).double()
    inputs = torch.from_numpy(samples).requires_grad_()
    values = module(inputs)
    np.testing.assert_array_equal(np.isnan(values.detach().numpy()[0]), np.isnan(wanted))
    assert np.isnan(wanted[0]).any()
    values.nansum().backward()
    assert torch.isfinite(inputs.grad).all()


@BOTH
@pytest.mark.parametrize("feature", ["centroid", "bandwidth", "flatness", "contrast", "flux", "entropy", "slope"])
def test_gradients_are_differences(quantity, feature):
    module = SpectrogramModule(settings_of(quantity, features=(feature,)), RATE).double()
    rng = np.random.default_rng(0)
    samples, step = (torch.from_numpy(rng.standard_normal(3000)) for _ in range(2))
    weights = torch.from_numpy(rng.standard_normal(module(samples).shape))
    loss = lambda x: (module(x) * weights).nansum()  # noqa: E731
    samples.requires_grad_()
    (gradient,) = torch.autograd.grad(loss(samples), samples)
    slope = float(gradient @ step)
    with torch.no_grad():
        difference = float(loss(samples + 1e-6 * step) - loss(samples - 1e-6 * step)) / 2e-6
    assert slope == pytest.approx(difference, rel=1e-5)
