package facts

import "strconv"

// Difference is one place where two schemas do not say the same.
type Difference struct {
	Pointer string // JSON Pointer of the place
	A, B    string // canonical JSON of either side; empty where that side has nothing
}

// Diff returns the differences between the facts of the schema documents a and b, ordered by place,
// each as deep in the tree as it goes. It returns none if they say the same.
func Diff(a, b []byte) ([]Difference, error) {
	ta, err := Parse(a)
	if err != nil {
		return nil, err
	}
	tb, err := Parse(b)
	if err != nil {
		return nil, err
	}
	var d differ
	d.compare("", ta, tb)
	return d.found, d.err
}

// absent stands for a member or element that one side does not have; nil is JSON's null.
type absent struct{}

type differ struct {
	found []Difference
	err   error
}

func (d *differ) compare(pointer string, a, b any) {
	switch a := a.(type) {
	case map[string]any:
		if b, ok := b.(map[string]any); ok {
			d.compareObjects(pointer, a, b)
			return
		}
	case []any:
		if b, ok := b.([]any); ok {
			for i := range max(len(a), len(b)) {
				d.compare(pointer+"/"+strconv.Itoa(i), element(a, i), element(b, i))
			}
			return
		}
	}
	textA, textB := d.text(a), d.text(b)
	if textA != textB {
		d.found = append(d.found, Difference{Pointer: pointer, A: textA, B: textB})
	}
}

func (d *differ) compareObjects(pointer string, a, b map[string]any) {
	names := make(map[string]any, len(a))
	for name := range a {
		names[name] = nil
	}
	for name := range b {
		names[name] = nil
	}
	for _, name := range sortedKeys(names) {
		d.compare(pointer+"/"+escape(name), member(a, name), member(b, name))
	}
}

func (d *differ) text(v any) string {
	if _, none := v.(absent); none {
		return ""
	}
	b, err := appendCanonical(nil, v)
	if err != nil && d.err == nil {
		d.err = err
	}
	return string(b)
}

func member(o map[string]any, name string) any {
	if v, ok := o[name]; ok {
		return v
	}
	return absent{}
}

func element(a []any, i int) any {
	if i < len(a) {
		return a[i]
	}
	return absent{}
}
