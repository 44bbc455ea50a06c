"""What is counted on the way through a sound, against NumPy on the whole of it."""

import json

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from sonograph import cli
from sonograph.io.tally import Offset, Tally


@given(
    st.integers(1, 5), st.lists(st.integers(0, 700), min_size=1, max_size=5), st.sampled_from((0, 1, 40)),
    st.sampled_from((np.float32, np.float64)), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_what_is_counted_is_that_of_the_whole_however_it_is_cut(n_channels, cuts, n_odd, dtype, seed):
    rng = np.random.default_rng(seed)
    sound = rng.standard_normal((n_channels, sum(cuts))).astype(dtype) * np.arange(1, n_channels + 1)[:, None].astype(
        dtype
    )
    places = rng.integers(0, max(1, sound.size), n_odd if sound.size else 0)
    sound.reshape(-1)[places] = rng.choice([np.nan, np.inf, -np.inf], len(places))
    tally = Tally()
    for block in np.split(sound, np.cumsum(cuts)[:-1], axis=1):
        tally.add(block)
        tally.n_samples += block.shape[1]
    finite = np.isfinite(sound)
    here = sound[finite].astype(float)
    assert (tally.finite, tally.odd) == (int(finite.sum()), int((~finite).sum()))
    assert tally.loudest == float(np.abs(here).max(initial=0.0))
    assert tally.rms == pytest.approx(float(np.sqrt(np.mean(here**2))) if len(here) else 0.0, rel=1e-6)
    bad = np.flatnonzero(~finite.all(axis=0))
    assert tally.first_bad == (int(bad[0]) if len(bad) else None)


def test_the_rms_of_two_channels_is_that_of_all_their_samples(tmp_path, capsys):
    sines = np.sin(2 * np.pi * 100 * np.arange(8000) / 8000)[:, None] * [1.0, 0.5]
    soundfile.write(tmp_path / "two.wav", sines, 8000, subtype="FLOAT")
    assert cli.main(["info", "--json", str(tmp_path / "two.wav")]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["rms"] == pytest.approx(10 * np.log10((1 + 0.25) / 2), abs=1e-3)  # a full-scale sine reads 0 dBFS
    assert facts["peak"] == pytest.approx(0.0, abs=1e-3)


@given(
    st.lists(st.integers(0, 700), min_size=1, max_size=5), st.sampled_from((0.0, 1e-3, 1.0, 1e4)),
    st.sampled_from((np.float32, np.float64)), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_the_offset_and_what_is_left_without_it_are_those_of_the_whole(cuts, offset, dtype, seed):
    rng = np.random.default_rng(seed)
    sound = (offset + 0.01 * rng.standard_normal((2, sum(cuts)))).astype(dtype)
    sound[0, rng.random(sum(cuts)) < 0.1] = np.nan
    counted, first = Offset(2), 0
    for length in cuts:
        counted.add(sound[:, first : first + length])
        first += length
    exact = [channel[np.isfinite(channel)].astype(np.longdouble) for channel in sound]
    for mean, samples in zip(counted.means, exact, strict=True):
        assert (mean is None) == (not len(samples))
        if mean is not None:
            assert mean == pytest.approx(float(samples.mean()), rel=1e-12, abs=1e-15)
    left = sum(float(((samples - samples.mean()) ** 2).sum()) for samples in exact if len(samples))
    n = sum(map(len, exact))
    assert counted.rms_without == pytest.approx((left / n) ** 0.5 if n else 0.0, rel=1e-9, abs=1e-12)
    large = any(len(s) and abs(s.mean()) > 0.5 * np.sqrt((s**2).mean()) for s in exact)
    assert counted.stands_out == large
