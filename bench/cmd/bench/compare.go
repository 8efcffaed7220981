package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpwire/mcpwire/bench/internal/measure"
	"github.com/mcpwire/mcpwire/bench/internal/report"
	"github.com/mcpwire/mcpwire/bench/peers"
	"github.com/mcpwire/mcpwire/internal/corpus"
)

// comparison is one section of the report: which messages, which codecs, which work.
type comparison struct {
	title, about string
	messages     []corpus.Message
	codecs       []peers.Codec
	view         peers.View
	encode       bool
	fresh        bool // into a new value each time
}

const reuse = "Targets are used again after they were set to zero; buffers are used again where the codec can do that."

func comparisons() []comparison {
	messages, all := corpus.Messages(), peers.All()
	var copies []corpus.Message
	for _, m := range corpus.Variants() {
		if m.Name != m.Base() {
			copies = append(copies, m)
		}
	}
	// mcpwire-owned is another way to decode values, and nothing else.
	writers, routers := without(all, "mcpwire-owned"), without(peers.Routers(), "mcpwire-owned")
	var owners []peers.Codec
	for _, c := range peers.All() {
		if peers.Owns(c) {
			owners = append(owners, c)
		}
	}
	return []comparison{
		{title: report.Decode, about: "The params, result or error object of a message into a typed value. " + reuse, messages: messages, codecs: all},
		{title: report.Encode, about: "A typed value into the params, result or error object. " + reuse, messages: messages, codecs: writers, encode: true},
		{title: "Decode the whole message", about: "The envelope and what is in it. " + reuse, messages: messages, codecs: all, view: peers.Whole},
		{title: "Encode the whole message", about: "The envelope and what is in it. " + reuse, messages: messages, codecs: writers, view: peers.Whole, encode: true},
		{title: report.Envelope, about: "Version, id and method of a message typed, its payload raw: what a router needs. A codec that does not check raw values " +
			"lets a broken payload through here; gjson takes its whole input to be valid.", messages: messages, codecs: routers, view: peers.Outer},
		{title: report.Copies, about: "As Decode, but the members of every object are shuffled, " +
			"or members that no revision has were added to every typed object.", messages: copies, codecs: all},
		{title: report.Fresh, about: "As Decode, into a new value each time, which the time and the allocations include, and only by codecs whose values keep " +
			"nothing of the input: what there is without thinking about memory, and for mcpwire codec.Unmarshal.", messages: messages, codecs: owners, fresh: true},
	}
}

func without(all []peers.Codec, name string) []peers.Codec {
	return slices.DeleteFunc(slices.Clone(all), func(c peers.Codec) bool { return c.Name() == name })
}

// sections makes those comparisons that have one of the titles; all of them if there are none.
func (cfg config) sections(titles ...string) ([]report.Section, error) {
	var out []report.Section
	for _, c := range comparisons() {
		if len(titles) > 0 && !slices.Contains(titles, c.title) {
			continue
		}
		fmt.Fprintln(os.Stderr, "measuring:", c.title)
		section, err := c.measure(cfg)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.title, err)
		}
		out = append(out, section)
	}
	return out, nil
}

func compare(cfg config) (report.Report, error) {
	rep := report.Report{Baseline: peers.Baseline, Notes: notes}
	for _, c := range peers.Routers() {
		if cfg.wantsCodec(c) {
			rep.Strictness = append(rep.Strictness, [2]string{c.Name(), c.Strictness()})
		}
	}
	var err error
	if rep.Sections, err = cfg.sections(); err != nil {
		return rep, err
	}
	if rep.Limits, err = limits(cfg); err != nil || cfg.plain {
		return rep, err
	}
	return rep, cfg.addChildren(&rep)
}

func (cfg config) wantsCodec(c peers.Codec) bool {
	return c.Name() == peers.Baseline || strings.Contains(c.Name(), cfg.codecs)
}

func (c comparison) measure(cfg config) (report.Section, error) {
	section := report.Section{Title: c.title, About: c.about}
	for _, m := range c.messages {
		if !strings.Contains(m.Name, cfg.messages) {
			continue
		}
		row, err := c.measureMessage(cfg, m)
		if err != nil {
			return section, fmt.Errorf("%s: %w", m.Name, err)
		}
		section.Rows = append(section.Rows, row)
	}
	return section, nil
}

