// Tells a client how far a call has come.
import type { ServerContext } from "@modelcontextprotocol/server";

const interval = 100; // milliseconds; more often no person looks

/** Tells one call's progress. If the client did not ask for it, it reports nothing. */
export class Reporter {
  readonly #context: ServerContext;
  readonly #total: number;
  #next = 0;

  constructor(context: ServerContext, total: number) {
    this.#context = context;
    this.#total = total;
  }

  /**
   * Tells that a number of steps are done. It throws once the call has been
   * cancelled, which is the place to stop the work. Reports that come too fast
   * are left out, except the last.
   */
  async step(done: number, message: string): Promise<void> {
    const { signal, _meta, notify } = this.#context.mcpReq;
    signal.throwIfAborted();
    const progressToken = _meta?.progressToken;
    const now = Date.now();
    if (progressToken === undefined || (now < this.#next && done < this.#total)) return;
    this.#next = now + interval;
    await notify({
      method: "notifications/progress",
      params: { progressToken, progress: done, total: this.#total, message },
    });
  }
}
