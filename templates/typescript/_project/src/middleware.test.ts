import { InMemoryTransport, type JSONRPCMessage, McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { anonymous, Caller, fromToken, local } from "./caller.ts";
import { type Answer, type Call, Chain, cancelledCode, recover } from "./middleware.ts";

/** A server with one tool, whose work ends when it is told to, and what it answers. */
async function connect(chain: Chain) {
  const stopped: string[] = [];
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const factory = chain.around(() => {
    const server = new McpServer({ name: "t", version: "1" });
    server.registerTool("hang", { description: "hangs" }, async ({ mcpReq }) => {
      await new Promise((resolve) => mcpReq.signal.addEventListener("abort", resolve));
      stopped.push("hang");
      return { content: [] };
    });
    return server;
  });
  const answers: JSONRPCMessage[] = [];
  ours.onmessage = (message) => answers.push(message);
  await (await factory({ era: "legacy" })).connect(theirs);
  await ours.start();
  const say = (message: Record<string, unknown>) => ours.send({ jsonrpc: "2.0", ...message } as JSONRPCMessage);
  const clientInfo = { name: "t", version: "1" };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
  await say({ id: 0, method: "initialize", params });
  return { say, answers, stopped, close: () => ours.close() };
}

const hang = { id: 1, method: "tools/call", params: { name: "hang" } };
const cancel = { method: "notifications/cancelled", params: { requestId: 1 } };
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

function seeing(chain: Chain): { calls: Call[]; outcomes: (number | undefined)[] } {
  const seen = { calls: [] as Call[], outcomes: [] as (number | undefined)[] };
  chain.use("logging", async (call, next) => {
    if (call.method !== "tools/call") return next();
    seen.calls.push(call);
    const answer = await next();
    seen.outcomes.push(answer.error?.code);
    return answer;
  });
  return seen;
}

test.each<[string, (server: Awaited<ReturnType<typeof connect>>, call: Call) => unknown]>([
  ["the client cancels it", ({ say }) => say(cancel)],
  ["the client goes", ({ close }) => close()],
  ["a middleware cancels it", (_, call) => call.cancel("no time")],
])("a call ends when %s", async (_, end) => {
  const chain = new Chain();
  const seen = seeing(chain);
  const server = await connect(chain);
  await server.say(hang);
  await turn();
  const [call] = seen.calls;
  expect(call?.signal.aborted).toBe(false);
  await end(server, call as Call);
  await turn();
  expect(call?.signal.aborted).toBe(true);
  expect(seen.outcomes).toEqual([cancelledCode]);
  expect(server.stopped).toEqual(["hang"]);
  expect(server.answers).toHaveLength(1); // to initialize
});

test("a call that is cancelled while it waits is not delivered", async () => {
  const chain = new Chain();
  let go = () => {};
  chain.use("rate", async (call, next) => {
    if (call.method === "tools/call") await new Promise<void>((resolve) => (go = resolve));
    return next();
  });
  const seen = seeing(chain);
  const server = await connect(chain);
  await server.say(hang);
  await turn();
  await server.say(cancel);
  go();
  await turn();
  expect(seen.outcomes).toEqual([cancelledCode]);
  expect(server.stopped).toEqual([]);
});

test("an id that is under way is not taken twice", async () => {
  const chain = new Chain();
  const seen = seeing(chain);
  const server = await connect(chain);
  await server.say(hang);
  await server.say(hang);
  await turn();
  expect(seen.calls).toHaveLength(1);
  const error = expect.objectContaining({ code: -32600 });
  expect(server.answers).toContainEqual({ jsonrpc: "2.0", id: 1, error });
  await server.say(cancel);
});

test("an exception costs one answer and stays in the log", async () => {
  const logged: string[] = [];
  const error = (message: string) => void logged.push(message);
  const guarded = recover({ log: { debug() {}, info() {}, warn() {}, error } });
  const call = { method: "tools/call" } as Call;
  const throws = async (): Promise<Answer> => {
    throw new Error("hunter2");
  };
  const fails = async (): Promise<Answer> => ({ error: { code: -32603, message: "hunter2" } });
  for (const next of [throws, fails]) {
    const answer = await guarded(call, next);
    expect(answer.error).toEqual({ code: -32603, message: "internal error; the server's log tells more" });
  }
  expect(logged).toEqual(["a request panicked", "a request failed"]);
  for (const error of [
    { code: -32602, message: "no such tool" },
    { code: -32603, message: "too large", data: { reason: "result_too_large" } },
    { code: -32603, message: '[\n  {\n    "message": "expected string"\n  }\n]' },
  ])
    expect(await guarded(call, async () => ({ error }))).toEqual({ error });
});

test("who is calling", () => {
  expect(new Caller(local).has("notes:write")).toBe(true);
  expect(fromToken(undefined)).toMatchObject({ id: anonymous, scopes: [] });
  // A token whose verifier found no user must not pass for the local caller.
  expect(fromToken({ token: "", clientId: "", scopes: ["x"] })).toMatchObject({ id: anonymous, scopes: [] });
  const ada = fromToken({ token: "", clientId: "ada", scopes: ["notes:read"], extra: { team: "blue" } }, "s1");
  expect(ada).toMatchObject({ id: "ada", session: "s1", claims: { team: "blue" } });
  expect([ada.has("notes:read"), ada.has("notes:write")]).toEqual([true, false]);
});
