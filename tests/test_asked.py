"""What is given to a function is taken for what it is, or answered in a sentence."""

import inspect
from pathlib import Path

import numpy as np
import pytest

import sonograph as sg
from sonograph import SettingsError, Signal
from sonograph.settings.elsewhere import ELSEWHERE, PICTURE, called_here

RATE = 16_000.0


def sound(n=8000, channels=1):
    x = 0.1 * np.random.default_rng(0).standard_normal((channels, n))
    return Signal(x[0] if channels == 1 else x, RATE)


@pytest.fixture
def path(tmp_path):
    sg.write(tmp_path / "a.wav", sound(channels=2))
    return tmp_path / "a.wav"


STFT = sg.StftSettings(window_length=256, edges="inside")
OF_SOUNDS = {
    "spectrogram": lambda x: sg.spectrogram(x, STFT).values,
    "pieces": lambda x: np.concatenate([piece.values for piece in sg.pieces(x, STFT, at_most=9)], axis=-1),
    "welch": lambda x: sg.welch(x).values,
    "fourier": lambda x: sg.fourier(x).values,
    "cross_spectrum": lambda x: sg.cross_spectrum(x).coherence,
    "cross_spectrogram": lambda x: sg.cross_spectrogram(x, average=4).coherence,
    "reassigned": lambda x: sg.reassigned(x, STFT).times,
    "loudness": lambda x: sg.loudness(x).integrated,
    "true_peak": lambda x: sg.true_peak(x),
    "sound_levels": lambda x: sg.sound_levels(x).leq,
    "band_levels": lambda x: sg.band_levels(x, low=200.0).levels,
    "voice": lambda x: sg.voice(x, low=200.0).pitch,
    "whisper": lambda x: sg.whisper(x).values[:, :60],
    "zoom": lambda x: sg.zoom(x, (100.0, 200.0)).values,
    "tacho": lambda x: sg.tacho(x).times,
    "orders": lambda x: sg.orders(x, sg.speed([0.0, 0.5], [6000.0, 9000.0])).values,
    "envelope_spectrum": lambda x: sg.envelope_spectrum(x, (1000, 4000), resolution=10.0).values,
    "band_kurtosis": lambda x: sg.band_kurtosis(x, low=500.0).values,
    "kurtogram": lambda x: sg.kurtogram(x, 4).values,
    "measure_box": lambda x: sg.measure_box(x, STFT, seconds=(0.1, 0.3)).band_level,
    "mono": lambda x: sg.mono(x).read(range(500)),
    "high_pass": lambda x: sg.high_pass(x, 50.0).read(range(500)),
    "weighted": lambda x: sg.weighted(x, "A").read(range(500)),
    "resample": lambda x: sg.resample(x, 8000.0).read(range(500)),
    "echogram": lambda x: sg.echogram(x, ping_interval=0.1, band=(1000, 4000), length=0.002).values,
    "tempo": lambda x: np.atleast_1d(sg.tempo(x)),
    "beats": lambda x: sg.beats(sg.mono(sg.open(x) if isinstance(x, str | Path) else x)).times,
    "local_pulse": lambda x: sg.local_pulse(sg.mono(sg.open(x) if isinstance(x, str | Path) else x)).values,
    "onsets": lambda x: sg.onsets(sg.mono(sg.open(x) if isinstance(x, str | Path) else x)),
    "pulses": lambda x: sg.pulses(x, band=(1000, 4000), length=0.002).column("start"),
}


def files_open():
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("name", OF_SOUNDS)
def test_whatever_takes_a_sound_takes_its_path(name, path):
    work = OF_SOUNDS[name]
    with sg.open(path) as source:
        expected = work(source)
    for given in (path, str(path)):
        np.testing.assert_array_equal(work(given), expected)


def test_every_function_of_a_sound_is_in_this_table():
    of_sounds = {
        name
        for name in dir(sg)
        if inspect.isfunction(getattr(sg, name))
        and next(iter(inspect.signature(getattr(sg, name)).parameters), "") == "source"
    }
    assert of_sounds == set(OF_SOUNDS)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not say which files are open")
