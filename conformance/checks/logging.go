package checks

import (
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// logging is the suite about server/utilities/logging.
func logging() conformance.Suite {
	return conformance.Suite{ID: "logging", Title: "Logging", Checks: slices.Concat(loggingLevelChecks(), loggingMessageChecks())}
}

// loggingMessageChecks judge notifications/message.
func loggingMessageChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "logging/capability/declared",
		Title:  "a server that sends log messages declares logging",
		Claims: claims{Handshake: ids{"logging.capability.declared"}, Stateless: ids{"logging.capability-declared"}},
		Watch:  loggingDeclared,
		Fix:    `Declare "logging": {} among the capabilities.`,
	}, {
		ID:     "logging/message/shape",
		Title:  "a log message has one of the eight levels, data, and a logger that is text",
		Claims: claims{Handshake: ids{"logging.message.shape"}, Stateless: ids{"logging.message-shape"}},
		Watch:  loggingShape,
	}, {
		ID:     "logging/message/threshold",
		Title:  "no message is below the level that was set",
		Claims: claims{Handshake: ids{"logging.message.filtered"}, Stateless: ids{"logging.level-threshold"}},
		Needs:  "logging",
		Reach:  conformance.Provoke,
		Run:    loggingThreshold,
	}, {
		ID:     "logging/message/opt-in",
		Title:  "no log message is sent for a request without a log level",
		Claims: claims{Stateless: ids{"logging.opt-in-only"}},
		Watch:  loggingOptIn,
		Fix:    "Send log messages only for requests with " + mcp.MetaLogLevel + " in _meta.",
	}, {
		ID:     "logging/message/own-stream",
		Title:  "log messages flow with the answer to their request, never on a listen stream",
		Claims: claims{Stateless: ids{"logging.request-stream-only", "subscriptions.no-request-scoped"}},
		Needs:  "logging notifies",
		Reach:  conformance.Provoke,
		Run:    loggingOwnStream,
	}, {
		ID:     "logging/message/before-response",
		Title:  "log messages of a request precede its response",
		Claims: claims{Stateless: ids{"logging.before-response"}},
		Needs:  "logging",
		Reach:  conformance.Provoke,
		Run:    loggingBeforeResponse,
	}, {
		ID:     "logging/message/no-secrets",
		Title:  "log messages hold no credentials",
		Claims: claims{Handshake: ids{"logging.security.no-secrets"}, Stateless: ids{"logging.no-secrets"}},
		Watch:  loggingNoSecrets,
		Fix:    "Take secrets out before a message is sent; clients keep their logs.",
	}}
}

// logMessage is the notification that carries a log message.
const logMessage = "notifications/message"

// noLogs is why the checks of log messages often prove nothing.
const noLogs = "the server sent no log messages; allow a tool that logs with --allow-tool GLOB"

// logLevels are the levels, least severe first.
func logLevels() []string {
	return []string{"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"}
}

func loggingDeclared(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Notifications(logMessage) {
		j.Met(m)
		if t.Facts.Missing("logging") != "" {
			j.Faultf(m, "/method", "%s came, but the server does not declare logging", logMessage)
		}
	}
	return j.Err("the server sent no log messages")
}

func loggingShape(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Notifications(logMessage) {
		j.Met(m)
		if level := m.Params().Get("level"); !slices.Contains(logLevels(), level.Text()) {
			j.Faultf(m, "/params/level", "%.40s is no log level; expected one of %v", level, logLevels())
		}
		if !m.Params().Has("data") {
			j.Faultf(m, "/params", "the log message has no data")
		}
		if logger := m.Params().Get("logger"); logger.Exists() && !logger.Is(mcp.String) {
			j.Faultf(m, "/params/logger", "logger must be a string, not %s", aKind(logger))
		}
	}
	return j.Err("the server sent no log messages")
}

func loggingOptIn(t *conformance.Traffic) error {
	j := t.Judge()
	for _, c := range t.Connections {
		if c.Bare {
			continue
		}
		asked := false              // on the connection
		asking := map[int]bool{}    // by exchange
		listening := map[int]bool{} // see logging/message/own-stream
		for _, m := range dialogue(c) {
			apart := t.Transport == mcp.HTTP && m.Exchange != nil
			silent := !asked || apart && !asking[m.Frame.Exchange] && !listening[m.Frame.Exchange]
			switch {
			case m.Frame.Direction == mcp.Sent:
				listening[m.Frame.Exchange] = m.Method() == "subscriptions/listen"
				if m.Params().Get("_meta").Has(mcp.MetaLogLevel) {
					asked, asking[m.Frame.Exchange] = true, true
				}
			case m.Method() == logMessage && silent:
				j.Faultf(m, "", "a log message came, though no log level was given with the request")
			case m.MessageKind() == mcp.ResponseMessage && silent:
				j.Met(m)
			}
		}
	}
	return j.Err("every request had a log level")
}
