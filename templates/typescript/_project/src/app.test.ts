import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { App, layers, within } from "./app.ts";
//mcpctl:if resources
import { Caller, local } from "./caller.ts";
//mcpctl:end
import { load } from "./config.ts";
//mcpctl:if prompts
import { type Call, stages } from "./middleware.ts";
import { parts } from "./parts.ts";
import { titled } from "./prompts.ts";
//mcpctl:else
import { stages } from "./middleware.ts";
import { parts } from "./parts.ts";
//mcpctl:end
import { listen } from "./testing.ts";
import { type Endpoint, LineTransport, type Listener } from "./wire.ts";

function newApp(environment: Record<string, string> = {}) {
  const errors = new PassThrough();
  const { config } = load("", { MCP_FETCH_HOSTS: "example.com", ...environment });
  return { app: new App(config, { version: "1.2.3", errors }), errors };
}

async function connect(app: App): Promise<Client> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const server = await app.chain.around(app.newServer)({ era: "legacy" });
  await server.connect(theirs);
  const client = new Client({ name: "test", version: "1" });
  await client.connect(ours);
  return client;
}

// A part relies on those above it: this order is deliberate.
test("the order of the parts", () => {
  const order = (
    "logging secrets pii server otel metrics health cache redis retry breaker ssrf " +
    "origin apikeys jwt oauth auth rbac headers limits sessions ratelimit bulkhead timeouts audit pagination " +
    "pathguard elicitation tasks tools resources subscriptions prompts"
  ).split(" ");
  const names = parts.map((part) => part.name);
  expect(names).toEqual(order.filter((name) => names.includes(name)));
});

test("middleware runs in the order of the stages, whatever is added first", async () => {
  const { app } = newApp();
  const passed: string[] = [];
  for (const stage of stages.toReversed())
    app.chain.use(stage, (_, next) => {
      passed.push(stage);
      return next();
    });
  const client = await connect(app);
  passed.length = 0;
  await client.ping();
  expect(passed).toEqual([...stages]);
});

test("requests pass the layers in their order, whatever is added first", async () => {
  const { app } = newApp();
  const passed: string[] = [];
  const note = (name: string) => (next: Listener) => {
    const noting: Listener = (request, response) => {
      passed.push(name);
      next(request, response);
    };
    return noting;
  };
  for (const layer of layers.toReversed()) app.wrap(layer, note(layer));
  app.wrap("headers", note("headers again"));
  const innermost = { serve: (_, response) => response.end() } as { serve: Listener } as Endpoint;
  const { post } = await listen(app.listener(innermost));
  expect((await post({})).status).toBe(200);
  expect(passed).toEqual(["headers", "headers again", "origin", "trace", "auth", "session"]);
});

test("outgoing calls pass the wrappers in the order of their adding", async () => {
  const passed: string[] = [];
  const note = (name: string) => (next: typeof fetch) => {
    const noting: typeof fetch = (...args) => {
      passed.push(name);
      return next(...args);
    };
    return noting;
  };
  const answer = new Response("it");
  const innermost: typeof fetch = async () => answer; // nothing is sent
  expect(await within(["retry", "breaker"].map(note), innermost)("https://example.com/")).toBe(answer);
  expect(passed).toEqual(["retry", "breaker"]);
});

test("notes are written and found", async () => {
  const client = await connect(newApp().app);
  const added = await client.callTool({ name: "add_note", arguments: { title: "Milk", text: "two bottles" } });
  expect(added.structuredContent).toMatchObject({ id: "n2", tags: [] });
  const found = await client.callTool({ name: "search_notes", arguments: { query: "BOTTLES" } });
  expect(found.structuredContent).toMatchObject({ total: 1 });
});

test("fetch_page asks no other host", async () => {
  const client = await connect(newApp().app);
  for (const url of [
    "https://evil.example/",
    "http://example.com/",
    "https://a:b@example.com/",
    "file:///etc/passwd",
  ]) {
    const refused = await client.callTool({ name: "fetch_page", arguments: { url } });
    expect(JSON.stringify(refused.content)).toContain("forbidden");
  }
});

test("fetch_page follows no redirect to another host", async () => {
  const { app } = newApp();
  const asked: string[] = [];
  app.deps.fetch = async (url) => {
    asked.push(String(url));
    return new Response("away", { status: 302, headers: { location: "https://evil.example/" } });
  };
  const client = await connect(app);
  const page = await client.callTool({ name: "fetch_page", arguments: { url: "https://example.com/" } });
  expect(page.structuredContent).toMatchObject({ status: 302, text: "away" });
  expect(asked).toEqual(["https://example.com/"]);
});

test("what fails within is told to the log alone", async () => {
  const { app, errors } = newApp();
  const breaking = () => {
    throw new Error("hunter2");
  };
  app.deps.fetch = async () => new Response(new ReadableStream({ pull: breaking }));
  const client = await connect(app);
  const result = await client.callTool({ name: "fetch_page", arguments: { url: "https://example.com/" } });
  expect(JSON.stringify(result)).not.toContain("hunter2");
  expect(JSON.stringify(result)).toContain("internal");
  expect(String(errors.read())).toContain("a tool failed");
});

