// Masks what identifies a person (e-mail addresses, telephone, card and account
// numbers) and access tokens. It goes by patterns: it lowers the risk that such data
// settles in logs, it does not prove their absence.
import type { App } from "./app.ts";
import type { Answer, Middleware } from "./middleware.ts";
import { scrub, scrubbed } from "./scrub.ts";

/** A pattern and, where the pattern alone would hit too much, a test. */
type Rule = [name: string, pattern: RegExp, valid?: (found: string) => boolean];

// The order counts: a token may hold what looks like an address, and a card number
// is also a long telephone number. No pattern may go over a text twice: whoever
// calls chooses the text. So a token with dots begins where a word does.
const rules: Rule[] = [
  [
    "token",
    /(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*|\b[Bb][Ee][Aa][Rr][Ee][Rr]\s+[\w.~+/-]{8,}=*|\b(?:sk|pk|ghp|gho|glpat|xox[abp])[-_][\w-]{16,}\b|\bAKIA[0-9A-Z]{16}\b/g,
  ],
  ["email", /\b[\w.%+-]{1,64}@[\w-]+(?:\.[\w-]+)+\b/g],
  ["iban", /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g, iban],
  ["card", /\b\d(?:[ -]?\d){13,18}\b/g, luhn],
  [
    "phone",
    /(?:\+|\b00)[1-9]\d{0,2}[ ./-]?(?:\(\d{1,4}\)[ ./-]?)?\d{1,4}(?:[ ./-]?\d{2,4}){2,4}\b|\(\d{3}\) ?\d{3}-\d{4}\b|\b\d{3}-\d{3}-\d{4}\b/g,
  ],
];

/** The text with its findings replaced by their kind: [email]. */
export function masked(text: string): string {
  return rules.reduce(
    (left, [name, pattern, valid]) =>
      left.replace(pattern, (found) => (valid === undefined || valid(found) ? `[${name}]` : found)),
    text,
  );
}

/** The check sum of card numbers. */
function luhn(number: string): boolean {
  const digits = [...number.replace(/\D/g, "")].toReversed().map(Number);
  const sum = digits.reduce((all, d, i) => all + (i % 2 === 0 ? d : d > 4 ? 2 * d - 9 : 2 * d), 0);
  return sum % 10 === 0;
}

/**
 * Checks an account number by ISO 7064: the first four characters moved to the
 * end, letters read as 10 to 35, it is 1 modulo 97.
 */
function iban(found: string): boolean {
  const number = found.replaceAll(" ", "");
  if (number.length < 15 || number.length > 34) return false;
  const digits = (number.slice(4) + number.slice(0, 4)).replace(/[A-Z]/g, (c) => String(c.charCodeAt(0) - 55));
  return BigInt(digits) % 97n === 1n;
}

type Part = Record<string, unknown>;

/**
 * Masks the texts in what tools, resources and prompts return. Binary content
 * passes untouched, and so do names, which a schema has promised.
 */
export const maskResults: Middleware = async (_, next) => {
  const answer = await next();
  const { content, structuredContent, contents, messages } = answer.result ?? {};
  const result: Answer["result"] = { ...answer.result };
  if (Array.isArray(content)) result.content = content.map(block);
  if (structuredContent !== undefined) result.structuredContent = scrub(structuredContent, masked);
  if (Array.isArray(contents)) result.contents = contents.map(textOf);
  if (Array.isArray(messages))
    result.messages = messages.map((m: Part) => ({ ...m, content: block(m.content as Part) }));
  return answer.result === undefined ? answer : { ...answer, result };
};

function block(part: Part): Part {
  if (part.type === "text") return textOf(part);
  return part.type === "resource" ? { ...part, resource: textOf(part.resource as Part) } : part;
}

function textOf(part: Part): Part {
  return typeof part.text === "string" ? { ...part, text: masked(part.text) } : part;
}

/** Masks personal data in the log and, if so configured, in results. */
export function withPii(app: App): void {
  app.log = scrubbed(app.log, masked);
  if (app.config.MCP_PII_RESULTS) app.chain.use("sanitise", maskResults);
}
