// Listening: from the cursor or of the selection, looped, of a band alone, slowed so that bats are heard. The sound comes
// as numbers from the server; the cursor goes by the clock of the output.

import type { App, Undo } from "./app";
import type { Take } from "./blocks";
import { Player, channelsOf } from "./player";
import { buttonOf, choice, make, toggle } from "./pieces";
import { paneHeard, secondsOf } from "./heard";
import { lowestOf } from "./server";
import type { View } from "./state";

const SLOWNESS = [1, 2, 4, 5, 8, 10, 16, 20] as const;
const LOUDER = 10 ** (3 / 20); // a step of the volume: 3 dB

export function listen(app: App): Undo {
  const { store } = app;
  let context: AudioContext | null = null;
  let volume: GainNode | null = null;
  let player: Player | null = null;
  let gain = 1;
  let slow = 1;
  let band = false;
  let resumed: number | null = null; // where a selection was paused, in seconds
  let ours = false; // whether the view is being changed from here

  const change = (patch: Partial<View>) => {
    ours = true;
    store.set(patch);
    ours = false;
  };

  /** What is to be played now, or a reason why nothing is. */
  function taken(rate: number): { take: Take; from: number; path: string } | string {
    const view = store.get();
    const pane = paneHeard(view);
    const recording = pane && app.recording(pane.id);
    if (!recording) return "Nothing is open to be heard.";
    const sample = (seconds: number) => Math.round((seconds - secondsOf(app, pane)) * recording.sample_rate);
    const within = (at: number) => Math.min(Math.max(at, 0), recording.n_samples);
    const { selection } = view;
    const start = selection ? within(sample(selection.start)) : view.loop ? within(sample(view.start)) : 0;
    const end = selection ? within(sample(selection.end)) : view.loop ? within(sample(view.end)) : recording.n_samples;
    if (end <= start) return selection ? "The selection holds no sample of this recording." : "The recording is empty.";
    const begin = selection ? resumed : (view.cursor?.seconds ?? view.start);
    const from = begin === null ? start : sample(begin);
    const take = { start, end, sampleRate: recording.sample_rate, rate, slow, loop: view.loop };
    const channel = recording.n_channels > 2 ? `&channel=${pane.channel}` : "";
    const { low, high } = selection ?? view;
    const limits = (low > lowestOf(recording) ? `&low=${low}` : "") + (high < recording.sample_rate / 2 ? `&high=${high}` : "");
    const path = `/sound/${recording.digest || recording.id}?rate=${rate}&slow=${slow}${channel}${band ? limits : ""}`;
    return { take, from: from >= start && from < end - 1 ? from : start, path };
  }

  function begin(): void {
    context ??= new AudioContext({ latencyHint: "interactive" });
    if (!volume) {
      volume = context.createGain();
      volume.gain.value = gain;
      volume.connect(context.destination);
    }
    void context.resume();
    const wanted = taken(context.sampleRate);
    if (typeof wanted === "string") {
      change({ playing: false });
      app.message(wanted, "sound");
      return;
    }
    const load = async ({ start, end }: { start: number; end: number }, signal: AbortSignal) =>
      channelsOf((await app.transport.octets(`${wanted.path}&start=${start}&end=${end}`, signal)).octets).channels;
    player = new Player(context, volume, wanted.take, load, ended, wanted.from);
    void player.start();
    requestAnimationFrame(move);
  }

  function ended(fault?: Error): void {
    player?.stop();
    player = null;
    resumed = null;
    change({ playing: false });
    if (fault) app.message(fault.message, "sound");
  }

  /** The cursor to what is heard now, and the page with it when it leaves on the right. */
  function move(): void {
    if (!player || !context) return;
    const view = store.get();
    const pane = paneHeard(view);
    const sample = player.heard(framesHeard(context));
    if (pane && sample !== null) {
      const seconds = sample / player.take.sampleRate + secondsOf(app, pane);
      const before = view.cursor?.seconds ?? seconds;
      const span = view.end - view.start;
      const leaves = before <= view.end && seconds > view.end && !view.selection;
      const page = leaves ? { start: seconds - span / 20, end: seconds - span / 20 + span } : {};
      change({ cursor: { seconds, hertz: view.cursor?.hertz ?? (view.low + view.high) / 2 }, ...page });
    }
    requestAnimationFrame(move);
  }

  function again(): void {
    if (!player) return;
    player.stop();
    player = null;
    resumed = store.get().cursor?.seconds ?? null;
    begin();
  }

  const unheard = store.subscribe((view, before) => {
    show();
    if (ours) return;
    if (view.selection !== before.selection) resumed = null;
    else if (view.cursor !== before.cursor && view.selection) resumed = view.cursor?.seconds ?? null;
    if (view.playing && !player) begin();
    else if (!view.playing && player) {
      player.stop();
      player = null;
      resumed = view.selection ? (view.cursor?.seconds ?? null) : null;
    } else if (player) {
      const moved = view.cursor !== before.cursor && !view.selection;
      const other = paneHeard(view) !== paneHeard(before) || view.selection !== before.selection || view.loop !== before.loop;
      const filtered = band && !view.selection && (view.low !== before.low || view.high !== before.high);
      if (moved || other || filtered) again();
    }
  });

  const slower = (step: 1 | -1) => {
    const next = SLOWNESS[SLOWNESS.indexOf(slow as (typeof SLOWNESS)[number]) + step];
    if (next === undefined) return;
    slow = next;
    app.announce(slow === 1 ? "As recorded." : `Slowed ${slow} times.`);
    show();
    again();
  };
  const onlyBand = (on: boolean) => {
    band = on;
    app.announce(on ? "Only the band is heard: the selection's, or what is seen." : "All frequencies are heard.");
    show();
    again();
  };
  const loud = (value: number) => {
    gain = Math.min(Math.max(value, 0), 8);
    volume?.gain.setTargetAtTime(gain, context!.currentTime, 0.015);
    show();
  };

  const group = "Listen";
  app.commands.add(
    { name: "play", key: "Space", group, title: "Play the selection, or from the cursor on; stop", run: () => store.set({ playing: !store.get().playing }) },
    { name: "loop", key: "l", group, title: "Loop the selection, or what is seen", run: () => store.set({ loop: !store.get().loop }) },
    { name: "band", key: "b", group, title: "Hear only the selected band", run: () => onlyBand(!band) },
    { name: "slower", key: "[", group, title: "Slower, down to a twentieth", run: () => slower(1) },
    { name: "faster", key: "]", group, title: "Faster, up to as recorded", run: () => slower(-1) },
    { name: "louder", key: ")", group, title: "Louder by 3 dB", run: () => loud(gain * LOUDER) },
    { name: "softer", key: "(", group, title: "Softer by 3 dB", run: () => loud(gain / LOUDER) },
  );

  const section = app.section("listen", "Listen");
  const play = buttonOf(app, "play", "▶ Play");
  const loops = toggle("Loop", (on) => store.set({ loop: on }));
  const only = toggle("Only the band", onlyBand);
  const speeds = choice("Slowed", SLOWNESS.map((n) => [String(n), n === 1 ? "not" : `${n} ×`] as const), (value) => {
    slow = Number(value);
    again();
  });
  const volumes = make("input", { type: "range", min: -40, max: 18, step: 1, "aria-label": "Volume in decibels" });
  volumes.addEventListener("input", () => loud(Number(volumes.value) <= -40 ? 0 : 10 ** (Number(volumes.value) / 20)));
  const level = make("output");
  section.append(play, loops.element, only.element, speeds.element, make("label", { class: "choice" }, "Volume ", volumes, level));
  const small = buttonOf(app, "play", "▶");
  small.setAttribute("aria-label", "Play or stop");
  app.toolbar.append(small);

  function show(): void {
    const { playing, loop } = store.get();
    play.textContent = playing ? "■ Stop" : "▶ Play";
    small.textContent = playing ? "■" : "▶";
    loops.set(loop);
    only.set(band);
    speeds.set(String(slow));
    const decibels = gain > 0 ? Math.round(20 * Math.log10(gain)) : -40;
    volumes.value = String(decibels);
    level.textContent = gain > 0 ? ` ${decibels} dB` : " off";
  }
  show();
  return () => {
    unheard();
    player?.stop();
    player = null;
    void context?.close();
  };
}

/** The frame of the output that is at the loudspeaker now, by the output's own clock. */
function framesHeard(context: AudioContext): number {
  const stamp = context.getOutputTimestamp?.();
  const seconds = stamp?.performanceTime
    ? stamp.contextTime! + (performance.now() - stamp.performanceTime) / 1000
    : context.currentTime - (context.outputLatency || context.baseLatency || 0);
  return Math.min(seconds, context.currentTime) * context.sampleRate;
}
