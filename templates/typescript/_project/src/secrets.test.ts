import type { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { Secret } from "./secret.ts";
import { redactor, secretsOf } from "./secrets.ts";
import { newApp } from "./testing.ts";

test.each([
  ["dial: s3cr3t/value refused", "dial: [secret] refused"],
  ["s3cr3t/value-longer", "[secret]"],
  ["https://x/?key=s3cr3t%2Fvalue", "https://x/?key=[secret]"],
  [Buffer.from("s3cr3t/value").toString("base64"), "[secret]"],
  ["a+b", "a+b"],
  ["is (a|b)* one", "is [secret] one"],
  ["tiny words stay, and so does everything else", "tiny words stay, and so does everything else"],
])("%s", (text, want) => {
  expect(redactor(["s3cr3t/value", "s3cr3t/value-longer", "tiny", "", "(a|b)*"])(text)).toBe(want);
});

test("no secrets, no changes", () => {
  expect(redactor([])("as it was")).toBe("as it was");
});

test("all secrets of the settings are found", () => {
  const config = { one: new Secret("hunter2"), plain: "plain", list: [new Secret("a"), new Secret("b")], n: 1 };
  expect(secretsOf(config)).toEqual(["hunter2", "a", "b"]);
});

test("secrets stay out of the log", () => {
  const app = newApp({ MCP_REDACT: "hunter2-hunter2" });
  app.log.error("signing in with hunter2-hunter2", { error: new Error("bad password hunter2-hunter2") });
  const log = String((app.build.errors as PassThrough).read());
  expect(log).toContain("signing in with [secret]");
  expect(log).not.toContain("hunter2");
});
