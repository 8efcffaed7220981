package jsonrpc

// Revision is a revision of the Model Context Protocol. The zero Revision is unknown. Later revisions
// compare greater.
type Revision uint8

// The revisions, oldest first.
const (
	RevUnknown Revision = iota
	Rev20241105
	Rev20250326
	Rev20250618
	Rev20251125
	Rev20260728

	// Latest is the newest revision.
	Latest = Rev20260728
	// LatestLegacy is the newest revision with initialize and sessions.
	LatestLegacy = Rev20251125
)

var revisionNames = [...]string{"", "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"}

// ParseRevision returns the revision named s, as it stands in protocolVersion; RevUnknown and false if there is none.
func ParseRevision(s string) (Revision, bool) {
	for i := Latest; i > RevUnknown; i-- { // requests of the latest one name it, the others once in a session
		if revisionNames[i] == s {
			return i, true
		}
	}
	return RevUnknown, false
}

// String returns the name of the revision; "unknown" for RevUnknown.
func (r Revision) String() string {
	if r == RevUnknown || r > Latest {
		return "unknown"
	}
	return revisionNames[r]
}

// Modern reports whether r is stateless: no initialize, no sessions, metadata in each request.
func (r Revision) Modern() bool { return r >= Rev20260728 }

// Legacy reports whether r has initialize and sessions.
func (r Revision) Legacy() bool { return r != RevUnknown && !r.Modern() }
