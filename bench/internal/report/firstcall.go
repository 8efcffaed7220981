package report

import "fmt"

// FirstCall is what a codec needs for a type that it has never seen.
type FirstCall struct {
	Codec          string
	Decode, Encode Calls
}

// Calls are the times of the first call and of later ones, in nanoseconds.
type Calls struct{ First, Later float64 }

const aboutFirstCalls = "The first decode, and the first encode, of the payload of %s in a process: what a short program pays, and the first request of a " +
	"long one. Codecs that work by reflection look at the type then, sonic compiles code for it. Later calls are those of the same process. Medians of %d " +
	"processes; what a codec does at the start of the program is not in it."

// FirstCalls returns the table of them.
func FirstCalls(message string, processes int, calls []FirstCall) Sheet {
	s := Sheet{
		Title: "The first call",
		About: fmt.Sprintf(aboutFirstCalls, message, processes),
		Head:  []string{"codec", "first decode", "later", "times", "first encode", "later", "times"},
	}
	for _, c := range calls {
		s.Rows = append(s.Rows, append(append([]string{c.Codec}, c.Decode.cells()...), c.Encode.cells()...))
	}
	return s
}

func (c Calls) cells() []string {
	return []string{duration(c.First), duration(c.Later), digits(c.First / c.Later)}
}
