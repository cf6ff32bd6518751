// Package scrub rewrites every text on its way into the log.
package scrub

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
)

// Handler returns a log handler that sends the message and all values of a
// record through clean before next sees them, also those deep in a struct.
// clean must be safe for concurrent use.
func Handler(next slog.Handler, clean func(string) string) slog.Handler {
	return handler{next, clean}
}

type handler struct {
	next  slog.Handler
	clean func(string) string
}

func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	cleaned := slog.NewRecord(r.Time, r.Level, h.clean(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		cleaned.AddAttrs(h.attr(a))
		return true
	})
	return h.next.Handle(ctx, cleaned)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.next.WithAttrs(h.attrs(attrs)), h.clean}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.next.WithGroup(name), h.clean}
}

func (h handler) attrs(attrs []slog.Attr) []slog.Attr {
	cleaned := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		cleaned[i] = h.attr(a)
	}
	return cleaned
}

func (h handler) attr(a slog.Attr) slog.Attr {
	value := a.Value.Resolve()
	switch value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, h.clean(value.String()))
	case slog.KindGroup:
		return slog.GroupAttrs(a.Key, h.attrs(value.Group())...)
	case slog.KindAny:
		return slog.Any(a.Key, h.any(value.Any()))
	default:
		return slog.Attr{Key: a.Key, Value: value}
	}
}

// any cleans what the standard handlers would print of a value: the text of an
// error, the JSON of everything else.
func (h handler) any(v any) any {
	switch v := v.(type) {
	case error:
		return h.clean(v.Error())
	case []byte:
		return h.clean(string(v))
	}
	cleaned, err := JSON(v, h.clean)
	if err != nil {
		return h.clean(fmt.Sprintf("%+v", v))
	}
	return cleaned
}

// JSON returns v as JSON with every text sent through clean, save for the names
// of members.
func JSON(v any, clean func(string) string) (json.RawMessage, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var tree any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber() // large whole numbers must come out as they went in
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	return json.Marshal(walk(tree, clean))
}

func walk(v any, clean func(string) string) any {
	switch v := v.(type) {
	case string:
		return clean(v)
	case []any:
		for i := range v {
			v[i] = walk(v[i], clean)
		}
	case map[string]any:
		for name := range v {
			v[name] = walk(v[name], clean)
		}
	}
	return v
}
