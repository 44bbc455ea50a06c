"""Which samples of a sound its frames see, against the definition in loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import SettingsError, StftSettings, preset, preset_names
from sonograph.analysis.coverage import SMALL, coverage, least_between, padding, refuse_unseen, unseen_ends, weights_of
from sonograph.settings import EDGES, TemporalSettings
from sonograph.windows import window_of
from tests import naive

WINDOWS = ("hann", "boxcar", "flattop", "povey", ("tukey", 0.25), ("gaussian", 5.0))


@given(st.integers(3, 40), st.data(), st.sampled_from(WINDOWS), st.sampled_from(EDGES), st.integers(1, 160))
def test_what_is_seen_is_so_by_definition(n, data, window, edges, n_samples):
    hop = data.draw(st.integers(1, n))
    settings = StftSettings(window_length=n, hop=hop, window=window, edges=edges)
    if edges == "reflect":
        n_samples = max(n_samples, n // 2 + 1)
    weights = abs(window_of(settings)) / abs(window_of(settings)).max()
    most, shares = [0.0] * n_samples, [0.0]
    starts = naive.frame_starts(n_samples, n, hop, edges)
    for start in starts:
        inside = 0.0
        for k in range(n):
            if 0 <= start + k < n_samples:
                most[start + k] = max(most[start + k], weights[k])
                inside += weights[k]
        shares.append(inside / weights.sum())
    found = coverage(settings, n_samples)
    if not starts:
        assert (found.start, found.share) == (n_samples, 0.0)
        return
    unseen = [value < SMALL for value in most]
    if all(unseen):
        assert found.start == min(n_samples, n)
    else:
        reach = min(n_samples, n)
        assert found.start == (unseen.index(False) if False in unseen[:reach] else reach)
        tail = unseen[::-1][:reach]
        assert found.end == (tail.index(False) if False in tail else 0)
    mirrored = edges in ("reflect", "kaldi")
    assert found.share == pytest.approx(1.0 if mirrored else max(shares), abs=1e-12)
    # between the middle of the first frame and that of the last no sample counts less than the settings promise
    first, last = starts[0] + n - 1, starts[-1]
    middle = [most[s] for s in range(max(0, first), min(n_samples, last + 1))]
    assert min(middle, default=1.0) >= least_between(weights, hop) - 1e-12


@given(st.integers(3, 60), st.data(), st.sampled_from(WINDOWS))
def test_settings_whose_frames_leave_something_out_are_refused_with_the_longest_hop_that_does_not(n, data, window):
    hop = data.draw(st.integers(1, n))
    settings = StftSettings(window_length=n, hop=hop, window=window)
    weights = weights_of(settings)
    seen = [max((weights[k] for k in range(phase, n, hop)), default=0.0) for phase in range(hop)]
    if min(seen) >= SMALL:
        refuse_unseen(settings)
        return
    with pytest.raises(SettingsError, match=rf"hop is {hop}; with the .* window of {n} samples") as refused:
        refuse_unseen(settings)
    if "at most" in str(refused.value):
        most = int(str(refused.value).split("at most ")[1].split(",")[0])
        refuse_unseen(StftSettings(window_length=n, hop=most, window=window))


def test_a_hop_of_a_window_is_refused_for_what_fades_at_its_ends_and_not_for_what_does_not():
    with pytest.raises(
        SettingsError, match=r"hop is 2048; with the hann window of 2048 samples it must be at most 1629,"
    ):
        refuse_unseen(StftSettings(window_length=2048, hop=2048))
    refuse_unseen(StftSettings(window_length=2048, hop=2048, window="boxcar"))
    refuse_unseen(TemporalSettings(of=StftSettings(window_length=2048, hop=2048)))
    for name in preset_names():
        refuse_unseen(preset(name))


def test_a_short_sound_reads_low_by_what_is_said():
    from sonograph import Signal, spectrogram

    tone = Signal(np.sin(2 * np.pi * 0.125 * np.arange(200)), 8000.0)
    power = spectrogram(tone, StftSettings()).values
    said = padding(StftSettings(), 200)
    assert f"{-10 * np.log10(power.max() / 0.5):.1f} dB low" in said and "(200 of 2048 samples)" in said
    assert padding(StftSettings(), 48_000) == unseen_ends(StftSettings(), 48_000, 48_000.0) == ""
    lost = StftSettings(edges="missing")
    assert np.isnan(spectrogram(tone, lost).values).all() and padding(lost, 200).endswith(": all of it is no data")
    assert "mirrored" in padding(StftSettings(edges="reflect"), 1500)
    assert padding(StftSettings(), 0) == unseen_ends(StftSettings(), 0, 8000.0) == ""
