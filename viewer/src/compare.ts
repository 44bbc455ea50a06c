// Comparing: recordings stacked on one time axis, slid against each other, one in the other's place by a key, and the
// difference of two in decibels where that means something.

import type { App, Undo } from "./app";
import { written } from "./cursors";
import { buttonOf, make } from "./pieces";
import type { Description, Recording } from "./server";
import type { Arrangement, Pane, View } from "./state";

/** Why two recordings have no difference in decibels; null where they have one. */
export function against(
  view: View,
  recordings: readonly (Recording | null)[],
  descriptions: readonly (Description | null)[],
): string | null {
  const [one, other] = recordings;
  if (view.recordings.length !== 2 || !one || !other) {
    return `The difference is of two recordings; ${view.recordings.length === 1 ? "one is" : `${view.recordings.length} are`} shown.`;
  }
  if (one.is_complex !== other.is_complex || one.centre !== other.centre) {
    return `${one.name} and ${other.name} are not tuned to the same: their frequencies are not the same, so there is no difference to show.`;
  }
  if (one.sample_rate !== other.sample_rate) {
    return `${one.name} has ${one.sample_rate} samples a second and ${other.name} ${other.sample_rate}: their frequencies are not the same, so there is no difference to show.`;
  }
  if (one.unit !== other.unit) return `${one.name} is in ${one.unit} and ${other.name} in ${other.unit}: their levels have no common reference.`;
  const [first, second] = descriptions;
  if (first && second && (first.hop !== second.hop || first.window_length !== second.window_length || first.n_rows !== second.n_rows)) {
    return "The two are computed under different settings; choose the same for both.";
  }
  return null;
}

/** Panes with one of them slid by samples. */
export const slid = (panes: readonly Pane[], index: number, samples: number): Pane[] =>
  panes.map((pane, i) => (i === index ? { ...pane, offset: pane.offset + Math.round(samples) } : pane));

