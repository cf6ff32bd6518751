// The parts of the server. Each feature has one line here, which is the only place
// where it meets the server.
//mcpctl:if apikeys
import { withApikeys } from "./apikeys.ts";
//mcpctl:end
import type { App } from "./app.ts";
//mcpctl:if audit
import { withAudit } from "./audit.ts";
//mcpctl:end
//mcpctl:if apikeys || jwt
import { withAuth } from "./auth.ts";
//mcpctl:end
//mcpctl:if breaker
import { withBreaker } from "./breaker.ts";
//mcpctl:end
//mcpctl:if bulkhead
import { withBulkhead } from "./bulkhead.ts";
//mcpctl:end
//mcpctl:if cache
import { withCache } from "./cache.ts";
//mcpctl:end
import { compatible } from "./compat.ts";
//mcpctl:if elicitation
import { withElicitation } from "./elicitation.ts";
//mcpctl:end
//mcpctl:if headers
import { withHeaders } from "./headers.ts";
//mcpctl:end
//mcpctl:if health
import { withHealth } from "./health.ts";
//mcpctl:end
//mcpctl:if jwt
import { withJwt } from "./jwt.ts";
//mcpctl:end
//mcpctl:if limits
import { withLimits } from "./limits.ts";
//mcpctl:end
//mcpctl:if logging
import { withLogging } from "./logging.ts";
//mcpctl:end
//mcpctl:if metrics
import { withMetrics } from "./metrics.ts";
//mcpctl:end
import { recover } from "./middleware.ts";
//mcpctl:if oauth
import { withOauth } from "./oauth.ts";
//mcpctl:end
//mcpctl:if otel
import { withOtel } from "./otel.ts";
//mcpctl:end
//mcpctl:if pagination
import { withPagination } from "./pagination.ts";
//mcpctl:end
//mcpctl:if pathguard
import { withPathguard } from "./pathguard.ts";
//mcpctl:end
//mcpctl:if pii
import { withPii } from "./pii.ts";
//mcpctl:end
//mcpctl:if prompts
import { withPrompts } from "./prompts.ts";
//mcpctl:end
//mcpctl:if ratelimit
import { withRatelimit } from "./ratelimit.ts";
//mcpctl:end
//mcpctl:if rbac
import { withRbac } from "./rbac.ts";
//mcpctl:end
//mcpctl:if redis
import { withRedis } from "./redis.ts";
//mcpctl:end
//mcpctl:if resources
import { withResources } from "./resources.ts";
//mcpctl:end
//mcpctl:if retry
import { withRetry } from "./retry.ts";
//mcpctl:end
//mcpctl:if secrets
import { withSecrets } from "./secrets.ts";
//mcpctl:end
//mcpctl:if sessions
import { withSessions } from "./sessions.ts";
//mcpctl:end
//mcpctl:if ssrf
import { withSsrf } from "./ssrf.ts";
//mcpctl:end
//mcpctl:if subscriptions
import { withSubscriptions } from "./subscriptions.ts";
//mcpctl:end
//mcpctl:if tasks
import { withTasks } from "./tasks.ts";
//mcpctl:end
//mcpctl:if timeouts
import { withTimeouts } from "./timeouts.ts";
//mcpctl:end
import { registerTools } from "./tools/index.ts";
import { guard } from "./wire.ts";

interface Part {
  name: string;
  join: (app: App) => void;
}

/** Every part in the order in which they are joined: one may rely on those above it. */
export const parts: Part[] = [
  //mcpctl:if logging
  { name: "logging", join: withLogging }, // first, so that its correlation id is there for all others
  //mcpctl:end
  //mcpctl:if secrets
  { name: "secrets", join: withSecrets },
  //mcpctl:end
  //mcpctl:if pii
  { name: "pii", join: withPii }, // the log is complete from here on
  //mcpctl:end
  {
    name: "server",
    join: (app) => {
      app.count();
      app.chain.use("error", recover(app));
      app.chain.use("error", compatible);
      app.life.every("checks", app.config.MCP_CHECK_EVERY, () => app.life.checkAll());
    },
  },
  //mcpctl:if otel
  { name: "otel", join: withOtel },
  //mcpctl:end
  //mcpctl:if metrics
  { name: "metrics", join: withMetrics },
  //mcpctl:end
  //mcpctl:if health
  { name: "health", join: withHealth },
  //mcpctl:end
  //mcpctl:if cache
  { name: "cache", join: withCache }, // outside of a tool's breaker: what is cached neither fails nor counts
  //mcpctl:end
  //mcpctl:if redis
  { name: "redis", join: withRedis },
  //mcpctl:end
  //mcpctl:if retry || breaker || ssrf

  // Outgoing calls: each wraps those below it.
  //mcpctl:end
  //mcpctl:if retry
  { name: "retry", join: withRetry },
  //mcpctl:end
  //mcpctl:if breaker
  { name: "breaker", join: withBreaker },
  //mcpctl:end
  //mcpctl:if ssrf
  { name: "ssrf", join: withSsrf },
  //mcpctl:end

  // Who may do what.
  {
    name: "origin",
    join: (app) =>
      app.wrap("origin", (next) =>
        guard(next, { origins: app.config.MCP_HTTP_ORIGINS, hosts: app.config.MCP_HTTP_HOSTS }),
      ),
  },
  //mcpctl:if apikeys
  { name: "apikeys", join: withApikeys },
  //mcpctl:end
  //mcpctl:if jwt
  { name: "jwt", join: withJwt },
  //mcpctl:end
  //mcpctl:if oauth
  { name: "oauth", join: withOauth },
  //mcpctl:end
  //mcpctl:if apikeys || jwt
  { name: "auth", join: withAuth },
  //mcpctl:end
  //mcpctl:if rbac
  { name: "rbac", join: withRbac },
  //mcpctl:end
  //mcpctl:if headers
  { name: "headers", join: withHeaders },
  //mcpctl:end
  //mcpctl:if limits
  { name: "limits", join: withLimits },
  //mcpctl:end
  //mcpctl:if sessions
  { name: "sessions", join: withSessions },
  //mcpctl:end
  //mcpctl:if ratelimit || bulkhead || timeouts

  // How much and how long.
  //mcpctl:end
  //mcpctl:if ratelimit
  { name: "ratelimit", join: withRatelimit },
  //mcpctl:end
  //mcpctl:if bulkhead
  { name: "bulkhead", join: withBulkhead }, // after the rates, on their stage: what is refused anyway must not wait first
  //mcpctl:end
  //mcpctl:if timeouts
  { name: "timeouts", join: withTimeouts },
  //mcpctl:end
  //mcpctl:if audit
  { name: "audit", join: withAudit },
  //mcpctl:end
  //mcpctl:if pagination
  { name: "pagination", join: withPagination },
  //mcpctl:end

  // What the server offers.
  //mcpctl:if pathguard
  { name: "pathguard", join: withPathguard },
  //mcpctl:end
  //mcpctl:if elicitation
  { name: "elicitation", join: withElicitation },
  //mcpctl:end
  //mcpctl:if tasks
  { name: "tasks", join: withTasks },
  //mcpctl:end
  { name: "tools", join: (app) => app.offers.push((server) => registerTools(server, app.deps)) },
  //mcpctl:if resources
  { name: "resources", join: withResources },
  //mcpctl:end
  //mcpctl:if subscriptions
  { name: "subscriptions", join: withSubscriptions },
  //mcpctl:end
  //mcpctl:if prompts
  { name: "prompts", join: withPrompts },
  //mcpctl:end
];
