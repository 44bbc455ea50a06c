"""A spectrogram in NumPy's, Matplotlib's, pandas' and xarray's hands, by time and frequency, and in a file."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph import (
    OutputError,
    SettingsError,
    Signal,
    SourceError,
    Spectrogram,
    StftSettings,
    draw,
    feature,
    griffin_lim,
    istft,
    level,
    preset,
    spectrogram,
)
from sonograph import open as open_sound

RATE = 16_000.0
START = datetime(2026, 3, 29, 1, 30, tzinfo=timezone(timedelta(hours=2)))


def sound(channels=1, seconds=1.0, start=None):
    t = np.arange(int(seconds * RATE)) / RATE
    x = np.stack([np.sin(2 * np.pi * 1000 * (i + 1) * t) for i in range(channels)])
    return Signal(x[0] if channels == 1 else x, RATE, start=start)


KINDS = {
    "power": lambda: spectrogram(sound()),
    "channels": lambda: spectrogram(sound(2), StftSettings(window_length=512)),
    "transform": lambda: spectrogram(sound(), StftSettings(quantity="transform")),
    "level": lambda: level(spectrogram(sound(start=START))),
    "mel": lambda: spectrogram(sound(), "whisper.80"),
    "cepstrum": lambda: spectrogram(sound(2), "kaldi.mfcc"),
    "chroma": lambda: spectrogram(sound(), feature("chroma")),
    "constant-Q": lambda: spectrogram(sound(seconds=2.0), feature("cqt", sample_rate=RATE)),
    "part": lambda: spectrogram(sound(2, start=START)).select(seconds=(0.2, 0.5), hertz=(500, 3000)),
}
kinds = pytest.mark.parametrize("kind", KINDS)


@kinds
def test_it_is_an_array_for_numpy(kind):
    made = KINDS[kind]()
    assert np.asarray(made) is made.values and np.asarray(made, made.values.dtype) is made.values
    mine = np.array(made)
    assert mine is not made.values and np.shares_memory(np.array(made, copy=None), made.values)
    mine[:] = 0
    assert np.any(made.values)
    np.testing.assert_array_equal(np.add(made, 1), made.values + 1)
    wide = np.asarray(made, dtype=np.complex128)
    assert wide.dtype == np.complex128
    other = np.complex64 if np.iscomplexobj(made.values) else np.float32
    if made.values.dtype != other:
        with pytest.raises(ValueError, match="copy"):
            np.array(made, dtype=other, copy=False)


def test_matplotlib_takes_it_with_its_axes():
    from matplotlib.figure import Figure

    power = KINDS["power"]()
    axes = Figure().subplots()
    mesh = axes.pcolormesh(power.times, power.frequencies, power)
    np.testing.assert_array_equal(np.asarray(mesh.get_array()).reshape(power.values.shape), power.values)
    assert axes.imshow(np.log10(power)).get_array().shape == power.values.shape


@given(st.floats(0, 0.999), st.floats(0, 8000))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_at_gives_the_nearest_frame_and_bin(seconds, hertz):
    power = spectrogram(sound(2), StftSettings(window_length=512))
    near = int(np.argmin(np.abs(power.frequencies - hertz))), int(np.argmin(np.abs(power.times - seconds)))
    got = power.at(seconds=seconds, hertz=hertz)
    distance = abs(power.times[near[1]] - seconds), abs(power.frequencies[near[0]] - hertz)
    ties = [
        power.values[:, row, frame]
        for row in np.flatnonzero(np.isclose(np.abs(power.frequencies - hertz), distance[1]))
        for frame in np.flatnonzero(np.isclose(np.abs(power.times - seconds), distance[0]))
    ]
    assert got.shape == (2,) and any(np.array_equal(got, one) for one in ties)


def test_at_a_tone_reads_its_mean_square():
    power = KINDS["power"]()
    one = power.at(seconds=0.5, hertz=1000)
    assert one.ndim == 0 and float(one) == pytest.approx(0.5, rel=1e-9)
    assert power.at(hertz=1000).shape == power.times.shape
    assert power.at(seconds=0.5).shape == power.frequencies.shape
    np.testing.assert_array_equal(
        power.at(seconds=[0.3, 0.5], hertz=[1000, 2000, 10]),
        [[power.at(seconds=s, hertz=f) for s in (0.3, 0.5)] for f in (1000, 2000, 10)],
    )
    assert KINDS["channels"]().at(seconds=0.5, hertz=2000).argmax() == 1


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ({"seconds": -0.1}, r"^seconds is -0\.1; this spectrogram has 0 to 1\.056 s$"),
        ({"seconds": [0.5, 7]}, r"^seconds is 7; this spectrogram has 0 to "),
        ({"hertz": 8001}, r"^hertz is 8001; this spectrogram has 0 Hz to 8000 Hz$"),
        ({"hertz": -1}, r"^hertz is -1; "),
        ({"hertz": "1 kHz"}, r"^hertz is '1 kHz'; it must be a number, or several$"),
        ({"seconds": np.nan}, r"^seconds is nan; it must be a number"),
    ],
)
def test_what_is_not_there_has_no_value(where, says):
    with pytest.raises(SettingsError, match=says):
        KINDS["power"]().at(**where)


def test_rows_without_a_frequency_are_not_asked_for_by_one():
    for ask in (lambda s: s.at(hertz=100), lambda s: s.select(hertz=(100, 200))):
        with pytest.raises(SettingsError, match="the rows are coefficients, which have no frequency"):
            ask(KINDS["cepstrum"]())
    assert KINDS["cepstrum"]().at(seconds=0.5).shape == (2, 13)


@pytest.mark.parametrize("kind", ["power", "channels", "level", "mel", "constant-Q", "part"])
def test_a_selection_keeps_what_its_numbers_are(kind):
    whole = KINDS[kind]()
    low, high = whole.frequencies[[3, 9]]
    start, stop = whole.times[1], whole.times[-1]
    part = whole.select(seconds=(start, stop), hertz=(low, high))
    assert np.shares_memory(part.values, whole.values)
    frames = [i for i, t in zip(whole.frames, whole.times, strict=True) if start <= t < stop]
    assert list(part.frames) == frames and len(frames) > 1
    np.testing.assert_array_equal(part.frequencies, whole.frequencies[3:10])
    np.testing.assert_array_equal(part.edges, whole.edges[3:10])
    assert part.names == whole.names[3:10] and part.units == whole.units[3:10]
    for name in ("label", "value_unit", "quantity", "unit", "settings", "sample_rate", "reference", "start"):
        assert getattr(part, name) == getattr(whole, name)
    assert list(part.valid) == [i for i in whole.valid if i in part.frames]
    t, f = part.times[1], part.frequencies[4]
    np.testing.assert_array_equal(part.at(seconds=t, hertz=f), whole.at(seconds=t, hertz=f))
    again = part.select(hertz=(whole.frequencies[5], whole.frequencies[6]))
    np.testing.assert_array_equal(again.frequencies, whole.frequencies[5:7])


def test_selections_that_hold_nothing_are_refused():
    power = KINDS["power"]()
    with pytest.raises(SettingsError, match=r"hertz is 1001 to 1002; no bin has its centre there: they lie from"):
        power.select(hertz=(1001, 1002))
    with pytest.raises(SettingsError, match=r"hertz is \(2, 1\); it must begin before it ends"):
        power.select(hertz=(2, 1))
    with pytest.raises(SettingsError, match=r"hertz is 5; it must be from where to where, as \(1, 2\)"):
        power.select(hertz=5)
    with pytest.raises(SettingsError, match="frames and seconds are both given"):
        power.select(frames=range(2), seconds=(0, 1))


def test_some_bins_are_joined_and_drawn_but_make_no_sound():
    whole = KINDS["power"]()
    first, second = (whole.select(seconds=s, hertz=(500, 2000)) for s in ((0, 0.5), (0.5, 9)))
    np.testing.assert_array_equal(first.join(second).values, whole.select(hertz=(500, 2000)).values)
    with pytest.raises(SettingsError, match="first_row"):
        first.join(whole.select(seconds=(0.5, 9), hertz=(600, 2100)))
    axes = draw(first).axes[0]
    np.testing.assert_allclose(axes.get_ylim(), (496.1, 2003.9), atol=0.1)
    shown = axes.images[0].get_array()
    bottom, top = axes.get_ylim()
    loudest = bottom + (np.argmax(shown.max(axis=1)) + 0.5) / len(shown) * (top - bottom)
    assert loudest == pytest.approx(1000, abs=10)
    with pytest.raises(SettingsError, match="193 bins of more; a sound comes back from all of them"):
        griffin_lim(first)
    with pytest.raises(SettingsError, match="a sound comes back from all of them"):
        istft(KINDS["transform"]().select(hertz=(0, 4000)))


@kinds
def test_what_is_saved_comes_back_bit_for_bit(kind, tmp_path):
    made = KINDS[kind]()
    made.save(tmp_path / "a.npz")
    back = Spectrogram.load(tmp_path / "a.npz")
    np.testing.assert_array_equal(back.values, made.values)
    assert back.values.dtype == made.values.dtype and np.swapaxes(back.values, -1, -2).flags.c_contiguous
    for field in dataclasses.fields(Spectrogram):
        if field.name != "values":
            assert getattr(back, field.name) == getattr(made, field.name), field.name
    assert back.label == made.label and back.names == made.names
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:  # whoever has NumPy alone
        np.testing.assert_array_equal(arrays["times"], made.times)
        assert ("frequencies" in arrays.files) == (made.rows in ("bin", "band"))
        assert json.loads(str(arrays["about"]))["value_unit"] == made.value_unit


def test_a_file_that_is_damaged_or_another_is_named(tmp_path):
    path = tmp_path / "a.npz"
    KINDS["power"]().save(path)
    data = path.read_bytes()
    for bad in (b"", b"junk", data[: len(data) // 2], data[:-200]):
        path.write_bytes(bad)
        with pytest.raises(SourceError, match=r"a\.npz: is damaged, or no whole NPZ"):
            Spectrogram.load(path)
    middle = bytearray(data)
    middle[len(data) // 2] ^= 1  # a bit of a value: the archive has its sum
    path.write_bytes(middle)
    with pytest.raises(SourceError, match=r"a\.npz: is damaged"):
        Spectrogram.load(path)
    np.savez(path, x=np.zeros(5))
    with pytest.raises(SourceError, match=r"a\.npz: holds no spectrogram of Sonograph, but x"):
        Spectrogram.load(path)
    np.savez(path, values=np.array([{}], object), about=np.array("{}"))
    with pytest.raises(SourceError, match=r"a\.npz: "):
        Spectrogram.load(path)
    with pytest.raises(SourceError, match=r"none\.npz: does not exist"):
        Spectrogram.load(tmp_path / "none.npz")


def test_what_is_there_is_not_replaced_but_by_a_spectrogram(tmp_path):
    made, path = KINDS["power"](), tmp_path / "a.npz"
    np.savez(path, x=np.arange(3))
    with pytest.raises(OutputError, match=r"a\.npz: exists already and is no saved spectrogram"):
        made.save(path)
    made.save(path, overwrite=True)
    made.save(path)
    with pytest.raises(SettingsError, match=r"it is saved as|a spectrogram is saved as \.npz"):
        made.save(tmp_path / "a.npy")
    with pytest.raises(SourceError, match=r"is a saved spectrogram, not a sound\. Spectrogram\.load reads it"):
        open_sound(path)


@kinds
def test_xarray_has_its_coordinates_units_and_start(kind):
    pytest.importorskip("xarray", reason="xarray is not installed: pip install '.[xarray]'")
    made = KINDS[kind]()
    array = made.to_xarray()
    np.testing.assert_array_equal(array.values, made.values)
    assert array.dims[-1] == "time" and array.time.attrs["units"] == "s"
    np.testing.assert_array_equal(array.time, made.times)
    assert array.attrs["units"] == made.value_unit
    assert list(array.time[array.valid].values) == list(made.times[[i in made.valid for i in made.frames]])
    if made.rows in ("bin", "band"):
        assert array.frequency.attrs["units"] == "Hz"
        np.testing.assert_array_equal(array.frequency, made.frequencies)
        near = array.sel(time=0.301, frequency=1001.0, method="nearest")
        np.testing.assert_array_equal(near, made.at(seconds=0.301, hertz=1001.0))
    else:
        assert tuple(array[made.rows.replace(" ", "_")].values) == made.names
    if made.start is None:
        assert "start" not in array.attrs and "datetime" not in array.coords
    else:
        assert array.attrs["start"] == START.isoformat()
        began = np.datetime64(START.astimezone(UTC).replace(tzinfo=None), "ns")
        np.testing.assert_allclose((array.datetime - began) / np.timedelta64(1, "s"), made.times, atol=1e-9)


@kinds
def test_pandas_has_a_row_for_each_frame(kind):
    pytest.importorskip("pandas", reason="pandas is not installed: pip install '.[pandas]'")
    made = KINDS[kind]()
    table = made.to_dataframe()
    np.testing.assert_array_equal(table.index, made.times)
    assert table.index.name == "time" and table.attrs["unit"] == made.value_unit
    channels = made.values if made.values.ndim == 3 else made.values[None]
    for number, values in enumerate(channels):
        columns = table[number] if made.n_channels > 1 else table
        np.testing.assert_array_equal(columns.to_numpy(), values.T)
        named = made.frequencies if made.rows in ("bin", "band") else made.names
        assert list(columns.columns) == list(named)


def test_what_is_missing_is_said_with_how_to_get_it(monkeypatch):
    import sys

    from sonograph.errors import MissingExtra

    for name, ask in (("xarray", Spectrogram.to_xarray), ("pandas", Spectrogram.to_dataframe)):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(MissingExtra, match=rf"needs {name}: pip install '\.\[{name}\]'"):
            ask(KINDS["power"]())


def test_presets_of_bands_are_selected_by_hertz():
    mel = spectrogram(sound(), preset("whisper.80")).select(hertz=(900, 1100))
    assert ((mel.frequencies >= 900) & (mel.frequencies <= 1100)).all()
    assert mel.names[0].startswith("band_") and mel.names[0] != "band_0"
