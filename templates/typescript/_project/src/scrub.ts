// Rewrites every text on its way into the log.
import { inspect } from "node:util";
import type { Fields, Level, Log } from "./log.ts";

export type Clean = (text: string) => string;

/** A log that sends the message and all values of a record through clean, also those deep in an object. */
export function scrubbed(log: Log, clean: Clean): Log {
  const write = (level: Level) => (message: string, fields?: Fields) =>
    log[level](clean(message), fields && members(fields, (value) => cleanValue(value, clean)));
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

/** Cleans what a log prints of a value: the text of an error, the JSON of everything else. */
function cleanValue(value: unknown, clean: Clean): unknown {
  if (typeof value !== "object" || value === null) return typeof value === "string" ? clean(value) : value;
  if (value instanceof Error) return clean(value.message);
  if (value instanceof Uint8Array) return clean(Buffer.from(value).toString("utf8"));
  try {
    return scrub(JSON.parse(JSON.stringify(value, (_, v) => (v instanceof Error ? v.message : v))), clean);
  } catch {
    return clean(inspect(value)); // no JSON, say because it holds itself
  }
}

/** A copy of a JSON value with every text sent through clean, save for the names of members. */
export function scrub(value: unknown, clean: Clean): unknown {
  if (typeof value === "string") return clean(value);
  if (Array.isArray(value)) return value.map((item) => scrub(item, clean));
  if (typeof value !== "object" || value === null) return value;
  return members(value, (member) => scrub(member, clean));
}

function members(value: object, each: (member: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, each(member)]));
}
