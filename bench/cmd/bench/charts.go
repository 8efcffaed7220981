package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mcpwire/mcpwire/bench/internal/charts"
	"github.com/mcpwire/mcpwire/bench/internal/report"
)

// chartsFolder is where charts are, beside the file with the tables.
const chartsFolder = "charts"

// writeCharts draws the sections that are about mcpwire's main work into the folder of charts in dir, and returns links to what it has drawn.
func writeCharts(dir string, sections []report.Section) ([]report.Chart, error) {
	if err := os.Mkdir(filepath.Join(dir, chartsFolder), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	var all []report.Chart
	for _, s := range sections {
		if _, measured := s.Standing(); !measured || !slices.Contains([]string{report.Decode, report.Encode}, s.Title) {
			continue
		}
		for _, kind := range []struct {
			name, title string
			draw        func(report.Section) ([]byte, error)
		}{
			{"size", "speed by size of the message", charts.SpeedBySize},
			{"peers", "speed of the peers as a share of mcpwire's", charts.Shares},
		} {
			svg, err := kind.draw(s)
			if err != nil {
				return nil, err
			}
			file := chartsFolder + "/" + strings.ToLower(s.Title) + "-" + kind.name + ".svg"
			if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(file)), svg, 0o644); err != nil {
				return nil, err
			}
			all = append(all, report.Chart{Title: s.Title + ": " + kind.title, File: file})
		}
	}
	return all, nil
}