@pytest.mark.parametrize("name", OF_SOUNDS)
def test_a_file_that_was_opened_for_it_is_closed(name, path):
    before = files_open()
    for _ in range(3):
        OF_SOUNDS[name](path)
    assert files_open() == before


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not say which files are open")
def test_a_file_is_closed_where_the_work_is_refused_or_left(path):
    before = files_open()
    with pytest.raises(SettingsError, match="at_most"):
        sg.pieces(path, at_most=0)
    with pytest.raises(SettingsError, match="frames"):
        sg.spectrogram(path, frames=range(10**6))
    one = sg.pieces(path, STFT, at_most=1)
    next(one)
    one.close()
    assert files_open() == before


@pytest.mark.parametrize("name", OF_SOUNDS)
def test_what_is_no_sound_is_answered(name, tmp_path):
    work = OF_SOUNDS[name]
    for samples in (np.zeros(9), [0.0, 1.0], (np.zeros(9), RATE)):
        with pytest.raises(
            SettingsError, match=r"^source is (ndarray|list|tuple), which has no sample rate; give Signal"
        ):
            work(samples)
    for other in (None, 5, STFT):
        with pytest.raises(SettingsError, match=r"^source is \w+; it must be a Signal"):
            work(other)
    with pytest.raises(sg.SourceError, match="does not exist"):
        work(tmp_path / "none.wav")


OF_SETTINGS = {
    "spectrogram": lambda given: sg.spectrogram(sound(), given),
    "pieces": lambda given: sg.pieces(sound(), given, at_most=5),
    "Stream": lambda given: sg.Stream(given, sample_rate=RATE),
    "describe": lambda given: sg.describe(given, RATE),
    "welch": lambda given: sg.welch(sound(), given),
    "cross_spectrum": lambda given: sg.cross_spectrum(sound(channels=2), given),
    "cross_spectrogram": lambda given: sg.cross_spectrogram(sound(channels=2), given),
    "reassigned": lambda given: sg.reassigned(sound(), given),
    "draw": lambda given: sg.draw(sound(), given),
    "draw of several": lambda given: sg.draw({"a": sound(), "b": sound()}, given),
    "draw_bands": lambda given: sg.draw_bands(given, sample_rate=RATE),
}
NO_SETTINGS = {
    "a slip": ("kaldi.fbnk", r"^preset is 'kaldi.fbnk'; did you mean kaldi\.fbank"),
    "a feature": ("mfcc", r'^settings is "mfcc", which is a feature and no preset; feature\("mfcc"\) makes some'),
    "a file": ("mine.toml", r"^settings is 'mine.toml', which are none; from_toml\("),
    "a path": (Path("mine"), r"^settings is PosixPath|WindowsPath, which are none; from_toml\("),
    "a length": (1024, r"^settings is 1024, which are none; settings go by name: StftSettings\(window_length=1024\)"),
    "a class": (
        sg.MelBank,
        r"^settings is the class MelBank, which are none; BandSettings\(of=StftSettings\(\), bands=",
    ),
    "a class of settings": (sg.LevelSettings, r"^settings is the class LevelSettings, which are none; LevelSettings\("),
    "a bank": (sg.MelBank(), r"^settings is MelBank, which are none; BandSettings\("),
    "a dictionary": ({"hop": 3}, r"^settings is dict, which are none; from_dict\("),
    "samples": (np.zeros(5), r"^settings is ndarray, which are none; StftSettings\(\) are some, and preset\(NAME\)"),
    "a picture's": (sg.PictureSettings(), r"^settings is PictureSettings, which are none; "),
}


@pytest.mark.parametrize(("given", "message"), NO_SETTINGS.values(), ids=NO_SETTINGS)
@pytest.mark.parametrize("name", OF_SETTINGS)
def test_what_are_no_settings_is_answered(name, given, message):
    with pytest.raises(SettingsError, match=message):
        OF_SETTINGS[name](given)


