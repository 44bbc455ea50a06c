import { describe, expect, it } from "vitest";
import { EventLines, Messages, type Model } from "../src/kernel";

/** A kernel that keeps what it is sent, and answers when told. */
function kernel() {
  const sent: { message: Record<string, unknown>; body: string }[] = [];
  let hear: (message: unknown, buffers: DataView[]) => void = () => undefined;
  const model: Model = {
    send: (message, _callbacks, buffers) => sent.push({ message: message as Record<string, unknown>, body: buffers?.[0] ? new TextDecoder().decode(buffers[0]) : "" }),
    on: (_name, heard) => (hear = heard),
    off: () => (hear = () => undefined),
    get: () => null,
  };
  const answer = (which: number, body: string | Uint8Array, more: object = {}) => {
    const octets = typeof body === "string" ? new TextEncoder().encode(`..${body}`).subarray(2) : body;
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    hear({ id: sent[which].message["id"], status: 200, headers: {}, more: false, ...more }, [view]);
  };
  return { sent, model, answer };
}

describe("messages", () => {
  it("carry requests and answers, whichever comes first", async () => {
    const { sent, model, answer } = kernel();
    const transport = new Messages(model);
    const one = transport.json<{ a: number }>("/describe", { x: 1 });
    const two = transport.octets("/tiles/1");
    answer(1, new Uint8Array([0, 255, 7]), { headers: { "cache-control": "no-store" } });
    answer(0, '{"a": 5}', { headers: { etag: '"3"' } });
    expect(await one).toEqual({ value: { a: 5 }, tag: '"3"' });
    const tile = await two;
    expect([...new Uint8Array(tile.octets)]).toEqual([0, 255, 7]);
    expect(tile.final).toBe(false);
    expect(sent[0]).toMatchObject({ message: { path: "/describe", method: "POST" }, body: '{"x":1}' });
  });
  it("carry the tag of what is written over", () => {
    const { sent, model } = kernel();
    void new Messages(model).json("/marks/1", {}, { method: "PUT", tag: '"3"' });
    expect(sent[0].message).toMatchObject({ method: "PUT", headers: { "if-match": '"3"' } });
  });
  it("carry refusals as their sentence", async () => {
    const { model, answer } = kernel();
    const transport = new Messages(model);
    const asked = transport.json("/measure/1");
    answer(0, '{"error": "the box holds no frame"}', { status: 400 });
    await expect(asked).rejects.toMatchObject({ status: 400, message: "the box holds no frame" });
    const other = transport.json("/x");
    answer(1, "<html>", { status: 502 });
    await expect(other).rejects.toThrow("The kernel answered 502.");
  });
  it("tell the kernel of what is no longer wanted", async () => {
    const { sent, model, answer } = kernel();
    const leaving = new AbortController();
    const asked = new Messages(model).octets("/tiles/1", leaving.signal);
    leaving.abort();
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
    expect(sent[1].message).toEqual({ leave: sent[0].message["id"] });
    answer(0, "late");
  });
  it("carry events in any pieces", () => {
    const { sent, model, answer } = kernel();
    const heard: unknown[] = [];
    const transport = new Messages(model);
    transport.events((event) => heard.push(event), () => undefined);
    answer(0, ": hello\n\nevent: gro", { more: true });
    answer(0, 'wn\ndata: {"id": "a: b"}\n\n', { more: true });
    expect(heard).toEqual([{ kind: "grown", data: { id: "a: b" } }]);
    transport.close();
    expect(sent[1].message).toEqual({ leave: sent[0].message["id"] });
  });
  it("know no events but those of the viewer", () => {
    const heard: unknown[] = [];
    new EventLines((event) => heard.push(event)).push('event: other\ndata: {}\n\nevent: changed\ndata: {"id":"1"}\n\n');
    expect(heard).toHaveLength(1);
  });
});
