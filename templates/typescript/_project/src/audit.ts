// Writes down who did what. Each record carries the hash of the one before it, so
// that none can be changed, taken out or put in without breaking the chain.
// Arguments and results are not written, only a digest of the arguments.
//
// What a chain cannot show is that its end was cut off: send the lines to another
// machine, or note the hash of the last record elsewhere, for that.
import { createHash } from "node:crypto";
import { appendFileSync, closeSync, createReadStream, fstatSync, fsyncSync, openSync, readSync } from "node:fs";
import { createInterface } from "node:readline";
import type { App } from "./app.ts";
import { target } from "./calls.ts";
import { messageOf } from "./lifecycle.ts";
import type { Log } from "./log.ts";
import { type Answer, type Call, cancelledCode, type Middleware } from "./middleware.ts";

/** One line of the log, in JSON and in this order. */
export interface Entry {
  n: number;
  time: string;
  caller: string;
  session?: string;
  method: string;
  target?: string; // tool, resource or prompt
  outcome: string; // ok, tool_error, denied, cancelled, or error and its code
  ms: number;
  arguments?: string; // sha256:…
  previous: string; // hash of the record before; empty in the very first
  hash: string; // of this record with hash empty
}

type About = Pick<Entry, "caller" | "session" | "method" | "target" | "arguments">;

const longest = 1 << 20; // bytes of a line, far beyond what a record takes

/** A log under way. */
export class Audit {
  readonly #path: string;
  readonly #fallback: NodeJS.WritableStream;
  readonly #now: () => number;
  #number = 0;
  #last = ""; // hash of the last record

  /**
   * Goes on with the log in a file, from its last record; without a file, records
   * go to the fallback and a new chain begins.
   */
  constructor(path: string, fallback: NodeJS.WritableStream, now = Date.now) {
    this.#path = path;
    this.#fallback = fallback;
    this.#now = now;
    if (path === "") return;
    this.#append(""); // better now than at the first request
    const last = lastEntry(path);
    this.#number = last?.n ?? 0;
    this.#last = last?.hash ?? "";
  }

