"""The page in a browser: what it shows is what was computed, at its place, and stays while colours change."""

import numpy as np
import pytest

import sonograph
from sonograph import Signal, StftSettings
from tests.web.browser import ARGUMENTS, Looking, chromium, served

RATE = 8000
SETTINGS = StftSettings(window_length=256, hop=64)
TONE = 1000.0  # Hz, the middle of bin 32
CLICK = 300  # the frame in whose middle it lies
AXES = ("linear", "log", "mel", "note")


@pytest.fixture(scope="module")
def sound():
    """Six seconds of faint noise with a tone, a click, and a gap."""
    time = np.arange(6 * RATE) / RATE
    samples = 1e-3 * np.random.default_rng(0).standard_normal(len(time)) + 0.05 * np.sin(2 * np.pi * TONE * time)
    samples[CLICK * 64] += 0.9
    samples[40_000:42_000] = np.nan
    return Signal(samples, float(RATE))


@pytest.fixture(scope="module")
def browser():
    """Chromium, with a GPU in software."""
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        there = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield there
        there.close()


@pytest.fixture(scope="module")
def address(sound):
    """Where the sound is viewed."""
    pytest.importorskip("starlette", reason="the extra view is not installed")
    from sonograph.web.app import application

    with served(application([("clicks.wav", sound)], settings=SETTINGS)) as there:
        yield there


@pytest.fixture(scope="module")
def looking(browser, address):
    """One page for tests that leave it as it was."""
    page = browser.new_page(viewport={"width": 840, "height": 520})
    page.add_init_script("localStorage.setItem('sonograph.webgl', 'always')")  # though it is one in software
    there = Looking(page, address)
    assert there.ask("v => v.stage.kind") == "webgl", "there is no WebGL, so that nothing here would be tested"
    yield there
    assert there.faults == []
    page.close()


@pytest.fixture(scope="module")
def levels(sound):
    """What `spectrogram` gives, dBFS, (bins, frames)."""
    power = sonograph.spectrogram(sound, SETTINGS).values
    return 10 * np.log10(np.maximum(power, 0.5e-20) / 0.5)


@pytest.fixture
def seen(looking):
    """The page as it was at first."""
    looking.see(start=0, end=6, low=0, high=RATE / 2, axis="linear", plane="max", selection=None, cursor=None)
    return looking


@pytest.mark.parametrize(("axis", "plane"), [("linear", "max"), ("log", "mean"), ("mel", "salient")])
def test_pixels_equal_the_plain_reduction(seen, axis, plane):
    seen.see(axis=axis, plane=plane, start=0.7)
    drawn, plain = seen.codes().astype(int), seen.codes("stage.plain()").astype(int)
    assert (drawn != 65535).mean() > 0.5
    assert np.abs(drawn - plain).max() <= (0 if plane == "max" else 1)  # 1/128 dB


@pytest.mark.parametrize("axis", ["linear", "mel"])
def test_what_is_kept_while_one_moves_equals_the_plain_reduction(seen, axis):
    seen.see(axis=axis, start=1.0, end=4.0, low=500, high=3000)
    script = """async v => {
        const width = v.app.panes()[0].width, height = v.app.panes()[0].height;
        for (let i = 0; i < 12; i++) {
            const {start, end, low, high} = v.app.store.get();
            const [x, y] = [((i % 5) - 2.2) * 7 * (end - start), (i % 3) * 4 * (high - low)];
            v.app.store.set({start: start + x / width, end: end + x / width});
            if (i > 6) v.app.store.set({low: low + y / height, high: high + y / height});
            await new Promise(requestAnimationFrame);
        }
    }"""
    seen.ask(script)
    seen.settle()
    np.testing.assert_array_equal(seen.codes(), seen.codes("stage.plain()"))


def test_a_pixel_shows_the_loudest_of_the_frames_and_bins_it_covers(seen, levels):
    picture = seen.picture().astype(int)
    height, width = picture.shape
    frames = 6 * np.arange(width + 1) / width * RATE / 64 + 0.5  # frame i lies at i · hop
    bins = (RATE / 2) * np.arange(height + 1) / height / (RATE / 256) + 0.5
    for x, y in np.random.default_rng(1).integers(0, (width, height), (400, 2)):
        columns = slice(int(frames[x]), int(np.ceil(frames[x + 1] - 1e-9)))
        rows = slice(int(bins[y]), int(np.ceil(bins[y + 1] - 1e-9)))
        covered = levels[rows, columns]
        code = picture[height - 1 - y, x]
        if np.isnan(covered).all():
            assert code == 0
        else:
            assert code / 128 - 256 == pytest.approx(np.nanmax(covered), abs=0.01)


def test_missing_samples_are_drawn_as_no_data(seen):
    picture = seen.picture()
    gone = np.flatnonzero((picture == 0).all(axis=0)) / picture.shape[1] * 6
    assert gone.min() == pytest.approx(40_000 / RATE - 128 / RATE, abs=0.03)
    assert gone.max() == pytest.approx(42_000 / RATE + 128 / RATE, abs=0.03)


@pytest.mark.parametrize("axis", AXES)
def test_a_tone_lies_where_the_axis_says(seen, axis):
    seen.see(axis=axis, start=1.0, end=1.5, low=800, high=1250)
    rows = seen.picture()[:, 40].astype(int)
    loudest = np.flatnonzero(rows == rows.max())
    half = RATE / 256 / 2
    top = seen.place()["top"]
    place = "(v, hertz) => v.app.panes()[0].frequency.y(hertz)"
    assert loudest.min() == pytest.approx(seen.ask(place, TONE + half) - top, abs=1)
    assert loudest.max() + 1 == pytest.approx(seen.ask(place, TONE - half) - top, abs=1)
    assert loudest.mean() + 0.5 == pytest.approx(
        (seen.ask(place, TONE + half) + seen.ask(place, TONE - half)) / 2 - top, abs=0.5
    )


