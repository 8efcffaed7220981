package report

import (
	"strings"
)

// target is a figure that mcpwire is to reach.
type target struct {
	// id is what notes refer to.
	id, demand string
	// level is the only one that the target is about; without it, the target is about all machines, with AVX-512 and without.
	level   string
	outcome func(f Figures) Outcome
}

// codecTargets are what the codecs are to reach.
func codecTargets() []target {
	in := func(title string, outcome func(s Section, f Figures) Outcome) func(Figures) Outcome {
		return func(f Figures) Outcome { return outcome(f.section(title), f) }
	}
	return []target{
		{"1.1", "encode: no allocations on any message", "", in(Encode, noAllocations)},
		{"1.2", "encode: as fast as the fastest peer of any strictness, on every message", "", in(Encode, ahead(isPeer, isAny))},
		{"1.3", "encode: 2x the best safe peer, in geometric mean", "", in(Encode, meanOver(isSafePeer, 2))},
		{"1.4", "encode: 12x encoding/json, in geometric mean", "", in(Encode, meanOverBaseline(12))},
		{"2.1", "decode: no allocations on any message", "", in(Decode, noAllocations)},
		{"2.2", "decode: as fast as the fastest peer of any strictness, on every message", "", in(Decode, ahead(isPeer, isAny))},
		{"2.3", "decode: 2.5x the best safe peer, in geometric mean", "", in(Decode, meanOver(isSafePeer, 2.5))},
		{"2.4", "decode: 15x encoding/json, in geometric mean", "", in(Decode, meanOverBaseline(15))},
		{"2.5", "decode copies, shuffled or with unknown members: no allocations", "", in(Copies, noAllocations)},
		{"2.6", "decode copies: at most 2x the time of the plain message", "", in(Copies, withinPlain(2))},
		{"2.7", "decode copies: ahead of the best safe peer, on every copy", "", in(Copies, ahead(isSafePeer, isAny))},
		{"2.8", "decode into a new value: at most 3 allocations, on messages below 4 KiB", "", in(Fresh, fewAllocations(3))},
		{"2.9", "decode into a new value: 1.5x the best safe peer, in geometric mean", "", in(Fresh, meanOver(isSafePeer, 1.5))},
		{"3.1", "envelope: as fast as the fastest validating peer, on every message", "", in(Envelope, ahead(isSafePeer, isAny))},
		{"3.2", "envelope: as fast as the fastest peer of any strictness, on messages below 4 KiB", "", in(Envelope, ahead(isPeer, isSmall))},
		{"4.1", "with purego: never slower than encoding/json, whatever the work and the message", Purego, neverSlower},
		{"5.1", "event streams of 1 KiB events: more than 1 GB/s, reading and writing", "", func(f Figures) Outcome { return slowest(f.Events, 1) }},
		{"5.2", "event streams of 1 KiB events: no allocations", "", func(f Figures) Outcome { return mostAllocating(f.Events) }},
	}
}

// TargetIDs returns the numbers of all targets, which notes refer to.
func TargetIDs() []string {
	var ids []string
	for _, t := range codecTargets() {
		ids = append(ids, t.id)
	}
	for _, t := range transportTargets() {
		ids = append(ids, t.id)
	}
	return ids
}

// writeTargets says which targets hold, and what limits the others.
func (r Report) writeTargets(b *strings.Builder) {
	all, narrow := r.figures(""), r.figures(NoAVX512)
	var rows [][]string
	var notes strings.Builder
	measured := false
	for _, t := range codecTargets() {
		main, other := t.outcome(all), t.outcome(narrow)
		if t.level != "" {
			main, other = t.outcome(r.figures(t.level)), Outcome{}
		}
		measured = measured || main.Text != ""
		rows = append(rows, append(append([]string{t.id, t.demand}, main.cells()...), other.cells()...))
		if note := r.Notes[t.id]; note != "" && (main.fails() || other.fails()) {
			notes.WriteString("- " + t.id + ": " + note + "\n")
		}
	}
	if !measured {
		return
	}
	b.WriteString("## Targets\n\nWhat mcpwire is to reach, and what this run has measured: with all that this machine has, and without AVX-512. " +
		"Figures are how many times the peer's time mcpwire is as fast, unless they say otherwise.\n\n")
	table(b, []string{"", "target", "measured", "holds", "without AVX-512", "holds"}, rows)
	if notes.Len() > 0 {
		b.WriteString("What limits those that do not hold:\n\n" + notes.String() + "\n")
	}
}
