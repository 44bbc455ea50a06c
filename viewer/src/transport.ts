// How the page reaches what computes: by HTTP here, by messages of a notebook elsewhere. Nothing else on the page knows which.

export interface ServerEvent {
  readonly kind: "progress" | "grown" | "changed";
  readonly data: Record<string, unknown>;
}

/** A refusal, in the one sentence that came with it. `status` is HTTP's; 0 where nothing answered. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    sentence: string,
  ) {
    super(sentence);
  }
}

export interface Reply<T> {
  readonly value: T;
  /** ETag of what was read, for writing it back. */
  readonly tag: string | null;
}

export interface Octets {
  readonly octets: ArrayBuffer;
  /** Whether what came may be kept for ever. */
  readonly final: boolean;
}

export interface Options {
  readonly method?: "GET" | "POST" | "PUT";
  readonly signal?: AbortSignal;
  /** Writes only where the server's tag still is this (If-Match). */
  readonly tag?: string;
}

export interface Transport {
  /** With a body POST, unless the options name another method. */
  json<T>(path: string, body?: unknown, options?: Options): Promise<Reply<T>>;
  octets(path: string, signal?: AbortSignal): Promise<Octets>;
  /** Returns what ends it. */
  events(heard: (event: ServerEvent) => void, lost: (sentence: string | null) => void): () => void;
  /** The address of something to be saved by the browser, or null where there are no addresses. */
  address(path: string): string | null;
}

const KINDS = ["progress", "grown", "changed"] as const;
const GONE = "The server does not answer. Is sonograph view still running?";

export class Http implements Transport {
  constructor(private readonly base = "") {}

  async json<T>(path: string, body?: unknown, options: Options = {}): Promise<Reply<T>> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (options.tag) headers["If-Match"] = options.tag;
    const answer = await this.fetch(path, {
      method: options.method ?? (body === undefined ? "GET" : "POST"),
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: options.signal ?? null,
    });
    return { value: (await answer.json()) as T, tag: answer.headers.get("ETag") };
  }

  async octets(path: string, signal?: AbortSignal): Promise<Octets> {
    const answer = await this.fetch(path, { signal: signal ?? null });
    return { octets: await answer.arrayBuffer(), final: !/no-store/.test(answer.headers.get("Cache-Control") ?? "") };
  }

  events(heard: (event: ServerEvent) => void, lost: (sentence: string | null) => void): () => void {
    const source = new EventSource(this.base + "/events");
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => heard({ kind, data: JSON.parse((event as MessageEvent<string>).data) }));
    }
    source.onopen = () => lost(null);
    source.onerror = () => lost(GONE);
    return () => source.close();
  }

  address(path: string): string {
    return this.base + path;
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(this.base + path, init);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new Refused(0, GONE);
    }
    if (answer.ok) return answer;
    throw new Refused(answer.status, await sentence(answer));
  }
}

async function sentence(answer: Response): Promise<string> {
  try {
    const { error } = (await answer.json()) as { error?: unknown };
    if (typeof error === "string") return error;
  } catch {
    // not the JSON that the server writes: something between answered
  }
  return `The server answered ${answer.status} ${answer.statusText}.`;
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === "AbortError";
