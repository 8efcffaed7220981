package transcript_test

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// transcript is a file of testdata.
type transcript struct {
	name       string   // its path below testdata, without the extension
	transports []string // it is played over each
	side       string   // the one that the library has
	rules      []string
	revisions  []jsonrpc.Revision // and in each
	steps      []step
}

// step is one section.
type step struct {
	title string // all of its name
	verb  string
	args  []string
	body  string
}

// The transports.
const (
	onStdio = "stdio"
	onSSE   = "sse"
	onHTTP  = "streamable"
)

// folders are those of testdata, for the transports that their transcripts are about.
var folders = map[string][]string{
	"any": {onStdio, onSSE, onHTTP}, "stdio+sse": {onStdio, onSSE}, "http": {onSSE, onHTTP},
	onStdio: {onStdio}, onSSE: {onSSE}, onHTTP: {onHTTP},
}

const (
	ofClient = "client"
	ofServer = "server"
)

// head is the first line of the comment.
var head = regexp.MustCompile(`^([A-Z]-\d\d(?:, [A-Z]-\d\d)*), (client|server), (\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d))?: \S`)

// parse reads a transcript. name is its path below testdata.
func parse(name string, data []byte) (*transcript, error) {
	tr := &transcript{name: strings.TrimSuffix(name, ".txtar")}
	parts := strings.Split(tr.name, "/")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%s: a transcript is in a folder transport/side", name)
	}
	tr.transports, tr.side = folders[parts[0]], parts[1]
	if tr.transports == nil {
		return nil, fmt.Errorf("%s: no folder is named %s", name, parts[0])
	}
	ar := txtar.Parse(data)
	if err := tr.parseComment(string(ar.Comment)); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, f := range ar.Files {
		words := strings.Fields(f.Name)
		st := step{title: f.Name, verb: words[0], args: words[1:], body: string(f.Data)}
		if err := tr.mayHave(&st, len(tr.steps)); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", name, f.Name, err)
		}
		tr.steps = append(tr.steps, st)
	}
	if len(tr.steps) == 0 {
		return nil, fmt.Errorf("%s: nothing happens", name)
	}
	return tr, nil
}

// parseComment reads what the comment says of rules, side and revisions, which has to agree with the name.
func (tr *transcript) parseComment(comment string) error {
	m := head.FindStringSubmatch(comment)
	if m == nil {
		return fmt.Errorf("the comment does not begin with rules, side, revisions and a colon: %.80q", comment)
	}
	if !strings.HasSuffix(strings.TrimSpace(comment), ".") {
		return errors.New("the comment does not end with a sentence")
	}
	tr.rules = strings.Split(m[1], ", ")
	if base := path.Base(tr.name); base != tr.rules[0] && !strings.HasPrefix(base, tr.rules[0]+"-") {
		return fmt.Errorf("the name does not begin with %s", tr.rules[0])
	}
	if m[2] != tr.side {
		return fmt.Errorf("it is about the %s, and in the folder of the %s", m[2], tr.side)
	}
	if m[4] == "" {
		m[4] = m[3]
	}
	first, ok1 := jsonrpc.ParseRevision(m[3])
	last, ok2 := jsonrpc.ParseRevision(m[4])
	if !ok1 || !ok2 || first > last {
		return fmt.Errorf("no revisions: %s to %s", m[3], m[4])
	}
	for v := first; v <= last; v++ {
		tr.revisions = append(tr.revisions, v)
	}
	return nil
}

// mayHave reports whether a step is one that this transcript can have; n is how many come before it.
func (tr *transcript) mayHave(st *step, n int) error {
	v, ok := verbs[st.verb]
	switch {
	case !ok:
		return fmt.Errorf("there is no step %s", st.verb)
	case v.side != "" && v.side != tr.side:
		return fmt.Errorf("%s is for the library as %s", st.verb, v.side)
	case v.http && slices.Contains(tr.transports, onStdio):
		return fmt.Errorf("%s is for HTTP", st.verb)
	case v.first && n > 0:
		return fmt.Errorf("%s comes first", st.verb)
	case len(st.args) < v.args || len(st.args) > v.args+v.more:
		return fmt.Errorf("%s has %d words behind it", st.verb, len(st.args))
	case v.empty && strings.TrimSpace(st.body) != "":
		return fmt.Errorf("%s has no text", st.verb)
	}
	return nil
}

// lines returns the lines that are not blank.
func (st *step) lines() []string {
	var list []string
	for line := range strings.Lines(st.body) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// arg returns a word behind the verb, and "" if there are fewer.
func (st *step) arg(i int) string {
	if i < len(st.args) {
		return st.args[i]
	}
	return ""
}
