package metrics

import "github.com/prometheus/client_golang/prometheus"

// dependencies is a collector: it asks at each scrape instead of being told at
// each change, so it cannot be out of date.
type dependencies func() map[string]bool

var dependencyUp = prometheus.NewDesc("mcp_dependency_up",
	"1 if the dependency worked when it was last checked, else 0.", []string{"dependency"}, nil)

func (dependencies) Describe(ch chan<- *prometheus.Desc) { ch <- dependencyUp }

func (d dependencies) Collect(ch chan<- prometheus.Metric) {
	for name, up := range d() {
		value := 0.0
		if up {
			value = 1
		}
		ch <- prometheus.MustNewConstMetric(dependencyUp, prometheus.GaugeValue, value, name)
	}
}
