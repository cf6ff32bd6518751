// From boot to end: hooks that run at the start and, in reverse, at the stop;
// dependency checks; background tasks.
import type { Log } from "./log.ts";

export type Phase = "starting" | "running" | "draining" | "stopped";

type Hook = (ended: AbortSignal) => void | Promise<void>;

/** What the last run of a dependency check found. */
export interface Status {
  name: string;
  required: boolean;
  error?: string; // none: the dependency works
  at?: Date; // none: not yet checked
}

const checkTimeout = 5_000; // milliseconds; a check that takes longer has failed

export class Lifecycle {
  readonly #stopTimeout: number;
  readonly #log: () => Log;
  readonly #starts: { name: string; run: Hook }[] = [];
  readonly #stops: { name: string; run: Hook }[] = [];
  readonly #tasks: { name: string; every: number; run: Hook }[] = [];
  readonly #checks: { run: Hook; last: Status }[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #ended = new AbortController();
  #phase: Phase = "starting";

  /** The stop timeout is for each stop hook, in milliseconds. */
  constructor(stopTimeout: number, log: () => Log) {
    this.#stopTimeout = stopTimeout;
    this.#log = log;
  }

  /** Adds a hook that runs before requests are accepted; an error ends the boot. */
  onStart(name: string, run: Hook): void {
    this.#starts.push({ name, run });
  }

  /** Adds a hook that runs after the last answer, before those added before it. */
  onStop(name: string, run: Hook): void {
    this.#stops.push({ name, run });
  }

  /** Adds a task that runs once each period; one that takes longer delays the next. */
  every(name: string, period: number, run: Hook): void {
    this.#tasks.push({ name, every: period, run });
  }

  /**
   * Adds a dependency check. Without a required dependency the server does not
   * start and is not ready; without another it starts partly.
   */
  check(name: string, required: boolean, run: Hook): void {
    this.#checks.push({ run, last: { name, required } });
  }

  get phase(): Phase {
    return this.#phase;
  }

  get ready(): boolean {
    return this.#phase === "running" && this.#broken().length === 0;
  }

  drain(): void {
    if (this.#phase === "running") this.#phase = "draining";
  }

  /** When a hook or a required check fails, the caller still has to call stop. */
  async start(): Promise<void> {
    for (const hook of this.#starts) {
      try {
        await hook.run(this.#ended.signal);
      } catch (error) {
        throw new Error(`starting ${hook.name}: ${messageOf(error)}`, { cause: error });
      }
    }
    await this.checkAll();
    const broken = this.#broken();
    if (broken.length > 0)
      throw new Error(broken.map((s) => `the required dependency ${s.name} does not work: ${s.error}`).join("\n"));
    for (const task of this.#tasks) if (task.every > 0) this.#loop(task);
    if (this.#phase === "starting") this.#phase = "running";
  }

  /** A hook that fails or takes too long does not keep the others from running. */
  async stop(): Promise<void> {
    this.#ended.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    const errors: string[] = [];
    for (const hook of this.#stops.toReversed()) {
      try {
        await within(this.#stopTimeout, hook.run);
      } catch (error) {
        errors.push(`stopping ${hook.name}: ${messageOf(error)}`);
      }
    }
    this.#phase = "stopped";
    if (errors.length > 0) throw new Error(errors.join("\n"));
  }

  /** Runs all checks at once and logs what has changed. */
  async checkAll(): Promise<void> {
    await Promise.all(this.#checks.map((check) => this.#checkOne(check)));
  }

  /** What the last checks found, in the order of their adding. */
  get statuses(): Status[] {
    return this.#checks.map((check) => check.last);
  }

  #broken(): Status[] {
    return this.statuses.filter((s) => s.required && s.error !== undefined);
  }

  async #checkOne(check: { run: Hook; last: Status }): Promise<void> {
    const { name, required, error: before } = check.last;
    const last: Status = { name, required };
    try {
      await within(checkTimeout, check.run);
    } catch (error) {
      last.error = messageOf(error);
    }
    check.last = { ...last, at: new Date() };
    if (last.error !== undefined && before === undefined)
      this.#log().warn("a dependency does not work", { dependency: name, required, error: last.error });
    else if (last.error === undefined && before !== undefined)
      this.#log().info("a dependency works again", { dependency: name });
  }

  // A task that fails costs one run, not the server.
  #loop(task: { name: string; every: number; run: Hook }): void {
    const timer = setTimeout(async () => {
      try {
        await task.run(this.#ended.signal);
      } catch (error) {
        this.#log().error("a background task failed", { task: task.name, error: messageOf(error) });
      }
      if (!this.#ended.signal.aborted) timer.refresh();
    }, task.every);
    this.#timers.push(timer.unref());
  }
}

/** Waits for a hook no longer than its deadline, even if it does not heed its signal. */
async function within(timeout: number, run: Hook): Promise<void> {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const gaveUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late.abort();
      reject(new Error(`gave up after ${timeout} ms`));
    }, timeout);
  });
  try {
    await Promise.race([run(late.signal), gaveUp]);
  } finally {
    clearTimeout(timer);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
