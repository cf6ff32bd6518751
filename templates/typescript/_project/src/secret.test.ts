import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "./secret.ts";

test("a secret hides", () => {
  const secret = new Secret("hunter2");
  for (const shown of [
    `${secret}`,
    String(secret),
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ all: { secret } }, { showHidden: true, depth: null }),
    Object.entries(secret).join(),
  ])
    expect(shown).not.toContain("hunter2");
  expect(secret.reveal()).toBe("hunter2");
});
