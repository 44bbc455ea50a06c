// The recordings: which there are, what the server says of them, opening them, and what happens to them meanwhile.

import type { Undo } from "./app";
import { length } from "./clock";
import { choice, el } from "./dom";
import type { Messages } from "./messages";
import { LEAST_SAMPLES } from "./navigation";
import type { Page } from "./page";
import { short } from "./ruler";
import { type Description, type Recording, type Recordings, frameAt, frameTime, lowestOf, rowEdges, usable } from "./server";
import { rowAt } from "./cells";
import { type Box, type Pane, type Settings, type View, same } from "./state";
import type { ServerEvent } from "./transport";

const AGAIN = 1000; // ms after which a list that was not complete is asked for once more

export class Catalogue {
  all: readonly Recording[] = [];
  writable = false;
  /** Whether the range is still to be set by what is seen: at first, and when levels have become others. */
  private unfitted = false;
  private label = "";
  private good: Settings | null = null; // the last settings that could be
  private fitted: readonly [number, number] | null = null; // a range that nobody chose
  private readonly heard = new Set<(event: ServerEvent) => void>();
  /** Called when the server has said what it makes of settings. */
  onDescribed: () => void = () => undefined;

  constructor(
    private readonly page: Page,
    private readonly messages: Messages,
    private readonly about: HTMLElement,
  ) {
    page.store.subscribe((view, before) => {
      if (view.recordings !== before.recordings) this.shown();
      if (view.axis !== "linear" && this.page.navigation.extent().lowest < 0) {
        this.messages.message("The frequencies of complex samples (I/Q) go below 0 Hz, for which only a linear axis has a place.", "axis");
        page.store.set({ axis: "linear" });
      }
      if (view.range !== before.range && !same(view.range, this.fitted)) this.unfitted = false;
    });
  }

  recording(id: string): Recording | null {
    return this.all.find((one) => one.id === id) ?? null;
  }

  description(pane: Pane): Description | null {
    return this.page.layers.get(pane.id, this.page.store.get().settings);
  }

  /** Asks what there is, and opens what the address names, else the first that can be shown. */
  async start(restore: () => Partial<View> | null): Promise<void> {
    try {
      const defaults = await this.ask();
      const { store, palettes } = this.page;
      const patch: Partial<View> = { settings: defaults.settings };
      if (defaults.colours && defaults.colours.replace(/_r$/, "") in palettes) Object.assign(patch, { colours: defaults.colours });
      if (defaults.axis) Object.assign(patch, { axis: defaults.axis });
      if (defaults.range) Object.assign(patch, { range: defaults.range });
      store.set(patch);
      if (!defaults.range) this.fitted = store.get().range;
      const restored = restore();
      const first = this.all.find(usable);
      if (!restored?.recordings?.length && first) this.open([first.id]);
      if (restored) store.set(restored);
      if (restored?.range) this.fitted = null;
      this.unfitted = this.fitted !== null;
      if (!this.all.length) this.messages.message("There is no recording here.", "recordings");
      else if (!first && !this.all.some(({ status }) => status === "waiting")) this.messages.message(this.all[0].sentence ?? `${this.all[0].name} holds no samples.`, "recordings");
    } catch (error) {
      this.messages.message((error as Error).message, "server", { title: "Try again", run: () => location.reload() });
    }
  }

  private async ask(): Promise<Recordings["defaults"]> {
    const { value } = await this.page.transport.json<Recordings>("/recordings");
    this.all = value.recordings;
    this.problem(value.problem);
    this.writable = value.writable;
    if (value.complete === false) setTimeout(() => void this.renew(), AGAIN);
    return value.defaults;
  }

  /** Why what is computed is not kept, or does not go on; "" where all is well. */
  private problem(sentence: string): void {
    this.messages.message(sentence || null, "problem");
  }

  private async renew(): Promise<void> {
    await this.ask().catch(() => null);
    const { store } = this.page;
    const first = this.all.find(usable);
    if (!store.get().recordings.length && first) this.open([first.id]);
    for (const heard of this.heard) heard({ kind: "grown", data: {} });
  }

  open(ids: readonly string[], times?: readonly [number, number]): void {
    const there = ids.map((id) => this.recording(id)).filter((one) => one !== null);
    if (!there.length) return;
    this.unfitted = same(this.page.store.get().range, this.fitted); // a range that was chosen stays, to compare by
    const seconds = Math.max(...there.map((one) => Math.max(one.seconds, LEAST_SAMPLES / one.sample_rate)));
    const nyquist = Math.max(...there.map((one) => one.sample_rate)) / 2;
    this.page.store.set({
      recordings: there.map(({ id }) => ({ id, offset: 0, channel: 0 })),
      start: times?.[0] ?? 0,
      end: times?.[1] ?? seconds,
      low: Math.min(...there.map(lowestOf)),
      high: nyquist,
      cursor: null,
      selection: null,
    });
  }

  /** A description has come: the settings that the server took are those of the view now. */
  described(): void {
    const { store } = this.page;
    const [pane] = store.get().recordings;
    const d = pane && this.description(pane);
    if (!d) return;
    if (this.label && this.label !== d.label) this.unfitted = true;
    this.label = d.label;
    this.good = d.json;
    this.messages.message(null, "settings");
    store.set({ settings: d.json });
    this.shown();
    this.onDescribed();
    this.page.changed();
  }

