"""Day files as those who read them need them: profiles, attributes, quality, coverage, and the rules of an R reader."""

import builtins
from datetime import UTC, datetime

import numpy as np
import pytest

import sonograph as sg
from sonograph import archive
from sonograph.archive.levels.netcdf.attributes import read_attributes
from sonograph.archive.levels.netcdf.quality import quality_of, read_quality
from sonograph.errors import MissingExtra, SettingsError, TextError
from tests.archive.recordings import wav

xarray = pytest.importorskip("xarray")
BEGAN = datetime(2024, 5, 1, 23, 58, tzinfo=UTC)
RATE = 2000


def noise(seconds, seed=0):
    return np.random.default_rng(seed).standard_normal(round(seconds * RATE))


def sound(samples, unit="µPa", **more):
    return sg.Signal(samples, float(RATE), unit, start=BEGAN, **more)


def opened(path):
    return xarray.load_dataset(path, engine="h5netcdf", decode_timedelta=False)


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    """Days of two and a half minutes in each profile."""
    found = {}
    for profile in ("pbp", "soundcoop"):
        folder = tmp_path_factory.mktemp(profile)
        (folder / "site.toml").write_text(
            'title = "A1 by {{institution}}"\ninstitution = "A harbour"\n[calibration]\n'
            "sensor_sensitivity = [[10, -170.0], [1000, -168.0]]\npreamp_gain = 20\n"
        )
        calibration = sg.Calibration.end_to_end(176.0, response=[(100, -3.0), (200, 0.0)])
        source = sound(1e8 * noise(150), calibration=calibration)
        paths = archive.day_files(source, folder, profile=profile, attributes=folder / "site.toml")
        found[profile] = [opened(path) for path in paths]
    return found


@pytest.mark.parametrize("profile", ["pbp", "soundcoop"])
def test_a_day_file_follows_the_rules_of_readers_in_r(days, profile):
    """What PAMscapes' loadMantaNc and checkFreqType look at, and what it makes names of."""
    for day in days[profile]:
        assert set(day.psd.dims) == {"time", "frequency"}
        assert day.psd.dims == ("time", "frequency") == day.quality_flag.dims  # R has them the other way round
        assert day.sizes["time"] == 1440
        assert day.time.encoding["units"].startswith("seconds since 1970-01-01")
        assert day.frequency.units == "Hz"
        labels = [round(one) for one in day.frequency.values]
        assert len(set(labels)) == len(labels)  # HMD_434 and so on: no two alike
        steps = np.diff(day.frequency.values[1:])
        assert np.allclose(steps[:433], 1) and (steps[434:-1] > 1).all()
        assert set(np.unique(day.quality_flag.values)) <= {1, 2, 3, 4}
        assert day.effort.units == "seconds"


def test_profiles_differ_in_their_axis_and_precision_and_nothing_else(days):
    for pbp, soundcoop in zip(days["pbp"], days["soundcoop"], strict=True):
        assert (pbp.frequency.dtype, soundcoop.frequency.dtype) == (np.float32, np.float64)
        assert (pbp.psd.dtype, soundcoop.psd.dtype) == (np.float32, np.float64)
        assert (pbp.frequency.values[0], soundcoop.frequency.values[0]) == (0, 0.1)
        np.testing.assert_array_equal(pbp.frequency.values[1:], soundcoop.frequency.values[1:].astype(np.float32))
        np.testing.assert_array_equal(pbp.psd.values, soundcoop.psd.values.astype(np.float32))
        np.testing.assert_array_equal(pbp.quality_flag.values, soundcoop.quality_flag.values)
    with pytest.raises(ValueError, match="frequency"):
        xarray.concat([days["pbp"][0], days["soundcoop"][1]], "time", join="exact")


def test_soundcoop_tells_the_receiver_over_cal_frequency(days):
    day = days["soundcoop"][0]
    assert "cal_frequency" not in days["pbp"][0].dims
    np.testing.assert_allclose(day.cal_frequency.values, archive.minutes(sound(noise(1))).frequencies)
    inside = slice(10, -1)
    line = -170 + 2 * (day.cal_frequency.values[inside] - 10) / 990
    np.testing.assert_allclose(day.sensor_sensitivity.values[inside], line, atol=1e-9)
    assert day.sensor_sensitivity.values[0] == -170
    np.testing.assert_allclose(day.analog_sensitivity.values, day.sensor_sensitivity.values + 20)
    assert "recorder_gain" not in day  # nobody told it


