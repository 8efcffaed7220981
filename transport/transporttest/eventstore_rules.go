package transporttest

import (
	"crypto/rand"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
)

func (r storeRig) unique() {
	r = r.with(0)
	o, seen := newOwner(), map[string]bool{}
	for i := range 300 {
		id := r.add(o, strconv.Itoa(i%7), "{}", i >= 293)
		require.False(r, seen[id], "id %q twice", id)
		seen[id] = true
	}
}

func (r storeRig) form() {
	r = r.with(0)
	for _, o := range []transport.StreamOwner{
		{Session: rand.Text()},
		{Session: rand.Text() + `!"#$%&'()*+,-./:;<=>?@[\]^_{|}~`, Principal: "some body@example.com\r\n\x00é"},
		{Session: rand.Text() + strings.Repeat("s", 200), Principal: strings.Repeat("p", 2000)},
	} {
		for _, stream := range []string{"1", "1844674407370955161"} {
			id := r.add(o, stream, "{}", false)
			require.LessOrEqual(r, len(id), transport.MaxEventID)
			require.Regexp(r, `^[!-~]+$`, id)
			require.Equal(r, stream, r.replays(o, id, nil, []string{}).Stream)
		}
	}
}

func (r storeRig) later() {
	r = r.with(0)
	o := newOwner()
	ids := r.fill(o, "1", 50)
	for i, id := range ids {
		replay := r.replays(o, id, ids[i+1:], eventTexts(o, "1", i+1, 50))
		require.Equal(r, "1", replay.Stream)
		require.False(r, replay.Finished)
	}
}

func (r storeRig) data() {
	r = r.with(0)
	o := newOwner()
	want := []string{"", "{}", `{"a":"\u0000"}`, "é 日本 \U0001F600", `'";--\`, "%s %d", strings.Repeat("x", 1<<20), ""}
	first := r.add(o, "1", "", false)
	var ids []string
	for _, data := range want {
		ids = append(ids, r.add(o, "1", data, false))
	}
	r.replays(o, first, ids, want)
}

func (r storeRig) otherStreams() {
	r = r.with(0)
	o := newOwner()
	ids := map[string][]string{}
	for i := range 30 {
		for _, stream := range []string{"1", "2", "11", "10"} {
			ids[stream] = append(ids[stream], r.add(o, stream, eventText(o, stream, i), false))
		}
	}
	for stream, of := range ids {
		for i, id := range of {
			require.Equal(r, stream, r.replays(o, id, of[i+1:], eventTexts(o, stream, i+1, 30)).Stream)
		}
	}
}

func (r storeRig) owners() {
	r = r.with(0)
	o := newOwner()
	ids := r.fill(o, "1", 3)
	for _, other := range []transport.StreamOwner{
		newOwner(),                           // no streams at all
		{Session: o.Session},                 // no principal
		{Session: o.Session, Principal: "x"}, // another principal
		{Session: o.Session, Principal: "SOMEBODY"},
		{Session: strings.ToLower(o.Session), Principal: o.Principal},
		{Principal: o.Principal},
		{Session: o.Principal, Principal: o.Session},
		{},
	} {
		for range 2 { // without and with a stream of the same name
			for _, id := range ids {
				r.refuses(other, id)
			}
			r.add(other, "1", "{}", false)
		}
		require.NoError(r, r.SessionClosed(r.Context(), other))
	}
	r.replays(o, ids[0], ids[1:], eventTexts(o, "1", 1, 3))
}

func (r storeRig) names() {
	r = r.with(0)
	for _, between := range []string{"", ":", "/", "|", ".", "_", "-", "\x00", ",", " ", "%", "*"} {
		s := rand.Text()
		owners := []transport.StreamOwner{
			{Session: s, Principal: "p"}, {Session: s + between + "p"}, {Session: s + between, Principal: "p"}, {Session: s, Principal: between + "p"},
			{Session: s, Principal: "p" + between + "1"},
		}
		if between == "" {
			owners = []transport.StreamOwner{owners[0], owners[1], owners[4]} // the others are the first
		}
		var last []string
		for i, o := range owners {
			last = append(last, r.add(o, "1", "", false))
			r.add(o, "1", strconv.Itoa(i), false)
		}
		for i, o := range owners {
			_, data, err := collectEvents(r.after(o, last[i]).Events)
			require.NoError(r, err)
			require.Equal(r, []string{strconv.Itoa(i)}, data, "owner %q", o)
		}
	}
}

func (r storeRig) garbage() {
	r = r.with(0)
	o := newOwner()
	id := r.fill(o, "1", 2)[0]
	last := []string{
		"", " ", "0", "1", "-1", "1_0", "1-1", "1:1", "18446744073709551616", "*", "%", "$", "+", "null", "\x00", "\xff\xfe", "é", "../../1", "' OR 1=1 --",
		strings.Repeat("a", 1<<20), strings.Repeat("A", 22), strings.Repeat("A", transport.MaxEventID), strings.Repeat("\n", 22),
		id + "\x00", id + " ", " " + id, id + "\n", id + id, id + "=", "\x00" + id, id[:len(id)-1] + "\n",
	}
	if other := swapCase(id); other != id {
		last = append(last, other)
	}
	for _, last := range last {
		r.refuses(o, last)
		r.refuses(newOwner(), last)
	}
}

func swapCase(s string) string {
	return strings.Map(func(c rune) rune {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
			return c ^ 0x20
		}
		return c
	}, s)
}

func (r storeRig) finished() {
	r = r.with(0)
	o := newOwner()
	for stream, final := range map[string]string{"1": `{"result":{}}`, "2": ""} {
		ids, want := r.fill(o, stream, 3), eventTexts(o, stream, 0, 3)
		other := r.add(o, "other"+stream, "{}", false)
		require.False(r, r.after(o, ids[2]).Finished)
		ids, want = append(ids, r.add(o, stream, final, true)), append(want, final)
		for i, id := range ids {
			require.True(r, r.replays(o, id, ids[i+1:], want[i+1:]).Finished, "after event %d of 0 to 3", i)
		}
		require.False(r, r.after(o, other).Finished, "another stream")
	}
	only := r.add(o, "3", "{}", true)
	require.True(r, r.replays(o, only, nil, []string{}).Finished, "a stream of one event")
}

func (r storeRig) closed() {
	r = r.with(0)
	o := newOwner()
	kept := []transport.StreamOwner{
		newOwner(), {Session: o.Session}, {Session: o.Session, Principal: "x"}, {Session: o.Session + "x", Principal: o.Principal},
		{Session: o.Session[1:], Principal: o.Principal}, {Session: o.Session[:5], Principal: o.Principal},
	}
	ids := append(r.fill(o, "1", 3), r.fill(o, "2", 3)...)
	ids = append(ids, r.add(o, "3", "{}", true))
	keptIDs := map[transport.StreamOwner][]string{}
	for _, k := range kept {
		keptIDs[k] = r.fill(k, "1", 3)
	}
	for _, nobody := range []transport.StreamOwner{newOwner(), {Session: "*", Principal: "*"}, {Session: "%", Principal: "%"}, {}, o, o} {
		require.NoError(r, r.SessionClosed(r.Context(), nobody))
	}
	for _, id := range ids {
		r.refuses(o, id)
	}
	for _, k := range kept {
		r.replays(k, keptIDs[k][0], keptIDs[k][1:], eventTexts(k, "1", 1, 3))
	}
}
