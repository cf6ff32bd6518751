// Gives every piece of work a deadline.
import type { App } from "./app.ts";
import { codes, failed, isWork, Refusal, target, tookTooLong } from "./calls.ts";
import { milliseconds, spelled } from "./config.ts";
import type { Answer, Call, Middleware } from "./middleware.ts";
import { Problem } from "./problem.ts";

/**
 * Ends work that takes longer than most milliseconds, or a tool's own time, and says
 * so. A tool that does not look at its signal is left to itself, so that at least its
 * caller goes on; what it returns later is thrown away.
 */
export function deadlines(most: number, tools: Record<string, string>): Middleware {
  return async (call, next) => {
    if (!isWork(call.method)) return next();
    const { kind, name } = target(call);
    const timeout = (kind === "tool" ? milliseconds(tools[name] ?? "") : undefined) ?? most;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Answer>((resolve) => {
      timer = setTimeout(() => {
        resolve(tooLong(call, `The ${kind} "${name}" took longer than the ${spelled(timeout)} that it has.`));
        call.values.set("timed out", true); // so that those within can tell it from a cancellation by the client
        call.cancel(tookTooLong);
      }, timeout);
    });
    try {
      return await Promise.race([next(), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}

function tooLong(call: Call, message: string): Answer {
  const fix = "Ask for less at once, or try again later.";
  if (call.method === "tools/call") return failed(call, new Problem("timeout", message, fix));
  return new Refusal(codes.timeout, "timeout", message, fix).answer();
}

/** Gives every piece of work a deadline. */
export function withTimeouts(app: App): void {
  app.chain.use("timing", deadlines(app.config.MCP_TIMEOUT, app.config.MCP_TIMEOUT_TOOLS));
}
