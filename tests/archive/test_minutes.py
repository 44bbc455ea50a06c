"""Standard minutes: by their definition in loops, by physics, and as files that others open."""

import builtins
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest

import sonograph as sg
from sonograph import archive
from sonograph.archive.levels import spectra as minute_spectra
from sonograph.errors import LimitError, MissingExtra, SettingsError, TextError

xarray = pytest.importorskip("xarray")
BEGAN = datetime(2024, 5, 1, 4, 30, tzinfo=UTC)


def noise(seconds, rate, seed=0):
    return np.random.default_rng(seed).standard_normal(round(seconds * rate))


def sound(samples, rate, unit="µPa", began=BEGAN, **more):
    return sg.Signal(samples, float(rate), unit, start=began, **more)


class Clocked(sg.Signal):
    """A sound with a clock of its own."""

    clock: archive.Clock


def by_definition(samples, rate):
    """The density of each bin of 1 Hz in a minute, and how many frames count."""
    n, hop = rate, rate // 2
    window = [0.5 - 0.5 * np.cos(2 * np.pi * m / n) for m in range(n)]
    turn = np.exp(-2j * np.pi * np.outer(np.arange(n // 2 + 1), np.arange(n)) / n)
    sums, frames = np.zeros(n // 2 + 1), 0
    for i in range(119):
        frame = samples[i * hop : i * hop + n]
        if len(frame) < n or np.isnan(frame).any():
            continue
        power = np.abs(turn @ (frame * window)) ** 2 / (rate * sum(w * w for w in window))
        power[1:] *= 2
        if n % 2 == 0:
            power[-1] /= 2
        sums += power
        frames += 1
    return sums / frames, frames


@pytest.mark.parametrize("rate", [800, 441])
def test_minutes_are_what_their_definition_says_through_a_gap(rate):
    samples = noise(180, rate)
    samples[70 * rate + 3 : 75 * rate] = np.nan
    found = archive.minutes(sound(samples, rate))
    assert found.times.tolist() == [int(BEGAN.timestamp()) + 60 * i for i in range(3)]
    for i in range(3):
        minute = samples[i * 60 * rate : (i + 1) * 60 * rate]
        density, frames = by_definition(minute, rate)
        widths = np.diff(found.edges)[:, 0]
        np.testing.assert_allclose(found.density[i] * widths, density, rtol=1e-9)
        assert found.frames[i] == frames
        assert found.effort[i] == np.isfinite(minute).sum() / rate
        assert found.peak[i] == np.nanmax(np.abs(minute))
    assert found.frames.tolist() == [119, 108 if rate == 800 else 107, 119]


@pytest.mark.parametrize(
    ("rate", "n_bands"),
    [(8, 1400), (32, 2002), (48, 2178), (80, 2400), (96, 2479), (256, 2905), (512, 3206)],
)
def test_a_rate_has_the_number_of_bands_that_is_published(rate, n_bands):
    empty = sound(np.zeros(0), rate * 1000)
    assert archive.minutes(empty).density.shape == (0, n_bands)


@pytest.mark.parametrize("rate", [869, 870, 871, 2000, 8000])
def test_bands_hold_all_the_power_of_the_bins(rate):
    source = sound(noise(60, rate), rate)
    found = archive.minutes(source)
    density = minute_spectra.Spectra(source, archive.Clock((0,), (found.times[0] * 10**9,), (Fraction(rate),)), rate, 0)
    whole = density.cell(int(found.times[0])).density.sum()
    assert (found.density * np.diff(found.edges)[:, 0]).sum() == pytest.approx(whole, rel=1e-12)
    assert found.edges[-1, 1] == rate / 2
    np.testing.assert_array_equal(found.edges[1:, 0], found.edges[:-1, 1])


def test_a_tone_and_white_noise_read_as_physics_has_them():
    rate, rms = 4000, 1e6  # 120 dB re 1 µPa
    t = np.arange(120 * rate) / rate
    tone = rms * np.sqrt(2) * np.sin(2 * np.pi * 250 * t)
    tone[70 * rate : 80 * rate] = np.nan
    found = archive.minutes(sound(tone, rate))
    assert found.spl == pytest.approx([120, 120], abs=1e-6)
    assert found.spl_unit == "dB re 1 µPa"
    assert found.peak == pytest.approx([rms * np.sqrt(2)] * 2, rel=1e-6)
    flat = archive.minutes(sound(noise(300, rate), rate)).density[:, 1:-1].mean(axis=0)
    assert flat.mean() == pytest.approx(2 / rate, rel=5e-3)
    assert flat[-100:].mean() == pytest.approx(2 / rate, rel=1e-2)


def test_minutes_asked_one_by_one_or_read_in_small_blocks_are_those_of_the_whole(monkeypatch):
    rate = 1000
    samples = noise(250, rate).astype(np.float32)
    samples[100_500:101_000] = np.nan
    source = sound(samples, rate, began=BEGAN + timedelta(seconds=17.3))
    whole = archive.minutes(source)
    assert whole.effort.tolist() == [42.7, 59.5, 60.0, 60.0, 27.3]
    for i, time in enumerate(whole.times):
        start = datetime.fromtimestamp(int(time), UTC)
        one = archive.minutes(source, start=start, end=start + timedelta(seconds=60))
        np.testing.assert_array_equal(one.density, whole.density[i : i + 1])
    monkeypatch.setattr(minute_spectra, "AT_ONCE", 7 * rate)
    blocks = archive.minutes(source)
    np.testing.assert_allclose(blocks.density, whole.density, rtol=1e-12)
    for name in ("frames", "effort", "peak", "clipped"):
        np.testing.assert_array_equal(getattr(blocks, name), getattr(whole, name))


@pytest.mark.parametrize(
    ("lost", "effort", "frames"), [(60, [30, 30, 40], [59, 59, 79]), (5, [55, 45], [108, 89]), (0, [60, 40], [119, 79])]
)
def test_a_frame_over_a_step_of_the_clock_is_left_out_and_each_minute_keeps_its_own_samples(lost, effort, frames):
    rate, ns = 1000, int(BEGAN.timestamp()) * 10**9
    source = Clocked(noise(100, rate), float(rate), "µPa", start=BEGAN)
    clock = archive.Clock((0, 30_000), (ns, ns + (30 + lost) * 10**9), (Fraction(rate),) * 2)
    object.__setattr__(source, "clock", clock)
    found = archive.minutes(source)
    assert found.effort.tolist() == effort
    assert found.frames.tolist() == frames


def test_a_response_is_taken_off_each_bin_and_full_scale_is_known_by_the_calibration():
    rate = 1000
    calibration = sg.Calibration(1e8, "µPa", ((100.0, -6.0), (200.0, 0.0)))
    samples = 1e8 * np.clip(noise(60, rate), -1, 1)
    plain, flat = (archive.minutes(sound(samples, rate, calibration=c)) for c in (calibration, None))
    np.testing.assert_allclose((plain.levels - flat.levels)[0, [50, 100, 200, 300]], [6, 6, 0, 0], atol=1e-9)
    assert plain.clipped[0] == (np.abs(samples) >= 1e8 * (1 - 2.0**-15)).sum() > 1000
    assert flat.clipped[0] == 0


def test_a_day_file_opens_in_xarray_as_the_template_has_it(tmp_path):
    rate = 1000
    samples = noise(200, rate)
    samples[70_000:80_000] = np.nan
    (tmp_path / "site.toml").write_text('title = "A1"\ninstitution = "A harbour"\n')
    source = sound(samples, rate, began=datetime(2024, 5, 1, 23, 58, tzinfo=UTC))
    paths = archive.day_files(source, tmp_path, prefix="A1_", attributes=tmp_path / "site.toml")
    assert [path.name for path in paths] == ["A1_20240501.nc", "A1_20240502.nc"]
    found = archive.minutes(source)
    with xarray.open_dataset(paths[0], engine="h5netcdf", decode_timedelta=False) as day:
        assert dict(day.sizes) == {"time": 1440, "frequency": len(found.frequencies)}
        assert day.time.values[[0, -1]].astype("datetime64[s]").astype(str).tolist() == [
            "2024-05-01T00:00:00", "2024-05-01T23:59:00"]  # fmt: skip
        assert (day.psd.dtype, day.quality_flag.dtype, day.frequency.dtype) == (np.float32, np.int8, np.float32)
        np.testing.assert_array_equal(day.psd.values[-2:], found.levels[:2].astype(np.float32))
        assert np.isnan(day.psd.values[:-2]).all()
        assert day.effort.values[-3:].tolist() == [0, 60, 50]
        assert day.quality_flag.values[-3:, 7].tolist() == [4, 2, 3]
        assert day.psd.units == "dB re 1 µPa²/Hz"
        assert (day.title, day.institution, day.SamplingRate) == ("A1", "A harbour", 1000)
        assert (day.time_coverage_start, day.time_coverage_end) == ("2024-05-01T23:58:00Z", "2024-05-02T00:00:00Z")
        assert day.Conventions.startswith("CF-")
        assert "sonograph" in day.history
    days = [xarray.load_dataset(path, engine="h5netcdf", decode_timedelta=False) for path in paths]
    both = xarray.concat(days, "time", join="exact", combine_attrs="drop")
    assert both.effort.values[1438:1443].tolist() == [60, 50, 60, 20, 0]


def test_sound_without_a_calibration_is_never_called_pressure(tmp_path):
    path = archive.minutes(sound(noise(60, 900), 900, "FS")).to_netcdf(tmp_path / "day.nc")
    with xarray.open_dataset(path, engine="h5netcdf", decode_timedelta=False) as day:
        told = " ".join([str(day.attrs), *(str(variable.attrs) for variable in day.variables.values())])
        assert day.psd.units == "dB re 1 FS²/Hz"
    assert not any(word in told for word in ("µPa", "pascal", "pressure", "sound_intensity"))


def test_what_cannot_be_is_refused_with_a_way_out(tmp_path, monkeypatch):
    rate, second = 1000, noise(1, 1000)
    with pytest.raises(SettingsError, match="has no start"):
        archive.minutes(sg.Signal(second, 1000.0))
    for call in (archive.minutes, lambda path: archive.day_files(path, tmp_path)):
        with pytest.raises(SettingsError, match="open it first"):
            call("a.wav")
    with pytest.raises(SettingsError, match="channel is"):
        archive.minutes(sound(second, rate), channel="left")
    with pytest.raises(SettingsError, match="must be a datetime"):
        archive.minutes(sound(second, rate), start="2024-05-01")
    with pytest.raises(SettingsError, match="whole number"):
        archive.minutes(sound(second, 999.5))
    with pytest.raises(SettingsError, match="2 channels; name one"):
        archive.minutes(sound(np.stack([second, second]), rate))
    with pytest.raises(SettingsError, match="channel is 2; it must be 0 to 1"):
        archive.minutes(sound(np.stack([second, second]), rate), channel=2)
    with pytest.raises(SettingsError, match="has no zone"):
        archive.minutes(sound(second, rate), start=datetime(2024, 5, 1))
    with pytest.raises(LimitError, match="day_files"):
        archive.minutes(sound(second, rate), end=BEGAN + timedelta(days=3650))
    with pytest.raises(SettingsError, match="one day"):
        late = sound(noise(100, rate), rate, began=datetime(2024, 5, 1, 23, 59, tzinfo=UTC))
        archive.minutes(late).to_netcdf(tmp_path / "a.nc")
    for text, reason in (
        ("SamplingRate = 3", "SamplingRate is filled in"),
        ("a = [1]", "a is list"),
        ("a", "not TOML"),
    ):
        (tmp_path / "site.toml").write_text(text)
        with pytest.raises(TextError, match=reason):
            archive.day_files(sound(second, rate), tmp_path, attributes=tmp_path / "site.toml")
    real = builtins.__import__

    def missing(name, *given, **named):
        if name == "h5netcdf":
            raise ImportError(name)
        return real(name, *given, **named)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingExtra, match=r"\[netcdf\]"):
        archive.day_files(sound(second, rate), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site.toml"]
