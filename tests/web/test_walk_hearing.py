"""Listening and measuring as a person does it; the sound itself is compared sample by sample on an offline output."""

import base64

import numpy as np
import pytest
import soundfile

import sonograph
from tests.web.walking import Running

OFFLINE = """async ({recording, start, end, rate, slow, loop, seconds, low, high}) => {
    const {Player, channelsOf} = await import('/app/view.js');
    const app = document.body.sonograph.app, one = app.recordings().find(r => r.name === recording);
    const context = new OfflineAudioContext(1, rate * seconds, rate);
    const band = low ? `&low=${low}&high=${high}` : '';
    const path = `/sound/${one.id}?rate=${rate}&slow=${slow}&channel=0${band}`;
    const load = async (block, signal) => channelsOf((await app.transport.octets(
        `${path}&start=${block.start}&end=${block.end}`, signal)).octets).channels;
    const faults = [], take = {start, end, sampleRate: one.sample_rate, rate, slow, loop};
    const player = new Player(context, context.destination, take, load, fault => faults.push(String(fault)));
    await player.lay(seconds - 0.25);
    const sound = (await context.startRendering()).getChannelData(0);
    player.stop();
    const octets = new Uint8Array(sound.buffer);
    let text = '';
    for (let i = 0; i < octets.length; i += 8192) text += String.fromCharCode(...octets.subarray(i, i + 8192));
    return {faults, first: sound.findIndex(value => value !== 0), sound: btoa(text)};
}"""


def rendered(on, **how):
    answer = on.page.evaluate(OFFLINE, {"slow": 1, "loop": False, "rate": 48_000, **how})
    assert answer["faults"] == []
    return np.frombuffer(base64.b64decode(answer["sound"]), np.float32), answer["first"]


LISTENING = """() => {  // a second ear beside the loudspeaker
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (to, ...more) {
        if (to === this.context.destination) {
            window.ear = this.context.createAnalyser();
            window.ear.fftSize = 256;
            connect.call(this, window.ear);
        }
        return connect.call(this, to, ...more);
    };
}"""
APART = """async n => {  // seconds from the cursor to the sample that the clock of the output is at
    const apart = [], sound = new Float32Array(256), {store} = document.body.sonograph.app;
    for (let i = 0; i < n; i++) {
        await new Promise(requestAnimationFrame);
        await Promise.resolve();
        const {context} = window.ear;
        window.ear.getFloatTimeDomainData(sound);
        const stamp = context.getOutputTimestamp();
        const heard = stamp.contextTime + (performance.now() - stamp.performanceTime) / 1000;
        const behind = Math.max(0, context.currentTime - heard);
        if (sound[255] > 0) apart.push(store.get().cursor.seconds - (sound[255] * 20 - behind));
    }
    return apart;
}"""


def test_a_loop_of_50_ms_is_exact_to_the_sample(walk, morning):
    on = walk(morning)
    start, length = 6 * 48_000 + 777, 2400
    sound, first = rendered(on, recording="morning.wav", start=start, end=start + length, loop=True, seconds=2)
    with sonograph.open(morning.folder / "morning.wav") as file:
        one = file.read(range(start, start + length))[0].astype(np.float32)
    rounds = (int(1.75 * 48_000) - first) // length
    assert rounds > 20
    heard = sound[first : first + rounds * length].reshape(rounds, length)
    assert np.array_equal(heard, np.broadcast_to(one, heard.shape))


def test_a_bat_is_heard_ten_times_slower_at_a_tenth_of_its_frequency(walk, morning):
    on = walk(morning)
    sound, first = rendered(on, recording="bats.wav", start=12_500, end=62_500, slow=10, seconds=3)
    power = np.abs(np.fft.rfft(sound[first:])) ** 2
    hertz = np.fft.rfftfreq(sound[first:].size, 1 / 48_000)
    loudest = hertz[np.argsort(power)[-200:]]
    assert loudest.min() > 3900 and loudest.max() < 8100  # 40 to 80 kHz, ten times lower


def test_only_the_band_is_heard(walk, morning):
    on = walk(morning)
    hum = {"recording": "morning.wav", "start": int(17.2 * 48_000), "end": int(18.2 * 48_000), "seconds": 2}
    sound, first = rendered(on, low=800, high=1000, **hum)
    power = np.abs(np.fft.rfft(sound[first : first + 48_000] * np.hanning(48_000))) ** 2
    assert np.argmax(power) == pytest.approx(880, abs=2)
    assert power[430:450].sum() < 1e-4 * power[870:890].sum()


