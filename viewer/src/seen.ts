// What lies where on the plot: panes with their axes, the overview, and what each is to show.

import type { PaneGeometry, Rect } from "./app";
import { FrequencyAxis, TimeAxis, lowest } from "./axis";
import type { Draw } from "./draws";
import { type Layout, layout } from "./layout";
import { isDifference } from "./looks";
import type { Page } from "./page";
import type { Shown } from "./pictures";
import type { View } from "./state";

export interface Seen {
  readonly layout: Layout;
  readonly panes: readonly PaneGeometry[];
  readonly whole: TimeAxis;
  readonly draws: readonly Draw[];
}

/** Places of all panes that the arrangement shows, on a plot as large as it is. Nothing is drawn of them yet. */
export function placed(page: Page, ratio: number): Seen {
  const view = page.store.get();
  const { clientWidth, clientHeight } = page.plot;
  const indices = view.recordings.map((_, i) => i).filter((i) => visible(view, i));
  const places = layout(Math.max(1, clientWidth), Math.max(1, clientHeight), Math.max(1, indices.length), ratio);
  const extent = page.navigation.extent();
  const low = lowest(view.axis, view.low, extent.step);
  const panes = indices.map((index, i) => {
    const pane = view.recordings[index];
    const { wave, picture } = places.panes[i];
    const offset = pane.offset / (page.recording(pane.id)?.sample_rate ?? 1);
    const { left, width, top, height } = picture;
    return {
      ...picture,
      index,
      pane,
      wave,
      time: new TimeAxis(view.start, view.end, left, width),
      own: new TimeAxis(view.start - offset, view.end - offset, left, width),
      frequency: new FrequencyAxis(view.axis, low, Math.max(view.high, low + 1e-6), top, height),
    };
  });
  const whole = new TimeAxis(extent.start, extent.end, places.overview.left, places.overview.width);
  return { layout: places, panes, whole, draws: [] };
}

/** What is to be drawn where: each pane, of a difference both in one place, and the whole of the first in the overview. */
export function shown(page: Page, seen: Seen): Shown[] {
  const view = page.store.get();
  const all: Shown[] = [];
  const add = (key: string, index: number, rect: Rect, time: TimeAxis, frequency: FrequencyAxis, layer: 0 | 1 = 0): void => {
    const pane = view.recordings[index];
    const description = page.description(pane);
    if (!description) return;
    const { id, channel } = pane;
    all.push({ key, id, channel, description, plane: view.plane, rect, time, frequency, layer });
  };
  const offset = (index: number): number => view.recordings[index].offset / (page.recording(view.recordings[index].id)?.sample_rate ?? 1);
  const later = ({ start, end, left, width }: TimeAxis, seconds: number) => new TimeAxis(start - seconds, end - seconds, left, width);
  const both = isDifference(view);
  for (const { index, time, frequency, ...place } of seen.panes) {
    add(`pane ${index}`, index, place, later(time, offset(index)), frequency);
    if (both) add("pane 1", 1, place, later(time, offset(1)), frequency, 1);
  }
  const [first] = seen.panes;
  if (!first) return all;
  const { overview } = seen.layout;
  const extent = page.navigation.extent();
  const frequency = new FrequencyAxis(view.axis, lowest(view.axis, extent.lowest, extent.step), extent.nyquist, overview.top, overview.height);
  add("overview", first.index, overview, later(seen.whole, offset(first.index)), frequency);
  if (both) add("overview 1", 1, overview, later(seen.whole, offset(1)), frequency, 1);
  return all;
}

/** Whether a recording is among those that the arrangement shows. */
const visible = (view: View, index: number): boolean =>
  view.arrangement === "stack" || view.recordings.length < 2 || index === (view.arrangement === "second" ? 1 : 0);
