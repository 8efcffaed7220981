package pool

// Leak is a Buffer that was handed out and not released.
type Leak struct {
	Size  int    // bytes of room it had
	Lost  bool   // no handle of it is left: it never will be released
	Stack string // where Get was called
}
