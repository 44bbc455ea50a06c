"""Calibration over time: scales that change at the sample, and responses that no frame mixes."""

import numpy as np
import pytest
from PIL import Image

import sonograph as sg
from sonograph import archive
from sonograph.errors import SettingsError, TextError
from sonograph.sounds.calibration import Calibration
from tests.archive.recordings import BEGAN, RATE, after, noise, put

CUT = 40_000
TOML = """
[[period]]
end = 2024-05-01T04:30:02.500Z
end_to_end = 176.0
response = [[100.0, -3.0], [1000.0, 0.0]]

[[period]]
start = 2024-05-01T04:30:02.500Z
end_to_end = 170.0
response = [[100.0, 6.0], [1000.0, 2.0]]
"""
CHANGE = 20_000
STFT = sg.StftSettings(window_length=512, hop=128, edges="inside")


@pytest.fixture
def deployed(tmp_path):
    numbers, samples = noise(CUT)
    for first in (0, 16_000, 32_000):
        put(tmp_path / "in", numbers[:, first : first + 16_000], after(first / RATE))
    (tmp_path / "periods.toml").write_text(TOML)
    return tmp_path, samples


def test_the_scale_changes_at_the_sample(deployed):
    folder, samples = deployed
    timeline = sg.timeline(folder / "in", zone="UTC", calibrations=folder / "periods.toml")
    read = timeline.read(range(CUT))
    before, behind = (np.float32(Calibration.end_to_end(level).scale) for level in (176.0, 170.0))
    np.testing.assert_array_equal(read[:, :CHANGE], samples[:, :CHANGE] * before)
    np.testing.assert_array_equal(read[:, CHANGE:], samples[:, CHANGE:] * behind)
    assert timeline.unit == "µPa" and [first for first, _ in timeline.responses] == [0, CHANGE]


def test_a_frame_over_a_change_of_response_is_missing_and_all_others_are_those_of_their_period(deployed):
    folder, samples = deployed
    timeline = sg.timeline(folder / "in", zone="UTC", calibrations=folder / "periods.toml")
    power = sg.spectrogram(timeline, STFT)
    starts = np.arange(power.values.shape[1]) * 128
    over = (starts < CHANGE) & (starts + 512 > CHANGE)
    np.testing.assert_array_equal(np.isnan(power.values).all(axis=0), over)
    assert over.sum() == 4 and not np.isnan(power.values[:, ~over]).any()
    for (_, calibration), there in zip(timeline.responses, (starts + 512 <= CHANGE, starts >= CHANGE), strict=True):
        scaled = samples[0] * np.float32(calibration.scale)
        alone = sg.spectrogram(sg.Signal(scaled, RATE, "µPa", calibration=calibration), STFT)
        np.testing.assert_array_equal(power.values[:, there], alone.values[:, there])


@pytest.mark.parametrize("settings", [STFT, sg.preset("librosa.mel").but(n_bands=20)], ids=["stft", "mel"])
def test_pieces_of_it_join_to_the_whole(deployed, settings):
    folder, _ = deployed
    timeline = sg.mono(sg.timeline(folder / "in", zone="UTC", calibrations=folder / "periods.toml"))
    whole = sg.spectrogram(timeline, settings)
    for at_most in (1, 37):
        joined = [piece.values for piece in sg.pieces(timeline, settings, at_most=at_most)]
        np.testing.assert_array_equal(np.concatenate(joined, axis=-1), whole.values)
    assert np.isnan(whole.values).any()


def test_a_picture_of_it_is_on_each_side_that_of_its_period(deployed):
    folder, samples = deployed
    timeline = sg.timeline(folder / "in", zone="UTC", calibrations=folder / "periods.toml")
    look = sg.PictureSettings(size=(100, 60), axes=False, range=(100.0, 160.0))

    def drawn(sound):
        sg.draw(sound, STFT, path=folder / "a.png", look=look)
        return np.asarray(Image.open(folder / "a.png").convert("RGB")).astype(int)

    picture, sides = drawn(timeline), (slice(0, 48), slice(52, 100))
    for (_, calibration), side in zip(timeline.responses, sides, strict=True):
        alone = sg.Signal(samples[0] * np.float32(calibration.scale), RATE, "µPa", calibration=calibration)
        np.testing.assert_array_equal(picture[:, side], drawn(alone)[:, side])
    assert np.abs(picture[:, 10] - picture[:, 90]).max() > 20


def test_what_looks_at_the_whole_sound_refuses(deployed):
    folder, _ = deployed
    timeline = sg.timeline(folder / "in", zone="UTC", calibrations=folder / "periods.toml")
    with pytest.raises(SettingsError, match="response changes within the sound"):
        sg.fourier(timeline)
    with pytest.raises(SettingsError, match="has a response over frequency"):
        sg.reassigned(timeline, STFT)


def test_periods_are_of_the_recorder_whose_number_they_have(deployed):
    folder, _ = deployed
    put(folder / "in", noise(8000, 3)[0], name="5678_{:%Y%m%d_%H%M%S}.wav")
    mine, other = Calibration.end_to_end(180.0), Calibration.end_to_end(176.0)
    periods = [archive.Period(mine, serial="5678"), archive.Period(other, serial="A")]
    found = archive.scan(folder / "in", zone="UTC").timelines(calibrations=periods)
    assert [(one.recorder, one.calibration) for one in found] == [("5678", mine), ("A", other)]
    assert [one.responses for one in found] == [(), ()]


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", TextError, "has no \\[\\[period\\]\\]"),
        ("[[period]]\nend_to_end = -176.0\n", TextError, r"period 1: end_to_end is -176; it must be above 0"),
        ('[[period]]\nstart = "2024"\nend_to_end = 176.0\n', TextError, r"start of period 1 is 2024; .*with its zone"),
        ("[[period]]\nstart = 2024-05-01T00:00:00\nend_to_end = 176.0\n", TextError, "with its zone"),
        ("[[period]]\nstart = 2024-05-01T04:30:01Z\nend_to_end = 176.0\n", SettingsError,
         r"no period of calibration holds for A at 2024-05-01T04:30:00Z, when .*043000\.wav was recorded"),
        (TOML.replace("start = 2024-05-01T04:30:02.500Z", "start = 2024-05-01T04:30:02Z"), SettingsError,
         "hold at the same time, from 2024-05-01T04:30:02Z"),
        (TOML.replace("end_to_end = 170.0", "microphone = 50.0\nfull_scale = 1.0"), SettingsError, "are in µPa and Pa"),
    ],
)  # fmt: skip
def test_periods_that_cannot_be_are_refused(deployed, text, error, words):
    folder, _ = deployed
    (folder / "periods.toml").write_text(text)
    with pytest.raises(error, match=words):
        sg.timeline(folder / "in", zone="UTC", calibrations=folder / "periods.toml")


def test_files_with_calibrations_of_their_own_change_from_one_to_the_next(deployed):
    folder, _ = deployed
    for level, first in ((176.0, 0), (170.0, 16_000), (170.0, 32_000)):
        path = folder / "in" / f"A_{after(first / RATE):%Y%m%d_%H%M%S}.wav.toml"
        path.write_text(f"end_to_end = {level}\nresponse = [[100.0, {level - 176}], [1000.0, 0.0]]\n")
    timeline = sg.timeline(folder / "in", zone="UTC")
    assert [first for first, _ in timeline.responses] == [0, 16_000] and timeline.start == BEGAN
