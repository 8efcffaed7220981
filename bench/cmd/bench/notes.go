package main

// notes say what limits the targets that do not hold, by their numbers. They are shown beside those, and only then.
var notes = map[string]string{
	"2.2": "without AVX-512 only, and less than 1 % behind on the error response, which is noise.",
	"2.6": "the progress notification has 91 bytes, and with unknown members 204, so that each byte costs about the same; what is unknown is checked, " +
		"and kept for when the value is written. In the profile, two fifths of the time is the check of the one unknown object, at 1.5 GB/s.",
	"2.7": "without AVX-512 only, and by 6 %: functions laid out anew move such rows by a tenth.",
	"2.8": "codec.Unmarshal copies the input once, and then makes what the value consists of. For tools-call-text that is the value itself, the copy, " +
		"the text without its escapes, the list of content and its one element, and a list of two strings.",
	"2.9": "the types hold all revisions, and optional members by value, and are large for it: a new CallToolParams has 808 bytes, for 278 bytes of " +
		"input, of which the capabilities and the name of a client in _meta are 600. In the profile of tools-call-request, a third of the time is " +
		"reading; the rest is allocating, clearing and collecting. Pointers to large optional members would need a tenth of the memory, but Opt[T] " +
		"is a plain value by contract. Extra as a pointer, lists that are allocated once and texts of their own length took a fifth off the time.",
	"2.3": "the best safe peer is another one for each message. What is left is spread thin: in the profile of a server under load no function of the codec " +
		"has 7 % of the time. Tried without gain: a table of the members that are expected next, compared by words (0.96 to 0.99x), emptying " +
		"large types member by member (1.06x alone, 0.99x in whole messages), the first members without the kernel for tokens (0.88 to 1.03x).",
	"3.1": "messages of 100 to 400 bytes are a few hundred nanoseconds of names and short strings, of which other validating peers look up fewer: " +
		"Scan also notes the members of the params that transports need. Functions laid out anew move these rows by a tenth.",
	"3.2": "the peer that is ahead looks for the names that it is asked for and checks nothing of the rest, so that the shortest messages cost it " +
		"next to nothing.",
	"6.1": "a request costs net/http and the kernel 12.5 to 15 us of CPU time, and mcpwire 1.4 us on top, spread over codec and envelope 0.5, " +
		"transport/streamable 0.3 to 0.4, gen/mcp 0.2, the engine 0.2. The load comes from the same two cores, which makes the share of " +
		"requests less steady than CPU time is.",
	"6.2": "see 6.1; the part profile, whose loads are longer, says where the time goes, and has 1.12 and 1.13 for it. From run to run the row moves " +
		"between 1.10 and 1.20. Tried without gain: no timers for requests at all, one pass over the headers; flushing the answer costs 5 us more, " +
		"as the next request then comes while net/http still watches the connection.",
	"6.3": "see 6.1: eight requests are in flight on two cores, so that each waits for what the others cost.",
	"7.3": "a call costs about 2 us more than plain net/http, all of it in the goroutine of the caller, spread thin: the call's context and channel " +
		"0.45, the end of the caller's context 0.36, the body 0.4, Scan and decode 0.6, headers 0.26.",
	"8.1": "with eight messages to a write, the line echo needs 0.65 us of CPU time for a message, so that 0.85 of its rate would leave 0.3 us to " +
		"check, decode, call, encode and look after cancellation; mcpwire needs 0.75 to 0.95 us, half of which is the codec. Writing the answers " +
		"in two pieces, so that the driver begins earlier, was slower.",
	"9.2": "the heap of a session is 0.98 KiB, which a test holds; the rest is what the process does not give back of opening 10,000 of them.",
	"10.1": "between 0.03 and 0.06 from run to run, so that it is not for each stream. What allocates is not known; the tests that count " +
		"allocations find none in publishing.",
	"9.1": "net/http alone needs what the first row of that table says.",
}
