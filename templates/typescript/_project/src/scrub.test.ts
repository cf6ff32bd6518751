import { expect, test } from "vitest";
import type { Fields, Log } from "./log.ts";
import { scrubbed } from "./scrub.ts";

test("everything that is logged is cleaned", () => {
  const lines: [string, Fields | undefined][] = [];
  const write = (message: string, fields?: Fields) => void lines.push([message, fields]);
  const plain: Log = { debug: write, info: write, warn: write, error: write };
  const log = scrubbed(plain, (text) => text.replaceAll("BAD", "good"));
  const loop: Fields = { text: "BAD" };
  loop.self = loop;
  log.info("BAD message", {
    text: "a BAD text",
    error: new Error("BAD error"),
    deep: { list: ["BAD", { cause: new Error("BAD") }] },
    bytes: Buffer.from("BAD"),
    loop,
    count: 7,
    none: undefined,
  });
  log.error("BAD");
  expect(JSON.stringify(lines)).not.toContain("BAD");
  expect(lines).toMatchObject([
    [
      "good message",
      {
        text: "a good text",
        error: "good error",
        deep: { list: ["good", { cause: "good" }] },
        bytes: "good",
        loop: expect.stringContaining("good"),
        count: 7,
      },
    ],
    ["good", undefined],
  ]);
});
