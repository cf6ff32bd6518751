// Keeps the server's own secrets out of its log, wherever they turn up: in an
// error of a library, in a URL, in a header that was dumped. That a secret does not
// print itself is the business of secret.ts; this is the net below it.
import type { App } from "./app.ts";
import { type Clean, scrubbed } from "./scrub.ts";
import { Secret } from "./secret.ts";

const mask = "[secret]";

// The least length in bytes of a value that is masked: a shorter one would black
// out innocent words, and is no secret anyway.
const shortest = 6;

/** The values of all secrets among the settings. */
export function secretsOf(config: object): string[] {
  const values: unknown[] = Object.values(config).flat();
  return values.filter((value) => value instanceof Secret).map((value) => value.reveal());
}

/**
 * Replaces the values given, also in the forms in which they travel: escaped for a
 * URL and in base64.
 */
export function redactor(values: string[]): Clean {
  const forms = values
    .filter((value) => Buffer.byteLength(value) >= shortest)
    .flatMap((value) => [
      value,
      new URLSearchParams({ "": value }).toString().slice(1),
      encodeURIComponent(value),
      Buffer.from(value).toString("base64"),
      Buffer.from(value).toString("base64url"),
    ])
    // The longest first, so that a secret that begins like another goes whole.
    .toSorted((a, b) => b.length - a.length);
  if (forms.length === 0) return (text) => text;
  const any = new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|"), "g");
  return (text) => text.replace(any, mask);
}

/** Keeps the configured secrets out of the log. */
export function withSecrets(app: App): void {
  app.log = scrubbed(app.log, redactor(secretsOf(app.config)));
}
