package tui

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// The bounds of a script of Drive.
const (
	maxScript = 1 << 20
	maxPause  = time.Minute
	maxSide   = 500 // cells
)

// step is one line of a script.
type step struct {
	line  int
	verb  string
	text  string            // of type, wait and shot
	keys  []tea.KeyPressMsg // of key and type
	time  time.Duration     // of pause, pace, and how long wait has patience
	size  tea.WindowSizeMsg
	times time.Duration // of lapse
}

// readScript reads what Drive plays.
func readScript(in io.Reader) ([]step, error) {
	var steps []step
	lines := bufio.NewScanner(io.LimitReader(in, maxScript))
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		s, err := readStep(text)
		if err != nil {
			return nil, fmt.Errorf("line %d of the script: %w", n, err)
		}
		s.line = n
		steps = append(steps, s)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading the script: %w", err)
	}
	return steps, nil
}

func readStep(line string) (step, error) {
	verb, rest, _ := strings.Cut(line, " ")
	s, err := step{verb: verb, text: strings.TrimSpace(rest)}, error(nil)
	switch verb {
	case "type":
		for _, r := range s.text {
			key, _ := named(string(r))
			s.keys = append(s.keys, key)
		}
	case "key":
		for _, name := range strings.Fields(s.text) {
			key, ok := named(name)
			if !ok {
				return s, fmt.Errorf("there is no key %q; keys are letters, enter, esc, tab, up, ctrl+c and the like", name)
			}
			s.keys = append(s.keys, key)
		}
	case "wait":
		s.text, s.time, err = readWait(s.text)
	case "pause", "pace":
		s.time, err = readPause(s.text)
	case "lapse":
		s.times, err = readLapse(s.text)
	case "size":
		s.size, err = readSize(s.text)
	case "shot":
	default:
		return s, fmt.Errorf("%q is none of type, key, wait, pause, pace, lapse, size, shot", verb)
	}
	if err == nil && s.text == "" {
		err = fmt.Errorf("%s needs something after it", verb)
	}
	return s, err
}

// readWait reads TEXT, or "TEXT" with a duration after it.
func readWait(text string) (string, time.Duration, error) {
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return text, 20 * time.Second, nil
	}
	rest := strings.TrimSpace(text[len(quoted):])
	if text, err = strconv.Unquote(quoted); err != nil || rest == "" {
		return text, 20 * time.Second, err
	}
	patience, err := readPause(rest)
	return text, patience, err
}

func readPause(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > maxPause {
		return 0, fmt.Errorf("%q is no time between 0s and %s, such as 400ms", text, maxPause)
	}
	return d, nil
}

func readLapse(text string) (time.Duration, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1000 {
		return 0, fmt.Errorf("%q is no number between 1 and 1000", text)
	}
	return time.Duration(n), nil
}

func readSize(text string) (tea.WindowSizeMsg, error) {
	w, h, _ := strings.Cut(text, "x")
	width, badW := strconv.Atoi(w)
	height, badH := strconv.Atoi(h)
	if badW != nil || badH != nil || width < 1 || height < 1 || width > maxSide || height > maxSide {
		return tea.WindowSizeMsg{}, fmt.Errorf("%q is no size in cells, such as 100x30", text)
	}
	return tea.WindowSizeMsg{Width: width, Height: height}, nil
}
