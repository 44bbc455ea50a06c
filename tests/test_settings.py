import dataclasses
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import (
    Band,
    BandSettings,
    LevelSettings,
    LogSettings,
    MelBank,
    SettingsError,
    StftSettings,
    preset,
    preset_names,
)
from sonograph.settings import EDGES, SCALINGS, from_dict, from_toml, stages, stft_of, to_toml, whole_sound
from sonograph.settings.banks import BANKS
from sonograph.settings.common import KINDS
from sonograph.settings.elsewhere import ELSEWHERE

REFUSED = {
    "hop 0": ({"hop": 0}, r"hop is 0; it must be 1 to 2048"),
    "hop too long": ({"window_length": 512, "hop": 600}, r"hop is 600; with window_length 512 it must be 1 to 512"),
    "no window": ({"window_length": 0}, r"window_length is 0; it must be 1 or more"),
    "half a sample": ({"window_length": 10.5}, r"window_length is 10.5; it must be a whole number"),
    "a truth": ({"window_length": True}, r"window_length is True; it must be a whole number"),
    "nan": ({"hop": float("nan")}, r"hop is nan; it must be a whole number"),
    "text": ({"hop": "512"}, r"hop is '512'; it must be a whole number"),
    "n_fft too short": ({"n_fft": 1024}, r"n_fft is 1024; with window_length 2048 it must be 2048 or more"),
    "edges": (
        {"edges": "wrap"},
        r"edges is 'wrap'; it must be one of zeros, reflect, inside, padded, kaldi, scipy, missing",
    ),
    "scaling": ({"scaling": "psd"}, r"scaling is 'psd'; it must be one of spectrum, density, raw"),
    "quantity": ({"quantity": "level"}, r"quantity is 'level'; it must be one of power, magnitude, transform"),
    "unknown window": (
        {"window": "zzz"},
        r"window is 'zzz'; it must be one of hann, hamming, .* or another of SciPy's$",
    ),
    "window of NumPy": ({"window": "hanning"}, r"^window is 'hanning'; did you mean hann, [^()]*\?$"),
    "window of MATLAB": ({"window": "Hann"}, r"^window is 'Hann'; did you mean hann, [^()]*\?$"),
    "weights": ({"window": np.hanning(512)}, r"^window is of type ndarray; it must be one of hann, [^\n]*$"),
    "two lists": ({"window": [[1], [2]]}, r"^window is \(\[1\], \[2\]\); it must be one of hann"),
    "shape missing": ({"window": "gaussian"}, r'it needs its standard deviation in samples: \("gaussian", '),
    "narrow gaussian": (
        {"window": ("gaussian", 0)},
        r"gaussian's standard deviation in samples is 0; it must be at least 0\.1",
    ),
    "wide taper": ({"window": ("tukey", 1.5)}, r"tukey's tapered fraction is 1.5; it must be 0 to 1"),
    "negative kaiser": ({"window": ("kaiser", -1)}, r"kaiser's beta is -1; it must be 0 to 700"),
    "wide dpss": ({"window_length": 6, "window": ("dpss", 3)}, r"is 3; with window_length 6 it must be below 3"),
    "two symmetric": ({"window_length": 2, "periodic": False}, r"window_length is 2; a symmetric window must have 3"),
    "infinite dpss": (
        {"window": ("dpss", float("inf"))},
        r"dpss's time-half-bandwidth is inf; it must be at least 0\.1",
    ),
    "vast kaiser": ({"window": ("kaiser", 800)}, r"kaiser's beta is 800; it must be 0 to 700"),
    "kaiser of text": ({"window": ("kaiser", "x")}, r"kaiser's beta is 'x'; it must be 0 to 700"),
    "a number for a window": ({"window": 5}, r"window is 5; it must be one of hann, .* or another of SciPy's$"),
    "a window of no sum": (
        {"window": ("general_cosine", [0.0, 1.0])},
        r"or another of SciPy's \(its weights have no sum above 0\)",
    ),
}


@pytest.mark.parametrize(("given", "message"), REFUSED.values(), ids=REFUSED)
def test_a_setting_that_cannot_be_is_named_with_what_it_must_be(given, message):
    with pytest.raises(SettingsError, match=message):
        StftSettings(**given)


def test_defaults_are_those_that_the_documents_state():
    settings = StftSettings()
    assert (settings.window_length, settings.hop, settings.n_fft) == (2048, 512, 2048)
    assert (settings.window, settings.periodic) == ("hann", True)
    assert (settings.edges, settings.scaling, settings.quantity) == ("zeros", "spectrum", "power")
    assert StftSettings(window_length=3).hop == 1


