// Stops asking what keeps failing. After a row of failures the circuit opens: calls
// fail at once, which spares the callers the waiting and the other side the load.
// After a while a few are let through to try.
import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
  TaskCancelledError,
} from "cockatiel";
import type { App } from "./app.ts";
import { codes, Refusal, target, tookTooLong } from "./calls.ts";
import type { Log } from "./log.ts";
import { type Answer, type Call, cancelledCode, type Middleware } from "./middleware.ts";

export interface Breaking {
  failures: number; // in a row, that open the circuit
  open: number; // milliseconds until calls are let through to try
  halfOpen: number; // of which so many must go well
  tools: string[]; // with a breaker of their own
}

/** How a call went; a caller who hangs up says nothing about the other side. */
type Outcome = "good" | "bad" | "unknown";

const names = { [CircuitState.Closed]: "closed", [CircuitState.Open]: "open", [CircuitState.HalfOpen]: "half-open" };

class Circuit {
  readonly #halfOpen: number;
  readonly #policy: CircuitBreakerPolicy;
  #trials = 0;

  constructor({ failures, open, halfOpen }: Breaking, changed: (from: string, to: string) => void) {
    this.#halfOpen = halfOpen;
    const failed = handleWhenResult((outcome) => outcome === "bad");
    const breaker = new ConsecutiveBreaker(failures);
    const halfOpenSampling = { calls: halfOpen, threshold: 0 };
    this.#policy = circuitBreaker(failed, { breaker, halfOpenAfter: open, halfOpenSampling });
    let from = names[CircuitState.Closed];
    this.#policy.onStateChange((state) => {
      const to = names[state as keyof typeof names];
      changed(from, to);
      from = to;
      this.#trials = 1; // whoever finds that the rest is over is the first to try
    });
  }

  /** Does some work, of which judge says how it went. While the circuit is open, resting speaks instead. */
  async run<T>(work: () => Promise<T>, judge: (end: PromiseSettledResult<T>) => Outcome, resting: () => T): Promise<T> {
    // The policy would let those who come during the trials wait for their end.
    if (this.#policy.state === CircuitState.HalfOpen && ++this.#trials > this.#halfOpen) return resting();
    const ends: PromiseSettledResult<T>[] = [];
    const done = this.#policy.execute(async () => {
      const [end] = await Promise.allSettled([work()]);
      ends.push(end);
      const outcome = judge(end);
      if (outcome === "unknown") throw new TaskCancelledError(); // counts neither way; a trial takes it for good
      return outcome;
    });
    await done.catch(() => {}); // the end tells more
    const [end] = ends;
    if (end === undefined) return resting();
    if (end.status === "rejected") throw end.reason;
    return end.value;
  }
}

const maxHosts = 1000; // beyond them, hosts share a breaker

/** The error of a call that was not made. */
export class OpenError extends Error {
  readonly permanent = true; // another attempt right now is pointless

  constructor(host: string) {
    super(`${host} keeps failing and is left alone for a while: try again later`);
  }
}

/** A breaker for each host that is called and each tool that is configured. */
export class Breakers {
  readonly #limits: Breaking;
  readonly #log: Log;
  readonly #hosts = new Map<string, Circuit>();
  readonly #tools: Map<string, Circuit>;

  constructor(limits: Breaking, log: Log) {
    this.#limits = limits;
    this.#log = log;
    this.#tools = new Map(limits.tools.map((tool) => [tool, this.#circuit(`tool ${tool}`)]));
  }

  #circuit(breaker: string): Circuit {
    return new Circuit(this.#limits, (from, to) => this.#log.warn("a circuit breaker changed", { breaker, from, to }));
  }

  #host(host: string): Circuit {
    const name = this.#hosts.has(host) || this.#hosts.size < maxHosts ? host : "other hosts";
    const circuit = this.#hosts.get(name) ?? this.#circuit(`host ${name}`);
    this.#hosts.set(name, circuit);
    return circuit;
  }

  /** Puts a breaker before each host. No answer and a server error (5xx) are failures. */
  readonly fetch =
    (next: typeof fetch): typeof fetch =>
    async (input, init) => {
      const { host } = new URL(input instanceof Request ? input.url : input);
      const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
      const hungUp = () => signal?.aborted && !isDeadline(signal.reason);
      return this.#host(host).run(
        () => next(input, init),
        (end) => {
          if (end.status === "fulfilled") return end.value.status >= 500 ? "bad" : "good";
          return hungUp() ? "unknown" : "bad";
        },
        () => {
          throw new OpenError(host);
        },
      );
    };

  /**
   * Puts a breaker before each tool that has one. For them every result that is an
   * error is a failure, so they should be tools that stand or fall with something
   * outside.
   */
  readonly around: Middleware = async (call, next) => {
    const { kind, name } = target(call);
    const circuit = kind === "tool" ? this.#tools.get(name) : undefined;
    if (circuit === undefined) return next();
    return circuit.run(
      next,
      (end) => (end.status === "fulfilled" ? outcomeOf(end.value, call) : "bad"),
      () => {
        const message = `the tool "${name}" keeps failing and rests for a while`;
        const hint = "try again later, or go on without it";
        return new Refusal(codes.unavailable, "unavailable", message, hint, this.#limits.open).answer();
      },
    );
  };
}

function isDeadline(reason: unknown): boolean {
  return reason === tookTooLong || (reason instanceof DOMException && reason.name === "TimeoutError");
}

function outcomeOf({ result, error }: Answer, { values }: Call): Outcome {
  if (error?.code === cancelledCode) return values.get("timed out") === true ? "bad" : "unknown";
  return result?.isError === true ? "bad" : "good"; // an error of the protocol is the caller's: the tool has answered
}

/** Leaves alone what keeps failing. */
export function withBreaker(app: App): void {
  const { MCP_BREAKER_FAILURES: failures, MCP_BREAKER_OPEN: open } = app.config;
  const { MCP_BREAKER_HALF_OPEN: halfOpen, MCP_BREAKER_TOOLS: tools } = app.config;
  const breakers = new Breakers({ failures, open, halfOpen, tools }, app.log);
  app.wrapFetch(breakers.fetch);
  app.chain.use("logging", breakers.around); // the innermost stage: around the tool alone
}
