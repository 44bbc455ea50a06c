"""Complex samples (I/Q) in the viewer: both sides of 0 Hz, against NumPy's transform, and as a person sees them."""

import json
import struct
import threading

import numpy as np
import pytest
import soundfile

from sonograph import Signal, StftSettings
from sonograph.io.opening import Opening
from sonograph.windows import window_of
from tests.web.visiting import describe, visiting

RATE, CENTRE, N = 2.4e6, 433.92e6, 480_000


def write_radio(folder, name="radio"):
    """A carrier that rises below what was tuned to, and a weak one above it, as SigMF."""
    t = np.arange(N) / RATE
    noise = np.random.default_rng(0).standard_normal((2, N))
    x = 0.5 * np.exp(2j * np.pi * (-600e3 * t + 0.5e6 * t**2)) + 0.05 * np.exp(2j * np.pi * 300e3 * t)
    x += 0.005 * (noise[0] + 1j * noise[1])
    (folder / f"{name}.sigmf-data").write_bytes(x.astype("<c8").tobytes())
    about = {"core:datatype": "cf32_le", "core:sample_rate": RATE, "core:version": "1.2.0"}
    captures = [{"core:sample_start": 0, "core:frequency": CENTRE}]
    path = folder / f"{name}.sigmf-meta"
    path.write_text(json.dumps({"global": about, "captures": captures, "annotations": []}))
    return path, x.astype("c8")


@pytest.fixture
def radio(tmp_path):
    return write_radio(tmp_path)


def opened(client, settings=None):
    """The one recording's row, and what the server says of it."""
    (row,) = client.get("/recordings").json()["recordings"]
    return row, describe(client, row["id"], settings)


def level_at(client, d, sample, hertz):
    return client.get(f"/level/{d['recording']}/{d['settings']}/0?sample={sample}&hertz={hertz}").json()


def test_the_page_is_told_that_frequencies_lie_on_both_sides_of_the_centre(made, radio):
    row, d = opened(visiting(made(radio[0])))
    assert (row["is_complex"], row["centre"], row["sample_rate"], row["n_samples"]) == (True, CENTRE, RATE, N)
    assert d["frequencies"] == {"kind": "linear", "first": -RATE / 2, "step": RATE / 2048}
    assert (d["n_rows"], d["json"]["sides"], d["label"], d["reference"]) == (2048, "two", "Level (dBFS)", 1.0)


def test_a_folder_of_radio_files_is_searched(made, radio, tmp_path):
    (tmp_path / "deeper").mkdir()
    write_radio(tmp_path / "deeper", "other")
    rows = visiting(made(tmp_path)).get("/recordings").json()["recordings"]
    assert [row["name"] for row in rows] == ["deeper/other.sigmf-meta", "radio.sigmf-meta"]


def test_tiles_hold_the_transform_of_both_sides(made, radio):
    """Each row of each column, of NumPy's transform of the samples under the window."""
    from sonograph.pixels.codes import levels

    client = visiting(made(radio[0]))
    settings = StftSettings(window_length=256, hop=128, edges="inside", sides="two")
    _, d = opened(client, settings.to_dict())
    octets = client.get(f"/tiles/{d['recording']}/{d['settings']}/0/max/0.0/0.0").content
    columns, rows = struct.unpack("<HH", octets[4:8])
    got = levels(np.frombuffer(octets, "<u2", offset=32).reshape(columns, rows))
    window = window_of(settings)
    frames = np.stack([radio[1][128 * i : 128 * i + 256] for i in range(columns)]).astype(complex)
    power = np.abs(np.fft.fftshift(np.fft.fft(frames * window, axis=1), axes=1)) ** 2 / window.sum() ** 2
    assert (columns, rows) == (256, 256)
    np.testing.assert_allclose(got, 10 * np.log10(power), atol=0.01)  # a code is 1/256 dB; of 32 bits
    strongest = got.argmax(axis=1) - 128
    np.testing.assert_allclose(strongest * RATE / 256, -600e3, atol=2 * RATE / 256)


