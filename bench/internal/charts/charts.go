// Package charts draws the comparison of the codecs as SVG. The same figures always give the same bytes.
package charts

import (
	"bytes"
	"cmp"
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/mcpwire/mcpwire/bench/internal/report"
)

const (
	width  = 26 * vg.Centimeter
	height = 13 * vg.Centimeter
)

// series is a codec in a chart. Each has its own color and, for those who do not see colors, its own shape.
type series struct {
	codec string
	color color.RGBA
	shape draw.GlyphDrawer
}

// shown are the codecs that charts show, those that a section has: mcpwire, the fastest peers in the mode that is fastest and in the one that is safe, and what
// everybody knows.
var shown = []series{
	{report.Subject, color.RGBA{R: 0xd6, G: 0x27, B: 0x28, A: 0xff}, draw.CircleGlyph{}},
	{"sonic-nocopy", color.RGBA{R: 0x1f, G: 0x77, B: 0xb4, A: 0xff}, draw.SquareGlyph{}},
	{"sonic-valid", color.RGBA{R: 0x8c, G: 0xbe, B: 0xe0, A: 0xff}, draw.BoxGlyph{}},
	{"goccy-nocopy", color.RGBA{R: 0x2c, G: 0xa0, B: 0x2c, A: 0xff}, draw.PyramidGlyph{}},
	{"goccy-v2", color.RGBA{R: 0x98, G: 0xdf, B: 0x8a, A: 0xff}, draw.TriangleGlyph{}},
	{"segmentio-nocopy", color.RGBA{R: 0x94, G: 0x67, B: 0xbd, A: 0xff}, draw.CrossGlyph{}},
	{"easyjson", color.RGBA{R: 0xff, G: 0x7f, B: 0x0e, A: 0xff}, draw.PlusGlyph{}},
	{"encoding-json", color.RGBA{R: 0x7f, G: 0x7f, B: 0x7f, A: 0xff}, draw.RingGlyph{}},
}

// cellOf returns what the codec needed for the message of a row, or nil.
func cellOf(row report.Row, codec string) *report.Cell {
	i := slices.IndexFunc(row.Cells, func(c report.Cell) bool { return c.Codec == codec })
	if i < 0 {
		return nil
	}
	return &row.Cells[i]
}

// label names the codec in a legend, and says so if it does not check what it must.
func label(s report.Section, codec string) string {
	for _, row := range s.Rows {
		if c := cellOf(row, codec); c != nil && !c.Safe {
			return codec + " (unsafe)"
		}
	}
	return codec
}

// has reports whether a section has figures of the codec.
func has(s report.Section, codec string) bool {
	return slices.ContainsFunc(s.Rows, func(r report.Row) bool { return cellOf(r, codec) != nil })
}

// SpeedBySize draws the speed of the codecs over the size of the messages, both logarithmic.
func SpeedBySize(s report.Section) ([]byte, error) {
	p, err := newPlot(s, "speed by size of the message", "bytes", "MB/s")
	if err != nil {
		return nil, err
	}
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	p.Add(plotter.NewGrid())
	rows := slices.Clone(s.Rows)
	slices.SortStableFunc(rows, func(a, b report.Row) int { return cmp.Compare(a.Bytes, b.Bytes) })
	for _, x := range shown {
		var points plotter.XYs
		for _, row := range rows {
			if c := cellOf(row, x.codec); c != nil {
				points = append(points, plotter.XY{X: float64(row.Bytes), Y: c.MBPerSecond()})
			}
		}
		if points == nil {
			continue
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return nil, err
		}
		line.Color, dots.Color, dots.Shape = x.color, x.color, x.shape
		if x.codec == report.Subject {
			line.Width *= 2.5
		}
		p.Add(line, dots)
		p.Legend.Add(label(s, x.codec), line, dots)
	}
	return svg(p)
}

// Shares draws bars for each message: the speed of the peers as a share of mcpwire's, which is the line at 1. A bar above the line is a message that
// mcpwire loses.
func Shares(s report.Section) ([]byte, error) {
	p, err := newPlot(s, "speed of the peers, mcpwire = 1", "", "share of mcpwire's speed")
	if err != nil {
		return nil, err
	}
	var peers []series
	for _, x := range shown[1:] {
		if has(s, x.codec) {
			peers = append(peers, x)
		}
	}
	bar := width * 0.8 / vg.Length(len(s.Rows)*(len(peers)+2))
	for i, x := range peers {
		shares := make(plotter.Values, len(s.Rows))
		for k, row := range s.Rows {
			if own, peer := cellOf(row, report.Subject), cellOf(row, x.codec); own != nil && peer != nil {
				shares[k] = own.Nanoseconds / peer.Nanoseconds
			}
		}
		bars, err := plotter.NewBarChart(shares, bar)
		if err != nil {
			return nil, err
		}
		bars.Color, bars.LineStyle.Width = x.color, 0
		bars.Offset = bar * (vg.Length(i) - vg.Length(len(peers)-1)/2)
		p.Add(bars)
		p.Legend.Add(label(s, x.codec), bars)
	}
	one := plotter.NewFunction(func(float64) float64 { return 1 })
	one.Color, one.Width = shown[0].color, vg.Points(1.5)
	p.Add(one)
	p.Legend.Add(report.Subject, one)
	p.Y.Min, p.Y.Max = 0, 1.5*max(p.Y.Max, 1) // the legend has the upper third
	var names []string
	for _, row := range s.Rows {
		names = append(names, row.Message)
	}
	p.NominalX(names...)
	p.X.Tick.Label.Rotation = 0.35
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XRight, draw.YCenter
	return svg(p)
}

func newPlot(s report.Section, what, x, y string) (*plot.Plot, error) {
	if !has(s, report.Subject) {
		return nil, fmt.Errorf("charts: no figures for %s", s.Title)
	}
	p := plot.New()
	p.BackgroundColor = color.White
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = s.Title+": "+what, x, y
	p.Legend.Top, p.Legend.Left = true, true
	for _, f := range []*font.Font{
		&p.Title.TextStyle.Font, &p.X.Label.TextStyle.Font, &p.Y.Label.TextStyle.Font, &p.X.Tick.Label.Font, &p.Y.Tick.Label.Font, &p.Legend.TextStyle.Font,
	} {
		f.Variant = "Sans"
	}
	return p, nil
}

// Arial is as wide as the font that the texts are laid out with, and more people have it.
var families = [2][]byte{[]byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arial,sans-serif;")}

func svg(p *plot.Plot) ([]byte, error) {
	w, err := p.WriterTo(width, height, "svg")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = w.WriteTo(&b)
	return bytes.ReplaceAll(b.Bytes(), families[0], families[1]), err
}
