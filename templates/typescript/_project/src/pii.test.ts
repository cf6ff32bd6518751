import type { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { Call } from "./middleware.ts";
import { masked, maskResults } from "./pii.ts";
import { call, clientsOf, newApp } from "./testing.ts";

test.each([
  ["mail jane.doe+x@mail.example.com now", "mail [email] now"],
  ["card 4111 1111 1111 1111.", "card [card]."],
  ["order 4111 1111 1111 1112", "order 4111 1111 1111 1112"], // Luhn fails: no card
  ["at 1790000000006 ms", "at 1790000000006 ms"],
  ["pay to DE89 3704 0044 0532 0130 00", "pay to [iban]"],
  ["part DE89370400440532013001", "part DE89370400440532013001"], // check digits fail
  ["GB29NWBK60161331926819", "[iban]"],
  ["call +49 30 1234567", "call [phone]"],
  ["call (555) 123-4567 or 555-123-4567", "call [phone] or [phone]"],
  ["Authorization: Bearer abcdefgh12345", "Authorization: [token]"],
  ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln", "[token]"],
  ["ghp_0123456789abcdef0123", "[token]"],
  ["at 2026-07-28T10:00:00Z, 1234 items, v1.8.0, port 8080", "at 2026-07-28T10:00:00Z, 1234 items, v1.8.0, port 8080"],
])("%s", (text, want) => expect(masked(text)).toBe(want));

test("no text takes long, whatever is in it", () => {
  for (const part of ["-eyJ", "a@", "bearer ", "sk-", "1 ", "+1", "A", " AA00", "a.", "00"]) {
    const begun = performance.now();
    masked(part.repeat(100_000 / part.length));
    expect(performance.now() - begun).toBeLessThan(500);
  }
});

test("results", async () => {
  const mail = "jane@example.com";
  const original = {
    content: [
      { type: "text", text: mail },
      { type: "image", data: mail, mimeType: "image/png" },
      { type: "resource", resource: { uri: "a://b", text: mail } },
    ],
    structuredContent: { mail: [mail], n: 1 },
  };
  const mask = (result: Record<string, unknown>) => maskResults({} as Call, async () => ({ result }));
  expect(await mask(original)).toEqual({
    result: {
      content: [
        { type: "text", text: "[email]" },
        { type: "image", data: mail, mimeType: "image/png" },
        { type: "resource", resource: { uri: "a://b", text: "[email]" } },
      ],
      structuredContent: { mail: ["[email]"], n: 1 },
    },
  });
  expect(original.structuredContent.mail).toEqual([mail]);
  expect(JSON.stringify(await mask({ contents: [{ uri: "a://b", text: mail }] }))).toContain("[email]");
  expect(JSON.stringify(await mask({ messages: [{ role: "user", content: { type: "text", text: mail } }] }))).toContain(
    "[email]",
  );
  const error = { error: { code: 1, message: mail } };
  expect(await maskResults({} as Call, async () => error)).toBe(error);
});

test("the server masks its log and, if it is to, its results", async () => {
  const app = newApp({ MCP_PII_RESULTS: "true" });
  app.log.error("writing to jane@example.com");
  const log = String((app.build.errors as PassThrough).read());
  expect(log).toContain("writing to [email]");
  const client = await clientsOf(app)("2025-11-25");
  await call(client, "add_note", { title: "Jane", text: "jane@example.com" });
  const found = await call(client, "search_notes", { query: "jane" });
  expect(JSON.stringify(found)).not.toContain("jane@");
  expect(found.text).toContain("[email]");
});