def test_sensitivity_is_what_takes_levels_of_full_scale_to_levels_of_pressure(days):
    day = days["pbp"][0]
    assert day.sensitivity.dims == ("frequency",)
    at = {round(f): i for i, f in enumerate(day.frequency.values)}
    assert day.sensitivity.values[[at[50], at[100], at[200], at[999]]] == pytest.approx(
        [-179, -179, -176, -176], abs=1e-3
    )
    bare = archive.minutes(sound(1e8 * noise(150) / 10 ** (176 / 20), unit="FS"))
    flat = [at[50], at[300], at[999]]  # where the response has no slope inside a band
    want = bare.levels[0][flat] - day.sensitivity.values[flat]
    np.testing.assert_allclose(day.psd.values[1438][flat], want - 10 * np.log10(1), atol=1e-4)


def test_sensitivity_is_left_out_where_it_changes_or_is_not_known(tmp_path):
    (tmp_path / "in").mkdir()
    whole = np.random.default_rng(1).integers(-9000, 9000, 60 * RATE).astype(np.int16)
    for name in ("A1_20240501_120000", "A1_20240501_120100", "A1_20240502_120000"):
        (tmp_path / "in" / f"{name}.wav").write_bytes(wav(whole, RATE))
    (tmp_path / "periods.toml").write_text(
        "[[period]]\nend = 2024-05-01T12:01:00Z\nend_to_end = 176.0\n"
        "[[period]]\nstart = 2024-05-01T12:01:00Z\nend_to_end = 170.0\n"
    )
    timeline = sg.timeline(tmp_path / "in", zone="UTC", calibrations=tmp_path / "periods.toml")
    first, second = (opened(path) for path in archive.day_files(timeline, tmp_path))
    assert "sensitivity" not in first
    assert np.unique(second.sensitivity.values) == pytest.approx([-170])
    assert first.psd.values[720].mean() - first.psd.values[721].mean() == pytest.approx(6, abs=1e-4)
    assert "sensitivity" not in opened(archive.day_files(sound(noise(60), "FS"), tmp_path)[0])


def test_attributes_of_pbp_are_read_with_their_snippets_and_the_sound_tells_what_it_knows(tmp_path):
    (tmp_path / "global.yaml").write_text(
        "---\ntitle: >-\n  Levels of\n  {{platform}}\nplatform: NRS11\nConventions: COARDS, CF-1.6\n"
        "history: made by {{ creator_name }}\ncreator_name: J. R.\ndate_created: (THIS IS SET BY THE SOFTWARE)\n"
        "time_coverage_end: (THIS IS SET BY THE SOFTWARE)\nsource: by PyPAM {{PyPAM_version}}\n"
        "SamplingRate: 96000\ndeployed: 2024-05-01\n"
    )
    (tmp_path / "variables.yaml").write_text(
        "time:\n  units: hours\n  long_name: UTC time\neffort:\n  comment: seconds of it\nother:\n  units: m\n"
    )
    files = [tmp_path / "global.yaml", tmp_path / "variables.yaml"]
    day = opened(archive.day_files(sound(noise(60)), tmp_path, attributes=files)[0])
    assert day.title == "Levels of NRS11"
    assert (day.SamplingRate, day.Conventions, day.deployed) == (RATE, "CF-1.8, ACDD-1.3", "2024-05-01")
    assert day.time_coverage_end == "2024-05-01T23:59:00Z"
    assert day.history.splitlines()[0] == "made by J. R."
    assert "sonograph" in day.history.splitlines()[1]
    assert "none: made by sonograph" in day.source  # PyPAM made none of it
    assert day.time.long_name == "UTC time"
    assert day.time.values[0] == np.datetime64("2024-05-01")
    assert (day.effort.comment, day.effort.units) == ("seconds of it", "seconds")


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.yaml", "a: [1", "is not YAML"),
        ("a.yaml", "- a", "is list"),
        ("a.yaml", "a: !!python/object/apply:os.getcwd []", "is not YAML"),
        ("a.yaml", "a: [1]", "a is list"),
        ("a.toml", "[psd]\nb = [1]", "psd: b is list"),
        ("a.toml", "[calibration]\ngain = 1", "gain is not known"),
        ("a.toml", "[calibration]\npreamp_gain = 'x'", "must be a number"),
        ("a.toml", "[calibration]\npreamp_gain = [[2, 1], [1, 1]]", "rise"),
    ],
)
def test_attributes_that_are_none_are_refused(tmp_path, name, text, reason):
    (tmp_path / name).write_text(text)
    with pytest.raises(TextError, match=rf"{name}: .*{reason}"):
        read_attributes(tmp_path / name)