test("over standard input and output what is under way is answered, then it stops", async () => {
  const { app, errors } = newApp();
  const [input, output] = [new PassThrough(), new PassThrough()];
  input.end(
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}\n' +
      '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"search_notes","arguments":{"query":""}}}',
  );
  await app.run(new AbortController().signal, () => new LineTransport(input, output, 10_000));
  output.end();
  expect(await text(output)).toContain('"total":1');
  expect(app.life.phase).toBe("stopped");
  const log = String(errors.read());
  //mcpctl:if logging
  expect(log).toContain('"msg":"stopped","requests":2,"failures":0,"underWay":0');
  //mcpctl:else
  expect(log).toContain("msg=stopped requests=2 failures=0 underWay=0");
  //mcpctl:end
});
//mcpctl:if resources

test("resources are read", async () => {
  const client = await connect(newApp().app);
  const names = (await client.listResources()).resources.map((r) => r.name);
  expect(names.slice(0, 2)).toEqual(["index", "logo"]);
  const { contents } = await client.readResource({ uri: "notes://note/n1" });
  expect(contents[0]).toMatchObject({
    mimeType: "text/markdown",
    text: "# Welcome\n\nThis notebook is kept in memory.",
  });
});

test("a resource that is not there has the code of its era", async () => {
  const { app } = newApp();
  const missing = async () => ({ error: { code: -32602, message: "Resource not found" } });
  const call = {
    method: "resources/read",
    params: { uri: "notes://note/n9" },
    notification: false,
    caller: new Caller(local),
    header: () => null,
    values: new Map(),
    signal: new AbortController().signal,
    cancel: () => {},
  };
  expect(await app.chain.run({ ...call, era: "legacy" }, missing)).toMatchObject({ error: { code: -32002 } });
  expect(await app.chain.run({ ...call, era: "modern" }, missing)).toMatchObject({ error: { code: -32602 } });
});
//mcpctl:end
//mcpctl:if prompts

test("the arguments of prompts have titles", async () => {
  const own = { name: "review_note", arguments: [{ name: "id" }, { name: "tone" }] };
  const prompts = [own, { name: "bare" }, { name: "added", arguments: [{ name: "id" }] }];
  const { result } = await titled({ method: "prompts/list" } as Call, async () => ({ result: { prompts } }));
  const titles = { id: "Note", tone: "Tone" };
  expect(result?.prompts).toEqual([
    { ...own, arguments: Object.entries(titles).map(([name, title]) => ({ name, title })) },
    { name: "bare" },
    { name: "added", arguments: [{ name: "id" }] },
  ]);
});

test("a review is asked for", async () => {
  const client = await connect(newApp().app);
  const prompt = await client.getPrompt({ name: "review_note", arguments: { id: "n1", tone: "strict" } });
  expect(JSON.stringify(prompt.messages)).toContain("strict tone");
  await expect(client.getPrompt({ name: "review_note", arguments: { id: "n1", tone: "rude" } })).rejects.toThrow(
    "it is one of",
  );
  await expect(client.getPrompt({ name: "review_note", arguments: { id: "n9" } })).rejects.toThrow("no such note");
});
//mcpctl:end
//mcpctl:if completion

test("arguments and variables are completed", async () => {
  const client = await connect(newApp().app);
  const complete = async (ref: Parameters<Client["complete"]>[0]["ref"], name: string, value: string) =>
    (await client.complete({ ref, argument: { name, value } })).completion.values;
  expect(await complete({ type: "ref/prompt", name: "review_note" }, "tone", "F")).toEqual(["friendly", "formal"]);
  expect(await complete({ type: "ref/resource", uri: "notes://note/{id}" }, "id", "n")).toEqual(["n1"]);
});
//mcpctl:end
//mcpctl:if progress

test("an export tells how far it has come", async () => {
  const { app } = newApp();
  app.deps.notes.add("Long", "x".repeat(9000));
  const client = await connect(app);
  const steps: number[] = [];
  const result = await client.callTool(
    { name: "export_notes", arguments: {} },
    { onprogress: (p) => steps.push(p.progress) },
  );
  expect(result.structuredContent).toEqual({ notes: 2 });
  expect(steps.at(-1)).toBe(2);
});
//mcpctl:end
//mcpctl:if pagination

test("lists come in pages", async () => {
  const client = await connect(newApp({ MCP_PAGE_SIZE: "2" }).app);
  const names: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.request({ method: "tools/list", params: { ...(cursor && { cursor }) } });
    expect(page.tools.length).toBeLessThanOrEqual(2);
    names.push(...page.tools.map((t) => t.name));
    if (page.nextCursor === undefined) break;
    cursor = page.nextCursor;
  }
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(2);
  await expect(client.request({ method: "tools/list", params: { cursor: "guess" } })).rejects.toThrow("no such page");
});
//mcpctl:end
