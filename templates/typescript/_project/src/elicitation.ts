// Lets a tool put questions to the user, in both eras.
//
// What comes back with the user's answer is from outside, so the state that the
// tool handed out with the question is sealed: nobody can read it, change it, or
// use it for another call, for another caller, or later.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import {
  type InputRequest,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpServer,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { App } from "./app.ts";
import { abilities } from "./asking.ts";
import { callerOf } from "./caller.ts";
import { messageOf } from "./lifecycle.ts";
import { Problem } from "./problem.ts";

const question = "question"; // the id of the question; a tool puts one at a time
const cipher = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** Lets tools put questions to the user. */
export function withElicitation({ config, deps }: App): void {
  deps.sealer = new Sealer(config.MCP_STATE_KEY.reveal(), config.MCP_STATE_TTL);
  deps.shareUrl = config.MCP_SHARE_URL;
}

/** What the user made of a question. */
export interface Answer {
  accepted: boolean; // not: declined or closed the question
  content: Record<string, unknown>; // the form as filled in
}

/** What a question is for, so that its answer serves for nothing else. */
export function purposeOf(context: ServerContext, tool: string, about: string): string {
  return [callerOf(context).id, tool, about].map((part) => JSON.stringify(part)).join(" ");
}

/** Whether the client can show a question of a mode. */
export function canAsk(server: McpServer, context: ServerContext, mode: "form" | "url"): boolean {
  const { elicitation } = abilities(server, context);
  if (mode === "url") return elicitation?.url !== undefined;
  // A client that names no mode has forms.
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

/** Seals the states of questions. */
export class Sealer {
  readonly #key: Buffer;
  readonly #ttl: number;

  /** An empty key stands for a random one, which a restart forgets; the user may think for ttl milliseconds. */
  constructor(key: string, ttl: number) {
    this.#key = key === "" ? randomBytes(32) : createHash("sha256").update(key).digest();
    this.#ttl = ttl;
  }

  /** Puts a question to the user. */
  ask(purpose: string, about: string, request: InputRequest): InputRequiredResult {
    return inputRequired({ inputRequests: { [question]: request }, requestState: this.seal(purpose, about) });
  }

  /**
   * The user's answer; undefined: there is none yet. An answer whose state was
   * not handed out for the same purpose is refused.
   */
  read(context: ServerContext, purpose: string): Answer | undefined {
    const { inputResponses, requestState } = context.mcpReq;
    if (inputResponses?.[question] === undefined) return undefined;
    try {
      this.open(purpose, requestState() ?? "");
      const answer = inputResponse(inputResponses, question);
      if (answer.kind !== "elicit") throw new Error(`the answer to ${question} is not an answer of a user`);
      return { accepted: answer.action === "accept", content: answer.content ?? {} };
    } catch (error) {
      const message = `The answer does not belong to this question: ${messageOf(error)}.`;
      throw new Problem("refused", message, "Call the tool again without inputResponses.");
    }
  }

  /** Makes of a state a text that open accepts for the same purpose only, and not for ever. */
  seal(purpose: string, state: unknown): string {
    const until = new Date(Date.now() + this.#ttl).toISOString();
    const nonce = randomBytes(nonceBytes);
    const sealing = createCipheriv(cipher, this.#key, nonce).setAAD(Buffer.from(purpose));
    const sealed = [nonce, sealing.update(JSON.stringify({ until, state })), sealing.final(), sealing.getAuthTag()];
    return Buffer.concat(sealed).toString("base64url");
  }

  /** The state that was sealed. */
  open(purpose: string, text: string): unknown {
    try {
      const sealed = Buffer.from(text, "base64url");
      const opening = createDecipheriv(cipher, this.#key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
      opening.setAAD(Buffer.from(purpose)).setAuthTag(sealed.subarray(-tagBytes));
      const plain = opening.update(sealed.subarray(nonceBytes, -tagBytes), undefined, "utf8") + opening.final("utf8");
      const { until, state } = JSON.parse(plain) as { until: string; state: unknown };
      if (Date.now() <= Date.parse(until)) return state;
    } catch {
      // What cannot be opened was not sealed here.
    }
    throw new Error("the state of the question is not one that this server handed out, or too old");
  }
}
