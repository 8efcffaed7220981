package main

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// printTable prints a line for each message and direction, and the geometric means of the ratios.
func printTable(out io.Writer, rows []row) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "message\tbytes\t\tmcpwire\tMB/s\tmessages/s\tallocs\tencoding/json\tMB/s\tmessages/s\tallocs\tratio\t")
	var decode, encode []float64
	for _, r := range rows {
		decode = append(decode, r.decodeStandard.ns/r.decode.ns)
		encode = append(encode, r.encodeStdLib.ns/r.encode.ns)
		line(w, r, "decode", r.decode, r.decodeStandard)
		line(w, r, "encode", r.encode, r.encodeStdLib)
	}
	w.Flush()
	fmt.Fprintf(out, "\n   geometric mean: decode %.1fx, encode %.1fx encoding/json\n", geomean(decode), geomean(encode))
}

func line(w io.Writer, r row, direction string, ours, theirs figure) {
	fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%.0f\t%.0f\t%.3g\t%s\t%.0f\t%.0f\t%.3g\t%.1fx\t\n", r.name, r.bytes, direction,
		duration(ours.ns), throughput(r, ours), 1e9/ours.ns, ours.allocs,
		duration(theirs.ns), throughput(r, theirs), 1e9/theirs.ns, theirs.allocs, theirs.ns/ours.ns)
}

// throughput is in units of 10^6 bytes a second.
func throughput(r row, f figure) float64 { return float64(r.bytes) * 1e3 / f.ns }

func duration(ns float64) string {
	switch {
	case ns < 1e3:
		return fmt.Sprintf("%.0f ns", ns)
	case ns < 1e6:
		return fmt.Sprintf("%.3g us", ns/1e3)
	}
	return fmt.Sprintf("%.3g ms", ns/1e6)
}

func geomean(list []float64) float64 {
	sum := 0.0
	for _, v := range list {
		sum += math.Log(v)
	}
	return math.Exp(sum / float64(len(list)))
}
