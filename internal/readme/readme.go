// Package readme finds the code in README.md, so that a test can run what users are told to do.
//
// A fenced block that follows a comment such as
//
//	<!-- file: use2/main.go; run: go run ./use2; prints: hello -->
//
// is a file; run and prints may be absent. One that follows
//
//	<!-- from: internal/x/y.go -->
//
// quotes a file of the project.
package readme

import (
	"errors"
	"fmt"
	"strings"
)

// Block is a fenced block that is a file.
type Block struct {
	File   string // slash-separated path
	Run    string // commands, joined by &&; "" for none
	Prints string // what the output of Run must contain
	Text   string
}

const fence = "```"

// Blocks returns the files in the Markdown text, in their order.
func Blocks(markdown string) ([]Block, error) {
	var blocks []Block
	for rest := markdown; ; {
		_, after, found := strings.Cut(rest, "<!-- file: ")
		if !found {
			break
		}
		comment, body, found := strings.Cut(after, "-->")
		if !found {
			return nil, errors.New("a file comment does not end")
		}
		b := attributes("file: " + comment)
		_, body, found = strings.Cut(body, fence)
		if !found {
			return nil, fmt.Errorf("%s: no block follows", b.File)
		}
		_, body, _ = strings.Cut(body, "\n") // the language
		b.Text, rest, found = strings.Cut(body, fence)
		if !found {
			return nil, fmt.Errorf("%s: the block does not end", b.File)
		}
		blocks = append(blocks, b)
	}
	return blocks, nil
}

// attributes parses "file: F; run: R; prints: P".
func attributes(comment string) Block {
	var b Block
	for part := range strings.SplitSeq(comment, "; ") {
		key, value, _ := strings.Cut(part, ": ")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "file":
			b.File = value
		case "run":
			b.Run = value
		case "prints":
			b.Prints = value
		}
	}
	return b
}

// Quotes returns the blocks that quote files of the project: File says which.
func Quotes(markdown string) ([]Block, error) {
	var blocks []Block
	for rest := markdown; ; {
		_, after, found := strings.Cut(rest, "<!-- from: ")
		if !found {
			return blocks, nil
		}
		name, body, found := strings.Cut(after, " -->\n"+fence+"go\n")
		if !found || strings.Contains(name, "\n") {
			return nil, errors.New("no block of Go follows a from comment")
		}
		var text string
		text, rest, found = strings.Cut(body, fence)
		if !found {
			return nil, fmt.Errorf("%s: the block does not end", name)
		}
		blocks = append(blocks, Block{File: name, Text: text})
	}
}
