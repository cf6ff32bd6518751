package checks

import "github.com/mcpctl/mcpctl/conformance"

// stdio is the suite about standard streams: basic/transports#stdio, from
// 2026-07-28 on basic/transports/stdio. The end of the process by itself is
// judged in the lifecycle suite.
func stdio() conformance.Suite {
	return conformance.Suite{ID: "stdio", Title: "stdio", Checks: []conformance.Check{{
		ID:     "stdio/stdout/only-messages",
		Title:  "nothing but messages is written to standard output",
		Claims: claims{Handshake: ids{"stdio.stdout.only-mcp-messages"}, Stateless: ids{"stdio.stdout.only-mcp"}},
		Needs:  "stdio",
		Watch:  stdioOnlyMessages,
		Fix:    "Send logs, banners and whatever libraries print to standard error.",
	}, {
		ID:     "stdio/framing/one-line",
		Title:  "a message has no line breaks in it",
		Claims: claims{Handshake: ids{"stdio.framing.no-embedded-newlines"}, Stateless: ids{"stdio.framing.no-embedded-newline"}},
		Needs:  "stdio",
		Watch:  stdioOneLine,
		Fix:    "Write JSON without indentation.",
	}, {
		ID:     "stdio/framing/newline",
		Title:  "each message is ended by a newline",
		Claims: claims{Handshake: ids{"stdio.framing.newline-delimited"}, Stateless: ids{"stdio.framing.single-message-per-line"}},
		Needs:  "stdio",
		Watch:  stdioNewline,
		Fix:    "Write a newline after each message, and no Content-Length header before it.",
	}, {
		ID:     "stdio/framing/no-array",
		Title:  "each line is one message, not an array of them",
		Claims: claims{Handshake: ids{"stdio.messages.individual"}, Stateless: ids{"stdio.framing.single-message-per-line"}},
		Needs:  "stdio",
		// In the handshake era batching/server/none finds the same on every
		// transport.
		General: true,
		Watch:   stdioNoArray,
	}, {
		ID:     "stdio/stderr/utf8",
		Title:  "what is written to standard error is UTF-8",
		Claims: claims{Handshake: ids{"stdio.stderr.utf8"}, Stateless: ids{"stdio.stderr.utf8"}},
		Needs:  "stdio",
		Reach:  conformance.Observe,
		Run:    stdioStderr,
	}, {
		ID:     "stdio/shutdown/clean",
		Title:  "nothing but messages is written to standard output when the server ends",
		Claims: claims{Handshake: ids{"stdio.stdout.only-mcp-messages"}, Stateless: ids{"stdio.shutdown.stdout-clean"}},
		Needs:  "stdio",
		Reach:  conformance.Observe,
		Run:    stdioShutdown,
		Fix:    "Say goodbye on standard error.",
	}, {
		ID:     "stdio/restart/retry",
		Title:  "a request that was lost with a process succeeds on a new one",
		Claims: claims{Stateless: ids{"stdio.restart.stateless"}},
		Needs:  "stdio",
		Reach:  conformance.Provoke,
		Run:    stdioRestart,
		Fix:    "Keep nothing between processes that a process that was killed could leave locked.",
	}}}
}

func stdioOnlyMessages(t *conformance.Traffic) error {
	j := t.Judge()
	for line := range stdioLines(t) {
		switch line.kind {
		case lineMessage:
			j.Met(line.Seen)
		case lineNoise:
			j.Faultf(line.Seen, "", "a line of standard output is no message: %.80q", line.Frame.Data)
		}
	}
	return j.Err(noLines)
}

// noLines is what the checks of standard output say when there is nothing.
const noLines = "the server wrote nothing to standard output"

func stdioOneLine(t *conformance.Traffic) error {
	j := t.Judge()
	for line := range stdioLines(t) {
		switch line.kind {
		case lineMessage:
			j.Met(line.Seen)
		case linePiece:
			j.Faultf(line.Seen, "", "a message is spread over several lines, the first of which is %.80q", line.Frame.Data)
		}
	}
	return j.Err(noLines)
}

func stdioNewline(t *conformance.Traffic) error {
	j := t.Judge()
	for line := range stdioLines(t) {
		switch line.kind {
		case lineMessage:
			j.Met(line.Seen)
		case lineSeveral:
			j.Faultf(line.Seen, "", "a line holds more than one message, or something before it: %.80q", line.Frame.Data)
		}
	}
	return j.Err(noLines)
}

func stdioNoArray(t *conformance.Traffic) error {
	j := t.Judge()
	for line := range stdioLines(t) {
		switch line.kind {
		case lineMessage:
			j.Met(line.Seen)
		case lineArray:
			if sentArray(line.Connection) {
				continue // batching/array/refused judges answers to an array of ours
			}
			j.Faultf(line.Seen, "", "a line holds an array, %.80q, and %s has no batches", line.Frame.Data, t.Revision)
		}
	}
	return j.Err(noLines)
}
