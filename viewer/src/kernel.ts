// The way to the server by messages of a notebook: each request has a number, and its answer comes under it. The same
// application answers, in the notebook's kernel; no port is opened.

import { type Octets, type Options, Refused, type Reply, type ServerEvent, type Transport } from "./transport";

/** What anywidget gives: messages of the kernel, and a way to send some. */
export interface Model {
  send(message: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  on(name: "msg:custom", heard: (message: unknown, buffers: DataView[]) => void): void;
  off(name: "msg:custom", heard: (message: unknown, buffers: DataView[]) => void): void;
  get(name: string): unknown;
}

interface Answer {
  readonly id: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly more: boolean;
}

type Heard = (answer: Answer, body: Uint8Array) => void;

const KINDS: readonly string[] = ["progress", "grown", "changed"];

export class Messages implements Transport {
  private next = Math.floor(Math.random() * 2 ** 40); // other views of the same model count on from elsewhere
  private readonly waiting = new Map<number, Heard>();
  private readonly hear = (message: unknown, buffers: DataView[]) => {
    const answer = message as Answer;
    const body = buffers[0];
    this.waiting.get(answer.id)?.(answer, body ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength) : new Uint8Array());
  };

  constructor(private readonly model: Model) {
    model.on("msg:custom", this.hear);
  }

  async json<T>(path: string, body?: unknown, options: Options = {}): Promise<Reply<T>> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers["content-type"] = "application/json";
    if (options.tag) headers["if-match"] = options.tag;
    const method = options.method ?? (body === undefined ? "GET" : "POST");
    const text = body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body));
    const [answer, octets] = await this.ask({ path, method, headers }, text, options.signal);
    return { value: JSON.parse(new TextDecoder().decode(octets)) as T, tag: answer.headers["etag"] ?? null };
  }

  async octets(path: string, signal?: AbortSignal): Promise<Octets> {
    const [answer, body] = await this.ask({ path, method: "GET" }, undefined, signal);
    return { octets: body.slice().buffer, final: !/no-store/.test(answer.headers["cache-control"] ?? "") };
  }

  events(heard: (event: ServerEvent) => void, lost: (sentence: string | null) => void): () => void {
    const id = this.next++;
    const text = new TextDecoder();
    const parser = new EventLines(heard);
    this.waiting.set(id, (answer, body) => {
      if (answer.status === 200) parser.push(text.decode(body, { stream: true }));
      lost(answer.status === 200 && answer.more ? null : "The notebook's kernel does not tell of changes any more.");
    });
    this.model.send({ id, path: "/events", method: "GET", parts: true });
    return () => this.leave(id);
  }

  address(): null {
    return null;
  }

  /** Ends all that is asked. */
  close(): void {
    for (const id of [...this.waiting.keys()]) this.leave(id);
    this.model.off("msg:custom", this.hear);
  }

  private leave(id: number): void {
    if (this.waiting.delete(id)) this.model.send({ leave: id });
  }

  private ask(request: object, body?: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<[Answer, Uint8Array]> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      const left = () => {
        this.leave(id);
        reject(new DOMException("left", "AbortError"));
      };
      if (signal?.aborted) return reject(new DOMException("left", "AbortError"));
      signal?.addEventListener("abort", left, { once: true });
      this.waiting.set(id, (answer, octets) => {
        this.waiting.delete(id);
        signal?.removeEventListener("abort", left);
        if (answer.status >= 200 && answer.status < 300) resolve([answer, octets]);
        else reject(new Refused(answer.status, sentence(answer, octets)));
      });
      this.model.send({ id, ...request }, undefined, body ? [body.buffer] : []);
    });
  }
}

function sentence(answer: Answer, body: Uint8Array): string {
  try {
    const { error } = JSON.parse(new TextDecoder().decode(body)) as { error?: unknown };
    if (typeof error === "string") return error;
  } catch {
    // no JSON of the application
  }
  return `The kernel answered ${answer.status}.`;
}

/** Server-sent events out of text that comes in any pieces. */
export class EventLines {
  private rest = "";

  constructor(private readonly heard: (event: ServerEvent) => void) {}

  push(text: string): void {
    const parts = (this.rest + text).split("\n\n");
    this.rest = parts.pop()!;
    for (const part of parts) {
      const fields = new Map(part.split("\n").map((line): [string, string] => [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]));
      const kind = fields.get("event");
      if (kind && KINDS.includes(kind)) {
        this.heard({ kind: kind as ServerEvent["kind"], data: JSON.parse(fields.get("data") ?? "{}") as Record<string, unknown> });
      }
    }
  }
}
