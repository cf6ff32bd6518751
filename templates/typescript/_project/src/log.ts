// The log goes to standard error: standard output belongs to the protocol.
export type Fields = Record<string, unknown>;

export type Level = "debug" | "info" | "warn" | "error";

export type Log = Record<Level, (message: string, fields?: Fields) => void>;

/** A log of lines for people. */
export function textLog(out: NodeJS.WritableStream): Log {
  const write =
    (level: Level) =>
    (message: string, fields: Fields = {}) => {
      if (level === "debug") return;
      const all = { time: new Date().toISOString(), level: level.toUpperCase(), msg: message, ...fields };
      const shown = Object.entries(all).map(([name, value]) => `${name}=${quoted(value)}`);
      out.write(`${shown.join(" ")}\n`);
    };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

function quoted(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "null");
  return /^[\w.:/+-]+$/.test(text) ? text : JSON.stringify(text);
}
