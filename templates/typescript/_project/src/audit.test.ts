import { mkdtempSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { Audit, verify, verifyFile } from "./audit.ts";
import { Caller } from "./caller.ts";
import type { Answer, Call } from "./middleware.ts";
import { call, clientsOf, newApp } from "./testing.ts";

const none = new PassThrough();
const newPath = () => join(mkdtempSync(join(tmpdir(), "audit-")), "audit.jsonl");
const linesOf = (path: string) => readFileSync(path, "utf8").trimEnd().split("\n");
const write = (audit: Audit, ...methods: string[]) => {
  for (const method of methods) audit.write({ caller: "", method }, "", Date.now(), 0);
};

test("the chain goes on after a restart", async () => {
  const path = newPath();
  for (let i = 0; i < 2; i++) {
    const audit = new Audit(path, none);
    write(audit, "a", "b");
    audit.close();
  }
  expect(await verify(linesOf(path))).toMatchObject({ records: 4, first: "" });
  expect(await verifyFile(path)).toMatch(/^4 records, unbroken; the chain begins here; the last is [0-9a-f]{64}$/);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("tampering is found", async () => {
  const path = newPath();
  write(new Audit(path, none), "a", "b", "c");
  const [a = "", b = "", c = ""] = linesOf(path);
  for (const [lines, why] of [
    [[a, b.replace('"b"', '"x"'), c], "line 2 was changed"],
    [[a, c], "before line 2 something is missing or was put in"],
    [[b, a, c], "before line 2"],
    [[a, b, b], "before line 3"],
    [[a, "x"], "line 2 is no record"],
    [[a, "null"], "line 2 is no record"],
  ] as const)
    await expect(verify(lines)).rejects.toThrow(why);
  writeFileSync(path, `${a}\n${c}\n`);
  await expect(verifyFile(path)).rejects.toThrow(`the audit log ${path} is broken: before line 2`);
  await expect(verifyFile(`${path}.missing`)).rejects.toThrow("ENOENT");
});

test("a file that was moved away is followed by another", async () => {
  const path = newPath();
  const audit = new Audit(path, none);
  write(audit, "a");
  renameSync(path, `${path}.1`);
  write(audit, "b", "c");
  const old = await verify(linesOf(`${path}.1`));
  expect(old.records).toBe(1);
  expect(await verify(linesOf(path))).toMatchObject({ records: 2, first: old.last });
});

test("a log that cannot be gone on with is not begun anew", () => {
  const path = newPath();
  writeFileSync(path, "torn off");
  expect(() => newApp({ MCP_AUDIT_PATH: path })).toThrow("move the damaged file away to begin a new one");
  expect(() => newApp({ MCP_AUDIT_PATH: join(path, "below") })).toThrow("check MCP_AUDIT_PATH");
});

// Programs in other languages write and check the same logs: here is one's record.
test("the hash is what any program makes of the record", async () => {
  const record =
    '{"n":1,"time":"2026-07-28T00:00:01.12Z","caller":"user:\\u003calice\\u003e","session":"s","method":"tools/call","target":"pay \\u0026 go\\u2028","outcome":"ok","ms":7,"arguments":"sha256:00","previous":"","hash":"8834f550b1d5035789a56644b69c260fad21796cc9e44a3292139c0c4e164dc2"}';
  expect(await verify([record])).toMatchObject({ records: 1 });
  const out = new PassThrough();
  const about = { caller: "user:<alice>", session: "s", method: "tools/call", target: "pay & go\u2028" };
  new Audit("", out).write({ ...about, arguments: "sha256:00" }, "ok", Date.UTC(2026, 6, 28, 0, 0, 1, 120), 7);
  expect(String(out.read())).toBe(`${record}\n`);
});

test("what was done is written down, and no more", async () => {
  const out = new PassThrough();
  let clock = Date.UTC(2026, 6, 28);
  const audit = new Audit("", out, () => {
    clock += 1000;
    return clock;
  });
  const complaints: string[] = [];
  const error = (message: string) => void complaints.push(message);
  const server = { log: { debug() {}, info() {}, warn() {}, error } };
  const pass = audit.middleware(server);
  const about = (method: string) =>
    ({
      method,
      params: { name: "pay", arguments: { card: "4111" } },
      caller: new Caller("user:alice", [], {}, "session-1"),
    }) as unknown as Call;
  const answers: [string, Answer][] = [
    ["tools/call", { result: { isError: true } }],
    ["tools/list", { error: { code: -32602, message: "" } }],
    ["resources/list", { error: { code: -32800, message: "" } }],
    ["ping", { result: {} }],
  ];
  for (const [method, answer] of answers) expect(await pass(about(method), async () => answer)).toBe(answer);
  await pass({ ...about("notifications/initialized"), notification: true }, async () => ({}));
  audit.denied(about("tools/call"), server);
  const log = String(out.read());
  for (const part of [
    '"caller":"user:alice","session":"session-1","method":"tools/call","target":"pay","outcome":"tool_error","ms":1000,"arguments":"sha256:',
    '"outcome":"error -32602"',
    '"outcome":"cancelled"',
    '"outcome":"denied"',
  ])
    expect(log).toContain(part);
  expect(log).not.toMatch(/4111|ping|initialized/);
  expect(log.trimEnd().split("\n")).toHaveLength(4);
  expect(complaints).toEqual([]);
});

test("a record that cannot be written costs no answer", async () => {
  const path = newPath();
  const audit = new Audit(path, none);
  renameSync(join(path, ".."), `${join(path, "..")}-away`);
  const complaints: string[] = [];
  const error = (message: string) => void complaints.push(message);
  const server = { log: { debug() {}, info() {}, warn() {}, error } };
  const asked = { method: "tools/list", params: {}, caller: new Caller("local") } as unknown as Call;
  expect(await audit.middleware(server)(asked, async () => ({ result: {} }))).toEqual({ result: {} });
  audit.denied(asked, server);
  expect(complaints).toEqual(["a request is missing in the audit log", "a refusal is missing in the audit log"]);
});

test("what a client does is in the file, without its words", async () => {
  const path = newPath();
  const app = newApp({ MCP_AUDIT_PATH: path });
  await call(await clientsOf(app)("2026-07-28"), "search_notes", { query: "private words" });
  await app.life.stop();
  expect(await verifyFile(path)).toContain("unbroken");
  const log = readFileSync(path, "utf8");
  expect(log).toContain('"caller":"anonymous","method":"tools/call","target":"search_notes","outcome":"ok"');
  expect(log).not.toContain("private words");
});
