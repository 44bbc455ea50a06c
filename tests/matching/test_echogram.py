"""Echograms, against echoes that were put where they are by physics."""

import datetime
import json
import sys

import numpy as np
import pytest

import sonograph as sg
from sonograph import LimitError, Limits, Mark, SettingsError, Signal, SourceError, echogram, signals

RATE = 96_000.0
TARGETS = [(12.0, -40.0), (47.3, -45.0), (101.7, -35.0)]
LOST = 0.004


def sent():
    """A chirp that rises and falls, as a transducer makes it."""
    plain = signals.chirp(12_000.0, 24_000.0, 0.004, sample_rate=RATE).samples
    n = len(plain)
    return Signal(plain * np.sin(np.pi * (np.arange(n) + 0.5) / n) ** 0.5, RATE)


@pytest.fixture(scope="module")
def survey():
    """Twelve pings over three targets; nothing lies on a sample."""
    return signals.echo_sounder(sent(), n_pings=12, targets=TARGETS, absorption=LOST, noise=75.0, first=0.0123456)


@pytest.fixture(scope="module")
def compressed(survey):
    return echogram(survey, pulse=sent(), quantity="TS", source_level=200.0, absorption=LOST)


def test_targets_are_within_a_centimetre_and_a_fifth_of_a_decibel(compressed):
    found = sorted(compressed.targets(n=3))
    np.testing.assert_allclose([t.range for t in found], [r for r, _ in TARGETS], atol=0.01)
    np.testing.assert_allclose([t.strength for t in found], [ts for _, ts in TARGETS], atol=0.2)


def test_without_compression_within_five_centimetres(survey):
    found = echogram(survey, pulse=sent(), compress=False, quantity="TS", source_level=200.0, absorption=LOST)
    targets = sorted(found.targets(n=3))
    np.testing.assert_allclose([t.range for t in targets], [r for r, _ in TARGETS], atol=0.05)
    np.testing.assert_allclose([t.strength for t in targets], [ts for _, ts in TARGETS], atol=0.2)


def test_a_pulse_that_nobody_knows_is_found_with_its_pings(survey):
    found = echogram(survey, ranges=(0, 60))
    assert len(found.times) == 12 and not found.compressed
    np.testing.assert_allclose(np.diff(found.times), 0.25, atol=1e-6)
    assert [t.range for t in sorted(found.targets(n=2))] == pytest.approx([12.0, 47.3], abs=0.05)


def test_pings_are_where_they_were_sent(compressed):
    np.testing.assert_allclose(compressed.times, 0.0123456 + 0.25 * np.arange(12), atol=1e-6)


def test_by_their_interval_or_as_given_they_are_the_same(survey, compressed, tmp_path):
    by_interval = echogram(survey, pulse=sent(), ping_interval=0.25)
    np.testing.assert_allclose(by_interval.times[:12], compressed.times, atol=1e-6)
    marks = [Mark(0.0125 + 0.25 * k, 0.016 + 0.25 * k, "ping") for k in range(12)]
    from sonograph.io.marks import write_marks

    write_marks(tmp_path / "pings.txt", [*marks, Mark(0.05, 0.06, "echo")])
    for given in (marks, str(tmp_path / "pings.txt"), [mark.start for mark in marks]):
        np.testing.assert_allclose(echogram(survey, pulse=sent(), pings=given).times, compressed.times, atol=1e-6)


@pytest.mark.parametrize("how", [{"pulse": sent()}, {"pulse": sent(), "compress": False}, {}])
def test_a_volume_reads_its_strength_with_the_effective_length(how):
    heard = signals.echo_sounder(sent(), n_pings=24, volume=-60.0, beam=-20.0, absorption=LOST, seed=3)
    found = echogram(heard, quantity="Sv", source_level=200.0, beam=-20.0, absorption=LOST, **how)
    assert found.label == "Sv (dB re 1 m⁻¹)"
    mean = found.mean()
    for near, far in ((8, 40), (40, 110)):
        inside = (found.ranges > near) & (found.ranges < far)
        measured = 10 * np.log10(np.mean(10 ** (mean[inside] / 10)))
        # 24 pings × some 30 pulse lengths scatter by 0.15 dB where the pulse is long
        assert measured == pytest.approx(-60.0, abs=0.2 if how.get("compress", bool(how)) else 0.4)


