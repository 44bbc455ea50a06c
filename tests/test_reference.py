"""Data that other programs made: Kaldi's own archives for 43 sets of options, and MATLAB's spectrogram."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph import (
    BandSettings,
    CepstralSettings,
    EnergySettings,
    LogSettings,
    MelBank,
    SettingsError,
    Signal,
    StandardSettings,
    StftSettings,
    spectrogram,
)

RATE = 16_000.0
EPS = 2.0**-23
WINDOWS = {"rectangular": "boxcar", "hanning": "hann", "hamming": "hamming", "povey": "povey"}
COMMON = ("blackman", "dither", "energy_floor", "frame_length", "frame_shift")
OPTIONS = {  # in the order of the files' names
    "spec": (
        *COMMON, "preemphasis", "raw_energy", "remove_dc", "power_of_two", "snip_edges", "subtract_mean", "window",
    ),
    "fbank": (
        "blackman", "energy_floor", "frame_length", "frame_shift", "high", "htk_compat", "low", "bands", "preemphasis",
        "raw_energy", "remove_dc", "power_of_two", "snip_edges", "subtract_mean", "use_energy", "use_log", "use_power",
        "vtln_high", "vtln_low", "vtln_warp", "window",
    ),
    "mfcc": (
        "blackman", "energy_floor", "frame_length", "frame_shift", "high", "htk_compat", "low", "bands", "preemphasis",
        "raw_energy", "remove_dc", "power_of_two", "snip_edges", "subtract_mean", "use_energy", "cepstra", "lifter",
        "vtln_high", "vtln_low", "vtln_warp", "window",
    ),
}  # fmt: skip


def read_archive(path: Path) -> np.ndarray:
    """(rows, frames) of a Kaldi archive of one float matrix."""
    raw = path.read_bytes()
    body = raw[raw.index(b"\0BFM ") + 5 :]
    assert (body[0], body[5]) == (4, 4)
    frames, rows = struct.unpack("<i", body[1:5])[0], struct.unpack("<i", body[6:10])[0]
    return np.frombuffer(body[10:], "<f4").reshape(frames, rows).T


def options_of(path: Path) -> dict:
    kind, *words = path.stem.split("-")
    truths = {"true": True, "false": False}
    values = [truths[w] if w in truths else w if w.isalpha() else float(w) for w in words]
    return {"kind": kind} | dict(zip(OPTIONS[kind], values, strict=True))


def settings_of(o: dict):
    """Our settings for options of Kaldi."""
    length = int(RATE * o["frame_length"] / 1000)
    stft = StftSettings(
        window_length=length,
        hop=int(RATE * o["frame_shift"] / 1000),
        n_fft=1 << (length - 1).bit_length() if o["power_of_two"] else length,
        window=WINDOWS[o["window"]],
        periodic=False,
        edges="inside" if o["snip_edges"] else "kaldi",
        scaling="raw",
        quantity="power" if o.get("use_power", True) else "magnitude",
        remove_dc=o["remove_dc"],
        preemphasis=o["preemphasis"],
        input_scale=32768.0,
    )
    energy = {"measure": "frame" if o["raw_energy"] else "windowed", "floor": max(o["energy_floor"], EPS)}
    if o["kind"] == "spec":
        settings = EnergySettings(of=LogSettings(of=stft, floor=EPS), **energy)
    else:
        bank = MelBank(
            n_bands=int(o["bands"]),
            low=o["low"],
            high=o["high"],
            formula="kaldi",
            norm="none",
            triangles="mel",
            empty="zero",
        )
        settings = BandSettings(of=stft, bands=bank)
        if o.get("use_log", True):
            settings = LogSettings(of=settings, floor=EPS)
        if o["kind"] == "mfcc":
            settings = CepstralSettings(of=settings, n_coefficients=int(o["cepstra"]), lifter=o["lifter"])
        if o["use_energy"]:
            beside = "last" if o["htk_compat"] else "first"
            settings = EnergySettings(of=settings, place="replace" if o["kind"] == "mfcc" else beside, **energy)
    return settings


def as_htk(values: np.ndarray, o: dict) -> np.ndarray:
    """HTK puts c0 last, and larger by the root of 2 unless it is the energy."""
    if o["kind"] != "mfcc" or not o["htk_compat"]:
        return values
    return np.concatenate([values[1:], values[:1] * (1 if o["use_energy"] else 2**0.5)])


def test_kaldis_own_archives(recordings):
    folder = recordings / "kaldi_reference_bsd2"
    samples, rate = soundfile.read(folder / "kaldi_file.wav")
    assert (rate, len(samples)) == (RATE, 20)
    held = {"spec": 0, "fbank": 0, "mfcc": 0}
    for path in sorted(folder.glob("*.ark")):
        o = options_of(path)
        if o["window"] == "blackman" or o.get("vtln_warp", 1.0) != 1.0:
            continue  # windows and warps that Sonograph does not offer
        try:
            settings = settings_of(o)
        except SettingsError as refused:
            assert "hop is" in str(refused)  # Kaldi may skip samples, Sonograph may not
            continue
        settings = StandardSettings(of=settings) if o["subtract_mean"] else settings
        want = read_archive(path)
        got = as_htk(spectrogram(Signal(samples, rate), settings).values, o)
        np.testing.assert_allclose(got, want, rtol=2e-4, atol=1e-3, err_msg=path.name)
        held[o["kind"]] += 1
    assert held == {"spec": 14, "fbank": 12, "mfcc": 17}


def test_matlabs_spectrogram(recordings):
    folder = recordings / "dspjl_mit"
    x, f, t, p = (np.loadtxt(folder / f"spectrogram_{name}.txt") for name in "xftp")
    settings = StftSettings(window_length=256, hop=128, window="boxcar", edges="inside", scaling="density")
    got = spectrogram(Signal(x, 10.0), settings)
    np.testing.assert_allclose(got.values, p, rtol=0, atol=1e-13 * p.max())
    np.testing.assert_allclose(got.frequencies, f, atol=1e-12)
    np.testing.assert_allclose(got.times, t, atol=1e-12)


@pytest.mark.parametrize(
    ("file", "window"),
    [("hanning128", "hann"), ("hamming128", "hamming"), ("blackman128", "blackman"), ("bartlett128", "bartlett"),
     ("kaiser128,0.4", ("kaiser", 0.4)), ("tukey128,0.4", ("tukey", 0.4)),
     ("blackmanharris_4term_128", "blackmanharris"), ("nuttall_4term_128", "nuttall"), ("flattop", "flattop")],
)  # fmt: skip
def test_matlabs_windows(recordings, file, window):
    from sonograph.windows import window_of

    want = np.loadtxt(recordings / "dspjl_mit" / f"{file}.txt")
    settings = StftSettings(window_length=len(want), window=window, periodic=False)
    difference = np.abs(window_of(settings) - want).max()
    assert difference < 1e-7, difference