def test_a_presets_name_is_taken_where_settings_are():
    mel, stft = sg.preset("librosa.mel"), sg.preset("torchaudio.spectrogram")
    assert sg.spectrogram(sound(), "librosa.mel").settings == mel
    assert next(sg.pieces(sound(), "librosa.mel", at_most=2)).settings == mel
    assert sg.Stream("librosa.mel", sample_rate=RATE).settings == mel
    assert sg.describe("librosa.mel", RATE).settings == mel
    np.testing.assert_array_equal(sg.welch(sound(), "torchaudio.spectrogram").values, sg.welch(sound(), stft).values)
    assert sg.reassigned(sound(), "torchaudio.spectrogram").power.settings == stft
    assert sg.draw(sound(), "librosa.mel").axes[0].get_ylabel() == sg.draw(sound(), mel).axes[0].get_ylabel()
    assert len(sg.draw_bands("librosa.mel", sample_rate=22_050.0).axes[0].lines) == 128


NO_NAMES = {inspect.Parameter.VAR_KEYWORD}  # which go on to `open`, and those functions that take nothing


def kinds_of(function):
    return {p.kind for p in inspect.signature(function).parameters.values()} or NO_NAMES


CALLABLE = sorted(
    name
    for name in dir(sg)
    if (inspect.isfunction(getattr(sg, name)) and NO_NAMES.isdisjoint(kinds_of(getattr(sg, name)))) or name == "Stream"
)


@pytest.mark.parametrize("name", CALLABLE)
def test_a_name_that_a_function_does_not_take_is_answered_in_a_sentence(name):
    function = getattr(sg, name)
    for given in ("zork", *ELSEWHERE, *PICTURE):
        if given in inspect.signature(function).parameters:
            continue
        with pytest.raises(SettingsError, match=rf"^{given} is no argument of {name}; \w"):
            function(**{given: 1})


@pytest.mark.parametrize("name", CALLABLE)
def test_too_many_values_in_a_row_are_answered_in_a_sentence(name):
    with pytest.raises(SettingsError, match=rf"^{name} is given 9 values in a row; it takes "):
        getattr(sg, name)(*range(9))


