"""Detect calls among other sounds: the promised rates and what is counted, what is found, how fast, how much memory.

    python -m benchmarks.detecting [rates recall speed day] [--minutes 10] [--set 1]

Sets 0 and 2 were looked at while the method was chosen; of sets 1 and 3 only some shapes and the music were. Beside
ours, on the same sounds: scikit-maad's template_matching where it is installed (else its formula in our loop, and named
so), a matched filter on the samples (scipy.signal.correlate), and the power in the template's band. These know no
rates: each gets the threshold that lets nothing through in the background without calls, which nobody has who records.
Prints Markdown.
"""

import argparse
import functools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
import soxr
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import butter as butterworth
from scipy.signal import correlate, sosfiltfilt
from scipy.stats import chi2

from sonograph import Signal, StftSettings, level, signals, spectrogram
from sonograph.matching import Template
from sonograph.matching.detection.deciding import decided
from sonograph.matching.detection.detecting import places_in

SHARED = Path(__file__).parents[2] / "shared" / "data"
RATE = 22_050
LOW, HIGH = 500.0, 8000.0
"""Hz: the band in which a call's level over the background is told."""

SETS = (
    ("trill", "arch", "buzz", "chirps", "phrase", "croak"),
    ("arch", "hoot", "buzz", "upcall", "song", "croak"),
    ("hoot", "pulsed", "phrase", "buzz", "sweep", "warble"),
    ("hoot", "chirps", "upcall", "phrase", "trill", "croak"),
)
"""Shapes of calls that are looked for; the other shapes sing among the birds."""

MUSIC = 2 * (
    ("Kevin_MacLeod_-_P_I_Tchaikovsky_Dance_of_the_Sugar_Plum_Fairy", "Kevin_MacLeod_-_Vibe_Ace"),
    ("Hungarian_Dance_number_5_-_Allegro_in_F_sharp_minor_(string_orchestra)", "Karissa_Hobbs_-_Lets_Go_Fishin"),
)
NOTE = (8.9, 12.66, 8.9, 12.66)
"""Seconds: a note of the spinetail."""

LEVELS = (10, 5, 0)
OURS = "ours, promised 1 an hour"
COPIES = 12


def loaded(path, channel=0):
    samples, rate = soundfile.read(SHARED / path, always_2d=True)
    return soxr.resample(samples[:, channel], rate, RATE)


def even(samples):
    return samples / np.sqrt(np.mean(samples**2)) * 0.05


def templates(number):
    """Name: samples. Six shapes, and real sounds where they are there."""
    found = {name: signals.call(name, sample_rate=RATE).samples for name in SETS[number]}
    if SHARED.exists():
        bird = loaded("birds_maad_bsd3/spinetail.wav")
        found["spinetail note"] = bird[int(NOTE[number] * RATE) : int((NOTE[number] + 0.3) * RATE)]
        found["spinetail song"] = bird[int(5.22 * RATE) : int(7.87 * RATE)]
        robin = loaded("music_speech_ccby_pd/456440__inspectorj__bird-whistling-robin-single-13.hq.ogg")
        found["robin"] = robin[int(0.3 * RATE) : int(1.6 * RATE)]
        found["trumpet"] = loaded("music_speech_ccby_pd/sorohanro_-_solo-trumpet-06.hq.ogg")[: int(1.5 * RATE)]
        whale = loaded("music_speech_ccby_pd/glacier-bay-humpback.ogg")
        found["humpback"] = whale[int(20 * RATE) : int(21.5 * RATE)]
    return found


def backgrounds(minutes, number):
    """Name: samples without any of the templates."""
    sea = signals.sea(60 * minutes, sample_rate=RATE, seed=17 + number).samples
    random = np.random.default_rng(6 + number)
    callers = [name for name in signals.call_shapes() if name not in SETS[number]]
    for at in random.integers(0, len(sea) - 300, int(30 * minutes)):  # snapping shrimps
        sea[at : at + 300] += 0.3 * random.random() * random.normal(size=300) * np.exp(-np.arange(300) / 40)
    birds = signals.chorus(60 * minutes, callers, per_minute=60, spread=0.1, sample_rate=RATE, seed=21 + number).samples
    found = {"sea": even(sea), "birds": birds}
    if SHARED.exists():
        real = even(loaded("birds_opensoundscape_mit/birds_10s.wav"))
        for at in random.integers(0, len(birds) - len(real), int(minutes)):
            birds[at : at + len(real)] += random.uniform(0.3, 1.5) * real
        pieces = [even(loaded(f"music_speech_ccby_pd/{piece}.ogg")) for piece in MUSIC[number]]
        found["music"] = np.concatenate(pieces)
    found["birds"] = even(birds)
    return found


def in_band(samples):
    transform = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    transform[(hertz < LOW) | (hertz > HIGH)] = 0
    return np.fft.irfft(transform, len(samples))


