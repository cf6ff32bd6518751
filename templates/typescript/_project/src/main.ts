#!/usr/bin/env node
// Command acme-server is an MCP server. Without --http it speaks over standard
// input and output; with it, over HTTP.
import { parseArgs } from "node:util";
import { App } from "./app.ts";
//mcpctl:if audit
import { verifyFile } from "./audit.ts";
//mcpctl:end
import { load } from "./config.ts";
//mcpctl:if health
import { probe } from "./health.ts";
//mcpctl:end
import { messageOf } from "./lifecycle.ts";
import { LineTransport } from "./wire.ts";

const version = "0.1.0";

const usage = `Usage of acme-server:
  --http ADDR    serve MCP over HTTP on ADDR (default: standard input and output)
  --admin ADDR   serve health and metrics on ADDR
  --config FILE  read settings from FILE of NAME=value lines; the environment wins
//mcpctl:if audit
  --verify-audit FILE
                 check the hash chain of the audit log FILE, and exit
//mcpctl:end
  --version      print the version and exit`;

async function main(): Promise<void> {
  const args = process.argv.slice(2).map((a) => a.replace(/^-(?=\w{2})/, "--"));
  const { values } = parseArgs({
    args,
    options: {
      http: { type: "string" },
      admin: { type: "string" },
      config: { type: "string" },
      version: { type: "boolean" },
      help: { type: "boolean" },
      //mcpctl:if audit
      "verify-audit": { type: "string" },
      //mcpctl:end
      //mcpctl:if health
      healthcheck: { type: "boolean" },
      //mcpctl:end
    },
  });
  if (values.help) return console.error(usage);
  if (values.version) return console.log(`acme-server ${version}`);
  //mcpctl:if audit
  if (values["verify-audit"]) return console.log(await verifyFile(values["verify-audit"]));
  //mcpctl:end
  const { config, warnings } = load(values.config ?? "", {
    ...process.env,
    ...(values.http && { MCP_HTTP_ADDR: values.http }),
    ...(values.admin && { MCP_ADMIN_ADDR: values.admin }),
  });
  //mcpctl:if health
  if (values.healthcheck) return probe(config.MCP_ADMIN_ADDR);
  //mcpctl:end
  const app = new App(config, { version, errors: process.stderr });
  for (const warning of warnings) app.log.warn(warning);
  const ended = new AbortController();
  // The first signal drains, a second one ends the process.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
  await app.run(ended.signal, () => new LineTransport(process.stdin, process.stdout, config.MCP_HTTP_MAX_BODY));
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(`acme-server: ${messageOf(error)}`);
    process.exit(1);
  },
);