def test_under_the_pointer_a_tone_is_on_its_own_side_alone(made, radio):
    client = visiting(made(radio[0]))
    _, d = opened(client)
    above, below = level_at(client, d, N // 2, 300e3), level_at(client, d, N // 2, -300e3)
    assert above["level"] == pytest.approx(20 * np.log10(0.05), abs=0.1) and above["frequency"] == 300e3
    assert below["level"] < -60 and below["frequency"] == -300e3
    carrier = level_at(client, d, N // 2, -500e3)  # -600 kHz and 100 ms of 1 MHz a second
    assert carrier["level"] == pytest.approx(20 * np.log10(0.5), abs=1.5)


def test_a_box_below_0_hertz_is_measured(made, radio):
    client = visiting(made(radio[0]))
    _, d = opened(client)
    asked = f"/measure/{d['recording']}/{d['settings']}/0?start=0&end={N}&low=-700000&high=-300000"
    box = {name: one["value"] for name, one in client.get(asked).json()["measures"].items()}
    assert box["band_level"] == pytest.approx(20 * np.log10(0.5), abs=0.05)
    assert box["frequency_50"] == pytest.approx(-500e3, abs=3e3)
    assert (box["low"], box["high"]) == (-700e3, -300e3)


def test_a_line_and_a_sound_are_of_the_real_part(made, radio):
    client = visiting(made(radio[0]))
    row, d = opened(client)
    samples = np.frombuffer(client.get(f"/samples/{d['recording']}/0?start=100&end=200").content, "<f4")
    np.testing.assert_array_equal(samples, radio[1].real[100:200])
    wave = np.frombuffer(client.get(f"/waves/{d['recording']}/0/8/0").content, "<f4", offset=16).reshape(-1, 3).T
    blocks = radio[1].real[: 256 * 256].reshape(256, 256)
    np.testing.assert_array_equal(wave[:2], [blocks.min(axis=1), blocks.max(axis=1)])
    octets = client.get(f"/sound/{row['id']}?start=100&end=200&rate={RATE:.0f}").content
    np.testing.assert_array_equal(np.frombuffer(octets, "<f4", offset=16), radio[1].real[100:200])


def test_a_band_that_is_heard_lies_on_its_own_side(made, radio):
    """Of the band of the tone above there is the tone, and of its mirror below nothing but noise."""
    client = visiting(made(radio[0]))
    row, _ = opened(client)
    rms = {}
    for low, high in ((250e3, 350e3), (-350e3, -250e3)):
        asked = f"/sound/{row['id']}?start=0&end=100000&rate={RATE:.0f}&low={low}&high={high}"
        rms[low] = np.sqrt(np.mean(np.frombuffer(client.get(asked).content, "<f4", offset=16) ** 2))
    assert rms[250e3] == pytest.approx(0.05 / np.sqrt(2), rel=0.01)
    assert rms[-350e3] < 0.002


def test_settings_take_the_sides_of_the_samples(made, radio, sounds):
    """What is computed of one recording is asked of another beside it, on one page."""
    client = visiting(made(radio[0], sounds / "tone.wav"))
    ids = {row["name"]: row["id"] for row in client.get("/recordings").json()["recordings"]}
    for name, sides in (("radio.sigmf-meta", "two"), ("tone.wav", "one")):
        for other in ("one", "two"):
            settings = StftSettings(window_length=256, sides=other).to_dict()
            got = describe(client, ids[name], settings)
            assert (got["json"].get("sides", "one"), got["n_rows"]) == (sides, {"one": 129, "two": 256}[sides])


def test_what_is_made_for_real_sound_is_refused_in_a_sentence(made, radio):
    client = visiting(made(radio[0]))
    (row,) = client.get("/recordings").json()["recordings"]
    mel = {"kind": "bands", "of": StftSettings().to_dict(), "bands": {"kind": "mel", "n_bands": 40}}
    answer = client.post("/describe", json={"recording": row["id"], "settings": mel})
    assert answer.status_code == 400
    assert 'sides is "two", of complex samples (I/Q); BandSettings is made for real ones' in answer.text.replace(
        "\\", ""
    )


def test_a_person_sees_and_reads_both_sides(walk, radio):
    from tests.web.walking import Running

    running = Running(radio[0])
    try:
        on = walk(running)
        view = on.view()
        assert (view["low"], view["high"], view["axis"]) == (-RATE / 2, RATE / 2, "linear")
        assert "I/Q, frequencies from 433.92 MHz" in on.page.inner_text("body")
        on.page.mouse.move(*on.at(0.1, 300e3))
        on.page.wait_for_function("() => document.querySelector('output.level').value.includes('dBFS')")
        reading = {
            name: on.page.locator(f"output.{name}").evaluate("o => o.value") for name in ("frequency", "note", "level")
        }
        assert reading["frequency"].endswith(" Hz · 434.220 MHz") and reading["note"] == "–"
        assert float(reading["level"].split()[0].replace("−", "-")) == pytest.approx(-26, abs=2)
        on.step("both sides")
        on.drag((0.05, -700e3), (0.15, -400e3), "Shift")
        on.until("view.selection && view.selection.low < -699000 && view.selection.high < -390000")
        on.press("9")
        on.until("view.high < 0")
        on.press("z")
        on.page.wait_for_function("() => document.body.innerText.includes('only a linear axis has a place')")
        assert on.view()["axis"] == "linear"
        on.step("below the centre")
        on.press("0")
        on.until(f"view.low === {-RATE / 2} && view.high === {RATE / 2}")
    finally:
        running.close()


def test_a_sound_in_memory_is_seen_and_its_line_is_made_by_the_pass_over_it():
    from sonograph.web.tiles import Tiles

    samples = np.random.default_rng(2).standard_normal((2, 1 << 17))
    sound = Signal((samples[0] + 1j * samples[1]).astype("complex64"), RATE, centre=CENTRE)
    tiles = Tiles()
    try:
        layer = tiles.add(sound, StftSettings(sides="two"))
        waves, done = tiles.waves(sound), threading.Event()
        layer.build(lambda share: share == 1 and done.set())
        assert done.wait(60) and waves.is_whole  # of what was read for tiles
        got = np.frombuffer(waves.tile(0, 13, 0), "<f4", offset=16).reshape(-1, 3)
        blocks = sound.samples.real.reshape(-1, 1 << 13)
        np.testing.assert_array_equal(got[:, :2].T, [blocks.min(axis=1), blocks.max(axis=1)])
        assert layer.rows.frequencies[0] == -RATE / 2
    finally:
        tiles.close()


def test_a_wav_whose_channels_are_i_and_q_is_seen_so_where_that_is_asked_for(made, tmp_path):
    t = np.arange(48_000) / 48_000
    turning = 0.5 * np.exp(-2j * np.pi * 6000 * t)
    soundfile.write(tmp_path / "iq.wav", np.stack([turning.real, turning.imag], 1), 48_000, subtype="FLOAT")
    client = visiting(made(tmp_path / "iq.wav", opening=Opening(iq=True)))
    row, d = opened(client)
    assert (row["is_complex"], row["centre"], row["n_channels"], d["n_rows"]) == (True, 0.0, 1, 2048)
    assert level_at(client, d, 24_000, -6000.0)["level"] == pytest.approx(20 * np.log10(0.5), abs=1e-3)
    assert level_at(client, d, 24_000, 6000.0)["level"] < -100
