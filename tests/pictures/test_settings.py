import argparse
import dataclasses
import inspect

import pytest

from sonograph import LimitError, PictureSettings, SettingsError, draw, draw_bands, show, signals
from sonograph.cli import look
from sonograph.cli.draw import arguments

FIELDS = {field.name: field for field in dataclasses.fields(PictureSettings)}
OF_A_BANK = {"axis", "frequencies", "theme", "size", "dpi", "axes", "title"}


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"view": "waves"}, SettingsError, "view is 'waves'; it must be one of spectrogram, waveform, both"),
        ({"reduction": "min"}, SettingsError, "reduction is 'min'; it must be one of max, mean, salient"),
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


@pytest.mark.parametrize("function", [draw, show, draw_bands])
def test_the_keywords_of_a_function_are_the_settings_of_a_picture(function):
    keywords = inspect.signature(function).parameters
    assert not [one for one in keywords.values() if one.kind is inspect.Parameter.VAR_KEYWORD]
    written = {name: keywords[name].annotation for name in keywords if name in FIELDS}
    assert written == {n: f.type for n, f in FIELDS.items() if function is not draw_bands or n in OF_A_BANK}


def test_a_keyword_of_none_is_a_value_and_one_that_is_not_given_leaves_the_look():
    mine, sound = PictureSettings(title="mine", axis="mel", size=(640, 400), dpi=80), signals.tone(1000.0, 0.2)
    for changes, words, label in (
        ({}, "mine", "Frequency (Hz, mel scale)"),
        ({"title": None}, "", "Frequency (Hz, mel scale)"),
        ({"axis": None}, "mine", "Frequency (kHz)"),
    ):
        figure = draw(sound, look=mine, **changes)
        assert ("mine" in [text.get_text() for text in figure.texts]) == bool(words)
        assert figure.axes[0].get_ylabel() == label
        assert figure.dpi == 80


def test_a_keyword_that_is_none_is_refused_with_what_it_is_called_here():
    sound = signals.tone(1000.0, 0.1)
    for function in (draw, show):
        with pytest.raises(
            SettingsError, match=f"^colour is no argument of {function.__name__}; it is called colours$"
        ):
            function(sound, colour="grey")
    for make in (PictureSettings, PictureSettings().but):
        with pytest.raises(SettingsError, match=r"^vmin is no argument of PictureSettings; it is called range, as"):
            make(vmin=-80)
    with pytest.raises(SettingsError, match=r"^below is no argument of draw_bands; it takes settings, sample_rate"):
        draw_bands(None, sample_rate=8000.0, below=60)
    with pytest.raises(
        SettingsError, match=r"^PictureSettings is given 1 values in a row; it takes nothing, and by name"
    ):
        PictureSettings("waveform")


def test_every_setting_of_a_picture_has_its_option_in_the_command():
    table = (*look.SHOWN, *look.LOOKS)
    assert {flag.field for flag in table} == set(FIELDS)
    parser = argparse.ArgumentParser(add_help=False)
    arguments(parser)
    assert {flag.name for flag in table} <= {action.dest for action in parser._actions}


def test_an_option_sets_its_field():
    words = {"NAME": "mel", "N": "1", "DB": "60", "WORDS": "a title", "WxH": "640x400", ("LOW", "HIGH"): ("5", "90")}
    special = {"view": "both", "vscale": "power", "theme": "dark", "colours": "grey", "dpi": "100"}
    for flag in (*look.SHOWN, *look.LOOKS):
        if flag.field == look.OF_A_SOUND:
            continue
        text = special.get(flag.field, words.get(flag.metavar, ()))
        parser = argparse.ArgumentParser(add_help=False)
        arguments(parser)
        for spelling in flag.flags:
            given = parser.parse_args(["a.wav", spelling, *([text] if isinstance(text, str) else text)])
            changed = look.look_of(given)
            plain = PictureSettings()
            assert [n for n in FIELDS if getattr(changed, n) != getattr(plain, n)] == [flag.field], spelling