def test_the_effective_length_is_the_pulses_not_its_duration():
    from sonograph.matching.pulses.replica import replica_of

    tone = replica_of(Signal(signals.tone(18_000.0, 0.004, sample_rate=RATE).samples, RATE), RATE)
    assert tone.effective_length == pytest.approx(0.004, rel=0.1)
    assert tone.compressed_length == pytest.approx(2 / 3 * 0.004, rel=0.02)  # ∫ (1 - |t|/τ)² dt
    assert replica_of(sent(), RATE).compressed_length < 2 / 12_000


def test_a_bottom_is_found():
    depths = 60.0 + 0.7 * np.arange(16)
    heard = signals.echo_sounder(sent(), n_pings=16, volume=-85.0, bottom=depths, seed=5)
    found = echogram(heard, pulse=sent(), bottom=True)
    off = np.abs(found.bottom - depths)
    assert np.nanmedian(off) < 0.05 and np.nanmax(off) < 1.0 and np.isfinite(off).sum() >= 14


def test_noise_is_taken_off_and_what_hardly_stands_over_it_is_no_data():
    heard = signals.echo_sounder(sent(), n_pings=16, targets=[(50.0, -45.0)], noise=100.0)
    plain, clean = (echogram(heard, pulse=sent(), noise=noise, ranges=(5, 150)) for noise in (False, True))
    assert np.isnan(clean.values).mean() > 0.7 > np.isnan(plain.values).mean()
    assert np.isfinite(clean.mean()[np.argmin(np.abs(clean.ranges - 50.0))])


def test_a_step_is_the_mean_power_of_its_ranges(survey):
    fine, coarse = (echogram(survey, pulse=sent(), gain="none", step=step, blind=0.0) for step in (None, 1.0))
    many = round(1.0 / (fine.ranges[1] - fine.ranges[0]))
    power = 10 ** (fine.values[: many * 50].astype(float) / 10)
    means = 10 * np.log10(power.reshape(50, many, -1).mean(axis=1))
    np.testing.assert_allclose(coarse.values[:50], means, atol=1e-3)


def test_gain_is_what_it_is_called(survey):
    none, twenty, forty = (echogram(survey, pulse=sent(), gain=g).values for g in ("none", "20 log R", "40 log R"))
    ranges = echogram(survey, pulse=sent()).ranges
    at = np.searchsorted(ranges, 100.0)
    assert (twenty - none)[at, 0] == pytest.approx(40.0, abs=0.01)
    assert (forty - none)[at, 0] == pytest.approx(80.0, abs=0.01)


def test_the_water_gives_speed_and_loss_by_named_equations(survey):
    found = echogram(survey, pulse=sent(), temperature=10.0, salinity=35.0, depth=50.0)
    assert found.sound_speed == pytest.approx(1490.6, abs=0.3)
    assert 1000 * found.absorption == pytest.approx(2.8, abs=0.8)  # at 18 kHz
    assert found.facts["sound_speed_by"] == "Mackenzie 1981"
    assert found.facts["sound_absorption_by"] == "Francois and Garrison 1982"


def test_before_the_blind_range_and_after_the_next_ping_there_is_no_data(survey):
    found = echogram(survey, pulse=sent(), blind=10.0)
    assert np.isnan(found.values[found.ranges < 10.0]).all()
    assert np.isfinite(found.values[(found.ranges > 10.1)][:, :-1]).all()
    uneven = echogram(survey, pulse=sent(), pings=[0.0123456, 0.2623456, 0.3873456, 0.7623456])
    assert np.isnan(uneven.values[uneven.ranges > 94, 1]).all()


def test_without_calibration_the_bar_says_level_and_never_sv_or_ts(survey):
    plain = Signal(1e-7 * survey.samples, RATE)
    assert echogram(plain, pulse=sent()).label == "Level, 40 log R gain (dBFS)"
    for quantity in ("Sv", "TS"):
        with pytest.raises(SettingsError, match=f'"{quantity}", which needs sound in µPa, and this is in FS'):
            echogram(plain, pulse=sent(), quantity=quantity, source_level=200.0, beam=-20.0)


def test_pascals_are_the_same_as_micropascals(survey, compressed):
    pascals = Signal(1e-6 * survey.samples, RATE, "Pa")
    found = echogram(pascals, pulse=sent(), quantity="TS", source_level=200.0, absorption=LOST)
    np.testing.assert_allclose(found.targets(n=3), compressed.targets(n=3), atol=1e-3)


