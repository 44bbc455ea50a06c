// Wheel, drag and pinch, each axis alone or both. Over a ruler only its axis moves; over the overview, the window on it.

import type { PaneGeometry } from "./app";
import type { Navigation } from "./navigation";
import type { Page } from "./page";
import type { Stage } from "./stage";

type Where = "picture" | "times" | "frequencies" | "overview" | "none";

interface Finger {
  x: number;
  y: number;
}

const WHEEL = 0.0022; // of an e-fold a pixel of scrolling
const APART = 36; // pixels; fingers nearer than that on an axis do not zoom it
const CLICK = 4; // pixels; less is no drag

export class Gestures {
  private readonly fingers = new Map<number, Finger>();
  private where: Where = "none";
  private travelled = 0;
  private readonly navigation: Navigation;

  constructor(
    private readonly page: Page,
    private readonly stage: Stage,
    private readonly clicked: (pane: PaneGeometry, x: number, y: number) => void,
  ) {
    this.navigation = page.navigation;
    const { plot } = page;
    plot.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    plot.addEventListener("pointerdown", (event) => this.down(event));
    plot.addEventListener("pointermove", (event) => this.move(event));
    for (const kind of ["pointerup", "pointercancel"] as const) plot.addEventListener(kind, (event) => this.up(event));
    plot.addEventListener("dblclick", (event) => {
      if (this.at(this.place(event)) === "overview") this.navigation.wholeTime();
    });
  }

  private place(event: MouseEvent): Finger {
    const { left, top } = this.page.plot.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  private at({ x, y }: Finger): Where {
    const { layout, panes } = this.stage.seen;
    const { overview, timeRuler } = layout;
    const within = x >= overview.left && x <= overview.left + overview.width;
    if (y < overview.top + overview.height + 2) return within ? "overview" : "none";
    if (y >= timeRuler.top) return within ? "times" : "none";
    if (!panes.length || x > overview.left + overview.width) return "none";
    if (!within) return "frequencies";
    return this.paneAt({ x, y }) ? "picture" : "times"; // a waveform has no frequencies
  }

  private paneAt({ y }: Finger): PaneGeometry | null {
    return this.stage.seen.panes.find(({ top, height }) => y >= top && y <= top + height) ?? null;
  }

  /** The pane whose frequencies lie beside a place, whether over its picture or not. */
  private nearest({ y }: Finger): PaneGeometry {
    const { panes } = this.stage.seen;
    return panes.find(({ top, height }) => y <= top + height) ?? panes[panes.length - 1];
  }

  private wheel(event: WheelEvent): void {
    const here = this.place(event);
    const where = this.at(here);
    if (where === "none" || !this.stage.seen.panes.length) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? 400 : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    const { time, frequency } = this.nearest(here);
    if (event.shiftKey) return this.navigation.panTime((dx || dy) / time.width);
    if (dx) this.navigation.panTime(dx / time.width);
    const factor = Math.exp(dy * WHEEL * (event.ctrlKey ? 3 : 1)); // a pinch on a trackpad comes as small steps with Ctrl
    const both = event.ctrlKey || event.metaKey;
    if (both || !(event.altKey || where === "frequencies")) {
      this.navigation.zoomTime(where === "overview" ? this.stage.seen.whole.seconds(here.x) : time.seconds(here.x), factor);
    }
    if (where === "frequencies" || (where === "picture" && (both || event.altKey))) {
      this.navigation.zoomFrequency(frequency.hertz(here.y), factor);
    }
  }

  private down(event: PointerEvent): void {
    if (event.button || !this.stage.seen.panes.length) return;
    const here = this.place(event);
    if (!this.fingers.size) {
      this.where = this.at(here);
      this.travelled = 0;
      if (this.where === "overview") this.navigation.centre(this.stage.seen.whole.seconds(here.x));
    }
    if (this.where === "none") return;
    this.fingers.set(event.pointerId, here);
    this.page.plot.setPointerCapture(event.pointerId);
  }

  private move(event: PointerEvent): void {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const here = this.place(event);
    this.travelled += Math.abs(here.x - before.x) + Math.abs(here.y - before.y);
    if (this.fingers.size > 1) this.pinch(event.pointerId, here);
    else if (this.travelled > CLICK) this.drag(before, here);
    this.fingers.set(event.pointerId, here);
  }

  private drag(before: Finger, here: Finger): void {
    this.page.plot.classList.add("dragging");
    if (this.where === "overview") return this.navigation.centre(this.stage.seen.whole.seconds(here.x));
    const pane = this.nearest(before);
    if (this.where !== "frequencies") this.navigation.panTime((before.x - here.x) / pane.width);
    if (this.where !== "times") this.navigation.panFrequency((here.y - before.y) / pane.height);
  }

  private pinch(moved: number, here: Finger): void {
    const [id, other] = [...this.fingers].find(([one]) => one !== moved)!;
    const before = this.fingers.get(moved)!;
    if (id === moved || this.where === "overview") return;
    const pane = this.nearest(before);
    const factor = (axis: "x" | "y"): number => {
      const [old, now] = [Math.abs(before[axis] - other[axis]), Math.abs(here[axis] - other[axis])];
      return old < APART || now < APART ? 1 : old / now;
    };
    const middle = { x: (before.x + other.x) / 2, y: (before.y + other.y) / 2 };
    this.navigation.zoomTime(pane.time.seconds(middle.x), factor("x"));
    this.navigation.panTime((before.x - here.x) / 2 / pane.width);
    if (this.where === "times") return;
    this.navigation.zoomFrequency(pane.frequency.hertz(middle.y), factor("y"));
    this.navigation.panFrequency((here.y - before.y) / 2 / pane.height);
  }

  private up(event: PointerEvent): void {
    const there = this.fingers.get(event.pointerId);
    if (!there) return;
    const alone = this.fingers.size === 1;
    this.fingers.delete(event.pointerId);
    if (this.fingers.size) return;
    this.page.plot.classList.remove("dragging");
    const pane = this.paneAt(there);
    if (alone && event.type === "pointerup" && this.travelled <= CLICK && this.where === "picture" && pane) {
      this.clicked(pane, there.x, there.y);
    }
  }
}
