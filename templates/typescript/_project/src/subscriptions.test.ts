import { PassThrough } from "node:stream";
import type { Client } from "@modelcontextprotocol/client";
import { expect, test, vi } from "vitest";
import { clientsOf, newApp } from "./testing.ts";
import { LineTransport } from "./wire.ts";

const index = "notes://index";

/** Notes what a client is told. */
const noting = (told: string[]) => (client: Client) => {
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => void told.push(params.uri));
  client.setNotificationHandler("notifications/resources/list_changed", () => void told.push("list"));
};

test("a client that subscribed is told of changes", async () => {
  const app = newApp();
  const told: string[] = [];
  const client = await clientsOf(app)("2025-11-25", {}, noting(told));
  await client.subscribeResource({ uri: index });
  app.deps.notes.add("New", "");
  await vi.waitFor(() => expect(told).toEqual([index, "list"]));
  await client.unsubscribeResource({ uri: index });
  app.deps.notes.delete("n2");
  await vi.waitFor(() => expect(told).toEqual([index, "list", "list"]));
  await client.close();
});

test("a client that listens is told of changes", async () => {
  const app = newApp();
  const told: string[] = [];
  const client = await clientsOf(app)("2026-07-28", {}, noting(told));
  const listening = await client.listen({ resourceSubscriptions: ["notes://note/n2"], resourcesListChanged: true });
  app.deps.notes.add("New", "");
  await vi.waitFor(() => expect(told).toEqual(["notes://note/n2", "list"]));
  await listening.close();
  app.deps.notes.delete("n2");
  await client.ping().catch(() => {});
  expect(told).toHaveLength(2);
});

test("a client that listens over standard input and output is told of changes", async () => {
  const app = newApp();
  const [input, output] = [new PassThrough(), new PassThrough()];
  const ended = app.run(new AbortController().signal, () => new LineTransport(input, output, 10_000));
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "t", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const params = { _meta, notifications: { resourceSubscriptions: [index] } };
  input.write(`${JSON.stringify({ jsonrpc: "2.0", id: 7, method: "subscriptions/listen", params })}\n`);
  const told = async (what: string) => vi.waitFor(() => expect(String(output.read())).toContain(what));
  await told("notifications/subscriptions/acknowledged");
  app.deps.notes.add("New", "");
  await told('"uri":"notes://index"');
  input.end();
  await ended;
});

test("who did not get a session is not kept in mind", async () => {
  const app = newApp();
  const closed = vi.fn();
  app.offers.push(({ server }) => {
    const before = server.onclose;
    server.onclose = () => {
      closed();
      before?.();
    };
  });
  const asking = { method: "POST", headers: { "content-type": "application/json", accept: "text/plain" } };
  const body = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}';
  const answer = await app.newEndpoint().fetch(new Request("http://127.0.0.1/mcp", { ...asking, body }));
  expect(answer.status).toBe(406);
  expect(closed).toHaveBeenCalledOnce();
});

test("a note that does not exist cannot be subscribed to", async () => {
  const client = await clientsOf(newApp())("2025-11-25");
  await expect(client.subscribeResource({ uri: "notes://note/n9" })).rejects.toMatchObject({ code: -32602 });
});

test("each note is listed as long as it is there", async () => {
  const app = newApp();
  const connect = clientsOf(app);
  // A new client each time: they keep lists.
  const listed = async () => (await (await connect("2026-07-28")).listResources()).resources.map(({ uri }) => uri);
  app.deps.notes.add("New", "");
  expect(await listed()).toContain("notes://note/n2");
  app.deps.notes.delete("n2");
  expect(await listed()).not.toContain("notes://note/n2");
});
