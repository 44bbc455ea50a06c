"""No settings ask for more memory than a machine has: what sizes an array is refused from its numbers alone."""

import dataclasses
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from sonograph import LimitError, SettingsError, Signal, StftSettings, feature, spectrogram
from sonograph import settings as kinds
from sonograph.settings.banks import BANKS
from sonograph.settings.common import KINDS

RATE = 16_000.0


def examples():
    """A value of every kind of settings that the sound below has frames of, and of every bank."""
    stft = StftSettings(window_length=512)
    magnitude = dataclasses.replace(stft, quantity="magnitude")
    bands = kinds.BandSettings(of=stft, bands=kinds.MelBank(n_bands=20))
    log = kinds.LogSettings(of=bands)
    onset = kinds.OnsetSettings(of=log)
    candidates = kinds.PyinCandidates(of=stft, low=100.0, high=400.0)
    constant_q = kinds.ConstantQSettings.for_rate(RATE, low=500.0, n_bands=24, quantity="magnitude")
    classes = kinds.PitchClassSettings(of=constant_q)
    found = [
        stft, bands, log, kinds.LevelSettings(of=stft), kinds.EnergySettings(of=log), kinds.CepstralSettings(of=log),
        kinds.DeltaSettings(of=log), kinds.PcenSettings(of=bands), kinds.RangeSettings(of=log),
        kinds.AffineSettings(of=log), kinds.NormSettings(of=bands), kinds.StandardSettings(of=log),
        kinds.TemporalSettings(of=stft), kinds.AutocorrelationSettings(of=stft), kinds.YinSettings(of=stft, low=100.0),
        candidates, kinds.PyinSettings(of=candidates), kinds.ShapeSettings(of=magnitude, contrast_bands=4), onset,
        kinds.TempogramSettings(of=onset), kinds.SeparationSettings(of=magnitude), kinds.TonnetzSettings(of=classes),
        kinds.CensSettings(of=classes),
        constant_q, classes, kinds.MultitaperSettings(of=stft), kinds.LoudnessSettings.for_rate(RATE),
        kinds.LinearPredictionSettings(of=stft), kinds.FormantSettings(of=stft), kinds.RastaSettings(of=log),
        kinds.PlpSettings(of=bands),
        kinds.HarmonicitySettings.for_rate(RATE), kinds.SquaresSettings(of=stft),
        kinds.SoundLevelSettings.for_rate(RATE), kinds.WaveletSettings.for_rate(RATE, low=500.0, squeezed=True),
        kinds.SqueezedSettings(of=stft),
    ]  # fmt: skip
    for bank in BANKS.values():
        wide = dataclasses.replace(stft, window_length=8192, hop=2048, n_fft=8192)
        found.append(kinds.BandSettings(of=wide, bands=bank()))
    assert {one.kind for one in found} == set(KINDS)
    return found


def swept():
    """(name, settings with one field changed to a number that is vast or tiny), for every field that is a number."""
    for settings in examples():
        holder = settings.bands if hasattr(settings, "bands") else settings
        for field in dataclasses.fields(holder):
            before = getattr(holder, field.name)
            if isinstance(before, bool) or not isinstance(before, int | float):
                continue
            whole = (10**9, 2**31, 10**5000, 1 << 20, (1 << 20) - 1, 1 << 26)
            for value in whole + ((1e300, 1e-300, 1e15) if isinstance(before, float) else ()):
                shown = value if value < 10**30 else "10**5000"
                yield f"{holder.kind}.{field.name}={shown}", settings, holder, field.name, value


