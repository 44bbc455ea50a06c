// The marks of one recording between the server's file and the page: read once, written back only over what was read.

import type { App } from "./app";
import { type Mark, MarkList } from "./marklist";
import { Refused } from "./transport";

interface Answer {
  readonly marks: readonly Mark[];
  readonly files?: readonly string[];
}

export class MarkFile {
  list = new MarkList([]);
  /** Whether the file was read; nothing is written before. */
  read = false;
  private tag: string | null = null;
  private saving = false;

  constructor(
    private readonly app: App,
    readonly recording: string,
  ) {}

  /** Reads the file; what was not saved is kept unless `anew`. */
  async load(anew = false): Promise<void> {
    if (this.list.changed && !anew) return;
    try {
      const { value, tag } = await this.app.transport.json<Answer>(`/marks/${this.recording}`);
      this.list = new MarkList(value.marks);
      this.tag = tag;
      this.read = true;
      this.app.message(null, "marks");
    } catch (error) {
      this.app.message((error as Error).message, "marks");
    }
  }

  /** Writes the marks; whether they are in the file now. Says why where they are not. */
  async save(again: () => void): Promise<boolean> {
    if (!this.app.writable()) {
      this.app.message("Marks are kept on this page only: begin with  sonograph view --labels FOLDER  to write them to files.", "marks");
      return false;
    }
    if (!this.read || this.saving || !this.list.changed) return !this.list.changed;
    this.saving = true;
    const { marks } = this.list;
    try {
      const { value, tag } = await this.app.transport.json<Answer>(`/marks/${this.recording}`, { marks }, { method: "PUT", ...(this.tag ? { tag: this.tag } : {}) });
      this.tag = tag;
      this.list.wasSaved(marks, value.marks);
      this.app.message(null, "marks");
      this.app.announce("Marks saved.");
      return true;
    } catch (error) {
      const changed = error instanceof Refused && error.status === 412;
      this.app.message(
        changed
          ? "The file of marks was changed elsewhere since it was read here; nothing was written. Read it anew (what was not saved here is lost), or leave it."
          : (error as Error).message,
        "marks",
        changed ? { title: "Read it anew", run: () => void this.load(true).then(again) } : undefined,
      );
      return false;
    } finally {
      this.saving = false;
    }
  }
}
