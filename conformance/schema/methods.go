package schema

import "encoding/json"

// Request names the definition of a request by its method, whoever sends it. In
// 2026-07-28 that includes what travels inside an InputRequiredResult. A method
// that the revision does not have is not ok.
func (s *Set) Request(method string) (def string, ok bool) {
	m, ok := s.method(method, true)
	return m.definition, ok
}

// Notification names the definition of a notification by its method, whoever
// sends it.
func (s *Set) Notification(method string) (def string, ok bool) {
	m, ok := s.method(method, false)
	return m.definition, ok
}

// ResultOf names the definition of the result that completes a request. A
// request that carried params.task (2025-11-25) is answered by CreateTaskResult
// first; one of 2026-07-28 may be answered by InputRequiredResult: see Answer.
func (s *Set) ResultOf(method string) (def string, ok bool) {
	m, ok := s.method(method, true)
	return m.answer, ok
}

// Answer names the definition by which to judge result, a result of 2026-07-28
// that answers method: InputRequiredResult when its resultType says so and the
// method admits it, else what ResultOf names. Before 2026-07-28 it is ResultOf.
func (s *Set) Answer(method string, result []byte) (def string, ok bool) {
	def, ok = s.ResultOf(method)
	if !ok || !s.Has("InputRequiredResult") {
		return def, ok
	}
	switch method {
	case "tools/call", "prompts/get", "resources/read":
	default:
		return def, ok
	}
	var members map[string]json.RawMessage // a map, since struct fields match in any case
	if json.Unmarshal(result, &members) != nil || string(members["resultType"]) != `"input_required"` {
		return def, ok
	}
	return "InputRequiredResult", true
}

// ErrorOf names the definition of a JSON-RPC error response with that code: the
// special one where the revision has it, else the general one.
func (s *Set) ErrorOf(code int64) string {
	special := map[int64]string{
		-32020: "HeaderMismatchError",
		-32021: "MissingRequiredClientCapabilityError",
		-32022: "UnsupportedProtocolVersionError",
		-32042: "URLElicitationRequiredError",
	}
	if def, ok := special[code]; ok && s.Has(def) {
		return def
	}
	return s.ErrorDef()
}

// ErrorDef names the definition of a JSON-RPC error response.
func (s *Set) ErrorDef() string {
	if s.Has("JSONRPCError") {
		return "JSONRPCError"
	}
	return "JSONRPCErrorResponse"
}

func (s *Set) method(name string, isRequest bool) (method, bool) {
	for _, m := range s.methods {
		if m.name == name && m.isRequest == isRequest && m.span.Has(s.revision) {
			return m, true
		}
	}
	return method{}, false
}
