// Runs work that outlives the call that starts it: a call begins it, others ask
// how far it is, and one may cancel it.
import { randomUUID } from "node:crypto";
import type { App } from "./app.ts";
import { messageOf } from "./lifecycle.ts";

/** Lets tools start work that outlives the call. */
export function withTasks({ config, deps, life }: App): void {
  const tasks = new Tasks(config.MCP_TASKS_MAX, config.MCP_TASKS_TTL);
  deps.tasks = tasks;
  life.onStop("tasks", () => tasks.close());
}

/** What has become of a task. */
export type State = "working" | "completed" | "failed" | "cancelled";

/** A task as seen at one moment. */
export interface Task {
  id: string;
  state: State;
  done: number; // steps done
  total: number; // of so many
  result?: string;
  error?: string; // why it failed
}

/** What a task does. It calls step after each step and stops when its signal says so. */
export type Work = (ended: AbortSignal, step: (done: number, total: number) => void) => Promise<string>;

/** What keeps a store from doing what it is asked. */
export class TasksError extends Error {
  readonly reason: "unknown" | "full";

  constructor(reason: TasksError["reason"]) {
    super(reason === "unknown" ? "there is no such task" : "too many tasks are kept");
    this.reason = reason;
  }
}

interface Entry {
  task: Task;
  owner: string;
  ended: AbortController;
  running: Promise<void>;
  expires?: number; // none while it works
}

/** Keeps a bounded number of tasks, each for its owner only. */
export class Tasks {
  readonly #max: number;
  readonly #ttl: number;
  readonly #entries = new Map<string, Entry>();
  #closed = false;

  /** At most max tasks are kept at once, running or done; a result is kept for ttl milliseconds. */
  constructor(max: number, ttl: number) {
    this.#max = max;
    this.#ttl = ttl;
  }

  /** Begins work for an owner and returns at once. */
  start(owner: string, work: Work): Task {
    for (const [id, { expires }] of this.#entries)
      if (expires !== undefined && Date.now() > expires) this.#entries.delete(id);
    if (this.#entries.size >= this.#max || this.#closed) throw new TasksError("full");
    // The id cannot be guessed, but it is the owner that is checked.
    const task: Task = { id: randomUUID(), state: "working", done: 0, total: 0 };
    const entry: Entry = { task, owner, ended: new AbortController(), running: Promise.resolve() };
    this.#entries.set(task.id, entry);
    entry.running = this.#run(entry, work);
    return { ...task };
  }

  async #run(entry: Entry, work: Work): Promise<void> {
    const { task } = entry;
    try {
      await Promise.resolve(); // the caller is answered first
      const result = await work(entry.ended.signal, (done, total) => Object.assign(task, { done, total }));
      if (task.state === "working") Object.assign(task, { state: "completed", result });
    } catch (error) {
      if (task.state === "working") Object.assign(task, { state: "failed", error: messageOf(error) });
    }
    entry.expires = Date.now() + this.#ttl;
  }

  /** An owner's task. Others' tasks are unknown. */
  get(owner: string, id: string): Task {
    return { ...this.#entry(owner, id).task };
  }

  /** Stops an owner's task if it still works. */
  cancel(owner: string, id: string): Task {
    const { task, ended } = this.#entry(owner, id);
    if (task.state === "working") {
      task.state = "cancelled";
      ended.abort();
    }
    return { ...task };
  }

  /** Stops all tasks and waits until they have stopped. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { ended } of this.#entries.values()) ended.abort();
    await Promise.all([...this.#entries.values()].map((entry) => entry.running));
  }

  #entry(owner: string, id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry?.owner !== owner) throw new TasksError("unknown");
    return entry;
  }
}
