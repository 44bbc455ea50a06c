"""Notes stand wherever hertz are taken, in Python and in the command."""

import numpy as np
import pytest

import sonograph as sg
from sonograph import cli
from sonograph.errors import SettingsError
from sonograph.notes import in_hertz, note
from sonograph.settings import from_dict

C2, C4, A4, C7 = 65.40639132514966, 261.6255653005986, 440.0, 2093.004522404789
STFT = sg.StftSettings(window_length=2048)


@pytest.mark.parametrize("name", ["A4", "C2", "c4", "F#3", "G♯5", "Bb2", "D♭6", "C-1", "A4+25", "B3-50", "Cb4", "E##2"])
def test_a_note_has_librosas_frequency(name):
    librosa = pytest.importorskip("librosa")
    assert note(name) == pytest.approx(librosa.midi_to_hz(librosa.note_to_midi(name, round_midi=False)), rel=1e-12)


@pytest.mark.parametrize("text", ["", "H4", "A", "4", "A4.5", "A444", "1e3", "A4 B4", "loud"])
def test_what_is_no_note_is_left_for_others_to_refuse(text):
    assert note(text) is None
    assert in_hertz([text, 5]) == [text, 5]


TONE = sg.signals.tone("A4", 1.0, sample_rate=8000.0)
TAKEN = {
    "tone": lambda a, _: TONE.samples if a == "A4" else sg.signals.tone(a, 1.0, sample_rate=8000.0).samples,
    "select": lambda a, c: sg.spectrogram(TONE, STFT).select(hertz=(c, a)).values,
    "at": lambda a, _: sg.spectrogram(TONE, STFT).at(hertz=a),
    "box": lambda a, c: sg.box(sg.spectrogram(TONE, STFT), hertz=(c, a)).values,
    "measure_box": lambda a, c: [sg.measure_box(TONE, hertz=(c, a)).band_level],
    "high_pass": lambda a, _: sg.high_pass(TONE, a).read(range(100)),
    "high_pass of frames": lambda a, _: sg.spectrogram(TONE, sg.StftSettings(high_pass=a)).values,
    "mel": lambda a, c: sg.describe(sg.BandSettings(of=STFT, bands=sg.MelBank(n_bands=8, low=c, high=a)), 8e3).edges,
    "yin": lambda a, c: sg.spectrogram(TONE, sg.YinSettings(of=STFT, low=c, high=a)).values,
    "constant-Q": lambda a, c: sg.spectrogram(TONE, sg.ConstantQSettings.for_rate(8000.0, low=c, n_bands=9)).values,
    "draw": lambda a, c: sg.draw(TONE, frequencies=(c, a)).axes[0].get_ylim(),
}  # fmt: skip


@pytest.mark.parametrize("work", TAKEN.values(), ids=TAKEN)
def test_a_note_is_its_frequency(work):
    np.testing.assert_array_equal(work("A4", "C4"), work(A4, C4))


def test_settings_keep_the_frequency():
    settings = sg.YinSettings(of=STFT, low="C2", high="C7")
    assert (settings.low, settings.high) == pytest.approx((C2, C7))
    assert from_dict(settings.to_dict()) == settings
    assert from_dict(settings.to_dict() | {"low": "C2"}) == settings


def test_what_is_neither_is_refused():
    with pytest.raises(SettingsError, match=r"^low is 'H2'; it must be above 0$"):
        sg.YinSettings(of=STFT, low="H2")
    with pytest.raises(SettingsError, match=r"^frequencies is \('loud', 5\); it must be two in Hz, as \(100, 8000\)$"):
        sg.draw(TONE, frequencies=("loud", 5))


def test_the_command_takes_notes(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    sg.write("a.wav", TONE)
    for name, span in (("notes.png", ["C4", "A5"]), ("hertz.png", [repr(C4), "880"])):
        assert cli.main(["draw", "a.wav", "-o", name, "--frequencies", *span, "--title", "a"]) == 0
    assert (tmp_path / "notes.png").read_bytes() == (tmp_path / "hertz.png").read_bytes()
    assert cli.main(["listen", "a.wav", "-o", "b.wav", "--box", "0", "1", "C4", "A5"]) == 0
    capsys.readouterr()
    assert cli.main(["draw", "a.wav", "-o", "c.png", "--frequencies", "C4", "H5"]) == 2
    assert "'H5'; it must be hertz, as 440 or 4k, or a note, as A4" in capsys.readouterr().err


@pytest.mark.parametrize("low, high", [("-7e2", "-1e2"), ("-.7k", "-.1k"), ("-0.7kHz", "-100 Hz")])
def test_the_command_takes_frequencies_below_0_however_they_are_written(low, high, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sg.write("a.sigmf-meta", sg.Signal(np.exp(2j * np.pi * np.arange(8000) / 20).astype(np.complex64), 8000.0))
    for name, span in (("a.png", ("-700", "-100")), ("b.png", (low, high))):
        assert cli.main(["draw", "a.sigmf-meta", "-o", name, "--frequencies", *span, "--title", "a"]) == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
