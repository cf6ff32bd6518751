// Values that must not be seen.
import { inspect } from "node:util";

const hidden = "[redacted]";

/**
 * A text that never prints itself: joining, logging and encoding show a
 * placeholder. Only reveal gives it away: call it where the secret is used, no
 * sooner.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}
