"""Pictures that were looked at and found right, to be compared with what is drawn now.

Letters are drawn a little otherwise by every version of Matplotlib and FreeType, so pictures are compared at a quarter
of their size: no part of it may differ by more than `FAR`, and the whole by no more than `MEAN` on average (of 255).
`python -m tests.pictures.golden` draws them anew; look at every one of them before it is kept.
"""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from sonograph import (
    BandSettings,
    ConstantQSettings,
    GammatoneBank,
    LevelSettings,
    MelBank,
    MultitaperSettings,
    Signal,
    StftSettings,
    draw,
    draw_bands,
    feature,
    preset,
    signals,
)
from sonograph.io.marks import Mark
from sonograph.pictures.out.save import save

FOLDER = Path(__file__).parent / "golden"
FAR, MEAN = 60, 1.5
LOOK = {"size": (640, 400), "dpi": 80}
SHORT = StftSettings(window_length=512)


def _holes():
    sound = signals.whistle(3.0, loops=3).samples + signals.white_noise(3.0, rms=0.002).samples
    sound[40_000:60_000] = np.nan
    return Signal(sound, 48_000.0)


def _voice():
    t = np.arange(66_150) / 22_050
    phase = 2 * np.pi * (180 * t + 40 * np.sin(1.5 * t))
    sung = sum(np.sin(k * phase) / k**1.5 for k in range(1, 20)) * (np.sin(1.7 * np.pi * t) > -0.6)
    return Signal(0.2 * sung + signals.white_noise(3.0, rms=2e-4, sample_rate=22_050.0).samples, 22_050.0)


def _beat():
    clicks = np.zeros(132_300)
    clicks[::11_025] = 1.0
    return Signal(np.convolve(clicks, np.exp(-np.arange(2000) / 300), "full")[:132_300], 22_050.0)


MARKS = [Mark(0.2 * i, 0.2 * i + 0.3, f"call number {i}", 2e3 if i % 3 else None, 6e3) for i in range(12)]
NIGHT = datetime(2026, 6, 1, 23, 59, 58, tzinfo=UTC)
SEMITONES = ConstantQSettings.for_rate(22_050.0, low=65.41, n_bands=48)
MEL = BandSettings(of=StftSettings(), bands=MelBank(n_bands=20))
EAR = BandSettings(of=StftSettings(), bands=GammatoneBank(n_bands=20))
GUITAR = signals.guitar(sample_rate=22_050.0)
CASES = {
    "both": lambda: draw(signals.fm(), SHORT, view="both", below=60, title="FM", **LOOK),
    "mel": lambda: draw(GUITAR, axis="mel", title="A guitar on a mel axis", **LOOK),
    "musical": lambda: draw(GUITAR, axis="musical", frequencies=(100, 2000), title="Notes", **LOOK),
    "missing": lambda: draw(_holes(), SHORT, title="Missing", labels=[Mark(0.2, 0.7, "here", 4e3, 12e3)], **LOOK),
    "dark": lambda: draw(_holes(), SHORT, theme="dark", colours="viridis", title="Dark", **LOOK),
    "channels": lambda: draw(Signal(np.stack([GUITAR.samples, GUITAR.samples[::-1]]), 22_050.0), title="Two", **LOOK),
    "panels": lambda: draw({"guitar": GUITAR, "snare": signals.snare(sample_rate=22_050.0)}, **LOOK),
    "waveform": lambda: draw(GUITAR, view="waveform", title="Waveform", **LOOK),
    "spectrum": lambda: draw(_holes(), view="spectrum", axis="log", title="Spectrum", **LOOK),
    "surface": lambda: draw(signals.fm(), SHORT, view="surface", below=60, title="Surface", **LOOK),
    "difference": lambda: draw([GUITAR, Signal(GUITAR.samples / 4, 22_050.0)], view="difference", **LOOK),
    "mfcc": lambda: draw(GUITAR, preset("librosa.mfcc"), title="Cepstra", **LOOK),
    "over": lambda: draw(_voice(), over=("pitch", "centroid", "rolloff"), axis="mel", title="Over", **LOOK),
    "lines": lambda: draw(_voice(), feature("pitch"), title="pYIN", **LOOK),
    "crowded": lambda: draw(_voice(), feature("rms", StftSettings(window_length=64)), title="Many frames", **LOOK),
    "above": lambda: draw(_voice(), feature("yin"), view="both", axis="log", title="Features above", **LOOK),
    "contrast": lambda: draw(_voice(), feature("contrast"), title="Contrast", **LOOK),
    "tempogram": lambda: draw(_beat(), feature("tempogram"), title="Tempogram", **LOOK),
    "tonnetz": lambda: draw(GUITAR, feature("tonnetz", sample_rate=22_050.0), title="Tonnetz", **LOOK),
    "constant_q": lambda: draw(GUITAR, LevelSettings(of=SEMITONES), axis="musical", title="Constant-Q", **LOOK),
    "mel_bank": lambda: draw_bands(MEL, sample_rate=16_000.0, title="Mel bands", **LOOK),
    "gammatones": lambda: draw_bands(EAR, sample_rate=16_000.0, axis="erb", theme="dark", title="Gammatones", **LOOK),
    "percentiles": lambda: draw(GUITAR, percentiles=(10, 99.5), colours="cividis", title="Percentiles", **LOOK),
    "marks": lambda: draw(_voice(), SHORT, labels=MARKS, title="Marks", **LOOK),
    "clock": lambda: draw(replace(_beat(), start=NIGHT), SHORT, view="both", title="Midnight", **LOOK),
    "multitaper": lambda: draw(_voice(), LevelSettings(of=MultitaperSettings(of=SHORT)), title="Tapers", **LOOK),
}


def drawn(name):
    """A case as it is drawn now."""
    file = BytesIO()
    save(CASES[name](), file, "png")
    return Image.open(file).convert("RGB")


def far(one, other):
    """The largest difference of any part, and the mean one, of 255."""
    small = [np.asarray(i.resize((i.width // 4, i.height // 4), Image.Resampling.BOX), float) for i in (one, other)]
    apart = np.abs(small[0] - small[1])
    return apart.max(), apart.mean()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for case in CASES:
        drawn(case).quantize(128, kmeans=2).save(FOLDER / f"{case}.png", optimize=True)