def with_calls(background, around, name, samples, decibels, seed):
    """The background with copies of a call, each a little different, so loud over what is `around` them in the band."""
    random = np.random.default_rng(seed)
    mixed, begins = background.copy(), []
    for number in range(COPIES):
        if name in signals.call_shapes():
            one = signals.call(name, sample_rate=RATE, spread=0.015, seed=100 * seed + number).samples
        else:
            one = soxr.resample(samples, RATE, RATE * (1 + random.choice((-0.02, 0.02))))
        each = len(background) // COPIES
        at = int((number + 0.5) * each + random.uniform(-0.3, 0.3) * max(each - 3 * len(one), 0))
        loud = np.mean(around[max(at - RATE, 0) : at + len(one) + RATE] ** 2) * 10 ** (decibels / 10)
        mixed[at : at + len(one)] += one * np.sqrt(loud / np.mean(in_band(one) ** 2))
        begins.append(at / RATE)
    return mixed, np.array(begins)


def found_in(name, samples, sound):
    return places_in([Template(Signal(samples, RATE), name)], [], Signal(sound, RATE))


def interval(count, hours):
    return chi2.ppf(0.025, 2 * count) / 2 / hours if count else 0.0, chi2.ppf(0.975, 2 * count + 2) / 2 / hours


def rates(minutes, number):
    print(
        "| background | hours × templates | promised 10 an hour: counted (95 %) | promised 60 |\n|---|---:|---:|---:|"
    )
    for background, sound in backgrounds(minutes, number).items():
        hours, counts = 0.0, {10: 0, 60: 0}
        for name, samples in templates(number).items():
            one = found_in(name, samples, sound)
            hours += one.hours
            for rate in counts:
                counts[rate] += len(decided([one], rate))
        cells = []
        for count in counts.values():
            low, high = interval(count, hours)
            cells.append(f"{count / hours:.1f} ({low:.1f}–{high:.1f})")
        print(f"| {background} | {hours:.2f} | {' | '.join(cells)} |", flush=True)


# Peers: each gives (times, scores) of its peaks


def peaks(scores, apart, step):
    top = np.flatnonzero(scores == maximum_filter1d(scores, 2 * apart + 1))
    return top * step, scores[top]


@functools.cache
def maad():
    try:
        from maad.rois import template_matching
    except ImportError:
        return None
    return template_matching


