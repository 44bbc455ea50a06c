"""Every Source there is keeps what Sources promise: a new one is a row here."""

import importlib
import io
import pkgutil
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import soundfile
import soxr
from scipy.signal import sosfilt

import sonograph
from sonograph import Signal, Source, high_pass, mono, resample, timeline, weighted
from sonograph import open as open_sound
from sonograph.archive.reading.overview_source import ArchivedSound
from sonograph.archive.timelines.clip_set import ClipSet
from sonograph.archive.timelines.reading_once import Shared
from sonograph.cli.progress import Bar
from sonograph.cli.watched import Watched
from sonograph.computing.stream import _Pushed
from sonograph.sounds import weighting
from sonograph.sounds.derived import Derived, Recorded, Stated, again, recorded
from sonograph.sounds.edges import Emphasised
from sonograph.sounds.filters import Filtered
from sonograph.sounds.highpass import sections
from sonograph.web.power import Held
from tests.sounds.contract import HEARS, LAWS, START, Case

RATE, COUNT, LOST = 16_000, 30_000, 700
SAMPLES = np.random.default_rng(11).uniform(-0.4, 0.4, (2, COUNT)).astype(np.float32)
TOML = "microphone = 500.0\nfull_scale = 1.0\nresponse = [[100.0, -3.0], [1000.0, 0.0]]\n"  # `HEARS`
DATED = b"guan\x29\0\0\0Timestamp: 2024-05-01T04:30:00.250+02:00\0\0"  # `START`

LOSSLESS = {
    "wav-16": ("WAV", "PCM_16"), "wav-8": ("WAV", "PCM_U8"), "wav-double": ("WAV", "DOUBLE"),
    "w64-24": ("W64", "PCM_24"), "rf64-16": ("RF64", "PCM_16"), "aiff-32": ("AIFF", "PCM_32"), "au-law": ("AU", "ULAW"),
    "caf-float": ("CAF", "FLOAT"), "flac-16": ("FLAC", "PCM_16"), "flac-24": ("FLAC", "PCM_24"),
    "caf-alac": ("CAF", "ALAC_16"), "wav-ima": ("WAV", "IMA_ADPCM"), "wav-ms": ("WAV", "MS_ADPCM"),
}  # fmt: skip
LOSSY = {"vorbis": ("OGG", "VORBIS"), "opus": ("OGG", "OPUS"), "mp3": ("MP3", "MPEG_LAYER_III")}


def encoded(container, subtype):
    out = io.BytesIO()
    soundfile.write(out, SAMPLES.T, RATE, subtype, format=container)
    return out.getvalue()


def decoded(data):
    return soundfile.read(io.BytesIO(data), always_2d=True)[0].T


def a_file(container, subtype, folder):
    """What libsndfile reads at once is what lies anywhere."""
    data = encoded(container, subtype)
    (folder / "sound").write_bytes(data)
    source = open_sound(folder / "sound")
    whole = decoded(data).astype(source.dtype)
    return source, whole[:, :COUNT] if subtype == "MS_ADPCM" else whole  # its "fact" counts, which libsndfile ignores


def a_lossy_file(container, subtype, folder):
    """What is decoded from its beginning is what lies anywhere."""
    (folder / "sound").write_bytes(encoded(container, subtype))
    with open_sound(folder / "sound") as forward:
        return open_sound(folder / "sound"), np.concatenate(list(forward.blocks()), axis=1)


def a_table(folder):
    times = np.arange(500) / 100
    rows = "".join(f"{t:.2f},{np.sin(t):.6f},{'' if i == 77 else i}\n" for i, t in enumerate(times))
    (folder / "a.csv").write_text(f"time,a,b\n{rows}")
    ramp = np.where(np.arange(500) == 77, np.nan, np.arange(500))
    return open_sound(folder / "a.csv"), np.stack([np.round(np.sin(times), 6), ramp])


def an_array(folder):
    np.save(folder / "a.npy", SAMPLES)
    return open_sound(folder / "a.npy", sample_rate=RATE), SAMPLES