KINDS = {
    "box of none": (lambda: sg.level(None), r"^spectrogram is None; it must be a Spectrogram, as spectrogram\(sound\)"),
    "a sound": (lambda: sg.griffin_lim(sound()), r"^spectrogram is Signal; it must be a Spectrogram"),
    "a path of numbers": (lambda: sg.open(5), r"^path is 5; it must be a path$"),
    "an array to read": (lambda: sg.read(np.zeros(3)), r"^path is ndarray; it must be a path$"),
    "a place that is none": (lambda: sg.draw(sound(), path=7), r"^path is 7; it must be a path$"),
    "a look": (lambda: sg.draw(sound(), look=STFT), r"^look is StftSettings; it must be a PictureSettings\(…\)$"),
    "a class for a value": (
        lambda: sg.read("a.wav", opening=dict),
        r"^opening is the class dict; it must be an Opening\(…\)$",
    ),
    "colours": (lambda: sg.draw(sound(), colours=5), r"^colours is 5; it must be one of|did you mean"),
    "a title": (lambda: sg.draw(sound(), title=5), r"^title is 5; it must be words"),
    "an array for a name": (lambda: sg.draw(sound(), view=np.zeros(2)), r"^view is \[0\. 0\.\]; it must be one of"),
    "an array for a number": (lambda: sg.mono(sound(channels=2), channel=np.zeros(2)), r"^channel is \[0\. 0\.\]; "),
    "text for a number": (lambda: sg.signals.tone(440.0, "1e3"), r"^duration is 1e3; it must be "),
    "weights": (lambda: sg.loudness(sound(), weights=5), r"^weights is 5; it must be a list of numbers$"),
    "no text": (lambda: sg.settings.from_toml(None), r"^text is NoneType; it must be TOML as text"),
    "half a round": (
        lambda: sg.griffin_lim(sg.spectrogram(sound()), iterations=2.5),
        r"^iterations is 2\.5; it must",
    ),
    "hertz": (lambda: sg.high_pass(sound(), None), r"^hertz is None; it must be above 0$"),
    "an engine": (
        lambda: sg.griffin_lim(sg.spectrogram(sound()), engine=5),
        r"^engine is 5; it must be one of sonograph",
    ),
    "no axes": (lambda: sg.draw(sound(), ax=[]), r"^ax is an empty list; give Matplotlib axes"),
    "labels": (lambda: sg.draw(sound(), labels=["a"]), r"^labels is list; it must be the path of a file of labels"),
    "a match": (lambda: sg.draw_match(sound(), 5), r"^match is 5; it must be a Match, as Index.find gives$"),
    "a pulse": (lambda: sg.pulses(sound(), pulse=5), r"^pulse is 5; it must be a Signal, a file, or words"),
    "a channel": (
        lambda: sg.pulses(sound(), band=(1000, 2000), length=0.01, channel="1"),
        r"^channel is '1'; it must be a whole number",
    ),
    "a rate": (lambda: sg.detect(sound(), [sound()], per_hour=np.ones(2)), r"^per_hour is \[1\. 1\.\]; it must be"),
    "times": (
        lambda: sg.signals.chirp_frequency("a", 1, 2, 3),
        r"^times is a; it must be seconds, a number or an array",
    ),
    "echoes": (lambda: sg.signals.pings(0.1, echoes=[3]), r"^echoes is \[3\]; it must be pairs of seconds and dB"),
}
WRONG = {
    "None": None, "number": -5.5, "text": "zork", "list": ["a"], "array": np.zeros((2, 2)), "object": object(),
    "class": dict, "settings": STFT, "bytes": b"a", "dictionary": {},
}  # fmt: skip
NEEDED = {
    "frequency": 440.0,
    "first": 100.0,
    "last": 200.0,
    "times": np.zeros(3),
    "sound": sound(800),
    "duration": 0.1,
    "density_at_1khz": 0.1,
}


@pytest.mark.parametrize("name", sorted(n for n in dir(sg.signals) if inspect.isfunction(getattr(sg.signals, n))))
def test_no_wrong_value_of_a_synthetic_sound_ends_in_an_error_of_python(name):
    function = getattr(sg.signals, name)
    parameters = inspect.signature(function).parameters
    right = {p.name: NEEDED[p.name] for p in parameters.values() if p.default is p.empty and p.name in NEEDED}
    right |= {"duration": 0.1} if "duration" in parameters else {}
    right |= {"pulse": sound(80)} if "pulse" in parameters else {}
    for argument in parameters:
        for value in WRONG.values():
            try:
                function(**{**right, argument: value})
            except SettingsError as error:
                assert len(str(error)) > 10


@pytest.mark.parametrize(("call", "message"), KINDS.values(), ids=KINDS)
def test_a_wrong_kind_of_argument_is_answered_in_a_sentence(call, message):
    with pytest.raises(SettingsError, match=message):
        call()


