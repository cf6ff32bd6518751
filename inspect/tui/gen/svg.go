package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// The measures of the picture, in its own units: a cell, the edge around the
// screen, the bar above it.
const (
	cellW, cellH = 8.4, 18.0
	edge         = 14.0
	bar          = 34.0
	fontSize     = 14.0
	rest         = 4 * time.Second // how long the last frame stays
)

// The colours of the terminal; the others are the theme's.
const (
	background = "#15181f"
	foreground = "#d7dce5"
	frameLine  = "#2a303c"
)

// drawing writes a film as an SVG that moves by CSS alone: the frames lie side by
// side, and the strip moves behind the window.
type drawing struct {
	film   film
	title  string
	digest string // of the script
	poster string // the shot that is seen where nothing moves

	rows    map[string]int // every different row, drawn once
	defs    strings.Builder
	classes map[style]string
	css     strings.Builder
}

func (d *drawing) write(out io.Writer) error {
	d.rows, d.classes = map[string]int{}, map[style]string{}
	screenW, screenH := float64(d.film.width)*cellW, float64(d.film.height)*cellH
	w, h := screenW+2*edge, screenH+bar+edge
	var strip, keys strings.Builder
	began := d.film.frames[0].at
	length, poster := d.film.end+rest-began, 0
	for i, f := range d.film.frames {
		if f.shot == d.poster {
			poster = i
		}
		fmt.Fprintf(&keys, "%.3f%%{transform:translateX(%spx)}", 100*float64(f.at-began)/float64(length), num(float64(-i)*w))
		fmt.Fprintf(&strip, "<g%s transform=\"translate(%s 0)\">", shotID(f.shot), num(float64(i)*w))
		for y, row := range f.rows {
			id, err := d.row(row)
			if err != nil {
				return err
			}
			if id > 0 {
				fmt.Fprintf(&strip, `<use href="#r%d" y="%s"/>`, id, num(float64(y)*cellH))
			}
		}
		strip.WriteString("</g>\n")
	}
	p := &printer{out: out}
	p.f(`<svg xmlns="http://www.w3.org/2000/svg" role="img" width="%[1]s" height="%[2]s" viewBox="0 0 %[1]s %[2]s" data-script="%[3]s">`+"\n", num(w), num(h), d.digest)
	p.f("<title>%s</title>\n<style>\n", escaped(d.title))
	p.f("text{font:%spx ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;fill:%s}\n", num(fontSize), foreground)
	p.f("%s.film{transform:translateX(%spx);shape-rendering:crispEdges}\n", d.css.String(), num(float64(-poster)*w))
	p.f("@media(prefers-reduced-motion:no-preference){.film{animation:film %.1fs step-end infinite}}\n@keyframes film{%s}\n</style>\n", length.Seconds(), keys.String())
	p.f("<rect x=\".5\" y=\".5\" width=\"%s\" height=\"%s\" rx=\"10\" fill=\"%s\" stroke=\"%s\"/>\n", num(w-1), num(h-1), background, frameLine)
	for i, colour := range []string{"#ff5f57", "#febc2e", "#28c840"} {
		p.f("<circle cx=\"%s\" cy=\"17\" r=\"5.5\" fill=\"%s\"/>", num(20+float64(i)*19), colour)
	}
	p.f("\n<text x=\"%s\" y=\"22\" text-anchor=\"middle\" style=\"fill:#7f8797;font-size:13px\">%s</text>\n", num(w/2), escaped(d.title))
	p.f("<path d=\"M1 %[1]sH%[2]s\" stroke=\"%[3]s\"/>\n", num(bar-4), num(w-1), frameLine)
	p.f("<defs>\n%s</defs>\n", d.defs.String())
	p.f("<svg x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"><g class=\"film\">\n%s</g></svg>\n</svg>\n", num(edge), num(bar), num(screenW), num(screenH), strip.String())
	return p.err
}

func shotID(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(` id="shot-%s"`, escaped(strings.ReplaceAll(name, " ", "-")))
}

// row draws a row the first time that it is met, and tells its number; an empty
// one has none.
func (d *drawing) row(row string) (int, error) {
	if id, known := d.rows[row]; known {
		return id, nil
	}
	all, err := pieces(row)
	if err != nil {
		return 0, err
	}
	var b strings.Builder
	for _, p := range all {
		d.piece(&b, p)
	}
	if b.Len() == 0 {
		d.rows[row] = 0
		return 0, nil
	}
	id := 1
	for _, other := range d.rows {
		id = max(id, other+1)
	}
	d.rows[row] = id
	fmt.Fprintf(&d.defs, "<g id=\"r%d\">%s</g>\n", id, b.String())
	return id, nil
}

// piece draws the background, and then lines and blocks as shapes, which join
// without a gap in every font, and the rest as text of exactly its width.
func (d *drawing) piece(b *strings.Builder, p piece) {
	if p.style.bg != "" {
		fmt.Fprintf(b, `<rect x="%s" width="%s" height="%s" fill="%s"/>`, num(float64(p.col)*cellW), num(float64(p.width)*cellW), num(cellH), p.style.bg)
	}
	for _, run := range runs(p) {
		x, w := float64(run.col)*cellW, float64(run.width)*cellW
		first := []rune(run.text)[0]
		if shape := shapeOf(first, x, w); shape != "" {
			fmt.Fprintf(b, `<path d="%s" fill="%s"%s/>`, shape, fill(p.style), faint(first))
			continue
		}
		fmt.Fprintf(b, `<text%s x="%s" y="13.5" textLength="%s" lengthAdjust="spacingAndGlyphs">%s</text>`, d.class(p.style), num(x), num(w), escaped(run.text))
	}
}

func fill(s style) string {
	if s.fg == "" {
		return foreground
	}
	return s.fg
}

// class names a style; it is written into the style sheet the first time.
func (d *drawing) class(s style) string {
	s.bg = ""
	if s == (style{}) {
		return ""
	}
	name, known := d.classes[s]
	if !known {
		name = string(rune('a' + len(d.classes)))
		d.classes[s] = name
		weight := ""
		if s.bold {
			weight = ";font-weight:600"
		}
		fmt.Fprintf(&d.css, ".%s{fill:%s%s}\n", name, fill(s), weight)
	}
	return fmt.Sprintf(` class="%s"`, name)
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return b.String()
}

// num writes a measure without needless digits.
func num(f float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", f), "0"), ".")
}

// printer writes until something fails, and remembers what.
type printer struct {
	out io.Writer
	err error
}

func (p *printer) f(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format, args...)
	}
}
