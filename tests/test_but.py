"""Settings with some changed: each value reaches the one part of the chain that has it."""

import dataclasses
from collections import Counter
from typing import get_args, get_overloads, get_type_hints

import pytest

from sonograph import SettingsError, preset, preset_names
from sonograph.named import presets
from sonograph.settings import (
    BandSettings,
    DeltaSettings,
    LevelSettings,
    LogSettings,
    MelBank,
    RangeSettings,
    StftSettings,
    stages,
    stft_of,
)
from sonograph.settings.elsewhere import ELSEWHERE, TYPES, fields_of, owners_of


def parts(settings):
    """The stages of settings and their bank."""
    listed = stages(settings)
    with_banks = [stage for stage in listed if "bands" in fields_of(stage)]
    banks = [stage.bands for stage in with_banks if dataclasses.is_dataclass(stage.bands)]
    return [*listed, *banks]


def owners(settings):
    return Counter(name for part in parts(settings) for name in fields_of(part) if name != "of")


@pytest.mark.parametrize("name", preset_names())
def test_every_field_of_every_preset_is_reached_or_refused_by_name(name):
    settings = preset(name)
    assert settings.but() is settings
    for field, count in owners(settings).items():
        part = next(part for part in parts(settings) if field in fields_of(part))
        if count == 1:
            assert settings.but(**{field: getattr(part, field)}) == settings
        else:
            with pytest.raises(SettingsError, match=f"^{field} is a setting of .* and .*; say which: "):
                settings.but(**{field: getattr(part, field)})


@pytest.mark.parametrize("name", preset_names())
def test_a_change_changes_its_field_and_no_other(name):
    settings = preset(name)
    changed = settings.but(hop=stft_of(settings).hop - 1)
    assert stft_of(changed) == dataclasses.replace(stft_of(settings), hop=stft_of(settings).hop - 1)
    assert changed.but(hop=stft_of(settings).hop) == settings


def test_kaldi_with_80_bands_is_one_call():
    changed = preset("kaldi.fbank").but(n_bands=80)
    assert changed.of.bands == dataclasses.replace(preset("kaldi.fbank").of.bands, n_bands=80)
    assert changed.of.of == preset("kaldi.fbank").of.of
    assert changed.n_rows == 80


def test_several_parts_change_at_once():
    changed = preset("whisper.80").but(n_bands=128, hop=320, span=6.0)
    assert (changed.n_rows, stft_of(changed).hop, changed.of.span) == (128, 320, 6.0)


def test_transforms_as_long_as_the_window_stay_so_and_others_stay_as_they_are():
    assert StftSettings().but(window_length=4096).n_fft == 4096
    assert StftSettings().but(window_length=1024, n_fft=2048).n_fft == 2048
    assert StftSettings(window_length=400, n_fft=512).but(window_length=300).n_fft == 512


def test_what_lies_before_a_stage_is_changed_through_of():
    twice = DeltaSettings(of=DeltaSettings(of=StftSettings(), width=2), width=3)
    with pytest.raises(SettingsError, match="width is a setting of DeltaSettings and DeltaSettings; say which"):
        twice.but(width=4)
    changed = twice.but(of=twice.of.but(of=StftSettings(hop=7), width=4), width=5)
    assert (changed.width, changed.of.width, stft_of(changed).hop) == (5, 4, 7)


REFUSED = {
    "another library's": (
        {"n_mels": 80},
        r"^n_mels is no setting of LogSettings, .* and StftSettings; it is called n_bands$",
    ),
    "a slip": ({"flor": 1.0}, r"^flor is no setting of .*; did you mean floor\?$"),
    "of other settings": ({"n_coefficients": 2}, r"; it is n_coefficients, of CepstralSettings or PlpSettings$"),
    "none at all": ({"zork": 2}, r"^zork is no setting of .*; they have add, bands, base, "),
    "out of range": ({"hop": 0}, r"^hop is 0; it must be 1 to 400$"),
}


@pytest.mark.parametrize(("given", "message"), REFUSED.values(), ids=REFUSED)
def test_a_name_that_no_part_has_is_answered(given, message):
    with pytest.raises(SettingsError, match=message):
        preset("kaldi.fbank").but(**given)


@pytest.mark.parametrize("cls", [one for one in TYPES if one.__name__ != "Band"], ids=lambda cls: cls.__name__)
def test_settings_without_names_are_answered_with_their_names(cls):
    names = fields_of(cls)[:2]
    example = ", ".join(f"{name}={i}" for i, name in enumerate(names))
    with pytest.raises(
        SettingsError, match=rf"^{cls.__name__} takes its settings by name, as {cls.__name__}\({example}\)$"
    ):
        cls(*range(2))


@pytest.mark.parametrize("name", ELSEWHERE)
def test_every_name_of_another_library_leads_to_one_of_ours(name):
    ours = ELSEWHERE[name].partition(",")[0]
    assert owners_of(ours) or ours in ("low", "high")
    for cls in TYPES:
        if name in fields_of(cls):
            continue
        with pytest.raises(SettingsError, match=f"^{name} is no setting of {cls.__name__}; it is (called )?{ours}"):
            cls(**{name: 1})


@pytest.mark.parametrize("stage", [LevelSettings, LogSettings, RangeSettings, DeltaSettings])
def test_a_preset_in_the_place_of_a_stage_is_told_how_it_is_made(stage):
    with pytest.raises(SettingsError, match=r"^of is 'librosa.mel'; .* which preset\('librosa.mel'\) makes"):
        stage(of="librosa.mel")


def test_the_type_that_a_preset_has_is_the_one_that_is_written():
    typed = {}
    for one in get_overloads(presets.preset)[:-1]:
        hints = get_type_hints(one, vars(presets))
        typed |= dict.fromkeys(get_args(hints["name"]), hints["return"])
    assert typed == {name: type(preset(name)) for name in preset_names()}, "give each preset's type in its overload"


def test_a_bank_is_changed_as_settings_are():
    assert MelBank().but(n_bands=4, high=100.0) == MelBank(n_bands=4, high=100.0)
    assert BandSettings(of=StftSettings(), bands=MelBank()).but(bands=MelBank(n_bands=3)).n_rows == 3
