// Package schema holds the Model Context Protocol as data: one JSON Schema of facts for each
// protocol revision, the sentences that become Go doc comments, and the table of what JSON Schema
// cannot say. Everything is embedded, so the generator needs no files and no network.
//
// The schema files have upstream's shape (draft-07 "definitions" up to 2025-06-18, 2020-12 "$defs"
// from 2025-11-25) but none of its prose. README.md in this folder says where they come from and
// how to add a revision.
package schema

import (
	"embed"
	"fmt"
	"slices"
)

// FS holds <revision>/schema.json for every revision, docs.json and overrides.json. It is read-only.
//
//go:embed */schema.json docs.json overrides.json
var FS embed.FS

// Revisions returns the names of the protocol revisions, oldest first, such as "2024-11-05".
// The slice is the caller's.
func Revisions() []string {
	return []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"}
}

// File returns the JSON Schema of one revision. An unknown revision is an error that lists the
// known ones. The bytes are the caller's.
func File(revision string) ([]byte, error) {
	if !slices.Contains(Revisions(), revision) {
		return nil, fmt.Errorf("schema: unknown revision %q, want one of %q", revision, Revisions())
	}
	return FS.ReadFile(revision + "/schema.json")
}

// Docs returns docs.json: one JSON object whose keys are "Type" or "Type.member" over the merged
// model of all revisions and whose values are doc comment texts. The bytes are the caller's.
func Docs() []byte { return embedded("docs.json") }

// Overrides returns overrides.json: what the schemas lost or cannot say, each row with a reason.
// The bytes are the caller's.
func Overrides() []byte { return embedded("overrides.json") }

// embedded reads a file that the go:embed line above names: the build fails if it is not there.
func embedded(name string) []byte {
	b, _ := FS.ReadFile(name)
	return b
}
