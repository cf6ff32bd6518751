import { expect, test } from "vitest";
import { call, clientsOf, newApp } from "./testing.ts";
import { deprecated } from "./versioning.ts";

test("a deprecation says what to use instead, and until when", () => {
  const tool = deprecated({ description: "Does it.", _meta: { kept: true } }, "new", "2027-06-30");
  expect(tool.description).toBe("Deprecated: use new; this tool may be gone after 2027-06-30. Does it.");
  expect(tool._meta).toEqual({ kept: true, "acme-server/deprecated": { replacedBy: "new", until: "2027-06-30" } });
});

test("the old version of a tool works, and says what replaces it", async () => {
  const client = await clientsOf(newApp())("2026-07-28");
  expect((await call(client, "find_notes", { text: "welcome" })).given?.notes).toHaveLength(1);
  for (const { name, description, _meta } of (await client.listTools()).tools) {
    const marked = _meta?.["acme-server/deprecated"] !== undefined && description?.startsWith("Deprecated:");
    expect(marked, name).toBe(name === "find_notes");
  }
});
