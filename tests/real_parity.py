"""Features of real recordings beside librosa's: how many frames are alike, how far the others are, and why.

Made sounds are loud and steady; recordings have pauses, which other libraries clip, and ends.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import NamedTuple
from unittest import mock

import numpy as np

from sonograph import Signal, StftSettings, preset, read, spectrogram
from sonograph.settings import ShapeSettings, TemporalSettings
from tests.parity import data, library

RECORDINGS = (
    "birds_opensoundscape_mit/birds_10s.wav",
    "birds_maad_bsd3/spinetail.wav",
    "hydrophone_osekit_mit/sample_220925_223450.wav",
    "music_speech_ccby_pd/198-209-0000.ogg",
    "music_speech_ccby_pd/Karissa_Hobbs_-_Lets_Go_Fishin.ogg",
    "music_speech_ccby_pd/Kevin_MacLeod_-_P_I_Tchaikovsky_Dance_of_the_Sugar_Plum_Fairy.ogg",
    "music_speech_ccby_pd/glacier-bay-humpback.ogg",
    "music_speech_ccby_pd/sorohanro_-_solo-trumpet-06.hq.ogg",
    "oneshots_cc0/guit_em9.flac",
    "oneshots_cc0/drum_snare_hard.flac",
)
SECONDS = 3.0
"""Of each at the most, from its beginning."""
FRAMES = StftSettings(window_length=2048, hop=512)
MAGNITUDE = FRAMES.but(scaling="raw", quantity="magnitude")


class Real(NamedTuple):
    """A feature of recordings beside a library's.

    near  : how differences are counted: "peak" (parts of the largest value of a recording) or a unit
    alike : frames that must be within the tolerance: "all", "within" the sound, or "some" of which nothing is claimed
    why   : why others differ
    run   : ours and theirs of samples and their rate, (rows, frames)
    """

    name: str
    reference: str
    near: str
    tolerance: float
    alike: str
    why: str
    run: Callable[[np.ndarray, float], tuple[np.ndarray, np.ndarray]]


class Held(NamedTuple):
    """What a comparison gave over all recordings: frames that are alike, all frames, and the largest differences."""

    alike: int
    frames: int
    largest: float
    of_others: float
    at_ends_alone: bool


@cache
def recording(path: str) -> tuple[np.ndarray, float]:
    """The beginning of one, the mean of its channels, in double precision."""
    whole = read(data(path), mono=True)
    return np.asarray(whole.samples[: int(SECONDS * whole.sample_rate)], float), whole.sample_rate


def of_preset(name: str) -> Callable[[np.ndarray, float], np.ndarray]:
    return lambda x, rate: spectrogram(Signal(x, rate), preset(name)).values


def shape(name: str) -> Callable[[np.ndarray, float], np.ndarray]:
    return lambda x, rate: spectrogram(Signal(x, rate), ShapeSettings(of=MAGNITUDE, features=(name,))).values


def temporal(name: str) -> Callable[[np.ndarray, float], np.ndarray]:
    return lambda x, rate: spectrogram(Signal(x, rate), TemporalSettings(of=FRAMES, features=(name,))).values


def contrast_without_clip(x, rate):
    """librosa's, its decibels not clipped 80 dB below the loudest band of the recording."""
    librosa = library("librosa")
    to_db = librosa.power_to_db
    with mock.patch("librosa.feature.spectral.power_to_db", lambda S: to_db(S, top_db=None)):
        return librosa.feature.spectral_contrast(y=x, sr=rate)


