// Bounds how much work is done at once. What comes on top waits a while in a queue
// that is bounded too; then it is turned away, so that what is under way gets done.
import type { App } from "./app.ts";
import { codes, isWork, Refusal } from "./calls.ts";
import { spelled } from "./config.ts";
import { type Answer, cancelledCode, type Middleware } from "./middleware.ts";

export interface Room {
  concurrent: number; // pieces of work at once
  queue: number; // that may wait
  wait: number; // for so many milliseconds
}

/** Lets work through in the order in which it came. */
export function bulkhead({ concurrent, queue, wait }: Room): Middleware {
  let free = concurrent;
  const waiting = new Set<() => void>(); // each begins a piece of work

  const refusal = (message: string): Answer =>
    new Refusal(codes.overloaded, "overloaded", message, "try again later, with fewer calls at once", wait).answer();

  /** Waits for a place; an answer says why there is none. */
  const place = (signal: AbortSignal): Promise<Answer | undefined> =>
    new Promise((resolve) => {
      const settle = (answer?: Answer) => {
        waiting.delete(begin);
        clearTimeout(timer);
        signal.removeEventListener("abort", leave);
        resolve(answer);
      };
      const begin = () => settle();
      const leave = () => settle({ error: { code: cancelledCode, message: "the request was cancelled" } });
      const busy = refusal(`the server is busy: ${spelled(wait)} in the queue were not enough`);
      const timer = setTimeout(() => settle(busy), wait);
      signal.addEventListener("abort", leave);
      waiting.add(begin);
    });

  return async (call, next) => {
    if (!isWork(call.method)) return next();
    if (free > 0) free--;
    else if (waiting.size >= queue) return refusal("the server is busy and its queue is full");
    else {
      const none = await place(call.signal);
      if (none !== undefined) return none;
    }
    try {
      return await next();
    } finally {
      const [first] = waiting;
      if (first) first();
      else free++;
    }
  };
}

/** Bounds how much is done at once. */
export function withBulkhead(app: App): void {
  const { MCP_MAX_CONCURRENT: concurrent, MCP_QUEUE_LENGTH: queue, MCP_QUEUE_WAIT: wait } = app.config;
  app.chain.use("rate", bulkhead({ concurrent, queue, wait }));
}
