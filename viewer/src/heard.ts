// Which of several recordings is meant: the one that is heard, measured and marked; and how its time lies on the page's.

import type { App } from "./app";
import type { Pane, View } from "./state";

/** The recording that is heard: the second where only it is seen, else the first. */
export const paneHeard = (view: View): Pane | null =>
  (view.arrangement === "second" ? view.recordings[1] : view.recordings[0]) ?? null;

/** How much later than its own time a pane is shown, in seconds. */
export function secondsOf(app: App, pane: Pane): number {
  const recording = app.recording(pane.id);
  return recording ? pane.offset / recording.sample_rate : 0;
}