def cases() -> tuple[Real, ...]:
    """All of them; NotHereError where librosa is not."""
    feature = library("librosa").feature
    stft = library("librosa").stft

    def real(name, reference, near, tolerance, ours, theirs, alike="all", why=""):
        return Real(name, reference, near, tolerance, alike, why, lambda x, rate: (ours(x, rate), theirs(x, rate)))

    clip = "librosa clips bands 80 dB below the loudest of the recording, ours are not clipped"
    ends = "over the ends librosa repeats the last sample, ours see zeros: a crossing more or less"
    tuning = "librosa estimates the tuning of each recording, the preset holds A at 440 Hz"
    crossings, chroma = temporal("zero_crossings"), of_preset("librosa.chroma")

    def theirs(name, **how):
        return lambda x, rate: getattr(feature, name)(y=x, sr=rate, **how)

    def theirs_of(name):
        return lambda x, rate: getattr(feature, name)(y=x)

    return (
        real("librosa.stft", "stft", "peak", 1e-13, of_preset("librosa.stft"), lambda x, rate: stft(x)),
        real("librosa.mel", "melspectrogram", "peak", 1e-6, of_preset("librosa.mel"), theirs("melspectrogram")),
        real("librosa.mfcc", "mfcc", "dB", 1e-3, of_preset("librosa.mfcc"), theirs("mfcc")),
        real("rms", "rms", "peak", 1e-6, temporal("rms"), theirs_of("rms")),
        real("centroid", "spectral_centroid", "peak", 1e-6, shape("centroid"), theirs("spectral_centroid")),
        real("rolloff", "spectral_rolloff", "peak", 1e-9, shape("rolloff"), theirs("spectral_rolloff")),
        real("flatness", "spectral_flatness", "peak", 1e-6, shape("flatness"), theirs_of("spectral_flatness")),
        real("contrast", "spectral_contrast", "dB", 1e-6, shape("contrast"), theirs("spectral_contrast"), "some", clip),
        real("contrast", "spectral_contrast, not clipped", "dB", 1e-6, shape("contrast"), contrast_without_clip),
        real(
            "zero_crossings",
            "zero_crossing_rate",
            "crossings",
            0.5,
            lambda x, rate: 2048 * crossings(x, rate),
            lambda x, rate: 2048 * feature.zero_crossing_rate(x),
            "within",
            ends,
        ),
        real("librosa.chroma", "chroma_stft, tuning=0", "values", 1e-6, chroma, theirs("chroma_stft", tuning=0.0)),
        real("librosa.chroma", "chroma_stft", "values", 1e-6, chroma, theirs("chroma_stft"), "some", tuning),
    )


def held(case: Real) -> Held:
    """A comparison over all recordings."""
    alike = frames = 0
    largest = of_others = 0.0
    at_ends = True
    for path in RECORDINGS:
        x, rate = recording(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of librosa, for pauses
            got, want = case.run(x, rate)
        assert got.shape == want.shape, (path, got.shape, want.shape)
        scale = float(np.abs(want).max()) if case.near == "peak" else 1.0
        apart = (np.abs(got - want) / scale).max(axis=0)
        near = apart <= case.tolerance
        alike, frames = alike + int(near.sum()), frames + len(near)
        largest = max(largest, float(apart[near].max(initial=0.0)))
        of_others = max(of_others, float(apart[~near].max(initial=0.0)))
        valid = spectrogram(Signal(x, rate), FRAMES).valid
        at_ends &= bool(near[valid.start : valid.stop].all())
    return Held(alike, frames, largest, of_others, at_ends)


def lines() -> list[str]:
    """The section of docs/parity.md."""
    version = library("librosa").__version__
    count, seconds = len(RECORDINGS), sum(len(x) / rate for x, rate in map(recording, RECORDINGS))
    listed = [
        "## On real recordings",
        "",
        f"The first {SECONDS:g} s or less of {count} recordings ({seconds:.0f} s: birds, a hydrophone, a whale,",
        f"speech, songs, a trumpet, a guitar, a drum) beside librosa {version}, frame by frame. *Alike* are frames",
        "within the tolerance in every row; of the others the largest difference and the reason are told.",
        "",
        "| feature | librosa's | alike, of frames | largest difference | in | tolerance | of the others | why |",
        "|---|---|---:|---:|---|---:|---:|---|",
    ]
    for case in cases():
        one = held(case)
        others = f"{one.of_others:.2g}" if one.alike < one.frames else ""
        unit = "the peak" if case.near == "peak" else case.near
        listed.append(
            f"| {case.name} | {case.reference} | {one.alike:,} of {one.frames:,} | {one.largest:.1e} | {unit} | "
            f"{case.tolerance:.0e} | {others} | {case.why if others else ''} |"
        )
    return listed