CHILD = """
    import dataclasses, resource, sys
    sys.path.insert(0, sys.argv[1])
    from sonograph import SonographError, signals, spectrogram
    from tests.test_sizes import RATE, examples, swept
    sound = signals.white_noise(0.3, rms=0.1, sample_rate=RATE)
    for settings in examples():
        spectrogram(sound, settings)
    resource.setrlimit(resource.RLIMIT_AS, (5 << 30, 5 << 30))
    for name, settings, holder, field, value in swept():
        try:
            changed = dataclasses.replace(holder, **{field: value})
            spectrogram(sound, changed if holder is settings else dataclasses.replace(settings, bands=changed))
            print(name, "is computed")
        except SonographError as error:
            print(name, "is refused" if len(str(error)) < 400 else f"is refused at length: {error}")
        except BaseException as error:
            print(name, "fails:", repr(error)[:200])
"""


def test_a_vast_number_in_any_field_is_refused_or_needs_little_memory():
    script = textwrap.dedent(CHILD)
    done = subprocess.run(
        [sys.executable, "-c", script, str(Path(__file__).parents[1])], capture_output=True, text=True, timeout=500
    )
    lines = done.stdout.splitlines()
    assert not done.returncode, done.stderr
    assert len(lines) == len(list(swept()))
    assert [line for line in lines if not line.endswith((" is computed", " is refused"))] == []
    sizes = ("window_length", "hop", "n_fft", "n_bands", "n_coefficients", "width", "lags", "lag", "length", "tapers",
             "per_octave", "contrast_bands", "thresholds")  # fmt: skip
    computed = [line for line in lines if line.endswith("=1000000000 is computed")]
    assert not [line for line in computed if line.split("=")[0].split(".")[1] in sizes]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: StftSettings(window_length=10**9), "^window_length is 1000000000; it must be 1 to 67,108,864, for"),
        (lambda: StftSettings(n_fft=10**9), "^n_fft is 1000000000; it must be 2048 to 67,108,864, for which"),
        (lambda: kinds.MelBank(n_bands=10**9), "^n_bands is 1000000000; it must be 1 to 1,048,576, for which"),
        (
            lambda: kinds.BandSettings(of=StftSettings(), bands=kinds.MelBank(n_bands=10**6)),
            "^n_bands is 1000000, which makes 1,025,000,000 weights of 1,025 bins; there must be at most 67,108,864",
        ),
        (
            lambda: kinds.MultitaperSettings(of=StftSettings(window_length=10**5), bandwidth=4e4),
            r"^tapers is 79999, which makes 7,999,900,000 weights of 100,000 samples each",
        ),
        (lambda: StftSettings(hop=10**5000), r"^hop is a number of 16,610 bits; with window_length 2048"),
        (lambda: kinds.MelBank(low=10**400), "^low is 1000000000000000000000000000000000000000… .401 characters.; it"),
        (lambda: StftSettings(edges=10**5000), "^edges is a number of 16,610 bits; it must be one of zeros"),
        (lambda: feature("mfcc", 16_000.0), r"^frames is 16000.0; it must be StftSettings.*sample_rate=16000.0"),
        (lambda: feature("mfcc", "hann"), r"^frames is hann; it must be StftSettings"),
    ],
)  # fmt: skip
def test_the_sentence_names_the_setting_and_what_it_may_be(make, words):
    with pytest.raises(SettingsError, match=words):
        make()


def test_a_result_larger_than_the_machine_is_refused_before_it_is_asked_for():
    sound = Signal(np.zeros(1_000_000, np.float32), RATE)
    with pytest.raises(
        LimitError, match=r"result is [\d,]+ bytes, 1,000,001 frames of 1,048,577 rows; this machine has"
    ):
        spectrogram(sound, StftSettings(window_length=2**21, hop=1))


def test_a_first_order_low_pass_forgets_at_once_where_its_time_is_nothing():
    pcen = kinds.PcenSettings(of=StftSettings(), time_constant=1e-300)
    assert pcen.smoothing(100.0) == 1.0
    slower = kinds.PcenSettings(of=StftSettings(), time_constant=0.9e-6)
    assert slower.smoothing(100.0) == pytest.approx(
        kinds.PcenSettings(of=StftSettings(), time_constant=1.1e-6).smoothing(100.0), rel=1e-6
    )