  /**
   * Records every request that it sees, notifications and pings excepted. A record
   * that cannot be written is reported; the answer has been worked out by then and
   * is given nevertheless.
   */
  middleware(server: { log: Log }): Middleware {
    return async (call, next) => {
      if (call.notification || call.method === "ping") return next();
      const about = aboutOf(call);
      const start = this.#now();
      let outcome = "error";
      try {
        const answer = await next();
        outcome = outcomeOf(answer);
        return answer;
      } finally {
        try {
          this.write(about, outcome, start, this.#now() - start);
        } catch (error) {
          server.log.error("a request is missing in the audit log", { method: call.method, error: messageOf(error) });
        }
      }
    };
  }

  /** Records a request that was refused before it came to the middleware. */
  denied(call: Call, server: { log: Log }): void {
    try {
      this.write(aboutOf(call), "denied", this.#now(), 0);
    } catch (error) {
      server.log.error("a refusal is missing in the audit log", { method: call.method, error: messageOf(error) });
    }
  }

  write(
    { caller, session, method, target, arguments: digest }: About,
    outcome: string,
    time: number,
    ms: number,
  ): void {
    const entry: Entry = {
      n: this.#number + 1,
      time: new Date(time).toISOString().replace(/\.?0+Z$/, "Z"),
      caller,
      ...(session && { session }),
      method,
      ...(target && { target }),
      outcome,
      ms,
      ...(digest && { arguments: digest }),
      previous: this.#last,
      hash: "",
    };
    entry.hash = sum(entry);
    this.#append(`${encoded(entry)}\n`);
    this.#number = entry.n;
    this.#last = entry.hash;
  }

  // At once, so that no two records get into each other. The file is opened anew
  // each time: where it was moved away, the chain runs on in a new one.
  #append(line: string): void {
    if (this.#path === "") {
      this.#fallback.write(line);
      return;
    }
    try {
      appendFileSync(this.#path, line, { mode: 0o600 });
    } catch (error) {
      throw new Error(`opening the audit log: ${messageOf(error)}; check MCP_AUDIT_PATH`, { cause: error });
    }
  }

  /** Has the disk keep what was written. */
  close(): void {
    if (this.#path === "") return;
    const file = openSync(this.#path, "a");
    fsyncSync(file);
    closeSync(file);
  }
}

function aboutOf(call: Call): About {
  const { caller, method, params } = call;
  const { name } = target(call);
  const given = method === "tools/call" ? params.arguments : undefined;
  return {
    caller: caller.id,
    session: caller.session,
    method,
    // A name that a caller made up must not fill the log.
    target: (name.length > 256 ? `${name.slice(0, 256)}…` : name).toWellFormed(),
    ...(given !== undefined && { arguments: `sha256:${sha256(JSON.stringify(given))}` }),
  };
}

function outcomeOf({ result, error }: Answer): string {
  if (error) return error.code === cancelledCode ? "cancelled" : `error ${error.code}`;
  return result?.isError === true ? "tool_error" : "ok";
}

function sum(entry: Entry): string {
  return sha256(encoded({ ...entry, hash: "" }));
}

// With the same escapes everywhere, so that any program can work out the hash.
function encoded(entry: Entry): string {
  const escaped = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(entry).replace(/[<>&\u2028\u2029]/g, escaped);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Reads the last line; none in an empty file. */
function lastEntry(path: string): Entry | undefined {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    if (size === 0) return undefined;
    const end = Buffer.alloc(Math.min(size, longest));
    readSync(file, end, 0, end.length, size - end.length);
    return JSON.parse(end.toString("utf8").trimEnd().split("\n").at(-1) ?? "") as Entry;
  } catch (error) {
    throw new Error(
      `reading the last record of the audit log: ${path}: ${messageOf(error)}: move the damaged file away to begin a new one`,
    );
  } finally {
    closeSync(file);
  }
}

/** What a verified piece of a log says of itself. */
export interface Summary {
  records: number;
  first: string; // the hash that the first record points at; empty at the beginning of a chain
  last: string; // hash of the last record
}

/** Checks the chain of a log. The error names the first line that does not fit. */
export async function verify(lines: AsyncIterable<string> | Iterable<string>): Promise<Summary> {
  let before: Entry | undefined;
  let first = "";
  let records = 0;
  for await (const line of lines) {
    const entry = entryOf(line, ++records);
    if (entry.hash !== sum(entry)) throw new Error(`line ${records} was changed: its hash does not fit`);
    if (before && entry.previous !== before.hash)
      throw new Error(`before line ${records} something is missing or was put in: it points at another record`);
    if (before && entry.n !== before.n + 1)
      throw new Error(`line ${records} has the number ${entry.n} after ${before.n}`);
    if (!before) first = entry.previous;
    before = entry;
  }
  return { records, first, last: before?.hash ?? "" };
}

function entryOf(line: string, number: number): Entry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Error(`line ${number} is no record: ${messageOf(error)}`);
  }
  if (typeof value !== "object" || value === null) throw new Error(`line ${number} is no record`);
  return value as Entry;
}

/** Checks the log in a file and tells how that went. */
export async function verifyFile(path: string): Promise<string> {
  let summary: Summary;
  try {
    summary = await verify(createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY }));
  } catch (error) {
    throw new Error(`the audit log ${path} is broken: ${messageOf(error)}`);
  }
  const { records, first, last } = summary;
  const origin = first === "" ? "the chain begins here" : `the first follows ${first} (the last of the file before)`;
  return `${records} records, unbroken; ${origin}; the last is ${last}`;
}

/** Writes down who did what. */
export function withAudit(app: App): void {
  const audit = new Audit(app.config.MCP_AUDIT_PATH, app.build.errors);
  app.auditor = audit;
  app.life.onStop("audit", () => audit.close());
  app.chain.use("audit", audit.middleware(app));
}
