package tui

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
)

// Theme says how roles look and which signs are drawn.
type Theme struct {
	Sign   Signs
	Motion bool // whether anything may move by itself
	styles [roles]lipgloss.Style
	chosen [roles]lipgloss.Style
	bare   bool
	ascii  bool
}

// Signs are what is drawn besides text, each with a twin in ASCII.
type Signs struct {
	Cursor, Tab, TabEnd         string
	Rule, Heavy, Bar            string
	Dot, Ring, Check, Cross     string
	Warn, In, Out, Up, Down     string
	Block, Shade, Point, Branch string
	Sep, Prompt                 string
	TopLeft, TopRight           string
	LowLeft, LowRight, Side     string
	Spin                        []string
}

func unicodeSigns() Signs {
	return Signs{
		Cursor: "▸", Tab: "▸", TabEnd: "◂", Rule: "─", Heavy: "━", Bar: "│",
		Dot: "●", Ring: "○", Check: "✓", Cross: "✗", Warn: "⚠", In: "←", Out: "→", Up: "↑", Down: "↓",
		Block: "█", Shade: "▒", Point: "▪", Branch: "└", Sep: "·", Prompt: "›",
		TopLeft: "┌", TopRight: "┐", LowLeft: "└", LowRight: "┘", Side: "│",
		Spin: []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"},
	}
}

func asciiSigns() Signs {
	return Signs{
		Cursor: ">", Tab: ">", TabEnd: "<", Rule: "-", Heavy: "=", Bar: "|",
		Dot: "*", Ring: "o", Check: "+", Cross: "x", Warn: "!", In: "<-", Out: "->", Up: "^", Down: "v",
		Block: "#", Shade: "%", Point: ".", Branch: "`", Sep: "|", Prompt: ">",
		TopLeft: "+", TopRight: "+", LowLeft: "+", LowRight: "+", Side: "|",
		Spin: []string{"-", "\\", "|", "/"},
	}
}

// look is what a Theme is made of.
type look struct {
	dark, basic   bool // the background; whether there are sixteen colours only
	ascii, bare   bool // no signs beyond ASCII; no sequences at all, for tests
	reducedMotion bool
}

func newTheme(l look) *Theme {
	t := &Theme{Sign: unicodeSigns(), Motion: !l.reducedMotion, bare: l.bare, ascii: l.ascii}
	if l.ascii {
		t.Sign = asciiSigns()
	}
	if l.reducedMotion {
		t.Sign.Spin = t.Sign.Spin[:1]
	}
	for r, c := range palette(l) {
		style := lipgloss.NewStyle()
		if c != nil {
			style = style.Foreground(c)
		}
		switch Role(r) {
		case Strong, Bad, Accent:
			style = style.Bold(true)
		}
		t.styles[r] = style
		t.chosen[r] = style.Background(selection(l)).Bold(true)
		if l.basic {
			t.chosen[r] = lipgloss.NewStyle().Reverse(true)
		}
	}
	return t
}

// palette are the colours by role. With sixteen colours the terminal's own theme
// has chosen ones that can be read on its background.
func palette(l look) [roles]color.Color {
	hex := lipgloss.Color
	switch {
	case l.basic && l.dark:
		return [roles]color.Color{Dim: lipgloss.BrightBlack, Accent: lipgloss.Cyan, OK: lipgloss.Green, Warn: lipgloss.Yellow, Bad: lipgloss.Red, Code: lipgloss.Magenta}
	case l.basic:
		return [roles]color.Color{Dim: lipgloss.BrightBlack, Accent: lipgloss.Blue, OK: lipgloss.Green, Warn: lipgloss.Magenta, Bad: lipgloss.Red, Code: lipgloss.Blue}
	case l.dark:
		return [roles]color.Color{Dim: hex("#7f8797"), Accent: hex("#7dcfff"), OK: hex("#9ece6a"), Warn: hex("#e0af68"), Bad: hex("#f7768e"), Code: hex("#bb9af7")}
	}
	return [roles]color.Color{Dim: hex("#6c7280"), Accent: hex("#0b6bb8"), OK: hex("#2f7d32"), Warn: hex("#9a5b00"), Bad: hex("#c62828"), Code: hex("#7a3fb5")}
}

func selection(l look) color.Color {
	if l.dark {
		return lipgloss.Color("#2f3b54")
	}
	return lipgloss.Color("#d5e3f5")
}

// paint makes a line of terminal text; the only place where sequences are made.
func (t *Theme) paint(b *strings.Builder, l Line) {
	for _, s := range l {
		role := s.role &^ selected
		switch {
		case t.bare || s.role == Plain:
			b.WriteString(s.text)
		case s.role&selected != 0:
			b.WriteString(t.chosen[role].Render(s.text))
		default:
			b.WriteString(t.styles[role].Render(s.text))
		}
	}
}