def test_numpy_integers_become_plain_ones():
    import numpy as np

    assert type(StftSettings(window_length=np.int64(512)).window_length) is int


@pytest.mark.parametrize(("rate", "length"), [(8000, 256), (16_000, 512), (44_100, 2048), (48_000, 2048), (1, 256)])
def test_a_sample_rate_gives_the_power_of_two_nearest_40_ms(rate, length):
    assert StftSettings.for_rate(rate).window_length == length


def test_a_sample_rate_of_zero_is_refused():
    with pytest.raises(SettingsError, match="sample_rate is 0; it must be above 0 Hz"):
        StftSettings.for_rate(0)


BANK = (Band(first=1, weights=(0.5, 1.0, 0.5), centre=2.0, low=1.0, high=3.0),)


def test_any_settings_come_back_from_json_and_keep_their_digest():
    stft = StftSettings(window_length=400, n_fft=512, window=("gaussian", 60.0), edges="kaldi")
    for settings in (stft, BandSettings(of=stft, bands=BANK), LevelSettings(of=BandSettings(of=stft, bands=BANK))):
        back = from_dict(json.loads(json.dumps(settings.to_dict())))
        assert back == settings
        assert hash(back) == hash(settings)
        assert back.digest == settings.digest
        assert pickle.loads(pickle.dumps(settings)) == settings
        assert stft_of(back) == stft


def test_the_digest_changes_only_where_archives_must_be_made_anew():
    assert StftSettings().digest == "feafb9e1b1a4158a"


@given(st.integers(1, 64), st.integers(1, 64), st.sampled_from(EDGES), st.sampled_from(SCALINGS))
def test_different_settings_have_different_digests(n, hop, edges, scaling):
    if hop <= n:
        changed = StftSettings(window_length=n, hop=hop, edges=edges, scaling=scaling)
        assert changed.digest != StftSettings(window_length=n + 1, hop=hop, edges=edges, scaling=scaling).digest


def test_json_of_something_else_is_refused():
    with pytest.raises(SettingsError, match="kind is 'mel'; it must be one of affine, autocorrelation, bands"):
        from_dict({"kind": "mel"})
    with pytest.raises(SettingsError, match="nperseg is no setting of 'stft'; it has drop_last, edges"):
        from_dict({"kind": "stft", "nperseg": 256})


def test_bands_are_checked_against_their_transform():
    stft = StftSettings(window_length=16)
    with pytest.raises(SettingsError, match="band 0 ends at bin 9; with n_fft 16 the last bin is 8"):
        BandSettings(of=stft, bands=(Band(first=8, weights=(1.0, 1.0), centre=1.0, low=1.0, high=1.0),))
    with pytest.raises(SettingsError, match="bands is empty"):
        BandSettings(of=stft, bands=())
    with pytest.raises(SettingsError, match='quantity is "transform"; bands sum power'):
        BandSettings(of=StftSettings(quantity="transform"), bands=BANK)
    with pytest.raises(SettingsError, match="of is LevelSettings; BandSettings holds"):
        BandSettings(of=LevelSettings(of=stft), bands=BANK)
    with pytest.raises(SettingsError, match=r"centre is 5.0 Hz; it must lie in 1.0 to 3.0 Hz"):
        Band(first=0, weights=(1.0,), centre=5.0, low=1.0, high=3.0)
    with pytest.raises(SettingsError, match="weights is nan; it must be a finite number"):
        Band(first=0, weights=(float("nan"),), centre=2.0, low=1.0, high=3.0)


def test_levels_are_checked():
    with pytest.raises(SettingsError, match="reference is 0; it must be above 0"):
        LevelSettings(of=StftSettings(), reference=0)
    with pytest.raises(SettingsError, match="reference is 'min'; it must be one of max"):
        LevelSettings(of=StftSettings(), reference="min")
    with pytest.raises(SettingsError, match="floor is -inf; it must be -370 to 300"):
        LevelSettings(of=StftSettings(), floor=float("-inf"))
    with pytest.raises(SettingsError, match="floor is -500; it must be -370 to 300"):
        LevelSettings(of=StftSettings(), floor=-500)
    with pytest.raises(SettingsError, match=r"floor is 1e-50; it must be 1\.2e-38 or more, or single precision has 0"):
        LogSettings(of=StftSettings(), floor=1e-50)
    with pytest.raises(SettingsError, match='quantity is "magnitude"; a level is of a power'):
        LevelSettings(of=StftSettings(quantity="magnitude"))


def test_only_a_maximum_over_the_sound_needs_the_whole_sound():
    assert whole_sound(LevelSettings(of=StftSettings())) is None
    assert "loudest value of the whole sound" in whole_sound(LevelSettings(of=StftSettings(), reference="max"))


