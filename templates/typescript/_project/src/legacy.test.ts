import { expect, test } from "vitest";
import { call, clientsOf, newApp } from "./testing.ts";

const connect = clientsOf(newApp());

test.each(["2025-11-25", "2026-07-28"])("%s: the client's model summarises", async (revision) => {
  const client = await connect(revision, { capabilities: { sampling: {} } }, (client) =>
    client.setRequestHandler("sampling/createMessage", ({ params }) => {
      expect(JSON.stringify(params.messages)).toContain("kept in memory");
      return { model: "small", role: "assistant", content: { type: "text", text: "It welcomes." } };
    }),
  );
  const { given } = await call(client, "summarise_note", { id: "n1" });
  expect(given).toEqual({ summary: "It welcomes.", model: "small" });
});

test.each(["2025-11-25", "2026-07-28"])("%s: the client names its folders", async (revision) => {
  const client = await connect(revision, { capabilities: { roots: {} } }, (client) =>
    client.setRequestHandler("roots/list", () => ({ roots: [{ uri: "file:///work" }] })),
  );
  expect((await call(client, "list_roots")).given).toEqual({ roots: ["file:///work"] });
});

test.each(["2025-11-25", "2026-07-28"])("%s: a client that offers nothing is told what to do", async (revision) => {
  const client = await connect(revision);
  expect((await call(client, "summarise_note", { id: "n1" })).text).toContain("does not offer sampling");
  expect((await call(client, "list_roots")).text).toContain("does not offer roots");
});

test("what the client refuses is told to the model", async () => {
  const client = await connect("2025-11-25", { capabilities: { sampling: {} } }, (client) =>
    client.setRequestHandler("sampling/createMessage", () => Promise.reject(new Error("not now"))),
  );
  const { text, isError } = await call(client, "summarise_note", { id: "n1" });
  expect(isError).toBe(true);
  expect(text).toContain("The client did not give what the tool asked for: not now.");
});

test("log levels are set, if they exist", async () => {
  const client = await connect("2025-11-25");
  await client.setLoggingLevel("warning");
  await expect(client.setLoggingLevel("loud" as "warning")).rejects.toMatchObject({ code: -32602 });
});