def test_a_gap_is_no_data_and_its_neighbours_are(survey):
    broken = survey.samples.copy()
    broken[round(1.06 * RATE) : round(1.08 * RATE)] = np.nan
    found = echogram(Signal(broken, RATE, "µPa"), pulse=sent(), pings=0.0123456 + 0.25 * np.arange(12))
    gone = np.isnan(found.values[(found.ranges > 5) & (found.ranges < 170)]).any(axis=0)
    assert gone[4] and gone.sum() <= 2


# into files


def test_netcdf_has_echopypes_names(compressed, tmp_path):
    from scipy.io import netcdf_file

    compressed.write(tmp_path / "a.nc")
    with netcdf_file(tmp_path / "a.nc", mmap=False) as file:
        assert file.variables["TS"].dimensions == ("ping_time", "range")
        np.testing.assert_array_equal(file.variables["TS"][:], compressed.values.T)
        np.testing.assert_array_equal(file.variables["range"][:], compressed.ranges)
        assert float(file.variables["sound_speed"].data) == 1500.0
        assert file.variables["TS"].units == b"dB"


def test_a_start_is_in_the_times(survey, tmp_path):
    from scipy.io import netcdf_file

    began = datetime.datetime(2024, 5, 1, 12, 0, tzinfo=datetime.UTC)
    echogram(Signal(survey.samples, RATE, "µPa", began), pulse=sent(), step=1.0).write(tmp_path / "a.nc")
    with netcdf_file(tmp_path / "a.nc", mmap=False) as file:
        assert file.variables["ping_time"].units == b"seconds since 2024-05-01 12:00:00"


def test_zarr_and_tables(compressed, tmp_path):
    zarr = pytest.importorskip("zarr")
    small = compressed.select(ranges=(11, 13))
    small.write(tmp_path / "a.zarr")
    group = zarr.open_group(tmp_path / "a.zarr", mode="r")
    np.testing.assert_array_equal(group["TS"][:], small.values.T)
    assert group["TS"].metadata.dimension_names == ("ping_time", "range")
    small.write(tmp_path / "a.csv")
    from sonograph import tables

    table = tables.read(tmp_path / "a.csv")
    np.testing.assert_allclose(table.values, small.values.T, rtol=1e-5)
    np.testing.assert_allclose(table.before["time"], small.times, atol=1e-6)
    assert json.loads((tmp_path / "a.csv.json").read_text())["settings"]["sound_speed"] == 1500.0