def test_a_snippet_of_nothing_and_words_of_pressure_about_numbers_are_refused(tmp_path):
    (tmp_path / "a.toml").write_text('title = "{{platfrom}}"')
    with pytest.raises(SettingsError, match="platfrom"):
        archive.day_files(sound(noise(60)), tmp_path, attributes=tmp_path / "a.toml")
    for text, where in (('title = "dB re 1 µPa"', "title among"), ('[psd]\ncomment = "micropascal"', "comment of psd")):
        (tmp_path / "a.toml").write_text(text)
        with pytest.raises(SettingsError, match=rf"{where}.*FS"):
            archive.day_files(sound(noise(60), "FS"), tmp_path, attributes=tmp_path / "a.toml")
    assert [path.name for path in tmp_path.iterdir()] == ["a.toml"]


def test_yaml_without_its_package_says_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "a.yaml").write_text("a: 1")
    real = builtins.__import__

    def missing(name, *given, **named):
        if name == "yaml":
            raise ImportError(name)
        return real(name, *given, **named)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingExtra, match=r"PyYAML.*\[netcdf\].*TOML"):
        read_attributes(tmp_path / "a.yaml")


def test_quality_is_raised_by_a_table_alone_and_lowered_by_facts(tmp_path):
    samples = noise(300)
    samples[65 * RATE : 70 * RATE] = np.nan  # minute 1 is partial
    samples[120 * RATE : 180 * RATE] = np.nan  # of minute 2 is nothing there
    found = archive.minutes(sound(samples))
    (tmp_path / "q.csv").write_text(
        "start,end,freqMin,freqMax,quality\n"
        "2024-05-02 00:01:00,2024-05-02 00:03:00,100,200,3\n"  # minutes 3 and 4
        "2024-05-01 23:58:00,2024-05-02 00:02:00,NA,NA,1\n"  # minutes 0 to 3
        ",,500,600,2\n"
    )
    flags = quality_of(found, read_quality(tmp_path / "q.csv"))
    at = {round(f): i for i, f in enumerate(found.frequencies)}
    for hertz, column in ((50, [1, 3, 4, 1, 2]), (150, [1, 3, 4, 3, 3]), (550, [2, 3, 4, 2, 2])):
        assert flags[:, at[hertz]].tolist() == column, hertz
    assert quality_of(found)[:, at[50]].tolist() == [2, 3, 4, 2, 2]
    paths = archive.day_files(sound(samples), tmp_path, quality=tmp_path / "q.csv")
    assert opened(paths[0]).quality_flag.values[1437:, at[150]].tolist() == [4, 1, 3]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("start,end,freqMin,quality\n", "no column freqMax"),
        ("start,end,freqMin,freqMax,quality\nmonday,,,,1\n", "line 2: start is 'monday'"),
        ("start,end,freqMin,freqMax,quality\n,,a,,1\n", "freqmin is 'a'"),
        ("start,end,freqMin,freqMax,quality\n,,,,5\n", "quality is '5'"),
        ("start,end,freqMin,freqMax,quality\n,,5,5,1\n", "must go up"),
    ],
)
def test_a_table_of_quality_that_is_none_is_refused(tmp_path, text, reason):
    (tmp_path / "q.csv").write_text(text)
    with pytest.raises(TextError, match=reason):
        read_quality(tmp_path / "q.csv")
