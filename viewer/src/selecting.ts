// A box in time and frequency: dragged with Shift or the tool, its edges on frames and bins (Alt: free), or set from the
// cursor by keys.

import type { App, PaneGeometry, Undo } from "./app";
import { secondsOf } from "./heard";
import { type Overlay, stroke, within } from "./overlay";
import { buttonOf } from "./pieces";
import type { Box } from "./state";

/** Which edges of a box a point takes hold of. */
export interface Grip {
  readonly start: boolean;
  readonly end: boolean;
  readonly low: boolean;
  readonly high: boolean;
}

const REACH = 7; // CSS pixels from an edge
const LEAST = 4; // pixels; less is no drag

/** The edges near a point, where the box's edges are at these pixels; null where it is not near the box. */
export function gripOf(point: { x: number; y: number }, left: number, right: number, top: number, bottom: number): Grip | null {
  const { x, y } = point;
  if (x < left - REACH || x > right + REACH || y < top - REACH || y > bottom + REACH) return null;
  const near = (a: number, b: number) => Math.abs(a - b) <= REACH;
  const grip = { start: near(x, left), end: near(x, right), low: near(y, bottom), high: near(y, top) };
  if (grip.start && grip.end) grip.start = x < (left + right) / 2;
  if (grip.low && grip.high) grip.low = y > (top + bottom) / 2;
  grip.end &&= !grip.start;
  grip.high &&= !grip.low;
  return grip.start || grip.end || grip.low || grip.high ? grip : null;
}

/** A box whose lower ends come first. */
export const ordered = (a: Box): Box => ({
  start: Math.min(a.start, a.end),
  end: Math.max(a.start, a.end),
  low: Math.min(a.low, a.high),
  high: Math.max(a.low, a.high),
});

export function selecting(app: App, overlay: Overlay): Undo {
  const { store, plot } = app;
  let tool = false;
  let drag: { pane: PaneGeometry; fixed: Box; grip: Grip; from: { x: number; y: number }; before: Box | null } | null = null;

  const place = (event: PointerEvent) => {
    const frame = plot.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  };
  const paneAt = ({ x, y }: { x: number; y: number }) =>
    app.panes().find((p) => x >= p.left && x <= p.left + p.width && y >= p.top && y <= p.top + p.height);

  /** A box of the view's time, on the cells of a pane. */
  function onCells(box: Box, pane: PaneGeometry): Box {
    const shift = secondsOf(app, pane.pane);
    const own = app.snapped({ ...box, start: box.start - shift, end: box.end - shift }, pane.pane);
    return { ...own, start: own.start + shift, end: own.end + shift };
  }

  function down(event: PointerEvent): void {
    if (event.button !== 0 || !(event.shiftKey || tool)) return;
    const point = place(event);
    const pane = paneAt(point);
    if (!pane) return;
    event.stopPropagation();
    event.preventDefault();
    plot.setPointerCapture(event.pointerId);
    const { selection } = store.get();
    const grip = selection && gripOf(point, pane.time.x(selection.start), pane.time.x(selection.end), pane.frequency.y(selection.high), pane.frequency.y(selection.low));
    const [seconds, hertz] = [pane.time.seconds(point.x), pane.frequency.hertz(point.y)];
    const whole = { start: seconds, end: seconds, low: hertz, high: hertz };
    const corner = { start: false, end: true, low: false, high: true };
    drag = { pane, from: point, before: selection, ...(selection && grip ? { fixed: selection, grip } : { fixed: whole, grip: corner }) };
  }

  function move(event: PointerEvent): void {
    if (!drag) return;
    event.stopPropagation();
    const { pane, fixed, grip, from } = drag;
    const point = place(event);
    if (Math.hypot(point.x - from.x, point.y - from.y) < LEAST) return;
    const x = Math.min(Math.max(point.x, pane.left), pane.left + pane.width);
    const y = Math.min(Math.max(point.y, pane.top), pane.top + pane.height);
    const [seconds, hertz] = [pane.time.seconds(x), pane.frequency.hertz(y)];
    const box = ordered({
      start: grip.start ? seconds : fixed.start,
      end: grip.end ? seconds : fixed.end,
      low: grip.low ? hertz : fixed.low,
      high: grip.high ? hertz : fixed.high,
    });
    store.set({ selection: event.altKey ? box : onCells(box, pane) });
  }

  function up(event: PointerEvent): void {
    if (!drag) return;
    event.stopPropagation();
    const { before } = drag;
    drag = null;
    const box = store.get().selection;
    if (box && box !== before) app.announce(`Selected ${(box.end - box.start).toPrecision(3)} seconds, ${Math.round(box.low)} to ${Math.round(box.high)} hertz.`);
  }

  /** An edge of the selection to the cursor. */
  function edge(name: keyof Box): void {
    const view = store.get();
    if (!view.cursor) return app.announce("Put the cursor somewhere first: click, or the arrow keys.");
    const pane = app.panes()[0];
    const box = view.selection ?? { start: view.start, end: view.end, low: view.low, high: view.high };
    const value = name === "start" || name === "end" ? view.cursor.seconds : view.cursor.hertz;
    const next = ordered({ ...box, [name]: value });
    store.set({ selection: pane ? onCells(next, pane) : next });
  }

  const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up } as const;
  for (const [name, run] of Object.entries(listeners)) plot.addEventListener(name, run as EventListener, { capture: true });

  const group = "Select";
  app.commands.add(
    {
      name: "select-tool", key: "v", group, title: "Drag selects instead of moving; Shift does so for once",
      run: () => {
        tool = !tool;
        plot.classList.toggle("selecting", tool);
        button.setAttribute("aria-pressed", String(tool));
        app.announce(tool ? "Dragging selects." : "Dragging moves.");
      },
    },
    { name: "select-view", key: "e", group, title: "Select what is seen", run: () => { const { start, end, low, high } = store.get(); store.set({ selection: { start, end, low, high } }); } },
    { name: "select-start", key: "i", group, title: "Selection begins at the cursor", run: () => edge("start") },
    { name: "select-end", key: "o", group, title: "Selection ends at the cursor", run: () => edge("end") },
    { name: "select-low", key: "Shift+i", group, title: "Selection reaches down to the cursor", run: () => edge("low") },
    { name: "select-high", key: "Shift+o", group, title: "Selection reaches up to the cursor", run: () => edge("high") },
  );
  const button = buttonOf(app, "select-tool", "▭ Select");
  button.setAttribute("aria-pressed", "false");
  app.toolbar.append(button);

  const unheard = store.subscribe((view, before) => view.selection !== before.selection && overlay.again());
  overlay.add((context, panes) => {
    const { selection } = store.get();
    if (!selection) return false;
    for (const pane of panes) {
      context.save();
      within(context, pane);
      const [left, right] = [pane.time.x(selection.start), pane.time.x(selection.end)];
      const top = Math.max(pane.frequency.y(selection.high), pane.top - 9);
      const bottom = Math.min(pane.frequency.y(selection.low), pane.top + pane.height + 9);
      context.fillStyle = "rgba(255,255,255,.10)";
      context.fillRect(left, top, right - left, bottom - top);
      stroke(context, () => context.rect(left, top, right - left, bottom - top));
      context.restore();
    }
    return true;
  });
  return () => {
    unheard();
    for (const [name, run] of Object.entries(listeners)) plot.removeEventListener(name, run as EventListener, { capture: true });
    button.remove();
  };
}
