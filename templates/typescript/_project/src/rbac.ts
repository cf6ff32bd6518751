// Refuses what the policy does not allow and leaves it out of lists.
import type { App } from "./app.ts";
import type { Caller } from "./caller.ts";
import { codes, type Kind, Refusal, target } from "./calls.ts";
import type { Answer, Call, Middleware } from "./middleware.ts";
import type { Policy } from "./policy.ts";

const lists: Record<string, { member: string; kind: Kind; by: string }> = {
  "tools/list": { member: "tools", kind: "tool", by: "name" },
  "prompts/list": { member: "prompts", kind: "prompt", by: "name" },
  "resources/list": { member: "resources", kind: "resource", by: "uri" },
  "resources/templates/list": { member: "resourceTemplates", kind: "resource", by: "uriTemplate" },
};

/** Denied is told of refusals. */
export function guarded(policy: Policy, denied: (call: Call) => void = () => {}): Middleware {
  return async (call, next) => {
    for (const { kind, name } of wanted(call)) {
      const why = policy.missing(call.caller, kind, name);
      if (why === undefined) continue;
      denied(call);
      return refusal(call.caller, kind, name, why);
    }
    return shown(policy, call, await next());
  };
}

/** What a request wants to use. */
function wanted(call: Call): { kind: Kind; name: string }[] {
  const { kind, name } = target(call);
  if (kind !== "") return [{ kind, name }];
  if (call.method !== "subscriptions/listen") return [];
  const { notifications } = call.params as { notifications?: { resourceSubscriptions?: unknown } };
  const uris = notifications?.resourceSubscriptions;
  return Array.isArray(uris) ? uris.map((uri) => ({ kind: "resource", name: String(uri) })) : [];
}

function refusal(caller: Caller, kind: Kind, name: string, why: string): Answer {
  const message = `"${caller.id}" may not use the ${kind} "${name}": ${why}`;
  const hint = "ask the operator of this server for a role or scope that allows it";
  return new Refusal(codes.forbidden, "forbidden", message, hint).answer();
}

function shown(policy: Policy, call: Call, answer: Answer): Answer {
  const list = lists[call.method];
  const items = list && answer.result?.[list.member];
  if (!list || !Array.isArray(items)) return answer;
  const allowed = items.filter((item) => policy.missing(call.caller, list.kind, String(item[list.by])) === undefined);
  return { ...answer, result: { ...answer.result, [list.member]: allowed } };
}

/** Refuses what no role of the caller allows. */
export function withRbac(app: App): void {
  const { MCP_RBAC_POLICY: policy } = app.config;
  //mcpctl:if audit
  // The audit comes after the decision, so it must be told of refusals.
  const guard = guarded(policy, (call) => app.auditor?.denied(call, app));
  //mcpctl:else
  const guard = guarded(policy);
  //mcpctl:end
  app.chain.use("authz", guard);
}
