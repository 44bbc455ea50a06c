"""Augmentation of tensors: the same seed does to a tensor what it does to an array."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="Torch is not installed: make torch")

from sonograph import SettingsError, augment  # noqa: E402
from sonograph.learning import augment as tensors  # noqa: E402

VALUES = np.random.default_rng(0).standard_normal((3, 2, 40, 30)).astype("float32")
SOUND = np.random.default_rng(1).standard_normal((3, 2, 4000)).astype("float32")
NOISE = augment.noise(700, colour="pink", seed=9)
CALLS = {
    "mask_frequency": (VALUES, lambda door, x, seed: door.mask_frequency(x, widest=9, count=2, fill=-7.0, seed=seed)),
    "mask_time": (VALUES, lambda door, x, seed: door.mask_time(x, longest=12, count=3, seed=seed)),
    "shift": (SOUND, lambda door, x, seed: door.shift(x, most=500, seed=seed)),
    "gain": (SOUND, lambda door, x, seed: door.gain(x, decibels=(-9.0, 6.0), seed=seed)),
    "mix": (
        SOUND,
        lambda door, x, seed: door.mix(x, NOISE if door is augment else torch.from_numpy(NOISE), snr=6.0, seed=seed),
    ),
}
EVERY = pytest.mark.parametrize("name", CALLS)


@EVERY
@pytest.mark.parametrize("seed", range(8))
def test_a_tensor_becomes_what_an_array_becomes(name, seed):
    given, call = CALLS[name]
    x = torch.from_numpy(given.copy())
    got, want = call(tensors, x, seed), call(augment, given, seed)
    np.testing.assert_allclose(got.numpy(), want, rtol=1e-6, atol=1e-7)
    assert got.dtype == x.dtype
    np.testing.assert_array_equal(x.numpy(), given)  # what is given is not changed


@EVERY
def test_a_seed_may_be_a_whole_number_of_numpy(name):
    given, call = CALLS[name]
    x = torch.from_numpy(given)
    assert torch.equal(call(tensors, x, np.int64(3)), call(tensors, x, 3))
    with pytest.raises(SettingsError, match="seed is -1; it must be a whole number, 0 or more"):
        call(tensors, x, np.int64(-1))


@EVERY
def test_many_seeds_are_each_sound_by_itself(name):
    given, call = CALLS[name]
    got = call(tensors, torch.from_numpy(given), (5, 6, 7))
    for item, one, seed in zip(got, given, (5, 6, 7), strict=True):
        np.testing.assert_allclose(item.numpy(), call(augment, one, seed), rtol=1e-6, atol=1e-7)


@EVERY
def test_gradients_flow_through_what_is_left(name):
    given, call = CALLS[name]
    x = torch.from_numpy(given.astype("float64")).requires_grad_()
    call(tensors, x, 3).sum().backward()
    assert torch.isfinite(x.grad).all()
    if name.startswith("mask"):
        want = call(augment, np.ones_like(given), 3) == 1
        np.testing.assert_array_equal(x.grad.numpy() == 1, want)


def test_noise_is_that_of_arrays():
    got = tensors.noise(1001, colour="brown", seed=4, dtype=torch.float64)
    np.testing.assert_array_equal(got.numpy(), augment.noise(1001, colour="brown", seed=4, dtype="float64"))
    assert tensors.noise(8, seed=1).dtype == torch.float32


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@EVERY
def test_a_device_gives_the_same(name):
    given, call = CALLS[name]
    if name == "mix":
        got = tensors.mix(torch.from_numpy(given).cuda(), torch.from_numpy(NOISE).cuda(), snr=6.0, seed=2)
    else:
        got = call(tensors, torch.from_numpy(given).cuda(), 2)
    assert got.device.type == "cuda"
    np.testing.assert_allclose(got.cpu().numpy(), call(augment, given, 2), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: tensors.mask_time(torch.ones(2, 5), longest=6, seed=0), "longest is 6; it must be 0 to 5"),
        (lambda: tensors.mask_frequency(torch.ones(2, 5), widest=-1, seed=0), "widest is -1; it must be 0 to 2"),
        (lambda: tensors.mask_time(torch.ones(2, 5), longest=1, count=-1, seed=0), "count is -1; it must be 0 or more"),
        (
            lambda: tensors.mask_time(torch.ones(5), longest=1, seed=0),
            r"shape \(5,\); they must be \(..., rows, frames",
        ),
        (lambda: tensors.mask_time(torch.ones(2, 5), longest=1, seed=(0, 1)), r"shape \(2, 5\); they must be"),
        (
            lambda: tensors.shift(torch.ones(3, 9), most=1, seed=(0, 1)),
            "seed holds 2 seeds; it must hold 3, one for each",
        ),
        (lambda: tensors.shift(torch.ones(3), most=4, seed=0), "most is 4; it must be 0 to 3"),
        (lambda: tensors.gain(torch.ones(3), decibels=(3.0, 1.0), seed=0), "the lower first"),
        (
            lambda: tensors.gain(torch.ones(3, dtype=torch.int16), decibels=(0.0, 1.0), seed=0),
            "samples are torch.int16",
        ),
        (lambda: tensors.mix(torch.ones(3), torch.zeros(3), snr=3.0, seed=0), "both must be above 0 to have a ratio"),
        (
            lambda: tensors.mix(torch.ones(2, 3), torch.ones(3, 3), snr=3.0, seed=0),
            r"shape \(3, 3\); it must be \(m,\)",
        ),
        (lambda: tensors.noise(10, colour="mauve", seed=0), "colour is 'mauve'; it must be one of brown, pink"),
    ],
)
def test_what_cannot_be_is_refused(call, says):
    with pytest.raises(SettingsError, match=says):
        call()