  /** Settings that cannot be are said, and the ones before are taken again. */
  refusedSettings(error: Error, settings: Settings | null): void {
    this.messages.message(error.message, "settings");
    if (settings === this.page.store.get().settings && this.good) this.page.store.set({ settings: this.good });
  }

  /** After a frame: once all has come, the range is fitted where nobody chose it. */
  drawn(settled: boolean, fitting: () => readonly [number, number] | null): void {
    if (!this.unfitted || !settled || !this.page.store.get().settings) return;
    this.unfitted = false;
    const range = fitting();
    if (!range) return;
    this.fitted = range;
    this.page.store.set({ range: [range[0], range[1]] });
  }

  snapped(box: Box, pane: Pane): Box {
    const d = this.description(pane);
    if (!d) return box;
    const frame = (seconds: number): number => Math.min(d.n_frames - 1, Math.max(0, Math.round(frameAt(d, seconds))));
    const row = (hertz: number): number => Math.min(d.n_rows - 1, Math.max(0, Math.floor(rowAt(d, hertz))));
    const half = d.hop / 2 / d.sample_rate;
    return {
      start: Math.max(0, frameTime(d, frame(box.start)) - half),
      end: frameTime(d, frame(box.end)) + half,
      low: Math.max(d.frequencies.kind === "linear" ? d.frequencies.first : 0, rowEdges(d, row(box.low))[0]),
      high: rowEdges(d, row(box.high))[1],
    };
  }

  onEvent(heard: (event: ServerEvent) => void): Undo {
    this.heard.add(heard);
    return () => this.heard.delete(heard);
  }

  listen(changed: () => void): Undo {
    const { page, messages } = this;
    this.heard.add(changed);
    return page.transport.events(
      (event) => void this.event(event).then(() => this.heard.forEach((heard) => heard(event))),
      (sentence) => messages.message(sentence, "events"),
    );
  }

  private async event({ kind, data }: ServerEvent): Promise<void> {
    const { page, messages } = this;
    if (kind === "progress") {
      const share = Number(data.share);
      this.progress(share);
      this.problem(String(data.problem ?? ""));
      page.layers.progressed(String(data.recording), String(data.settings), share);
      page.tiles.renew();
      page.waves.renew();
      return;
    }
    const id = String(data.id);
    const before = this.recording(id);
    page.layers.forget(id);
    const view = page.store.get();
    const atEnd = before !== null && view.end >= before.seconds - 1e-6;
    await this.ask().catch(() => null);
    const now = this.recording(id);
    if (kind === "changed") {
      if (before) page.tiles.forget(`/tiles/${before.digest}/`);
      const name = now?.name ?? before?.name ?? "A recording";
      const wrong = now && !["ok", "unread", "waiting"].includes(now.status) ? now.sentence : null;
      messages.message(wrong ?? `${name} has changed: what is shown now is what it holds now.`, `changed ${id}`);
      const { start, end } = page.navigation.extent();
      if (view.end > end) page.store.set(view.start < end ? { end } : { start, end });
    } else if (now && before && atEnd && view.recordings.some((pane) => pane.id === id)) {
      const whole = view.start <= 0 && view.end >= before.seconds - 1e-6;
      const span = view.end - view.start;
      page.store.set({ start: whole ? 0 : now.seconds - span, end: now.seconds });
      messages.announce(`${now.name} has grown to ${length(now.seconds)}.`);
    }
    this.shown();
    page.changed();
  }

  private progress(share: number): void {
    const bar = this.about.parentElement?.querySelector<HTMLElement>(".progress");
    if (!bar) return;
    bar.hidden = !(share < 1);
    bar.textContent = `Overview ${Math.floor(share * 100)} %`;
  }

  /** The name and what is known of the first recording, and which of its channels is seen. */
  private shown(): void {
    const { store } = this.page;
    const { recordings } = store.get();
    const first = recordings[0] && this.recording(recordings[0].id);
    if (!first) return;
    const names = recordings.map((pane) => this.recording(pane.id)?.name ?? "").filter(Boolean);
    const facts = [`${short(first.sample_rate, 5)}Hz`, length(first.seconds), first.unit === "FS" ? "" : first.unit, about(first)];
    const channels = Array.from({ length: first.n_channels }, (_, i) => [String(i), `Channel ${i + 1}`] as const);
    const picked = (value: string): void => store.set({ recordings: recordings.map((pane) => ({ ...pane, channel: Math.min(Number(value), (this.recording(pane.id)?.n_channels ?? 1) - 1) })) });
    const channel = choice(channels, String(recordings[0].channel), picked);
    channel.setAttribute("aria-label", "Channel");
    this.about.replaceChildren(
      el("h1", { title: names.join(", ") }, names.join(" · ")),
      el("span", { class: "facts" }, facts.filter(Boolean).join(" · ")),
      ...(first.n_channels > 1 ? [channel] : []),
    );
    document.title = `${first.name} – Sonograph`;
  }
}

/** What complex samples are, and from where their frequencies are counted. */
const about = ({ is_complex, centre }: Recording): string =>
  is_complex ? `I/Q${centre ? `, frequencies from ${short(centre, 9)}Hz` : ""}` : "";
