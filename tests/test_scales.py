import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import scales

PAIRS = {
    "slaney": (scales.hz_to_mel, scales.mel_to_hz),
    "htk": (lambda f: scales.hz_to_mel(f, "htk"), lambda m: scales.mel_to_hz(m, "htk")),
    "bark": (scales.hz_to_bark, scales.bark_to_hz),
    "erb": (scales.hz_to_erb, scales.erb_to_hz),
    "midi": (scales.hz_to_midi, scales.midi_to_hz),
}


@pytest.mark.parametrize("scale", PAIRS)
@given(st.floats(1.0, 100_000.0))
def test_a_scale_and_its_inverse_cancel(scale, frequency):
    there, back = PAIRS[scale]
    assert back(there(frequency)) == pytest.approx(frequency, rel=1e-11)


def test_mel_is_librosas():
    librosa = pytest.importorskip("librosa")
    f = np.linspace(0, 20_000, 501)
    np.testing.assert_allclose(scales.hz_to_mel(f), librosa.hz_to_mel(f), rtol=1e-12)
    np.testing.assert_allclose(scales.hz_to_mel(f, "htk"), librosa.hz_to_mel(f, htk=True), rtol=1e-12)


@pytest.mark.parametrize(
    ("to", "frequency", "value"),
    [("bark", 1000, 8.527), ("erb", 1000, 15.621), ("midi", 880, 81), ("midi", 261.6255653, 60), ("htk", 1000, 999.99)],
)
def test_published_points(to, frequency, value):
    assert PAIRS[to][0](frequency) == pytest.approx(value, abs=6e-3)
