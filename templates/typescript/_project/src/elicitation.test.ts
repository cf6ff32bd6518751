import type { Client, ElicitResult } from "@modelcontextprotocol/client";
import { afterEach, expect, test, vi } from "vitest";
import { load } from "./config.ts";
import { Sealer } from "./elicitation.ts";
import { call, clientsOf, newApp } from "./testing.ts";

afterEach(() => void vi.useRealTimers());

const minute = 60_000;
const revisions = ["2025-06-18", "2025-11-25", "2026-07-28"];

test("a sealed state is opened for its purpose, in its time, unchanged", () => {
  const sealer = new Sealer("", minute);
  const text = sealer.seal("delete n1", "hello");
  expect(text).not.toContain("hello");
  expect(sealer.open("delete n1", text)).toBe("hello");
  for (const [purpose, state] of [
    ["delete n2", text],
    ["delete n1", `A${text.slice(1)}A`],
    ["delete n1", ""],
    ["delete n1", "?"],
    ["delete n1", new Sealer("", minute).seal("delete n1", "hello")],
  ] as const)
    expect(() => sealer.open(purpose, state)).toThrow("not one that this server handed out");
  vi.useFakeTimers({ now: Date.now() + 2 * minute, toFake: ["Date"] });
  expect(() => sealer.open("delete n1", text)).toThrow("too old");
});

test("servers that share a key understand each other's states", () => {
  const key = "k".repeat(32);
  expect(new Sealer(key, minute).open("p", new Sealer(key, minute).seal("p", 1))).toBe(1);
});

test("a key that can be guessed is refused and not told", () => {
  expect(() => load("", { MCP_STATE_KEY: "hunter2" })).toThrow(
    /^MCP_STATE_KEY: has 7 characters: take at least 32 random ones$/,
  );
});

const answering = (answer: ElicitResult, asked: () => void) => (client: Client) =>
  client.setRequestHandler("elicitation/create", () => {
    asked();
    return answer;
  });

test.each(
  revisions.flatMap((revision) => [
    [revision, "agrees", { action: "accept", content: { confirm: true } }, true] as const,
    [revision, "does not tick", { action: "accept", content: { confirm: false } }, false] as const,
    [revision, "declines", { action: "decline" }, false] as const,
    [revision, "cancels", { action: "cancel" }, false] as const,
  ]),
)("%s: the user is asked and %s", async (revision, _, answer, deleted) => {
  const app = newApp();
  const asked = vi.fn();
  const client = await clientsOf(app)(
    revision,
    { capabilities: { elicitation: {} } },
    answering(answer as ElicitResult, asked),
  );
  expect((await call(client, "delete_note", { id: "n1" })).given).toEqual({ deleted, title: "Welcome" });
  expect(asked).toHaveBeenCalledOnce();
  expect(app.deps.notes.get("n1") === undefined).toBe(deleted);
});

test.each(revisions)("%s: without consent nothing is deleted", async (revision) => {
  const app = newApp();
  const client = await clientsOf(app)(revision);
  expect((await call(client, "delete_note", { id: "n1" })).text).toContain("forbidden");
  expect(app.deps.notes.get("n1")).toBeDefined();
});

test("an answer to another question, or to none, deletes nothing", async () => {
  const app = newApp();
  app.deps.notes.add("Second", "");
  const client = await clientsOf(app)("2026-07-28", {
    capabilities: { elicitation: {} },
    inputRequired: { autoFulfill: false },
  });
  const question = await client.callTool(
    { name: "delete_note", arguments: { id: "n1" } },
    { allowInputRequired: true },
  );
  const { requestState } = question as { requestState?: string };
  expect(requestState).toBeTruthy();
  const yes = { question: { action: "accept", content: { confirm: true } } };
  for (const state of [requestState, "AAAA", undefined]) {
    const params = { name: "delete_note", arguments: { id: "n2" }, inputResponses: yes };
    const forged = await client.callTool({ ...params, ...(state && { requestState: state }) });
    expect(forged.isError).toBe(true);
    expect(JSON.stringify(forged.content)).toContain("does not belong to this question");
  }
  expect(app.deps.notes.get("n2")).toBeDefined();
});

test.each(["2025-11-25", "2026-07-28"])("%s: sharing sends the user to a page", async (revision) => {
  const app = newApp({ MCP_SHARE_URL: "https://notes.example.com/share" });
  let page: unknown;
  const client = await clientsOf(app)(revision, { capabilities: { elicitation: { url: {} } } }, (client) =>
    client.setRequestHandler("elicitation/create", ({ params }) => {
      page = "url" in params ? params.url : undefined;
      return { action: "accept" };
    }),
  );
  expect((await call(client, "share_note", { id: "n1" })).given).toEqual({ opened: true });
  expect(page).toBe("https://notes.example.com/share?note=n1");
  expect((await call(client, "delete_note", { id: "n1" })).text).toContain("cannot ask for it"); // it has no forms
});

test("without a page nothing is shared", async () => {
  const { tools } = await (await clientsOf(newApp())("2026-07-28")).listTools();
  expect(tools.map((tool) => tool.name)).not.toContain("share_note");
});