def test_a_click_lies_where_the_time_says(seen):
    moment = CLICK * 64 / RATE
    seen.see(start=moment - 0.02, end=moment + 0.03, low=2000)
    rows = seen.picture().astype(int)
    sums = rows.sum(axis=0)
    loudest = np.flatnonzero(sums == sums.max())
    x = seen.ask("(v, t) => v.app.panes()[0].time.x(t)", moment) - seen.place()["left"]
    assert loudest.mean() + 0.5 == pytest.approx(x, abs=0.5)


@pytest.mark.parametrize("axis", AXES)
def test_the_pointer_reads_the_time_and_the_frequency_of_its_place(seen, axis):
    seen.see(axis=axis, start=1.0, end=5.0, low=100)
    at = seen.place()
    for share in (0.1, 0.45, 0.9):
        x, y = at["left"] + round(share * at["width"]), at["top"] + round(share * at["height"])
        seen.point(x, y)
        time = float(seen.reading("time").removesuffix(" s"))
        assert time == pytest.approx(1 + 4 * (x - at["left"]) / at["width"], abs=0.5 * 4 / at["width"])
        hertz = float(seen.reading("frequency").removesuffix(" Hz").replace("\u2009", "").replace(" ", ""))
        back = seen.ask("(v, hertz) => v.app.panes()[0].frequency.y(hertz)", hertz)
        assert back == pytest.approx(y, abs=0.5)


def test_the_pointer_reads_the_level_that_spectrogram_gives(seen, levels):
    at = seen.place()
    for share in (0.21, 0.53, 0.77):
        x, y = round(at["left"] + share * at["width"]), round(at["top"] + (1 - share) * at["height"])
        seen.point(x, y)
        seen.page.locator(".readout output.level:not(.old)").wait_for()
        read = float(seen.reading("level").split()[0].replace("−", "-"))
        frame = round(6 * (x - at["left"]) / at["width"] * RATE / 64)
        row = round((1 - (y - at["top"]) / at["height"]) * (RATE / 2) / (RATE / 256))
        assert read == pytest.approx(levels[row, frame], abs=0.01)


def test_range_and_colours_need_no_request_and_no_wait(seen):
    seen.requests.clear()
    drawn = "[...v.stage.pixel(300, 300)]"
    before = seen.ask(f"v => {drawn}")
    next_frame = "v.app.store.set(change); await new Promise(requestAnimationFrame)"
    for change in ({"range": [-70, -30]}, {"colours": "viridis"}, {"range": [-110, 0]}):
        now = seen.ask(f"async (v, change) => {{ {next_frame}; return {drawn} }}", change)
        assert now != before
        before = now
    assert [
        address for address in seen.requests if not address.endswith("icon.svg")
    ] == []  # the tab asks when it likes
    seen.see(colours="magma")


def test_another_axis_is_drawn_in_the_next_frame_from_the_tiles_that_are_there(seen):
    script = """async v => {
        v.app.store.set({axis: "mel"});
        await new Promise(requestAnimationFrame);
        const {left, top, width, height} = v.app.panes()[0];
        const {codes, width: all} = v.stage.read();
        let empty = 0;
        for (let y = 1; y < height - 1; y += 9) for (let x = 1; x < width - 1; x += 9)
            empty += codes[Math.round(top + y) * all + Math.round(left + x)] === 65535;
        return empty;
    }"""
    assert seen.ask(script) == 0


def test_a_lost_context_is_drawn_by_plain_code_until_it_comes_back(seen):
    before = seen.codes()
    lose = "v => { window.lost = v.stage.renderer.gl.getExtension('WEBGL_lose_context'); window.lost.loseContext() }"
    seen.ask(lose)
    seen.page.wait_for_timeout(50)
    seen.settle()
    assert seen.ask("v => v.stage.kind") == "plain"
    np.testing.assert_array_equal(seen.codes(), before)
    seen.ask("v => window.lost.restoreContext()")
    for _ in range(100):
        if seen.ask("v => v.stage.kind") == "webgl":
            break
        seen.page.wait_for_timeout(20)
    seen.settle()
    assert seen.ask("v => v.stage.kind") == "webgl"
    np.testing.assert_array_equal(seen.codes(), before)


@pytest.mark.parametrize("there", ["none", "in software"])
def test_without_a_gpu_the_same_is_drawn(browser, address, seen, there):
    page = browser.new_page(viewport={"width": 840, "height": 520})
    if there == "none":
        page.add_init_script(
            "const get = HTMLCanvasElement.prototype.getContext;"
            "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
            "  return kind === 'webgl2' ? null : get.call(this, kind, ...more) }"
        )
    plain = Looking(page, address)
    for one in (plain, seen):
        one.see(plane="max", range=[-90, -10], colours="viridis")
    assert plain.ask("v => v.stage.kind") == "plain"
    np.testing.assert_array_equal(plain.codes(), seen.codes())
    assert plain.ask("v => [...v.stage.pixel(300, 300)]") == seen.ask("v => [...v.stage.pixel(300, 300)]")
    assert plain.faults == []
    page.close()
