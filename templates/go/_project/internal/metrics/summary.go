package metrics

import (
	"log/slog"
	"maps"
	"slices"
	"time"
)

// summed names the counters that the summary adds up, and by which label.
var summed = map[string]struct{ as, by string }{
	"mcp_requests_total":            {"requests", "outcome"},
	"mcp_tool_calls_total":          {"tool_calls", "tool"},
	"mcp_cache_lookups_total":       {"cache_lookups", "result"},
	"mcp_rate_limit_refusals_total": {"rate_limit_refusals", "scope"},
}

// Summary is what is worth knowing of the whole run, for the last log line: a
// scraper may never see the seconds before the end.
func (m *Metrics) Summary() []slog.Attr {
	attrs := []slog.Attr{slog.Float64("uptime_seconds", time.Since(m.start).Round(time.Millisecond).Seconds())}
	families, err := m.registry.Gather()
	if err != nil {
		return append(attrs, slog.String("error", err.Error()))
	}
	for _, family := range families {
		sum, ok := summed[family.GetName()]
		if !ok {
			continue
		}
		total := map[string]int64{}
		for _, metric := range family.GetMetric() {
			for _, label := range metric.GetLabel() {
				if label.GetName() == sum.by {
					total[label.GetValue()] += int64(metric.GetCounter().GetValue())
				}
			}
		}
		var group []any
		for _, value := range slices.Sorted(maps.Keys(total)) {
			group = append(group, slog.Int64(value, total[value]))
		}
		attrs = append(attrs, slog.Group(sum.as, group...))
	}
	return attrs
}