def spectrogram_correlation(samples, sound):
    """scikit-maad's: a spectrogram in dB against that of the template, over the band of all templates."""
    settings = StftSettings(window_length=512, hop=128, edges="inside")
    whole, template = (level(spectrogram(Signal(x, RATE), settings)) for x in (sound, samples))
    rows = (whole.frequencies >= LOW) & (whole.frequencies <= HIGH)
    top = template.values[rows].max()
    call = np.maximum(template.values[rows], top - 30)
    values, step = whole.values[rows], 128 / RATE
    if maad() is not None:
        times = np.arange(values.shape[1]) * step
        scores, _ = maad()(values, call, times, (0, times[-1], LOW, HIGH), peak_th=0.99)
        scores = scores[call.shape[1] // 2 :]
    else:
        from sonograph.matching.detection.correlation import Shape, Stretch

        shape = Shape(call, slice(0, len(call)), True, 0.0)
        size = 1 << (values.shape[1] + call.shape[1]).bit_length()
        shape.take(call[None], size)
        scores = Stretch(values, np.zeros(values.shape[1], bool), size, values.shape[1]).scores(shape)[0]
    return peaks(scores, call.shape[1], step)


def matched_filter(samples, sound):
    """scipy.signal.correlate of the samples, over the local power."""
    samples = in_band(samples)
    scores = np.abs(correlate(in_band(sound), samples, "valid"))
    power = uniform_filter1d(sound**2, len(samples), origin=-(len(samples) // 2))[: len(scores)]
    return peaks(scores / np.sqrt(power * len(samples) * np.mean(samples**2) + 1e-12), len(samples), 1 / RATE)


def band_energy(samples, sound):
    """The power in the band that holds 90 % of the template's, over the template's length."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    low, high = hertz[np.searchsorted(np.cumsum(power) / power.sum(), (0.05, 0.95))]
    low, high = max(low, 50.0), min(max(high, low + 200.0), 0.49 * RATE)
    band = sosfiltfilt(butterworth(4, (low, high), "band", fs=RATE, output="sos"), sound) ** 2
    smooth = uniform_filter1d(band, len(samples), origin=-(len(samples) // 2))
    return peaks(smooth[::64], len(samples) // 64, 64 / RATE)


PEERS = {
    "spectrogram correlation": spectrogram_correlation,
    "matched filter (scipy correlate)": matched_filter,
    "power in its band": band_energy,
}


def counted(begins, length, times):
    """(share of calls found, how many are none)."""
    times = np.asarray(times, float)
    near = np.abs(times[:, None] - begins[None])
    found = (near < max(0.3 * length, 0.1)).any(axis=0).mean()
    return found, int((near > 1.2 * length + 0.2).all(axis=1).sum())


DETECTORS = {OURS: None, **PEERS}


def recall(minutes, number, who, where):
    """Each detector on the same sounds."""
    whose = "scikit-maad's" if maad() else "its formula in our loop, as scikit-maad is not here"
    print(f"Spectrogram correlation is {whose}.\n")
    print(f"| detector | background | {' | '.join(f'{one} dB: found / false an hour' for one in LEVELS)} | least |")
    print("|---|---|" + "---:|" * len(LEVELS) + "---|", flush=True)
    for background, sound in backgrounds(minutes, number).items():
        if where not in background:
            continue
        rows(background, sound, number, {name: work for name, work in DETECTORS.items() if who in name})


def rows(background, sound, number, detectors):
    shares = {who: {one: {} for one in LEVELS} for who in detectors}
    false = {who: dict.fromkeys(LEVELS, 0) for who in detectors}
    around = in_band(sound)
    for seed, (name, samples) in enumerate(templates(number).items()):
        limits = {who: 0.0 if work is None else work(samples, sound)[1].max() for who, work in detectors.items()}
        for decibels in LEVELS:
            mixed, begins = with_calls(sound, around, name, samples, decibels, seed)
            for who, work in detectors.items():
                if work is None:
                    times = [hit.start for hit in decided([found_in(name, samples, mixed)], 1.0)]
                else:
                    peaks_at, scores = work(samples, mixed)
                    times = peaks_at[scores > limits[who]]
                shares[who][decibels][name], wrong = counted(begins, len(samples) / RATE, times)
                false[who][decibels] += wrong
    hours = len(sound) / RATE / 3600 * len(templates(number))
    for who, share in shares.items():
        cells = [f"{100 * np.mean(list(share[one].values())):.0f} % / {false[who][one] / hours:.1f}" for one in LEVELS]
        loudest = share[LEVELS[0]]
        least = min(loudest, key=loudest.get)
        print(f"| {who} | {background} | {' | '.join(cells)} | {least} {100 * loudest[least]:.0f} % |", flush=True)


# Speed and memory: a process of its own

MEASURE = """
import json, resource, sys, time
import numpy as np
from sonograph import signals, open as open_sound, Signal, Source
from sonograph.matching import Template
from sonograph.matching.detection.deciding import decided
from sonograph.matching.detection.detecting import places_in

class Again(Source):
    sample_rate, n_samples, n_channels, unit = 48000.0, 0, 1, "FS"

    def __init__(self, source, times):
        self.source, self.n_samples = source, source.n_samples * times

    def read(self, samples):
        n, parts, at = self.source.n_samples, [np.zeros((1, 0), np.float32)], samples.start
        while at < samples.stop:
            stop = min(samples.stop, (at // n + 1) * n)
            parts.append(self.source.read(range(at % n, at % n + stop - at)))
            at = stop
        return np.concatenate(parts, axis=1)

names = [n for n in signals.call_shapes() if n != "croak"]
templates = [Template(signals.call(n, sample_rate=48000.0), f"{n}{k}", 500.0, 8000.0)
             for k in range(2) for n in names][: int(sys.argv[2])]
sound = open_sound(sys.argv[1])
sound = Again(sound, int(sys.argv[3])) if int(sys.argv[3]) > 1 else sound
places_in(templates[:1], [], Signal(sound.read(range(0, 480000)), 48000.0))
begin, cpu = time.perf_counter(), time.process_time()
hits = decided([places_in(templates, [], sound)], 1.0)
print(json.dumps({"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu,
                  "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "hits": len(hits)}))
"""


def measured(path, n_templates, times=1):
    command = [sys.executable, "-c", MEASURE, str(path), str(n_templates), str(times)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def an_hour(folder):
    path = Path(folder) / "hour.wav"
    minute = signals.sea(60.0, sample_rate=48_000.0, seed=1).samples.astype(np.float32)
    with soundfile.SoundFile(path, "w", 48_000, 1, "PCM_16") as out:
        for number in range(60):
            out.write(np.roll(minute, 7919 * number))
    return path


def speed():
    with tempfile.TemporaryDirectory() as folder:
        path = an_hour(folder)
        print("| an hour at 48 kHz | wall s | CPU s | peak MB |\n|---|---:|---:|---:|")
        for count in (1, 2, 11, 20):
            took = measured(path, count)
            print(f"| {count} templates | {took['seconds']:.1f} | {took['cpu']:.1f} | {took['MB']:.0f} |", flush=True)


def day():
    with tempfile.TemporaryDirectory() as folder:
        took = measured(an_hour(folder), 1, 24)
        print(f"| 24 h at 48 kHz, 1 template | {took['seconds']:.0f} | {took['cpu']:.0f} | {took['MB']:.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", default=["rates", "recall", "speed", "day"])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--set", type=int, default=1, choices=range(len(SETS)))
    parser.add_argument("--who", default="", help="of the detectors, those whose name holds this [all]")
    parser.add_argument("--where", default="", help="of the backgrounds of recall, the same [all]")
    given = parser.parse_args()
    work = {
        "rates": lambda: rates(given.minutes, given.set),
        "recall": lambda: recall(given.minutes, given.set, given.who, given.where),
        "speed": speed,
        "day": day,
    }
    begin = time.perf_counter()
    for name in given.what:
        print(f"\n{name}\n")
        work[name]()
    print(f"\n{time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
