"""Frames further apart than they are long, where that is asked for: the same bits each way, and it is said."""

from functools import reduce

import numpy as np
import pytest

from sonograph import SettingsError, Signal, Spectrogram, StftSettings, Stream, draw, istft, pieces, spectrogram
from sonograph.analysis.coverage import refuse_unseen, unseen_ends
from sonograph.engines import default
from sonograph.engines.reference import Reference
from sonograph.settings import BandSettings, LoudnessSettings, MelBank, SquaresSettings, TemporalSettings

RATE = 8000.0


def sparse(edges="inside", **more):
    return StftSettings(window_length=256, hop=400, edges=edges, unseen=True, **more)


def test_a_frame_is_the_transform_of_its_own_samples():
    x = np.random.default_rng(0).standard_normal(5000)
    for engine in (default(), Reference()):
        made = spectrogram(Signal(x, RATE), sparse(scaling="raw"), engine=engine)
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(256) / 256)
        wanted = [np.abs(np.fft.rfft(x[i : i + 256] * window)) ** 2 for i in range(0, 5000 - 255, 400)]
        np.testing.assert_allclose(made.values, np.array(wanted).T, rtol=0, atol=1e-9)
        np.testing.assert_allclose(made.times, (np.arange(len(wanted)) * 400 + 128) / RATE)


@pytest.mark.parametrize("edges", ["zeros", "reflect", "inside", "padded", "kaldi", "scipy"])
@pytest.mark.parametrize(
    "make",
    [
        lambda stft: stft,
        lambda stft: BandSettings(of=stft, bands=MelBank(n_bands=10)),
        lambda stft: TemporalSettings(of=stft, features=("rms", "peak", "zero_crossings", "envelope")),
    ],
)
def test_whole_pieces_streams_and_parts_have_the_same_bits_and_gaps_lie_where_they_are(edges, make):
    x = np.random.default_rng(0).standard_normal((2, 5000))
    x[0, 2000:2003] = np.nan
    settings, sound = make(sparse(edges)), Signal(x, RATE)
    whole = spectrogram(sound, settings)
    joined = reduce(Spectrogram.join, pieces(sound, settings, at_most=3))
    parts = []
    for block in (333, 90):
        stream = Stream(settings, sample_rate=RATE, n_channels=2)
        each = [stream.push(x[:, i : i + block]) for i in range(0, 5000, block)]
        parts.append(reduce(Spectrogram.join, [*each, stream.finish()]))
    for other in (joined, *parts):
        assert (other.frames, other.valid) == (whole.frames, whole.valid)
        np.testing.assert_array_equal(other.values, whole.values)
    some = spectrogram(sound, settings, frames=range(3, 7))
    np.testing.assert_array_equal(some.values, whole.values[..., 3:7])
    assert np.isnan(whole.values[0]).any(axis=0).sum() <= 1 and np.isfinite(whole.values[1]).all()


def test_what_is_not_seen_is_said_and_nothing_is_skipped_unasked():
    with pytest.raises(SettingsError, match="with window_length 256 it must be 1 to 256, or samples would be skipped"):
        StftSettings(window_length=256, hop=400)
    settings = sparse(window="boxcar")
    assert unseen_ends(settings, 4000, RATE).startswith("36 % of the samples lie between frames, and are hardly seen")
    refuse_unseen(settings)  # it was asked for
    figure = draw(Signal(np.random.default_rng(0).standard_normal(9000), RATE), settings)
    assert "36 % of the samples lie between frames" in " ".join(text.get_text() for text in figure.texts)
    assert "unseen" not in StftSettings().to_dict() and settings.overlap == -144
    transform = spectrogram(Signal(np.ones(4000), RATE), sparse(quantity="transform"))
    with pytest.raises(SettingsError):
        istft(transform, n_samples=4000)


def test_what_has_filters_of_its_own_skips_nothing():
    frames = StftSettings(window_length=30_000, hop=40_000, unseen=True)
    for make in (lambda: LoudnessSettings(of=frames), lambda: SquaresSettings(of=frames)):
        with pytest.raises(SettingsError, match=r"hop is 40000; with window_length 30000 .* would skip samples"):
            make()
