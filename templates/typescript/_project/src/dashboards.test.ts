import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buckets, Metrics } from "./metrics.ts";
import { outcomes } from "./observe.ts";

const read = (name: string) => readFileSync(new URL(`../deploy/observability/${name}`, import.meta.url), "utf8");
const files = ["recording-rules.yaml", "alerts.yaml", "slo.yaml", "dashboard.json"];
const recorded = [...read("recording-rules.yaml").matchAll(/^\s*- record: (\S+)$/gm)].map((m) => m[1] ?? "");
const exported = new Metrics(true, "1.2.3", { sessions: () => 0, dependencies: () => [] }).registry
  .getMetricsAsArray()
  .map((metric) => metric.name);

const metricNames = /\b(?:mcp|process|nodejs)_[a-z0-9_]+/g;
const recordedNames = /\b[a-z_]+:[a-z0-9_]+:[a-z0-9_]+/g;
const outcomeLists = /outcome[=!]~?\\?"([a-z_|]+)\\?"/g;

/** The metrics and recorded series in a text that do not exist, and the outcomes that no request ever has. */
function unknown(text: string, series: string[]): string[] {
  // The names in a recorded series are not metrics.
  const names = text.replaceAll(recordedNames, "").match(metricNames) ?? [];
  const used = [...text.matchAll(outcomeLists)].flatMap((m) => (m[1] ?? "").split("|"));
  return [
    ...names.filter((n) => !exported.includes(n) && !exported.includes(n.replace(/_(bucket|sum|count)$/, ""))),
    ...(text.match(recordedNames) ?? []).filter((n) => !series.includes(n)),
    ...used.filter((o) => !(outcomes as readonly string[]).includes(o)).map((o) => `outcome ${o}`),
  ];
}

test.each(files)("every metric in %s exists", (name) => {
  const text = read(name);
  expect(text.match(metricNames)).not.toBeNull();
  expect(unknown(text, recorded)).toEqual([]);
});

// The test above is only worth something if it notices.
test("unknown names are noticed", () => {
  const text =
    'mcp_requests_total{outcome=~"failed|exploded"} / mcp_made_up_total + job:mcp_made_up:rate5m + mcp_sessions_bucket';
  expect(unknown(text, [])).toEqual(["mcp_made_up_total", "job:mcp_made_up:rate5m", "outcome exploded"]);
});

test("objectives are bounds of buckets", () => {
  // A bound is written in two ways: servers differ in how they write 1.
  const bounds = [...read("slo.yaml").matchAll(/le=~"([0-9.]+)\|/g)].map((m) => Number(m[1]));
  expect(bounds.length).toBeGreaterThan(0);
  for (const bound of bounds) expect(buckets).toContain(bound);
});

test("the dashboard shows something", () => {
  expect(JSON.parse(read("dashboard.json")).panels.length).toBeGreaterThan(0);
});
