// What people do with a sound that they see, each in a file of its own.

import type { App, Undo } from "./app";
import { compare } from "./compare";
import { exporting } from "./exporting";
import { listen } from "./listen";
import { marks } from "./marks";
import { measure } from "./measure";
import { overlayOf } from "./overlay";
import { permalink } from "./permalink";
import { selecting } from "./selecting";

export function installFeatures(app: App): Undo {
  const overlay = overlayOf(app);
  const undo = [
    selecting(app, overlay),
    listen(app),
    measure(app, overlay),
    marks(app, overlay),
    compare(app),
    permalink(app),
    exporting(app),
    overlay.undo,
  ];
  return () => undo.forEach((run) => run());
}
