import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { load, milliseconds, upstream } from "./config.ts";
import { Lifecycle } from "./lifecycle.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const life = (stopTimeout = 1000) => new Lifecycle(stopTimeout, () => silent);

test("hooks run in order, and in reverse at the end, whatever fails", async () => {
  const ran: string[] = [];
  const l = life();
  for (const name of ["a", "b"]) {
    l.onStart(name, () => void ran.push(`start ${name}`));
    l.onStop(name, () => {
      ran.push(`stop ${name}`);
      throw new Error("no");
    });
  }
  await l.start();
  expect(l.ready).toBe(true);
  await expect(l.stop()).rejects.toThrow("stopping b: no\nstopping a: no");
  expect(ran).toEqual(["start a", "start b", "stop b", "stop a"]);
  expect(l.phase).toBe("stopped");
});

test("a hook that hangs is given up", async () => {
  const l = life(10);
  l.onStop("stuck", () => new Promise(() => {}));
  await expect(l.stop()).rejects.toThrow("stopping stuck: gave up after 10 ms");
});

test("a required dependency keeps the server from starting, another does not", async () => {
  const broken = () => {
    throw new Error("refused");
  };
  const partly = life();
  partly.check("extra", false, broken);
  await partly.start();
  expect(partly.statuses[0]).toMatchObject({ name: "extra", error: "refused" });
  const l = life();
  l.check("database", true, broken);
  await expect(l.start()).rejects.toThrow("the required dependency database does not work: refused");
  expect(l.ready).toBe(false);
});

test("durations", () => {
  expect(["1h30m", "250ms", "0", "1.5s", "5", "soon", ""].map(milliseconds)).toEqual([
    5_400_000,
    250,
    0,
    1500,
    undefined,
    undefined,
    undefined,
  ]);
});

test("no duration is longer than a timer of Node.js can last", () => {
  expect(load("", { MCP_STATS_EVERY: "576h" }).config.MCP_STATS_EVERY).toBe(2_073_600_000);
  expect(() => load("", { MCP_STATS_EVERY: "576h1s" })).toThrow("MCP_STATS_EVERY: is longer than 24 days");
});

test("all that is wrong is told at once", () => {
  const wrong = { MCP_HTTP_ADDR: "here", MCP_HTTP_MAX_BODY: "-1", MCP_DRAIN_TIMEOUT: "0s", MCP_HTTP_ORIGINS: "evil" };
  for (const name of ["MCP_HTTP_ADDR", "MCP_HTTP_MAX_BODY", "MCP_DRAIN_TIMEOUT"])
    expect(() => load("", wrong)).toThrow(name);
  expect(() => load("", { MCP_HTTP_ORIGINS: "evil" })).toThrow("write scheme://host[:port]");
  expect(() => load("", { MCP_HTTP_ADDR: ":8080", MCP_ADMIN_ADDR: ":8080" })).toThrow("the admin port must be another");
});

test("settings come from the environment, then a file, then a mounted file", () => {
  const dir = mkdtempSync(join(tmpdir(), "config-"));
  const file = join(dir, "settings");
  writeFileSync(file, `# comment\nMCP_HTTP_ADDR=127.0.0.1:1\nMCP_DRAIN_TIMEOUT=7s\nMCP_NO_SUCH=1\n`);
  const mounted = join(dir, "upstreams");
  writeFileSync(mounted, "billing=https://billing.example\n");
  const { config, warnings } = load(file, { MCP_DRAIN_TIMEOUT: "9s", MCP_UPSTREAMS_FILE: mounted });
  expect(config).toMatchObject({ MCP_HTTP_ADDR: "127.0.0.1:1", MCP_DRAIN_TIMEOUT: 9000 });
  expect(upstream(config, "billing", "x")).toBe("https://billing.example");
  expect(upstream(config, "other", "x")).toBe("x");
  expect(warnings).toEqual(["MCP_NO_SUCH is set but no setting has this name"]);
  expect(load("", { MCP_HTTP_ADDR: "0.0.0.0:1" }).warnings[0]).toContain("MCP_HTTP_HOSTS is empty");
  expect(() => load(join(dir, "missing"), {})).toThrow("reading the configuration");
});