ANSWERS = {
    "hop_length": (lambda: sg.spectrogram(sound(), hop_length=256), r"spectrogram\(…, StftSettings\(hop=…\)\)"),
    "n_mels": (
        lambda: sg.spectrogram(sound(), n_mels=40),
        r"bands=MelBank\(n_bands=…\)\)\), or settings\.but\(n_bands",
    ),
    "top_db": (lambda: sg.spectrogram(sound(), top_db=80), r"RangeSettings\(of=StftSettings\(\), span=…\)"),
    "sr": (lambda: sg.spectrogram(sound(), sr=8000), r"a sound carries its rate: Signal\(samples, sample_rate\)"),
    "sr of a rate": (lambda: sg.resample(sound(), sr=8000), r"it is called rate$"),
    "sr of a stream": (lambda: sg.Stream(STFT, sr=8000), r"it is called sample_rate$"),
    "y": (lambda: sg.spectrogram(y=sound()), r"the sound comes first, as source: a path, Signal"),
    "nperseg": (lambda: sg.welch(sound(), nperseg=256), r"welch\(…, StftSettings\(window_length=…\)\)"),
    "a slip": (lambda: sg.welch(sound(), averge="mean"), r"did you mean average\?$"),
    "positional": (
        lambda: sg.spectrogram(sound(), 1024, 256),
        r"3 values in a row; it takes source and settings, and by name",
    ),
    "vmax": (lambda: sg.draw(sound(), vmax=0), r"^vmax is no argument of draw; it is called range, as \(vmin, vmax\)$"),
    "cmap": (lambda: sg.show(sound(), cmap="grey"), r"^cmap is no argument of show; it is called colours$"),
    "y_axis": (lambda: sg.draw(sound(), y_axis="log"), r"it is called axis$"),
    "hop_length of a picture": (
        lambda: sg.draw(sound(), hop_length=256),
        r"it is hop, a setting: draw\(…, StftSettings\(hop=…\)\), or settings\.but\(hop=…\)$",
    ),
    "n_mels of a picture": (lambda: sg.draw(sound(), n_mels=40), r"bands=MelBank\(n_bands=…\)"),
    "top_db of a picture": (lambda: sg.draw(sound(), top_db=60), r"it is called below$"),
    "sr of a picture": (lambda: sg.draw(sound(), sr=8000), r"a sound carries its rate: Signal\(samples, sample_rate\)"),
    "filename": (lambda: sg.draw(sound(), filename="a.png"), r"it is called path$"),
    "a path of a picture in a row": (
        lambda: sg.draw(sound(), None, "a.png"),
        r"^draw is given 3 values in a row; it takes sound and settings, and by name path, ",
    ),
    "a time": (lambda: sg.spectrogram(sound()).at(time=1), r"^time is no argument of at; it is called seconds$"),
    "a frequency": (
        lambda: sg.spectrogram(sound()).select(freq=(1, 2)),
        r"^freq is no argument of select; it is called hertz$",
    ),
    "sr of a signal": (
        lambda: Signal(np.zeros(5), sr=8000),
        r"^sr is no argument of Signal; it is called sample_rate$",
    ),
    "no number of a stage": (lambda: sg.StftSettings(n_mels=3), r"it is n_bands, of MelBank, BarkBank or LinearBank$"),
}


@pytest.mark.parametrize(("call", "message"), ANSWERS.values(), ids=ANSWERS)
def test_another_librarys_name_is_answered_with_what_to_write(call, message):
    with pytest.raises(SettingsError, match=message):
        call()


def test_every_name_of_a_picture_elsewhere_leads_to_an_argument_of_draw():
    ours = set(inspect.signature(sg.draw).parameters)
    assert {value.partition(",")[0] for value in PICTURE.values()} <= ours
    assert not ours & set(PICTURE)  # what is ours already needs no answer


def test_a_name_is_known_however_its_words_are_joined():
    for name in (*ELSEWHERE, "hop-length", "--hop-length", "HOP_LENGTH"):
        assert called_here(name), name
    assert called_here("--y-axis", on_a_picture=True) == "axis" and called_here("y_axis") == ""
    assert (called_here("fmin", on_a_picture=True), called_here("fmin")) == ("frequencies", "low")


def test_a_function_of_another_library_is_answered_with_ours():
    with pytest.raises(AttributeError, match=r"no attribute 'load'; here it is read\(path\)$"):
        sg.load  # noqa: B018
    with pytest.raises(AttributeError, match=r"no attribute 'zork'$"):
        sg.zork  # noqa: B018
    for ours in sg._ELSEWHERE.values():
        assert hasattr(sg, ours.partition("(")[0])