export function compare(app: App): Undo {
  const { store } = app;
  const section = app.section("compare", "Compare");
  const list = make("ul", { class: "panes" });
  const more = make("select", { "aria-label": "Add a recording below" });
  const note = make("p", { class: "note" });

  const arrange = (arrangement: Arrangement) => {
    const view = store.get();
    if (arrangement === "second" && view.recordings.length < 2) return app.message("Add a recording to compare with first.", "compare");
    const why = arrangement === "difference" ? against(view, view.recordings.map(({ id }) => app.recording(id)), view.recordings.map((pane) => app.description(pane))) : null;
    if (why) return app.message(why, "compare");
    app.message(null, "compare");
    store.set({ arrangement });
    const [first, second] = view.recordings.map(({ id }) => app.recording(id)?.name ?? "");
    app.announce({ stack: "All, one above the other.", first: `${first}.`, second: `${second}.`, difference: `${first} less ${second}, in decibels.` }[arrangement]);
  };

  const put = (recordings: readonly Pane[]) => {
    const fits = recordings.length > 1 && (store.get().arrangement !== "difference" || recordings.length === 2);
    store.set({ recordings, ...(fits ? {} : { arrangement: "stack" as const }) });
  };

  /** Slides the last recording, which is the one that was added. */
  const slide = (by: (description: Description, recording: Recording, view: View) => number) => {
    const view = store.get();
    const index = view.recordings.length - 1;
    const pane = view.recordings[index];
    const recording = pane && app.recording(pane.id);
    const description = pane && app.description(pane);
    if (index < 1 || !recording || !description) return app.announce("Add a recording first; then it can be slid.");
    const recordings = slid(view.recordings, index, by(description, recording, view));
    store.set({ recordings });
    app.announce(`${recording.name} ${lateness(recordings[index].offset / recording.sample_rate)}.`);
  };
  const wide = (sign: number) => () => slide((_d, recording, view) => sign * ((view.end - view.start) / 20) * recording.sample_rate);
  const frame = (sign: number) => () => slide((description) => sign * description.hop);

  const group = "Compare";
  app.commands.add(
    { name: "stack", key: "s", group, title: "All recordings, one above the other", run: () => arrange("stack") },
    { name: "a-b", key: "a", group, title: "The first or the second in the same place, in turns", run: () => arrange(store.get().arrangement === "first" ? "second" : "first") },
    { name: "difference", key: "d", group, title: "Difference of two in decibels", run: () => arrange("difference") },
    { name: "slide-earlier", key: "Alt+ArrowLeft", group, title: "Slide the last recording a frame earlier", run: frame(-1) },
    { name: "slide-later", key: "Alt+ArrowRight", group, title: "Slide it a frame later", run: frame(1) },
    { name: "slide-far-earlier", key: "Alt+Shift+ArrowLeft", group, title: "Slide it a twentieth of the view earlier", run: wide(-1) },
    { name: "slide-far-later", key: "Alt+Shift+ArrowRight", group, title: "Slide it a twentieth of the view later", run: wide(1) },
  );

  more.addEventListener("change", () => {
    const { recordings } = store.get();
    if (more.value) put([...recordings, { id: more.value, offset: 0, channel: 0 }]);
    more.value = "";
  });
  const buttons = make("div", { class: "buttons", role: "group", "aria-label": "What is shown" });
  const kinds = (["stack", "a-b", "difference"] as const).map((name, i) => buttonOf(app, name, ["Stack", "A/B", "A − B"][i]));
  buttons.append(...kinds);
  section.append(list, make("label", { class: "choice" }, "Add ", more), buttons, note);

  function row(pane: Pane, index: number): HTMLLIElement {
    const recording = app.recording(pane.id);
    const name = recording?.name ?? pane.id;
    const item = make("li", {}, make("span", { class: "words" }, `${"ABCDEFGH"[index] ?? index + 1}  ${name}`));
    if (recording && recording.n_channels > 1) {
      const channels = make("select", { "aria-label": `Channel of ${name}` }, ...Array.from({ length: recording.n_channels }, (_, c) => make("option", { value: c }, `channel ${c + 1}`)));
      channels.value = String(pane.channel);
      channels.addEventListener("change", () => change(index, { channel: Number(channels.value) }));
      item.append(channels);
    }
    if (index > 0 && recording) {
      const offset = make("input", { type: "number", step: "any", "aria-label": `Seconds by which ${name} is shown later`, value: Number((pane.offset / recording.sample_rate).toFixed(6)) });
      offset.addEventListener("change", () => Number.isFinite(offset.valueAsNumber) && change(index, { offset: Math.round(offset.valueAsNumber * recording.sample_rate) }));
      const away = make("button", { type: "button", "aria-label": `Take ${name} away` }, "×");
      away.addEventListener("click", () => put(store.get().recordings.filter((_, i) => i !== index)));
      item.append(offset, " s", away);
    }
    return item;
  }
  const change = (index: number, patch: Partial<Pane>) =>
    put(store.get().recordings.map((pane, i) => (i === index ? { ...pane, ...patch } : pane)));

  /** What can be added; a folder may have more by now. */
  function offer(): void {
    const shown = new Set(store.get().recordings.map(({ id }) => id));
    const others = app.recordings().filter(({ status }) => status !== "failed");
    more.replaceChildren(make("option", { value: "" }, "…"), ...others.map(({ id, name }) => make("option", { value: id }, shown.has(id) ? `${name} (again)` : name)));
  }
  more.addEventListener("focus", offer);

  function show(): void {
    const view = store.get();
    list.replaceChildren(...view.recordings.map(row));
    offer();
    kinds.forEach((button, i) => button.setAttribute("aria-pressed", String(i === ["stack", "first", "difference"].indexOf(view.arrangement === "second" ? "first" : view.arrangement))));
    note.textContent = view.arrangement === "first" || view.arrangement === "second" ? `${view.arrangement === "first" ? "A" : "B"} is seen and heard.` : "";
  }
  const unheard = store.subscribe((view, before) => {
    if (view.recordings !== before.recordings || view.arrangement !== before.arrangement) show();
  });
  show();
  return unheard;
}

/** How much later than the others a recording is shown, in words. */
export const lateness = (seconds: number): string =>
  seconds === 0 ? "begins with the others" : `is ${written(Math.abs(seconds))} ${seconds > 0 ? "later" : "earlier"}`;
