// Repeats outgoing calls that failed for a passing reason.
import { DelegateBackoff, handleWhen, retry } from "cockatiel";
import type { App } from "./app.ts";

/** All times in milliseconds. */
export interface Retries {
  tries: number; // in all; 1: no retries
  first: number; // wait before the second try
  most: number; // all tries and waits together; a longer Retry-After is not waited for
}

const maxWait = 60_000; // milliseconds, unless an answer asks for more

/**
 * Repeats requests that may be repeated: their method changes nothing the second
 * time, or an Idempotency-Key says so, and their body can be sent again. It waits
 * longer each time, by chance, so that many callers do not come back at the same
 * moment.
 */
export function retrying({ tries, first, most }: Retries): (next: typeof fetch) => typeof fetch {
  return (next) => async (input, init) => {
    if (!repeatable(input, init)) return next(input, init);
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const begun = performance.now();
    let interval = first;
    let wait = 0;
    /** Whether there is time for another try, after the wait that an answer asks for or one of our own. */
    const inTime = (asked: number) => {
      wait = asked > 0 ? asked : interval * (0.5 + Math.random());
      interval = asked > 0 ? first : Math.min(interval * 2, maxWait);
      return performance.now() - begun + wait <= most;
    };
    const policy = retry(
      handleWhen((error) => !lasting(error) && inTime(0)).orWhenResult((response) => {
        const { status, headers } = response as Response;
        return passing.includes(status) && inTime(retryAfter(headers.get("retry-after") ?? ""));
      }),
      { maxAttempts: tries - 1, backoff: new DelegateBackoff(() => wait) },
    );
    policy.onRetry((last) => "value" in last && (last.value as Response).body?.cancel().catch(() => {}));
    const attempt = () => {
      signal?.throwIfAborted();
      return next(input, init);
    };
    return orAborted(policy.execute(attempt, signal ?? undefined), signal);
  };
}

/** What work brings, or the reason of the signal if that comes first: the policy sits its waits out. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(signal?.reason);
    signal?.addEventListener("abort", gone);
    work.then(resolve, reject).finally(() => signal?.removeEventListener("abort", gone));
  });
}

function repeatable(input: string | URL | Request, init: RequestInit | undefined): boolean {
  const request = input instanceof Request ? input : undefined;
  const body = init?.body ?? request?.body;
  if (body instanceof ReadableStream || (typeof body === "object" && body !== null && Symbol.asyncIterator in body))
    return false;
  const method = (init?.method ?? request?.method ?? "GET").toUpperCase();
  if (["GET", "HEAD", "OPTIONS", "PUT", "DELETE"].includes(method)) return true;
  return Boolean(new Headers(init?.headers ?? request?.headers).get("idempotency-key"));
}

/** Whether an error says itself that it lasts, such as a refused address or an open circuit. */
function lasting(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  return ("permanent" in error && error.permanent === true) || ("cause" in error && lasting(error.cause));
}

const passing = [429, 502, 503, 504]; // the statuses of answers that are worth another try

/** The milliseconds that an answer asks to wait, if it does. */
function retryAfter(header: string): number {
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  return header === "" ? 0 : Date.parse(header) - Date.now() || 0;
}

/** Repeats outgoing calls that failed for a passing reason. */
export function withRetry(app: App): void {
  const { MCP_RETRY_TRIES: tries, MCP_RETRY_FIRST: first, MCP_RETRY_MAX: most } = app.config;
  app.wrapFetch(retrying({ tries, first, most }));
}
