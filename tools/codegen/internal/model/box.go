package model

// box marks the struct members through which a type would contain itself by value.
func (b *builder) box() {
	state := map[*Type]int{} // 1: on the path, 2: done
	var visit func(*Type)
	visit = func(t *Type) {
		state[t] = 1
		for _, f := range t.Fields {
			if to := byValue(f.Type); to != nil {
				switch state[to] {
				case 0:
					visit(to)
				case 1:
					f.Boxed = true
				}
			}
		}
		for _, v := range t.Variants {
			if to := byValue(v.Ref); to != nil {
				switch state[to] {
				case 0:
					visit(to)
				case 1:
					v.Boxed = true
				}
			}
		}
		state[t] = 2
	}
	for _, t := range b.m.Types {
		if state[t] == 0 {
			visit(t)
		}
	}
}

// byValue returns the struct type that a value of r holds in itself; nil if it is behind a pointer, or no struct.
func byValue(r *Ref) *Type {
	if r == nil || r.Kind != Named {
		return nil
	}
	switch r.Type.Kind {
	case Struct, ValueUnion:
		return r.Type
	}
	return nil
}