def test_xarray_has_echopypes_names_units_and_times(survey):
    """As `echopype.calibrate.compute_Sv` writes them: "Sv" in "dB" over ping_time, which are moments."""
    pytest.importorskip("xarray", reason="xarray is not installed: pip install '.[xarray]'")
    began = datetime.datetime(2024, 5, 1, 12, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    asked = {"quantity": "Sv", "source_level": 200.0, "beam": -20.0, "absorption": LOST, "step": 0.5, "bottom": True}
    found = echogram(Signal(survey.samples, RATE, "µPa", began), pulse=sent(), **asked)
    data = found.to_xarray()
    assert data.Sv.dims == ("ping_time", "range")
    np.testing.assert_array_equal(data.Sv.values, found.values.T)
    assert data.Sv.attrs == {"long_name": "Volume backscattering strength (Sv re 1 m-1)", "units": "dB"}
    assert data["range"].attrs == {"long_name": "Range distance", "units": "m"}
    first = np.datetime64("2024-05-01T10:00:00") + np.timedelta64(round(1e9 * found.times[0]), "ns")
    assert data.ping_time.dtype == "datetime64[ns]" and data.ping_time.values[0] == first
    for name, value in (("sound_speed", 1500.0), ("sound_absorption", LOST), ("frequency_nominal", found.frequency)):
        assert float(data[name]) == value and data[name].dims == ()
    assert data.tau_effective.attrs["units"] == "s" and float(data.tau_effective) == found.effective_length
    np.testing.assert_array_equal(data.bottom.values, found.bottom)
    assert data.attrs["source_level"] == 200.0 and data.attrs["gain"] == "20 log R"
    at = data.Sv.sel(range=slice(11, 13)).mean("ping_time")
    assert float(at["range"][int(at.argmax("range"))]) == pytest.approx(12.0, abs=0.5)


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_what_is_written_is_read_by_xarray_as_what_it_gives(survey, tmp_path, ending):
    xarray = pytest.importorskip("xarray", reason="xarray is not installed: pip install '.[xarray]'")
    began = datetime.datetime(2024, 5, 1, 12, 0, tzinfo=datetime.UTC)
    found = echogram(Signal(survey.samples, RATE, "µPa", began), pulse=sent(), step=1.0)
    path = str(tmp_path / f"a{ending}")
    found.write(path)
    engine = {".nc": "scipy", ".zarr": "zarr"}[ending]
    pytest.importorskip(engine)
    more = {} if ending == ".nc" else {"consolidated": False}
    with xarray.open_dataset(path, engine=engine, **more) as back:
        ours = found.to_xarray()
        off = back.ping_time.values - ours.ping_time.values
        assert np.abs(off).max() <= np.timedelta64(1, "us") and set(back.variables) == set(ours.variables)
        xarray.testing.assert_equal(back.assign_coords(ping_time=ours.ping_time), ours)
        assert back.level.attrs["units"] == ours.level.attrs["units"] == "dB re 1 uPa"


def test_without_xarray_it_is_asked_for(compressed, monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(sg.MissingExtra, match="xarray"):
        compressed.to_xarray()


def test_it_is_drawn_with_its_label(compressed, tmp_path):
    figure = sg.draw(compressed, path=tmp_path / "a.png")
    assert [axes.get_ylabel() for axes in figure.axes] == ["Range (m)", "TS (dB re 1 m²)"]
    low, high = figure.axes[0].get_ylim()
    assert low > high  # the surface above
    with pytest.raises(SettingsError, match="view is given with an echogram"):
        sg.draw(compressed, view="both")
    with pytest.raises(SettingsError, match="labels is given with an echogram"):
        sg.draw(compressed, labels=[Mark(0, 1)])


# what may be wrong


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"ping_interval": 0.003}, r"ping_interval is 0.003 s and the pulse is 0.004 s long; it must be shorter"),
        ({"ping_interval": 0.26}, r"ping_interval is 0.26 s, which does not fit: .* every 0.25"),
        ({"ping_interval": 100.0}, r"ping_interval is 100 s, and the recording 3.0"),
        ({"pings": []}, r"pings is empty"),
        ({"pings": [99.0]}, r"the pings begin at 99 s and the sound ends at 3.0.* another file"),
        ({"pings": ["x"]}, r"one of the pings is 'x'"),
        ({"pings": [1.0], "ping_interval": 1.0}, r"leave out one or the other"),
        ({"ranges": (50, 10)}, r"ranges is \(50, 10\)"),
        ({"ranges": (500, 600)}, r"nearer than 18"),
        ({"gain": "30 log R"}, r"gain is '30 log R'; it must be one of none, 20 log R, 40 log R"),
        ({"quantity": "TS"}, r"needs source_level"),
        ({"quantity": "Sv", "source_level": 200}, r"needs beam"),
        ({"quantity": "NASC"}, r"one of level, Sv, TS"),
        ({"sound_speed": 1500.0, "temperature": 10.0}, r"leave out one or the other"),
        ({"temperature": 80.0}, r"temperature is 80.0"),
        ({"channel": 2}, r"channel is 2; the sound has 1"),
        ({"band": (1, 2)}, r"pulse is given with band"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(survey, asked, words):
    with pytest.raises(SettingsError, match=words):
        echogram(survey, pulse=sent(), **asked)


def test_pulses_that_follow_each_other_too_fast_are_refused(survey):
    with pytest.raises(
        SettingsError, match=r"the pulse is 4 ms long and the pings come every 2 ms; it must be shorter"
    ):
        echogram(survey, pulse=sent(), pings=0.1 + 0.002 * np.arange(5))


def test_no_pings_found_says_what_to_do():
    with pytest.raises(SourceError, match=r"no pings found: .*ping_interval"):
        echogram(signals.white_noise(2.0, rms=1.0))


def test_too_large_an_echogram_says_which_step_would_do(survey):
    with pytest.raises(LimitError, match=r"a step of [0-9.]+ m would do"):
        echogram(survey, pulse=sent(), limits=Limits(bytes=100_000))
