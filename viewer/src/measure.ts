// The numbers of the selected box, from samples and frames by the server, never from pixels; and two rulers: harmonics
// of the cursor's frequency, and n equal periods over the selection.

import type { App, Undo } from "./app";
import { harmonics, hertzWritten, periods, written } from "./cursors";
import { paneHeard, secondsOf } from "./heard";
import { type Overlay, stroke, within, write } from "./overlay";
import { buttonOf, copy, make, toggle } from "./pieces";
import type { View } from "./state";
import { isAbort } from "./transport";

/** Each thing that is measured, by its name in the library, in the order to be read. */
export type Measures = Readonly<Record<string, { readonly value: number | null; readonly unit: string }>>;

/** A number as it is read: enough digits to tell neighbours apart, no more. */
export function shown(value: number | null, unit: string): string {
  if (value === null) return "–";
  return `${digits(value, unit).replace("-", "−")} ${unit}`.trim();
}

function digits(value: number, unit: string): string {
  if (unit === "s") return value.toFixed(Math.abs(value) < 1 ? 6 : 4);
  if (unit === "Hz") return value.toFixed(1);
  if (unit.startsWith("dB")) return value.toFixed(2);
  return Number.isInteger(value) ? String(value) : value.toPrecision(6);
}

const ARM = 36; // pixels of a harmonic to either side of the cursor

/** "time_5" as "time 5 %", "peak_level" as "peak level". */
export const named = (name: string): string => name.replaceAll("_", " ").replace(/ (\d+)$/, " $1 %");

/** Measures as lines of "name, tab, number, tab, unit" that a table takes. */
export const textOf = (title: string, measures: Measures): string =>
  [title, ...Object.entries(measures).map(([name, { value, unit }]) => `${named(name)}\t${value ?? ""}\t${unit}`)].join("\n");