BAND_TOML = 'kind = "bands"\n[of]\nkind = "stft"\n[[bands]]\nfirst=0\n'
WRONG_TOML = {
    "bands = 5": 'kind = "bands"\nbands = 5\n[of]\nkind = "stft"',
    "a table for a window": 'kind = "stft"\nwindow = {a = 1}',
    "a list for a kind": 'kind = ["a"]',
    "a list for a reference": 'kind = "level"\nreference = [1]\n[of]\nkind = "stft"',
    "text for a floor": 'kind = "level"\nfloor = "x"\n[of]\nkind = "stft"',
    "a number for features": 'kind = "temporal"\nfeatures = 5\n[of]\nkind = "stft"',
    "a number for beta": 'kind = "pyin_candidates"\nbeta = 3\n[of]\nkind = "stft"',
    "three for beta": 'kind = "pyin_candidates"\nbeta = [1, 2, 3]\n[of]\nkind = "stft"',
    "text for weights": BAND_TOML + 'weights=["a"]\ncentre=1\nlow=0\nhigh=2',
    "text for a centre": BAND_TOML + 'weights=[1.0]\ncentre="a"\nlow=0\nhigh=2',
    "text for what is added": 'kind = "log"\nadd = "x"\n[of]\nkind = "stft"',
    "an endless window": 'kind = "stft"\nwindow_length = 1e400',
    "a list for a rate": 'kind = "stft"\nsample_rate = [1]',
    "a general window of text": 'kind = "stft"\nwindow = ["general_hamming", "a"]',
    "no table": 'kind = "level"\nof = 3',
    "numbers for bands": 'kind = "bands"\nbands = [1, 2]\n[of]\nkind = "stft"',
}


@pytest.mark.parametrize("text", WRONG_TOML.values(), ids=WRONG_TOML)
def test_a_toml_of_wrong_types_is_refused_in_one_line(text):
    with pytest.raises(SettingsError) as refused:
        from_toml(text)
    assert "\n" not in str(refused.value)
    assert " is " in str(refused.value)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: StftSettings(hop_length=512), "hop_length is no setting of StftSettings; it is called hop$"),
        (
            lambda: StftSettings.for_rate(8000, nperseg=256),
            "nperseg is no setting of .*; it is called window_length",
        ),
        (
            lambda: StftSettings(center=False),
            'center is no setting of .*; it is called edges, "zeros" or',
        ),
        (lambda: MelBank(n_mels=80), "n_mels is no setting of MelBank; it is called n_bands"),
        (lambda: StftSettings(colour="red"), "colour is no setting of StftSettings; it has window_length, hop, n_fft,"),
        (
            lambda: dataclasses.replace(StftSettings(), sr=1),
            "sr is no setting of .*; it is called sample_rate",
        ),
    ],
)
def test_names_from_elsewhere_are_answered_with_ours(make, says):
    with pytest.raises(SettingsError, match=says):
        make()


def test_what_a_name_from_elsewhere_is_called_here_exists():
    fields = {field.name for kind in (*KINDS.values(), *BANKS.values()) for field in dataclasses.fields(kind)}
    assert {ours.split(",")[0] for ours in ELSEWHERE.values()} <= fields


def test_settings_of_every_kind_and_bank_come_back_from_toml():
    from tests.test_sizes import examples

    bands = (
        Band(first=3, weights=(0.5, 1e-300, 1.0), centre=93.75, low=70.0, high=117.0),
        Band(first=9, weights=(), centre=200.1, low=200.0, high=1e15),
    )
    for one in (*examples(), BandSettings(of=StftSettings(window=("kaiser", 8.0)), bands=bands)):
        text = to_toml(one)
        assert from_toml(text) == one
        assert not text.endswith("\n")


def test_settings_read_as_one_line_of_what_is_not_as_usual():
    assert repr(StftSettings()) == "StftSettings(window_length=2048, hop=512)"
    assert repr(StftSettings(n_fft=4096, edges="inside")) == (
        "StftSettings(window_length=2048, hop=512, n_fft=4096, edges='inside')"
    )
    for name in preset_names():
        line = repr(preset(name))
        assert "\n" not in line
        assert line.startswith("StftSettings(window_length=")
        assert line.count(" → ") == len(stages(preset(name))) - 1
    band = Band(1, (0.1, 0.2, 0.3, 0.4, 0.5), 20.0, 10.0, 30.0)
    assert repr(band) == "Band(first=1, weights=(0.1, …, 0.5: 5), centre=20.0, low=10.0, high=30.0)"
    own = BandSettings(of=StftSettings(), bands=(band, band, band))
    assert repr(own).endswith(" → BandSettings(bands=(3 of Band))")
