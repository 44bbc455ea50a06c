import numpy as np
import pytest

from sonograph.io.decoders.pcm import Encoding


@pytest.mark.parametrize("width", range(1, 9))
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("kind", ["signed", "unsigned"])
@pytest.mark.parametrize("n_channels", [1, 3])
def test_integers_of_every_width_are_what_their_bytes_say(width, big, kind, n_channels):
    if kind == "unsigned" and width not in (1, 2, 4, 8):
        pytest.skip("no format has these")
    data = bytes([0] * width * 3 + [255] * width * 3 + [128] * width * 3) + np.random.default_rng(width).bytes(
        width * 30
    )
    order = "big" if big else "little"
    words = [data[i : i + width] for i in range(0, len(data), width)]
    half = 2 ** (8 * width - 1)
    integers = [
        int.from_bytes(word, order, signed=kind == "signed") - (half if kind == "unsigned" else 0) for word in words
    ]
    samples = Encoding(kind, width, big, 8 * width).samples(data, n_channels)
    want = np.array([integer / half for integer in integers]).reshape(-1, n_channels).T
    np.testing.assert_array_equal(samples, want.astype(samples.dtype))
    assert samples.flags.c_contiguous