// measureMessage lets the codecs that can take turns on m.
func (c comparison) measureMessage(cfg config, m corpus.Message) (report.Row, error) {
	data := c.view.Data(m)
	row := report.Row{Message: m.Name, Of: m.Base(), Bytes: len(data)}
	var tasks []measure.Task
	var checks []func() error
	for _, codec := range c.codecs {
		if !cfg.wantsCodec(codec) {
			continue
		}
		target := peers.NewTarget(codec, m, c.view)
		if target == nil {
			continue
		}
		probed := peers.Probe(codec) // before the task: what a codec has decoded may be good only until it decodes again
		run, check, err := c.task(codec, target, data)
		if err != nil {
			return row, fmt.Errorf("%s: %w", codec.Name(), err)
		}
		safe := probed.SafeDecode()
		if c.encode {
			safe = probed.SafeEncode()
		}
		tasks = append(tasks, measure.Task{Run: run, Bytes: len(data)})
		checks = append(checks, check)
		row.Cells = append(row.Cells, report.Cell{Codec: codec.Name(), Safe: safe})
	}
	results, err := measure.Interleaved(tasks, cfg.measure)
	if err != nil {
		return row, err
	}
	for i, r := range results {
		row.Cells[i].Result = r
	}
	for i, check := range checks {
		if err := check(); err != nil {
			return row, fmt.Errorf("%s: %w", row.Cells[i].Codec, err)
		}
	}
	return row, nil
}

// task returns the work to time, and what tells afterwards whether it was all the time the same.
func (c comparison) task(codec peers.Codec, target any, data []byte) (run, check func() error, err error) {
	if c.encode {
		return encodeTask(codec, target, data)
	}
	check = func() error { return nil } // a codec that cannot decode says so
	if c.fresh {
		of := reflect.TypeOf(target).Elem()
		return func() error { return codec.Decode(data, reflect.New(of).Interface()) }, check, nil
	}
	reset := peers.Resetter(codec, target)
	return func() error {
		reset()
		return codec.Decode(data, target)
	}, check, nil
}

// encodeTask decodes data once. check fails if the value has changed meanwhile, as one that borrows memory does if that is used again.
func encodeTask(codec peers.Codec, target any, data []byte) (run, check func() error, err error) {
	if err := codec.Decode(data, target); err != nil {
		return nil, nil, err
	}
	out, err := codec.Encode(target)
	want := bytes.Clone(out)
	run = func() error {
		_, err := codec.Encode(target)
		return err
	}
	check = func() error {
		out, err := codec.Encode(target)
		if err == nil && !bytes.Equal(want, out) {
			err = errChanged
		}
		return err
	}
	return run, check, err
}

var errChanged = errors.New("the value that was encoded is not the one that was decoded")

var errWork = errors.New("the corpus is not valid")

// limits measures what bounds every codec from below, and two checks of the standard library.
func limits(cfg config) ([]report.Limit, error) {
	var out []report.Limit
	for _, m := range corpus.Messages() {
		if !strings.Contains(m.Name, cfg.messages) {
			continue
		}
		dst := make([]byte, len(m.Data))
		works := []struct {
			name string
			run  func() bool
		}{
			{"memmove", func() bool { return copy(dst, m.Data) == len(dst) }},
			{"bytes.IndexByte", func() bool { return bytes.IndexByte(m.Data, 0) < 0 }},
			{"utf8.Valid", func() bool { return utf8.Valid(m.Data) }},
			{"json.Valid", func() bool { return json.Valid(m.Data) }},
		}
		tasks := make([]measure.Task, len(works))
		for i, w := range works {
			tasks[i] = measure.Task{Bytes: len(m.Data), Run: func() error {
				if !w.run() {
					return errWork
				}
				return nil
			}}
		}
		results, err := measure.Interleaved(tasks, cfg.measure)
		if err != nil {
			return nil, err
		}
		for i, r := range results {
			out = append(out, report.Limit{Name: works[i].name, Message: m.Name, GBPerS: r.MBPerSecond() / 1e3})
		}
	}
	return out, nil
}
