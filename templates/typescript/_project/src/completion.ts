// Suggests values for prompt arguments and for the variables of URI templates.
import { completable } from "@modelcontextprotocol/server";
import type * as z from "zod";

/** The values that begin as the client has begun, whatever the case. The SDK shows it the first hundred. */
export function matching(values: string[], begun = ""): string[] {
  return values.filter((value) => value.toLowerCase().startsWith(begun.toLowerCase()));
}

/** Has the values of an argument come from known. */
export function suggest(argument: z.ZodString, known: () => string[]): z.ZodString {
  return completable(argument, (begun) => matching(known(), begun));
}
