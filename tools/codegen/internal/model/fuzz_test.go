package model_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// Whatever a schema says, Build answers with a model or an error, and soon.
func FuzzBuild(f *testing.F) {
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		overrides := []byte("{}")
		for _, x := range ar.Files {
			if x.Name == "overrides.json" {
				overrides = x.Data
			}
		}
		for _, x := range ar.Files {
			f.Add(x.Data, overrides)
		}
	}
	f.Fuzz(func(_ *testing.T, src, overrides []byte) {
		doc, err := jsonschema.Load("fuzz.json", src, jsonschema.Options{})
		if err != nil {
			return
		}
		for _, lenient := range []bool{false, true} {
			m, err := model.Build(model.Input{
				Package: "p", Lenient: lenient, Overrides: overrides,
				Revisions: []model.RevisionInput{{Name: "a", Doc: doc}, {Name: "b", Doc: doc}},
			})
			if err == nil {
				m.Dump()
			}
		}
	})
}