export function measure(app: App, overlay: Overlay): Undo {
  const { store } = app;
  const section = app.section("measure", "Measure", true);
  const note = make("p", { class: "note" });
  const table = make("table", { class: "numbers" });
  const ruled = make("p", { class: "note", role: "status" });
  let measures: Measures | null = null;
  let asked: AbortController | null = null;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let harmonic = false;
  let count = 0; // periods over the selection; 0: no ruler

  async function ask(): Promise<void> {
    asked?.abort();
    const { selection } = store.get();
    const pane = paneHeard(store.get());
    const recording = pane && app.recording(pane.id);
    const description = pane && app.description(pane);
    if (!selection || !pane || !recording) return show(null, HOW);
    if (!description) return later(300); // the server is still to say what it computes
    const sample = (seconds: number) => Math.round((seconds - secondsOf(app, pane)) * recording.sample_rate);
    const [start, end] = [Math.max(0, sample(selection.start)), Math.min(recording.n_samples, sample(selection.end))];
    if (end <= start) return show(null, "The selection holds no sample of this recording.");
    asked = new AbortController();
    const box = `start=${start}&end=${end}&low=${selection.low}&high=${selection.high}`;
    const path = `/measure/${description.recording}/${description.settings}/${pane.channel}?${box}`;
    try {
      show((await app.transport.json<{ measures: Measures }>(path, undefined, { signal: asked.signal })).value.measures, "");
    } catch (error) {
      if (!isAbort(error)) show(null, (error as Error).message);
    }
  }

  function later(milliseconds: number): void {
    clearTimeout(waiting);
    waiting = setTimeout(() => void ask(), milliseconds);
  }

  /** The numbers that stand are of another box, until its own have come. */
  function stale(is: boolean): void {
    table.setAttribute("aria-busy", String(is));
  }

  function show(now: Measures | null, words: string): void {
    measures = now;
    stale(false);
    note.textContent = words;
    note.hidden = !words;
    const rows = Object.entries(now ?? {});
    table.replaceChildren(
      ...rows.map(([name, { value, unit }]) => make("tr", {}, make("th", { scope: "row" }, named(name)), make("td", {}, shown(value, unit)))),
    );
    copying.hidden = !now;
    const details = section.closest("details");
    const elsewhere = app.panel.matches(":focus-within") || app.panel.querySelector("details.marks[open]");
    if (now && details?.open && !elsewhere) details.scrollIntoView({ block: "nearest" });
  }

  function rule(): void {
    const { selection, cursor } = store.get();
    const lines = [];
    if (harmonic) lines.push(cursor ? `Harmonics of ${hertzWritten(cursor.hertz)}` : "Harmonics: put the cursor on the lowest.");
    if (count && selection) {
      const { period, hertz } = periods(selection.start, selection.end, count);
      lines.push(`${count} ${count === 1 ? "period" : "periods"} of ${written(period)}, ${hertzWritten(hertz)}`);
    } else if (count) lines.push("Periods: select a stretch from the first to the last.");
    ruled.textContent = lines.join(". ");
    overlay.again();
  }

  async function copied(): Promise<void> {
    if (!measures) return app.message("Select a box first; then its numbers can be copied.", "copied");
    if (table.getAttribute("aria-busy") === "true") return app.message("The box is being measured; a moment.", "copied");
    const pane = paneHeard(store.get());
    const text = textOf((pane && app.recording(pane.id)?.name) ?? "", measures);
    app.message((await copy(text)) ? "The numbers are copied." : "The browser does not let the page copy.", "copied");
  }

  const ruler = (on: boolean) => {
    harmonic = on;
    harmonicSwitch.set(on);
    rule();
  };
  const counted = (n: number) => {
    count = Math.min(Math.max(n, 0), 200);
    periodSwitch.set(count > 0);
    rule();
  };
  const group = "Measure";
  app.commands.add(
    { name: "copy-measures", key: "c", group, title: "Copy the numbers of the selection as text", run: () => void copied() },
    { name: "harmonics", key: "h", group, title: "Harmonics of the cursor's frequency", run: () => ruler(!harmonic) },
    { name: "periods", key: "p", group, title: "Equal periods over the selection: Δt and 1/Δt", run: () => counted(count ? 0 : 4) },
    { name: "more-periods", key: ">", group, title: "One period more", run: () => counted(count + 1) },
    { name: "fewer-periods", key: "<", group, title: "One period less", run: () => counted(count - 1) },
  );
  const copying = buttonOf(app, "copy-measures", "Copy");
  const harmonicSwitch = toggle("Harmonics of the cursor (H)", ruler);
  const periodSwitch = toggle("Periods (P, more >, fewer <)", (on) => counted(on ? 4 : 0));
  section.append(note, table, copying, harmonicSwitch.element, periodSwitch.element, ruled);

  overlay.add((context, panes) => {
    const { cursor, selection } = store.get();
    for (const pane of panes) {
      context.save();
      within(context, pane);
      if (harmonic && cursor) {
        const x = pane.time.x(cursor.seconds);
        let last = Infinity; // where the last number stands
        harmonics(cursor.hertz, pane.frequency.high).forEach((hertz, k) => {
          const y = pane.frequency.y(hertz);
          stroke(context, () => (context.moveTo(x - ARM, y), context.lineTo(x + ARM, y)), "#ffd166", 1.25);
          if (last - y < 13) return;
          last = y;
          write(context, String(k + 1), x + ARM + 4, y + 4, pane.left + pane.width);
        });
      }
      if (count && selection) {
        for (const seconds of periods(selection.start, selection.end, count).borders) {
          const x = pane.time.x(seconds);
          stroke(context, () => (context.moveTo(x, pane.top), context.lineTo(x, pane.top + pane.height)), "#7fdbca", 1);
        }
      }
      context.restore();
    }
    return (harmonic && cursor !== null) || (count > 0 && selection !== null);
  });

  const concerns = (view: View, before: View) =>
    view.selection !== before.selection || view.settings !== before.settings || paneHeard(view) !== paneHeard(before);
  const unheard = store.subscribe((view, before) => {
    if (view.cursor !== before.cursor || view.selection !== before.selection) rule();
    if (!concerns(view, before)) return;
    stale(true);
    later(150);
  });
  show(null, HOW);
  return () => {
    unheard();
    clearTimeout(waiting);
    asked?.abort();
  };
}

const HOW = "Drag with Shift to select a box; its numbers stand here.";
