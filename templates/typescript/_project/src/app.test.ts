import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { App, parts } from "./app.ts";
import { load } from "./config.ts";
import { stages } from "./middleware.ts";
import { LineTransport } from "./wire.ts";

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
  const order = ["server", "health", "headers", "origin", "timeouts", "pagination", "tools", "resources", "prompts"];
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
  expect(String(errors.read())).toContain("msg=stopped requests=2 failures=0 underWay=0");
});
//mcpctl:if resources

test("resources are read", async () => {
  const client = await connect(newApp().app);
  expect((await client.listResources()).resources.map((r) => r.name)).toEqual(["index", "logo"]);
  const { contents } = await client.readResource({ uri: "notes://note/n1" });
  expect(contents[0]).toMatchObject({
    mimeType: "text/markdown",
    text: "# Welcome\n\nThis notebook is kept in memory.",
  });
});

test("a resource that is not there has the code of its era", async () => {
  const { app } = newApp();
  for (const [era, code] of [
    ["legacy", -32002],
    ["modern", -32602],
  ] as const) {
    const call = { method: "resources/read", era, params: { uri: "notes://note/n9" } } as unknown as Parameters<
      typeof app.chain.run
    >[0];
    const missing = async () => ({ error: { code: -32602, message: "Resource not found" } });
    expect(await app.chain.run(call, missing)).toMatchObject({ error: { code } });
  }
});
//mcpctl:end
//mcpctl:if prompts

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
//mcpctl:if timeouts

test("a tool that takes too long is given up, and told to stop", async () => {
  const { app } = newApp({ MCP_TIMEOUT_TOOLS: "fetch_page=20ms" });
  let stopped = false;
  app.deps.fetch = (_, init) =>
    new Promise((_, reject) => {
      init?.signal?.addEventListener("abort", () => {
        stopped = true;
        reject(new Error("stopped"));
      });
    });
  const client = await connect(app);
  const result = await client.callTool({ name: "fetch_page", arguments: { url: "https://example.com/" } });
  expect(JSON.stringify(result.content)).toContain("took longer than the 0.02s");
  expect(stopped).toBe(true);
  await client.ping();
});
//mcpctl:end
