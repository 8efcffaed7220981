package main

// notes say what limits the targets that do not hold, by their numbers. They are shown beside those, and only then.
var notes = map[string]string{
	"2.6": "the progress notification " +
		"has 91 bytes, and with unknown members 204, so that each byte costs about the same; what is unknown is checked, and kept for when the value is written.",
	"2.8": "codec.Unmarshal copies the input once, and then makes what the value consists of. For tools-call-text that is the value itself, the copy, the text " +
		"without its escapes, the list of content and its one element, and a list of two strings, which is made twice as it grows.",
	"2.9": "the types hold all revisions and what is unknown, and are large for it: a new CallToolParams has 1280 bytes, for 278 bytes of input, and lists are " +
		"copied as they grow, so that resources-list-500 allocates five times its input. In the profile of tools-call-request, one sixth of the time is reading; " +
		"the rest is allocating, clearing and collecting.",
	"9.1": "net/http alone needs what the first row of that table says.",
}
