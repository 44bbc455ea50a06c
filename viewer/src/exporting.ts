// What can be taken away: a picture of this very view, the selection as sound, the file itself.

import type { App, Undo } from "./app";
import { paneHeard, secondsOf } from "./heard";
import { buttonOf, follow, save } from "./pieces";
import { channelsOf } from "./player";
import { wavOf } from "./wav";

const LONGEST = 300; // seconds of a selection that is put together on the page

/** A name as files have them, without what folders and shells take for signs. */
export const fileName = (name: string, ending: string): string =>
  `${name.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}._ -]+/gu, "_").slice(0, 120) || "sound"}${ending}`;

export function exporting(app: App): Undo {
  const { store } = app;

  function seen() {
    const pane = paneHeard(store.get());
    const recording = pane && app.recording(pane.id);
    return pane && recording ? { pane, recording } : null;
  }

  /** Saves what is at an address, by the browser where there is one for it. */
  async function take(path: string, name: string, type: string): Promise<void> {
    const address = app.transport.address(path);
    try {
      if (address) follow(address, name);
      else save((await app.transport.octets(path)).octets, name, type);
    } catch (error) {
      app.message((error as Error).message, "save");
    }
  }

  function picture(format: "png" | "svg"): void {
    const here = seen();
    if (!here) return;
    const view = encodeURIComponent(JSON.stringify({ ...store.get(), playing: false }));
    const path = `/picture/${here.recording.id}?view=${view}&format=${format}`;
    app.message(null, "save");
    // asked for here, not by the browser: a refusal is a sentence, not a file
    void app.transport.octets(path).then(
      ({ octets }) => save(octets, fileName(here.recording.name, `.${format}`), format === "png" ? "image/png" : "image/svg+xml"),
      (error: Error) => app.message(error.message, "save"),
    );
  }

  async function sound(): Promise<void> {
    const here = seen();
    const { selection, start, end } = store.get();
    if (!here) return;
    const { recording, pane } = here;
    const sample = (seconds: number) => Math.min(Math.max(Math.round((seconds - secondsOf(app, pane)) * recording.sample_rate), 0), recording.n_samples);
    const [from, to] = selection ? [sample(selection.start), sample(selection.end)] : [sample(start), sample(end)];
    if (to <= from) return app.message("There is no sample of the recording in it.", "save");
    if ((to - from) / recording.sample_rate > LONGEST) return app.message(`That is over ${LONGEST} s; select less, or save the file (Shift F).`, "save");
    const rate = Math.round(recording.sample_rate);
    try {
      const { octets } = await app.transport.octets(`/sound/${recording.digest || recording.id}?start=${from}&end=${to}&rate=${rate}&slow=1`);
      save(wavOf(channelsOf(octets).channels, rate), fileName(recording.name, ` ${from}-${to}${recording.is_complex ? " I" : ""}.wav`), "audio/wav");
      app.announce("Saved.");
    } catch (error) {
      app.message((error as Error).message, "save");
    }
  }

  const group = "Share";
  app.commands.add(
    { name: "save-picture", key: "Shift+s", group, title: "Save a picture of this view (PNG)", run: () => picture("png") },
    { name: "save-drawing", key: "Shift+d", group, title: "Save it as a drawing (SVG)", run: () => picture("svg") },
    { name: "save-sound", key: "Shift+w", group, title: "Save the selection, or what is seen, as WAV", run: () => void sound() },
    {
      name: "save-file", key: "Shift+f", group, title: "Save the recording's own file",
      run: () => {
        const here = seen();
        if (here) void take(`/file/${here.recording.id}`, here.recording.name.split("/").pop()!, "application/octet-stream");
      },
    },
  );
  const section = app.section("share", "Share");
  section.append(
    ...(app.commands.all().some(({ name }) => name === "copy-link") ? [buttonOf(app, "copy-link", "Copy link")] : []),
    buttonOf(app, "save-picture", "Picture"),
    buttonOf(app, "save-drawing", "SVG"),
    buttonOf(app, "save-sound", "Selection as WAV"),
    buttonOf(app, "save-file", "File"),
  );
  return () => undefined;
}
