package app

// part is one feature's way into the server.
type part struct {
	name string
	join func(*App) error
}

// parts lists every part in the order in which they are joined. A part may rely
// on those above it.
func parts() []part {
	return []part{
		//mcpctl:if logging
		{"logging", withLogging},
		//mcpctl:end
		//mcpctl:if secrets
		{"secrets", withSecrets},
		//mcpctl:end
		//mcpctl:if pii
		{"pii", withPii}, // the log is complete from here on
		//mcpctl:end
		{"server", withServer},
		//mcpctl:if otel
		{"otel", withOtel},
		//mcpctl:end
		//mcpctl:if metrics
		{"metrics", withMetrics},
		//mcpctl:end
		//mcpctl:if health
		{"health", withHealth},
		//mcpctl:end

		//mcpctl:if cache
		// Outside of a tool's breaker: what is cached neither fails nor counts.
		{"cache", withCache},
		//mcpctl:end
		//mcpctl:if redis
		{"redis", withRedis},
		//mcpctl:end
		//mcpctl:if retry || breaker || ssrf
		// Outgoing calls: each wraps those below it.
		//mcpctl:end
		//mcpctl:if retry
		{"retry", withRetry},
		//mcpctl:end
		//mcpctl:if breaker
		{"breaker", withBreaker},
		//mcpctl:end
		//mcpctl:if ssrf
		{"ssrf", withSsrf},
		//mcpctl:end

		// Who may do what.
		{"origin", withOrigin},
		//mcpctl:if apikeys
		{"apikeys", withApikeys},
		//mcpctl:end
		//mcpctl:if jwt
		{"jwt", withJwt},
		//mcpctl:end
		//mcpctl:if oauth
		{"oauth", withOauth},
		//mcpctl:end
		//mcpctl:if apikeys || jwt
		{"auth", withAuth},
		//mcpctl:end
		//mcpctl:if rbac
		{"rbac", withRbac},
		//mcpctl:end
		//mcpctl:if headers
		{"headers", withHeaders},
		//mcpctl:end
		//mcpctl:if limits
		{"limits", withLimits},
		//mcpctl:end
		//mcpctl:if sessions
		{"sessions", withSessions},
		//mcpctl:end

		//mcpctl:if ratelimit || bulkhead || timeouts
		// How much and how long.
		//mcpctl:end
		//mcpctl:if ratelimit
		{"ratelimit", withRatelimit},
		//mcpctl:end
		//mcpctl:if bulkhead
		{"bulkhead", withBulkhead},
		//mcpctl:end
		//mcpctl:if timeouts
		{"timeouts", withTimeouts},
		//mcpctl:end
		//mcpctl:if audit
		{"audit", withAudit},
		//mcpctl:end

		// What the server offers.
		//mcpctl:if pathguard
		{"pathguard", withPathguard},
		//mcpctl:end
		//mcpctl:if elicitation
		{"elicitation", withElicitation},
		//mcpctl:end
		//mcpctl:if tasks
		{"tasks", withTasks},
		//mcpctl:end
		{"tools", withTools},
		//mcpctl:if resources
		{"resources", withResources},
		//mcpctl:end
		//mcpctl:if subscriptions
		{"subscriptions", withSubscriptions},
		//mcpctl:end
		//mcpctl:if prompts
		{"prompts", withPrompts},
		//mcpctl:end
	}
}