def test_the_cursor_goes_with_the_sound_and_stops_with_it(walk, morning):
    on = walk(morning)
    on.open("morning.wav")
    on.page.mouse.click(*on.at(2.0, 3000))
    on.press("Space")
    on.until("view.playing && view.cursor.seconds > 2.2")
    on.step("playing")
    on.press("Space")
    on.until("!view.playing")
    stopped = on.view()["cursor"]["seconds"]
    on.frame()
    assert on.view()["cursor"]["seconds"] == stopped


def test_the_cursor_is_where_the_sound_is_to_20_ms(walk, tmp_path):
    soundfile.write(tmp_path / "ramp.wav", np.arange(20 * 48_000) / 48_000 / 20, 48_000, subtype="FLOAT")
    running = Running(tmp_path)
    on = walk(running)
    on.page.evaluate(LISTENING)
    on.press("Space")
    on.until("view.playing && view.cursor?.seconds > 0.5")
    apart = on.page.evaluate(APART, 30)
    on.press("Space")
    on.page.close()
    running.close()
    assert len(apart) > 10
    assert abs(np.median(apart)) < 0.02


def test_a_selection_is_looped_slowed_and_stays_within(walk, morning):
    on = walk(morning)
    on.open("morning.wav")
    on.drag((6.0, 2500), (6.4, 5500), "Shift")
    on.until("view.selection")
    on.press("l", "b", "]", "[", "[", "Space")
    on.until("view.loop && view.playing && view.cursor")
    box, seen = on.view()["selection"], []
    for _ in range(5):
        on.frame()
        seen.append(on.view()["cursor"]["seconds"])
    assert all(box["start"] <= seconds <= box["end"] for seconds in seen)
    on.step("looping a selection")
    on.page.get_by_role("button", name="Play or stop").click()
    on.until("!view.playing")


def test_a_box_is_measured_and_its_numbers_copied(walk, morning):
    on = walk(morning, permissions=["clipboard-read", "clipboard-write"])
    on.open("morning.wav")
    on.drag((5.9, 2000), (7.1, 6000), "Shift")
    table = on.page.locator("table.numbers[aria-busy=false]")
    table.get_by_text("peak level").first.wait_for()
    on.step("measured")
    rows = dict(zip(table.locator("th").all_inner_texts(), table.locator("td").all_inner_texts(), strict=True))
    assert float(rows["peak frequency"].split()[0]) == pytest.approx(4000, abs=60)  # the sweep is loudest in its middle
    assert float(rows["peak time"].split()[0]) == pytest.approx(6.5, abs=0.03)
    on.press("c")
    on.page.get_by_text("The numbers are copied.").wait_for()
    assert "peak level\t" in on.page.evaluate("() => navigator.clipboard.readText()")


def test_edges_lie_on_cells_unless_they_are_free(walk, morning):
    on = walk(morning)
    on.open("morning.wav")
    hop, step = 512 / 48_000, 48_000 / 2048
    on.drag((6.0, 2500), (7.0, 5000), "Shift")
    on.until("view.selection")
    box = on.view()["selection"]
    edges = [(box["start"] / hop + 0.5) % 1, (box["high"] / step + 0.5) % 1]
    assert np.allclose(np.minimum(edges, 1 - np.array(edges)), 0, atol=1e-6)
    on.press("Escape")
    on.drag((6.0, 2500), (7.0, 5000), "Shift", "Alt")
    on.until("view.selection")
    free = on.view()["selection"]
    assert abs((free["high"] / step + 0.5) % 1) > 1e-3 or abs((free["start"] / hop + 0.5) % 1) > 1e-3


def test_harmonics_and_periods_are_laid_on(walk, morning):
    on = walk(morning)
    on.open("morning.wav")
    on.page.mouse.click(*on.at(18.0, 440))
    on.press("h")
    on.page.get_by_text("Harmonics of").first.wait_for()
    on.drag((17.5, 300), (18.5, 2500), "Shift")
    on.press("p", ">")
    on.page.get_by_text("5 periods of").wait_for()
    on.step("rulers")
