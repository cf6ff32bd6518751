//go:build unix

package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
)

// String is the comparison as a table, with the ratio of the first program to
// the second where there are two.
func (c comparison) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, c.subject)
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tchecks\tverdicts\twall\tCPU\tpeak RSS\t")
	for _, r := range c.rows {
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\t%s\t\n", r.name, r.Checks, r.Verdicts, millis(r.Wall), millis(r.CPU), megabytes(r.RSS))
	}
	if len(c.rows) == 2 {
		a, b := c.rows[0], c.rows[1]
		fmt.Fprintf(w, "ratio\t%s\t%s\t%s\t%s\t%s\t\n", ratio(a.Checks, b.Checks), ratio(a.Verdicts, b.Verdicts),
			ratio(a.Wall, b.Wall), ratio(a.CPU, b.CPU), ratio(a.RSS, b.RSS))
	}
	_ = w.Flush() // into memory
	return b.String()
}

// ratio is a over b in words that fit a table.
func ratio[T int | int64 | time.Duration](a, b T) string {
	if b == 0 {
		return "–"
	}
	return fmt.Sprintf("× %.2f", float64(a)/float64(b))
}

func millis(d time.Duration) string {
	if d < 100*time.Millisecond {
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// The aims that mcpctl set itself; docs/benchmarks.md says why.
const (
	aimChecks = 3.0
	aimCPU    = 1.0 / 3
	aimRSS    = 40e6
	aimStart  = 15 * time.Millisecond
	aimWall   = time.Second
)

// aims tells which aims were met, each in the subject where it came off worst.
func aims(all []comparison, start time.Duration) string {
	var b strings.Builder
	say := func(met bool, what, got string) {
		word := "met"
		if !met {
			word = "MISSED"
		}
		fmt.Fprintf(&b, "  %-7s %s: %s\n", word, what, got)
	}
	fmt.Fprintln(&b, "Aims, each where it came off worst")
	say(start < aimStart, "starts in under 15 ms", millis(start))
	checks, cpu, rss := worst(all)
	if checks.of != "" {
		say(checks.value >= aimChecks, "at least 3 times the official suite's verdicts", fmt.Sprintf("× %.2f on %s", checks.value, checks.of))
		say(cpu.value <= aimCPU, "at most a third of its CPU", fmt.Sprintf("× %.2f on %s", cpu.value, cpu.of))
	}
	if rss.of != "" {
		say(rss.value < aimRSS, "peak memory under 40 MB", fmt.Sprintf("%s on %s", megabytes(int64(rss.value)), rss.of))
	}
	for _, c := range all {
		if strings.Contains(c.subject, "all revisions") {
			say(c.rows[0].Wall <= aimWall, "all revisions in about a second", fmt.Sprintf("%s on %s", millis(c.rows[0].Wall), c.subject))
		}
	}
	return b.String()
}

// extreme is a value and the subject where it was seen.
type extreme struct {
	value float64
	of    string
}

// worst are the least ratio of verdicts, the greatest ratio of CPU, and the
// most memory of mcpctl, whose row is the first.
func worst(all []comparison) (checks, cpu, rss extreme) {
	for _, c := range all {
		mine := c.rows[0]
		if rss.of == "" || float64(mine.RSS) > rss.value {
			rss = extreme{float64(mine.RSS), c.subject}
		}
		if len(c.rows) < 2 || c.rows[1].Verdicts == 0 || c.rows[1].CPU == 0 {
			continue
		}
		more := float64(mine.Verdicts) / float64(c.rows[1].Verdicts)
		if checks.of == "" || more < checks.value {
			checks = extreme{more, c.subject}
		}
		cost := float64(mine.CPU) / float64(c.rows[1].CPU)
		if cpu.of == "" || cost > cpu.value {
			cpu = extreme{cost, c.subject}
		}
	}
	return checks, cpu, rss
}
