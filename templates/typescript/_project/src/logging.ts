// Structured logs: one JSON object a line, one line a request. They never go to
// standard output, which belongs to the protocol on stdio, and never hold
// arguments, results or error texts that may quote them.
import { destination, pino } from "pino";
import type { App } from "./app.ts";
import type { Fields, Level, Log } from "./log.ts";
import type { Answer, Call, Middleware } from "./middleware.ts";
import { correlation, correlationOf, type Outcome, outcomeOf, promptOf, toolOf, withCorrelation } from "./observe.ts";

/** Makes the log and writes a line for each request. */
export function withLogging(app: App): void {
  app.log = jsonLog(app.build.errors, app.config.MCP_LOG_LEVEL);
  const log = () => app.log;
  app.chain.use("error", correlate(log));
  app.chain.use("logging", requestLines(log));
}

/**
 * A log of JSON lines, from a level on. Whatever is logged while a request is
 * worked on carries its correlation id.
 */
export function jsonLog(out: NodeJS.WritableStream, level: Level): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
    },
    // Written at once, so that the last lines are there when the process ends.
    out === process.stderr ? destination({ fd: 2, sync: true }) : out,
  );
  const write =
    (at: Level) =>
    (message: string, fields: Fields = {}) => {
      const id = correlation();
      logger[at]({ msg: message, ...fields, ...(id && { correlation_id: id }) });
    };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

/** The log to write to. It is asked at each request: parts that come later may still wrap the log. */
type LogOf = () => Log;

/**
 * Gives each request its correlation id. It stands outermost and logs the
 * requests that others refuse before they come to requestLines.
 */
export function correlate(log: LogOf): Middleware {
  return (call, next) =>
    withCorrelation(correlationOf(call), async () => {
      const start = performance.now();
      const answer = await next();
      if (!call.values.has(logged)) write(log(), call, start, answer);
      return answer;
    });
}

/** Logs how each request ended. It stands innermost, so the duration is that of the work alone. */
export function requestLines(log: LogOf): Middleware {
  return async (call, next) => {
    call.values.set(logged, true);
    const start = performance.now();
    let answer: Answer | undefined; // stays when next throws
    try {
      answer = await next();
      return answer;
    } finally {
      write(log(), call, start, answer);
    }
  };
}

const logged = "logging: logged";

function write(log: Log, call: Call, start: number, answer: Answer | undefined): void {
  const { method, caller } = call;
  const outcome = outcomeOf(call, answer);
  const [tool, prompt, code] = [toolOf(call), promptOf(call), answer?.error?.code];
  log[levelOf(method, outcome)]("request", {
    method,
    outcome,
    duration_ms: Math.round((performance.now() - start) * 1000) / 1000,
    caller: caller.id,
    ...(caller.session && { session: caller.session }),
    ...(tool && { tool }),
    ...(prompt && { prompt }),
    ...(code !== undefined && { code }),
  });
}

function levelOf(method: string, outcome: Outcome): Level {
  if (outcome === "failed") return "error";
  if (["tool_error", "rejected", "timeout"].includes(outcome)) return "warn";
  // Many, and of no news.
  return method === "ping" || method.startsWith("notifications/") ? "debug" : "info";
}
