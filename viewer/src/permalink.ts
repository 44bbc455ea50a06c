// The whole view as the fragment of an address, and back; never a token, never a path. What a link asks for and is not
// here, or is here otherwise, is said.

import type { App, Undo } from "./app";
import { AXES } from "./axis";
import { copy } from "./pieces";
import type { Recording } from "./server";
import type { Arrangement, Box, Pane, Plane, View } from "./state";

/** A recording as a link names it. */
interface Named {
  readonly id: string;
  readonly digest: string;
  readonly name: string;
  readonly offset: number;
  readonly channel: number;
}

const PLANES: readonly Plane[] = ["max", "mean", "salient"];
const ARRANGEMENTS: readonly Arrangement[] = ["stack", "first", "second", "difference"];

/** The fragment of a view, without "#". */
export function fragmentOf(view: View, recordings: readonly Recording[]): string {
  const named = view.recordings.flatMap((pane): Named[] => {
    const found = recordings.find(({ id }) => id === pane.id);
    return found ? [{ ...pane, digest: found.digest, name: found.name }] : [];
  });
  const parts = new URLSearchParams({
    of: JSON.stringify(named.map(({ id, digest, name, offset, channel }) => [id, digest, name, offset, channel])),
    seconds: `${view.start},${view.end}`,
    hertz: `${view.low},${view.high}`,
    axis: view.axis,
    plane: view.plane,
    range: view.range.join(","),
    colours: view.colours,
  });
  if (view.arrangement !== "stack") parts.set("arrangement", view.arrangement);
  if (view.settings) parts.set("settings", JSON.stringify(view.settings));
  if (view.cursor) parts.set("cursor", `${view.cursor.seconds},${view.cursor.hertz}`);
  if (view.selection) {
    const { start, end, low, high } = view.selection;
    parts.set("selection", [start, end, low, high].join(","));
  }
  if (view.loop) parts.set("loop", "1");
  return parts.toString();
}

export interface Linked {
  readonly view: Partial<View>;
  /** What is missing or has changed, a sentence each. */
  readonly remarks: readonly string[];
}

/** The view that a fragment asks for, of the recordings that are here; null where it is not of a view. */
export function linked(fragment: string, recordings: readonly Recording[]): Linked | null {
  const parts = new URLSearchParams(fragment.replace(/^#/, ""));
  const wanted = namedIn(parts.get("of"));
  if (!wanted) return null;
  const remarks: string[] = [];
  const panes = wanted.flatMap((named) => {
    const pane = paneOf(named, recordings, remarks);
    return pane ? [pane] : [];
  });
  if (panes.length === 0) return { view: {}, remarks };

  const view: { -readonly [K in keyof View]?: View[K] } = { recordings: panes };
  const seconds = stretch(parts.get("seconds"));
  if (seconds) [view.start, view.end] = seconds;
  const hertz = stretch(parts.get("hertz"));
  if (hertz) [view.low, view.high] = hertz;
  const range = stretch(parts.get("range"));
  if (range) view.range = range;
  view.axis = AXES.find((axis) => axis === parts.get("axis"));
  view.plane = PLANES.find((plane) => plane === parts.get("plane"));
  view.arrangement = ARRANGEMENTS.find((name) => name === parts.get("arrangement")) ?? "stack";
  if (panes.length < 2) view.arrangement = "stack";
  const colours = parts.get("colours");
  if (colours && /^[\w -]{1,40}$/.test(colours)) view.colours = colours;
  const settings = objectIn(parts.get("settings"));
  if (settings) view.settings = settings;
  const cursor = numbers(parts.get("cursor"), 2);
  view.cursor = cursor && { seconds: cursor[0], hertz: cursor[1] };
  view.selection = boxIn(parts.get("selection"));
  view.loop = parts.get("loop") === "1";
  for (const name of Object.keys(view) as (keyof View)[]) if (view[name] === undefined) delete view[name];
  return { view, remarks };
}

function paneOf(named: Named, recordings: readonly Recording[], remarks: string[]): Pane | null {
  const { id, offset, channel } = named;
  const same = recordings.find((one) => one.digest === named.digest && one.id === id) ?? recordings.find((one) => one.digest === named.digest);
  const found = same ?? recordings.find((one) => one.id === id) ?? recordings.find((one) => one.name === named.name);
  if (!found) {
    remarks.push(`The link shows ${named.name}, which is not open here. Open it: sonograph view, with that file.`);
    return null;
  }
  if (!same) remarks.push(`${found.name} is not as it was when the link was made: the file or how it is opened has changed.`);
  return { id: found.id, offset, channel: Math.min(channel, Math.max(0, found.n_channels - 1)) };
}

function namedIn(text: string | null): Named[] | null {
  const given = jsonIn(text);
  if (!Array.isArray(given) || given.length === 0 || given.length > 64) return null;
  const rows = given.map((row: unknown): Named | null => {
    if (!Array.isArray(row) || row.length !== 5) return null;
    const [id, digest, name, offset, channel] = row as unknown[];
    const words = [id, digest, name].every((word) => typeof word === "string" && word.length < 1000);
    const whole = [offset, channel].every((number) => Number.isSafeInteger(number)) && (channel as number) >= 0;
    return words && whole ? { id: id as string, digest: digest as string, name: name as string, offset: offset as number, channel: channel as number } : null;
  });
  return rows.includes(null) ? null : (rows as Named[]);
}

function jsonIn(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function objectIn(text: string | null): Record<string, unknown> | null {
  const value = jsonIn(text);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

function numbers(text: string | null, count: number): number[] | null {
  const values = text?.split(",").map((word) => (word.trim() ? Number(word) : NaN)) ?? [];
  return values.length === count && values.every(Number.isFinite) ? values : null;
}

function stretch(text: string | null): [number, number] | null {
  const ends = numbers(text, 2);
  return ends && ends[0] < ends[1] ? [ends[0], ends[1]] : null;
}

function boxIn(text: string | null): Box | null {
  const edges = numbers(text, 4);
  if (!edges || edges[0] > edges[1] || edges[2] > edges[3]) return null;
  return { start: edges[0], end: edges[1], low: edges[2], high: edges[3] };
}

/** The view that the address asks for, as the page begins; null where it asks for none. Says what of it is not here. */
export function restore(app: App): Partial<View> | null {
  const found = linked(location.hash, app.recordings());
  if (!found) return null;
  app.message(found.remarks.length ? found.remarks.join(" ") : null, "link");
  return found.view.recordings ? found.view : null;
}

/** Keeps the address as the view is, and follows one that is typed or gone back to. A notebook's address is not ours. */
export function permalink(app: App): Undo {
  if (app.transport.address("/") === null) return () => undefined;
  const { store } = app;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    if (store.get().recordings.length === 0) return;
    history.replaceState(history.state, "", `#${fragmentOf(store.get(), app.recordings())}`);
  };
  const follow = () => {
    const view = restore(app);
    if (view) store.set(view);
  };
  addEventListener("hashchange", follow);
  const unheard = store.subscribe((view) => {
    if (view.playing) return;
    clearTimeout(waiting);
    waiting = setTimeout(write, 250);
  });
  app.commands.add({ name: "copy-link", key: "u", group: "Share", title: "Copy a link to this view", run: () => void share() });

  async function share(): Promise<void> {
    write();
    const done = await copy(location.href);
    app.message(
      done
        ? "The link to this view is copied. It has no token: it opens where the same recordings are viewed."
        : "The browser does not let the page copy. The link to this view is the address of this page.",
      "copied",
    );
  }
  return () => {
    unheard();
    clearTimeout(waiting);
    removeEventListener("hashchange", follow);
  };
}