def a_cut_file(folder):
    """Its last samples are promised and not there."""
    data = encoded("WAV", "PCM_16")
    (folder / "cut.wav").write_bytes(data[: len(data) - 4 * LOST])
    whole = decoded(data).astype(np.float32)
    whole[:, COUNT - LOST :] = np.nan
    return open_sound(folder / "cut.wav"), whole


def a_file_with_holes(folder):
    """A frame in its middle is damaged: what it held is missing, and what follows stays where it was."""
    data = bytearray(encoded("FLAC", "PCM_16"))
    data[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    (folder / "holes.flac").write_bytes(data)
    source, whole = open_sound(folder / "holes.flac"), decoded(encoded("FLAC", "PCM_16")).astype(np.float32)
    lost = slice(3 * 4096, 4 * 4096)
    whole[:, lost] = np.nan
    return source, whole


def a_signal_that_says_more(folder):
    samples = SAMPLES.copy()
    samples[0, 9000:9100] = np.nan
    return Signal(samples, RATE, "Pa", START, HEARS), samples


def a_file_that_says_more(folder):
    data = bytearray(encoded("WAV", "PCM_16"))
    (folder / "field.wav").write_bytes(data[:4] + (len(data) - 8 + len(DATED)).to_bytes(4, "little") + data[8:] + DATED)
    (folder / "field.wav.toml").write_text(TOML)
    return open_sound(folder / "field.wav"), np.float32(HEARS.scale) * decoded(bytes(data)).astype(np.float32)


def of_two_channels_the_mean(make, folder):
    source, whole = make(folder)
    return mono(source), whole.mean(axis=0, keepdims=True)


def the_second_channel(make, folder):
    source, whole = make(folder)
    return mono(source, channel=1), whole[1:]


def emphasised(make, folder):
    source, whole = make(folder)
    before = np.concatenate([np.zeros((len(whole), 1), whole.dtype), whole[:, :-1]], axis=1)
    return Emphasised(source, 0.97), whole - whole.dtype.type(0.97) * before


def partly_held(make, folder):
    """Of which some samples lie in memory."""
    source, whole = make(folder)
    return Held(source, range(1000, 9000)), whole


def watched(make, folder):
    source, whole = make(folder)
    return Watched(source, Bar(quiet=True)), whole


def high_passed(make, folder):
    """Of each stretch without a gap what the filter makes of it alone, from its first sample on."""
    source, whole = make(folder)
    wanted = whole.copy()
    for channel, samples in enumerate(whole):
        there = np.flatnonzero(np.isfinite(samples))
        for run in np.split(there, np.flatnonzero(np.diff(there) > 1) + 1):
            part = samples[run].astype(float)
            wanted[channel, run] = sosfilt(sections(300.0, source.sample_rate), part - part[0])
    return high_pass(source, 300.0), wanted


def c_weighted(make, folder):
    """The same of another filter, in blocks of its own."""
    source, whole = make(folder)
    wanted = whole.copy()
    for channel, samples in enumerate(whole):
        there = np.flatnonzero(np.isfinite(samples))
        for run in np.split(there, np.flatnonzero(np.diff(there) > 1) + 1):
            part = samples[run].astype(float)
            wanted[channel, run] = sosfilt(weighting.sections("C", source.sample_rate), part - part[0])
    return weighted(source, "C"), wanted


def resampled(rate, make, folder):
    """soxr at once; around what is missing, so far as its filter reaches, nothing is known."""
    source, whole = make(folder)
    wanted = soxr.resample(np.nan_to_num(whole).T, RATE, rate).T
    ratio = rate / RATE
    reach = 200 * max(1.0, ratio)
    for sample in np.flatnonzero(np.isnan(whole).any(axis=0)):
        first, stop = int(max(0.0, sample * ratio - reach)), int(sample * ratio + reach) + 1
        wanted[:, first:stop] = np.nan
    return resample(source, rate), wanted


def a_timeline(folder):
    """Files that were cut anywhere, one of them in the middle of a FLAC frame, a gap, and one that is no sound."""
    as_read = decoded(encoded("WAV", "PCM_16"))
    whole = np.round(as_read * 32_768).astype(np.int16).T
    for name, first, stop in (("00.wav", 0, 8000), ("01.flac", 8000, 24_000), ("18.flac", 24_000, COUNT)):
        soundfile.write(folder / f"R_20240501_0430{name}", whole[first:stop], 8000, "PCM_16")
    (folder / "R_20240501_043019.wav").write_bytes(SAMPLES.tobytes())
    gap = np.full((2, 18 * 8000 - 24_000), np.nan)
    joined = np.concatenate([as_read[:, :24_000], gap, as_read[:, 24_000:]], axis=1)
    return timeline(folder, zone="UTC"), joined.astype(np.float32)


def a_timeline_that_says_more(folder):
    """Two files of one recorder that continue each other, the second by its time within 0.3 s, calibrated for both."""
    data = [decoded(encoded("WAV", "PCM_16"))[:, first : first + 15_000] for first in (0, 15_000)]
    for number, part in enumerate(data):
        out = io.BytesIO()
        soundfile.write(out, part.T, RATE, "PCM_16", format="WAV")
        dated = DATED.replace(b"04:30:00.250", (b"04:30:00.250", b"04:30:01.190")[number])
        body = bytearray(out.getvalue())
        body[4:8] = (len(body) - 8 + len(dated)).to_bytes(4, "little")
        (folder / f"field {number}.wav").write_bytes(bytes(body) + dated)
    (folder / "calibration.toml").write_text(TOML)
    return timeline(folder), np.float32(HEARS.scale) * np.concatenate(data, axis=1).astype(np.float32)


class Own:
    """A class of somebody's own, who knows nothing of ours, and says all there is to say."""

    def __init__(self, signal):
        self._signal = signal
        self.sample_rate, self.unit = signal.sample_rate, signal.unit
        self.n_samples, self.n_channels = signal.n_samples, signal.n_channels
        self.start, self.calibration = signal.start, signal.calibration

    def read(self, samples):
        return self._signal.read(samples)


def of_somebodys_own(make, folder):
    signal, whole = make(folder)
    return Stated(Own(signal)), whole


def pushed(folder):
    """Blocks of a stream, of which none is forgotten."""
    source = _Pushed(RATE, 2, "FS")
    for part in np.split(SAMPLES, [1, 500, 501, 9000, 29_000], axis=1):
        source.append(part)
    return source, SAMPLES


def made_of(kind, make, folder):
    """A timeline that does more, of a timeline."""
    source, whole = make(folder)
    return kind(source), whole


SAYING_MORE = {"in memory": a_signal_that_says_more, "file": a_file_that_says_more}
RECORDINGS = {"cut": (a_cut_file, LOST), "holes": (a_file_with_holes, 0)}
CASES = {
    "signal of one channel": Case(lambda folder: (Signal(SAMPLES[0], RATE), SAMPLES[:1])),
    "signal of doubles": Case(lambda folder: (Signal(SAMPLES.astype(float), RATE), SAMPLES.astype(float))),
    **{name: Case(partial(a_file, *kind)) for name, kind in LOSSLESS.items()},
    **{name: Case(partial(a_lossy_file, *kind)) for name, kind in LOSSY.items()},
    "table": Case(a_table),
    "timeline": Case(a_timeline),
    "timeline that says more": Case(a_timeline_that_says_more, carries=True),
    "timeline read once": Case(partial(made_of, Shared, a_timeline_that_says_more), carries=True, travels=False),
    "timeline of an archive": Case(partial(made_of, partial(ArchivedSound, name="A", overviews=[]), a_timeline)),
    "array": Case(an_array),
    **{name: Case(make, promised) for name, (make, promised) in RECORDINGS.items()},
    **{name: Case(make, carries=True) for name, make in SAYING_MORE.items()},
    "pushed": Case(pushed),
}
for _name, _make in SAYING_MORE.items():
    CASES |= {
        f"mean of {_name}": Case(partial(of_two_channels_the_mean, _make), carries=True),
        f"channel of {_name}": Case(partial(the_second_channel, _make), carries=True),
        f"emphasised of {_name}": Case(partial(emphasised, _make), carries=True),
        f"watched of {_name}": Case(partial(watched, _make), carries=True, travels=False),
        f"partly held of {_name}": Case(partial(partly_held, _make), carries=True),
        f"resampled of {_name}": Case(partial(resampled, 11_025.0, _make), carries=True),
        f"high-passed of {_name}": Case(partial(high_passed, _make), carries=True),
        f"weighted of {_name}": Case(partial(c_weighted, _make), carries=True),
        f"own of {_name}": Case(partial(of_somebodys_own, _make), carries=True),
    }
for _name, (_make, _lost) in RECORDINGS.items():
    CASES |= {
        f"mean of {_name}": Case(partial(of_two_channels_the_mean, _make), _lost),
        f"emphasised of {_name}": Case(partial(emphasised, _make), _lost),
        f"watched of {_name}": Case(partial(watched, _make), _lost, travels=False),
        f"resampled of {_name}": Case(partial(resampled, 8000.0, _make), _lost // 2),
        f"high-passed of {_name}": Case(partial(high_passed, _make), _lost),
        f"resampled up of {_name}": Case(partial(resampled, 24_000.0, _make), _lost * 3 // 2),
        f"all of {_name}": Case(partial(resampled, 8000.0, partial(of_two_channels_the_mean, _make)), _lost // 2),
    }
CASES["emphasised after resampling"] = Case(partial(emphasised, partial(resampled, 8000.0, a_cut_file)), LOST // 2)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_source_keeps_what_sources_promise(case, law, tmp_path):
    law(case, tmp_path)


def test_no_source_is_left_out(tmp_path):
    for module in pkgutil.walk_packages(sonograph.__path__, "sonograph."):
        if not module.name.startswith(("sonograph.learning", "sonograph.engines", "sonograph.__main__")):
            importlib.import_module(module.name)
    there, below = set(), [Source]
    while below:
        below += [kind for kind in below.pop().__subclasses__() if kind.__module__.startswith("sonograph.")]
        there |= set(below)
    covered = set()
    for number, case in enumerate(CASES.values()):
        (tmp_path / str(number)).mkdir()
        source = case.make(tmp_path / str(number))[0]
        while source is not None:
            covered.add(type(source))
            source = getattr(source, "source", None)
    there.remove(ClipSet)  # numbers clips, which are no one sound, and refuses to be read
    assert there - {Derived, Filtered, Recorded} - covered == set()


@pytest.mark.parametrize(
    "make", [emphasised, partial(resampled, 8000.0), of_two_channels_the_mean, watched, high_passed, c_weighted]
)
def test_the_recording_behind_a_sound_is_found_and_can_be_read_again(make, tmp_path):
    source, whole = make(a_cut_file, tmp_path)
    assert recorded(source).path == tmp_path / "cut.wav"
    anew = again(source)
    assert type(anew) is type(source) and recorded(anew) is not recorded(source)
    np.testing.assert_array_equal(anew.read(range(500)), whole[:, :500])


def test_a_law_that_is_broken_is_seen(tmp_path):
    """A source that is off by one, by precision, by its calibration, or not safe in threads fails."""
    signal, whole = a_signal_that_says_more(tmp_path)

    class OffByOne(Own):
        def read(self, samples):
            return self._signal.read(range(samples.start + 1, samples.stop + 1))

    class Coarse(Own):
        def read(self, samples):
            return self._signal.read(samples).astype(np.float64)

    class Shared(Own):
        memory = np.empty((2, 0), np.float32)

        def read(self, samples):
            values = self._signal.read(samples)
            if self.memory.shape[1] < values.shape[1]:
                self.memory = np.empty_like(values)
            self.memory[:, : values.shape[1]] = values
            return self.memory[:, : values.shape[1]]

    class Forgetful(Own):
        def __init__(self, signal):
            super().__init__(replace(signal, calibration=None))

    for kind, law in ((OffByOne, LAWS[0]), (Coarse, LAWS[1]), (Shared, LAWS[4]), (Forgetful, LAWS[3])):
        with pytest.raises(AssertionError):
            law(Case(lambda folder, kind=kind: (Stated(kind(signal)), whole), carries=True), tmp_path)
