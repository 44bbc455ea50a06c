// Builds the page in an element, and takes it away again.

import type { App, Undo } from "./app";
import { Catalogue } from "./catalogue";
import { ColourBar } from "./colourbar";
import { Commands, nameOf } from "./commands";
import { installFeatures } from "./features";
import { Gestures } from "./gestures";
import { Help } from "./help";
import { Layers } from "./layers";
import { Listing } from "./listing";
import { looksOf, palettesOf } from "./looks";
import { Messages } from "./messages";
import { Navigation, extentOf } from "./navigation";
import type { Page } from "./page";
import { Peaks } from "./peaks";
import { restore } from "./permalink";
import { Readout } from "./readout";
import { SettingsPanel } from "./settings";
import { shell } from "./shell";
import { Stage } from "./stage";
import { Store, type View } from "./state";
import { table } from "./table";
import { Themes } from "./theme";
import { Tiles } from "./tiles";
import type { Transport } from "./transport";
import { Waves } from "./waves";
import palettes from "./palettes.json";

export interface Options {
  /** Whether the view is kept in the address. */
  readonly fragment?: boolean;
  /** What is seen at first, instead of what the address says. */
  readonly view?: Partial<View> | null;
}

export function mount(root: HTMLElement, transport: Transport, options: Options = {}): Undo {
  const messages = new Messages();
  const parts = shell(root, messages);
  const store = new Store();
  const commands = new Commands();
  const refused = (error: Error): void => messages.message(error.message, "server");
  const tiles = new Tiles(transport, () => (messages.message(null, "server"), stage.changed()), refused);
  const waves = new Waves(transport, () => stage.redraw(), refused);
  const layers = new Layers(transport, () => catalogue.described(), (error, settings) => catalogue.refusedSettings(error, settings));
  const peaks = new Peaks();
  const navigation = new Navigation(store, () => {
    const view = store.get();
    const first = view.recordings[0] && catalogue.description(view.recordings[0]);
    const step = first ? first.sample_rate / first.n_fft : 1;
    return extentOf(view.recordings, (id) => catalogue.recording(id), step);
  }, () => stage.across);
  const page: Page = {
    root,
    plot: parts.plot,
    store,
    transport,
    commands,
    tiles,
    waves,
    layers,
    navigation,
    palettes: palettesOf(palettes),
    recording: (id) => catalogue.recording(id),
    description: (pane) => catalogue.description(pane),
    loudest: (pane, wave) => peaks.scale(pane, wave),
    looks: () => looksOf(root),
    changed: () => stage.changed(),
  };
  const catalogue = new Catalogue(page, messages, parts.about);
  const themes = new Themes(root, () => queueMicrotask(() => ((stage.looks = looksOf(root)), stage.redraw())));
  const stage = new Stage(page);
  const app: App = {
    root,
    store,
    transport,
    commands,
    panel: parts.panel,
    toolbar: parts.toolbar,
    plot: parts.plot,
    recordings: () => catalogue.all,
    recording: page.recording,
    description: page.description,
    writable: () => catalogue.writable,
    open: (ids, times) => catalogue.open(ids, times),
    panes: () => stage.seen.panes,
    onDraw: (drawn) => stage.onDraw(drawn),
    redraw: () => stage.redraw(),
    snapped: (box, pane) => catalogue.snapped(box, pane),
    announce: (sentence) => messages.announce(sentence),
    message: (sentence, key, action) => messages.message(sentence, key, action),
    section: parts.section,
    onEvent: (heard) => catalogue.onEvent(heard),
  };
  const bar = new ColourBar(page, app, stage);
  const readout = new Readout(page, app, stage);
  parts.footer.prepend(readout.element);
  const listing = new Listing(page, app);
  const fit = (): void => {
    const range = bar.fitting();
    if (range) store.set({ range });
  };
  const settings = new SettingsPanel(page, app, fit);
  catalogue.onDescribed = () => settings.show();
  const help = new Help(root, commands);
  const doings = {
    fit,
    theme: () => themes.switch(),
    help: () => help.show(),
    panel: () => parts.togglePanel(),
    announce: () => void readout.announce(),
  };
  commands.add(...table(page, app, doings));
  parts.buttons(themes.button, doings);
  new Gestures(page, stage, (pane, x, y) => {
    store.set({ cursor: { seconds: pane.time.seconds(x), hertz: pane.frequency.hertz(y) } });
    void readout.announce();
  });
  const settled = (): boolean => tiles.settled && waves.settled && !layers.waiting;
  const undo: Undo[] = [() => stage.close(), () => tiles.want([])];
  const keys = root === document.body ? document : root;
  const pressed = (event: Event): void => typed(event as KeyboardEvent, commands);
  keys.addEventListener("keydown", pressed);
  undo.push(() => keys.removeEventListener("keydown", pressed));
  store.subscribe((view, before) => {
    const colours = ["range", "colours", "cursor", "selection", "loop", "playing"];
    const other = Object.keys(view).some((key) => !colours.includes(key) && view[key as keyof typeof view] !== before[key as keyof typeof view]);
    if (other) stage.changed();
    else stage.redraw();
  });
  stage.onDraw(() => {
    bar.later();
    catalogue.drawn(settled(), () => bar.fitting());
  });
  undo.push(installFeatures(app));
  void catalogue.start(() => options.view ?? (options.fragment ? restore(app) : null)).then(() => listing.show());
  undo.push(catalogue.listen(() => listing.show()));
  Object.assign(root, { sonograph: { app, stage, tiles, settled } }); // for tests
  return () => {
    for (const one of undo) one();
    root.replaceChildren();
  };
}

function typed(event: KeyboardEvent, commands: Commands): void {
  const target = event.composedPath()[0] as HTMLElement;
  const writing = target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const pushed = (event.key === "Enter" || event.key === " ") && target.matches?.("button, summary, a, input");
  if (event.defaultPrevented || pushed || (writing && event.key !== "Escape") || target.closest?.("dialog")) return;
  if (writing) return target.blur();
  if (commands.press(nameOf(event))) event.preventDefault();
}
