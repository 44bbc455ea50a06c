import pytest

from sonograph import LimitError, SettingsError
from sonograph.pictures.settings import PictureSettings


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"view": "waves"}, SettingsError, "view is 'waves'; it must be one of spectrogram, waveform, both"),
        ({"reduction": "min"}, SettingsError, "reduction is 'min'; it must be one of max, mean"),
        ({"below": 0}, SettingsError, "below is 0; it must be above 0 dB"),
        ({"range": (0, -80)}, SettingsError, "range is 0 to -80 dB; it must begin below its end"),
        ({"range": (-80,)}, SettingsError, r"range is \(-80,\); it must be two levels"),
        ({"range": (float("nan"), 0)}, SettingsError, "it must be two levels"),
        ({"seconds": (2, 1)}, SettingsError, "the end is 1 s; it must be after the start, 2 s"),
        ({"seconds": (-1, 1)}, SettingsError, "the start is -1 s; it must be 0 or more"),
        ({"seconds": 3}, SettingsError, "seconds is 3; it must be a start and an end"),
        ({"channel": -1}, SettingsError, "channel is -1; it must be a whole number, 0 for the first"),
        ({"size": (0, 100)}, SettingsError, "size is 0x100; it must be width and height, each 1 pixel or more"),
        ({"size": 100}, SettingsError, "size is 100; it must be width and height"),
        ({"size": (10**6, 100)}, LimitError, "size is 1000000x100; it must be 16384 pixels or fewer"),
        ({"dpi": 0}, SettingsError, "dpi is 0; it must be 20 to 1200"),
    ],
)
def test_what_no_picture_can_have_is_refused(given, error, words):
    with pytest.raises(error, match=words):
        PictureSettings(**given)


def test_lists_become_tuples_so_that_settings_are_values():
    assert PictureSettings(range=[-80, 0], size=[300, 200]) == PictureSettings(range=(-80.0, 0.0), size=(300, 200))
