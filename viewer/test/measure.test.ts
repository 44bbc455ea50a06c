import { describe, expect, it } from "vitest";
import { named, shown, textOf } from "../src/measure";

describe("measures", () => {
  it("are written with the digits that tell", () => {
    expect([shown(0.0123456, "s"), shown(12.5, "s"), shown(1234.56, "Hz"), shown(-31.257, "dBFS")]).toEqual(["0.012346 s", "12.5000 s", "1234.6 Hz", "−31.26 dBFS"]);
    expect([shown(null, "s"), shown(7, ""), shown(0.123456789, "")]).toEqual(["–", "7", "0.123457"]);
    expect([named("peak_level"), named("time_95")]).toEqual(["peak level", "time 95 %"]);
  });
  it("are copied in full, as a table takes them", () => {
    const measures = { duration: { value: 0.123456789, unit: "s" }, peak_level: { value: null, unit: "dBFS" } };
    expect(textOf("a.wav", measures)).toBe("a.wav\nduration\t0.123456789\ts\npeak level\t\tdBFS");
  });
});
