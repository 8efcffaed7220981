package corpus

import (
	"math/rand/v2"
	"strings"
)

// service is a system that the made-up tools work on.
type service struct{ id, label, noun, plural string }

var services = [...]service{
	{"calendar", "Calendar", "event", "events"},
	{"mail", "Mail", "message", "messages"},
	{"wiki", "Wiki", "page", "pages"},
	{"tickets", "Ticket Tracker", "ticket", "tickets"},
	{"repo", "Code Host", "pull request", "pull requests"},
	{"warehouse", "Data Warehouse", "dataset", "datasets"},
	{"crm", "Customer Records", "contact", "contacts"},
	{"billing", "Billing", "invoice", "invoices"},
	{"deploy", "Deployments", "release", "releases"},
	{"files", "File Store", "document", "documents"},
}

// operation is one kind of tool; # stands for the noun, ## for its plural.
type operation struct{ verb, title, description, annotations string }

var operations = [...]operation{
	{"list", "List ##", "Returns the ## the user may see, newest first, in pages. Narrow the list with the filters; " +
		"an empty filter is the same as none. Follow nextCursor until it is absent.",
		`{"title":"List","readOnlyHint":true,"openWorldHint":false}`},
	{"get", "Get one #", "Looks up a single # by its id and returns every field, links included. " +
		"Answers with an error if the id is unknown or the user has no access.",
		`{"readOnlyHint":true,"idempotentHint":true,"openWorldHint":false}`},
	{"search", "Search ##", "Full-text search over all ##. Supports \"exact phrases\", -exclusions and field:value terms.\n" +
		"Results come with a score between 0 and 1 and a short excerpt.",
		`{"readOnlyHint":true,"destructiveHint":false,"openWorldHint":true}`},
	{"update", "Update a #", "Changes the given fields of a # and leaves the others alone. Pass the revision that was read; " +
		"if somebody else changed the # since then, nothing happens and the call fails.",
		`{"readOnlyHint":false,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}`},
	{"delete", "Delete a #", "Moves a # to the bin, where it stays for 30 days. With purge it is gone at once, and nobody can bring it back.",
		`{"readOnlyHint":false,"destructiveHint":true,"idempotentHint":true,"openWorldHint":false}`},
}

// properties are members of input schemas. All are objects of JSON Schema, as a server would send them.
var properties = [...]string{
	`"query":{"type":"string","description":"Search terms; quote a phrase to match it exactly","minLength":1,"maxLength":512}`,
	`"limit":{"type":"integer","description":"How many results to return at most","minimum":1,"maximum":200,"default":25}`,
	`"cursor":{"type":"string","description":"Where to go on, from the answer before"}`,
	`"since":{"type":"string","format":"date-time","description":"Only what changed after this moment (RFC 3339)"}`,
	`"labels":{"type":"array","description":"All of these labels must be set","items":{"type":"string","maxLength":64},"uniqueItems":true}`,
	`"sort":{"type":"string","enum":["created","updated","title","relevance"],"description":"Order of the results","default":"updated"}`,
	`"owner":{"type":["string","null"],"description":"Account name of the owner, null for those without one"}`,
	`"dryRun":{"type":"boolean","description":"Check everything and change nothing","default":false}`,
	`"minScore":{"type":"number","minimum":0,"maximum":1,"description":"Drop results below this score"}`,
	`"fields":{"type":"array","items":{"type":"string"},"description":"Fields to return; all of them when left out","minItems":1}`,
	`"range":{"type":"object","description":"Bounds, both inclusive","properties":{"from":{"type":"string","format":"date"},` +
		`"to":{"type":"string","format":"date"}},"required":["from"],"additionalProperties":false}`,
	`"notify":{"type":"object","description":"Whom to tell, and how","properties":{"emails":{"type":"array","items":` +
		`{"type":"string","format":"email"}},"silent":{"type":"boolean"}},"additionalProperties":false}`,
}

// listTools is the list of a gateway in front of ten services: 50 tools, most of it open JSON.
func listTools() []byte {
	rng := newRand(1)
	dst := []byte(`{"jsonrpc":"2.0","id":2,"result":{"tools":[`)
	for _, s := range services {
		for i := range operations {
			dst = appendTool(appendComma(dst), rng, s, i)
		}
	}
	return append(dst, `],"nextCursor":"djE6NTA="}}`...)
}

func appendTool(dst []byte, rng *rand.Rand, s service, op int) []byte {
	o := operations[op]
	words := strings.NewReplacer("##", s.plural, "#", s.noun)
	dst = append(dst, '{')
	dst = appendMember(dst, "name", s.id+"_"+o.verb)
	dst = appendMember(dst, "title", s.label+": "+words.Replace(o.title))
	dst = appendMember(dst, "description", words.Replace(o.description))
	dst = appendRawMember(dst, "inputSchema", inputSchema(rng, s.noun))
	if rng.IntN(4) == 0 {
		dst = appendRawMember(dst, "outputSchema", `{"type":"object","properties":{"items":{"type":"array","items":{"type":"object"}},`+
			`"total":{"type":"integer","minimum":0}},"required":["items"]}`)
	}
	if op == 0 {
		dst = appendRawMember(dst, "icons", `[{"src":"https://icons.example.com/`+s.id+`.svg","mimeType":"image/svg+xml","sizes":["any"]}]`)
	}
	dst = appendRawMember(dst, "annotations", o.annotations)
	if op == len(operations)-1 {
		dst = appendRawMember(dst, "_meta", `{"example.com/audit":true}`)
	}
	return append(dst, '}')
}

// inputSchema has an id and three to six of the properties, in an order that is not always the same.
func inputSchema(rng *rand.Rand, noun string) string {
	var b strings.Builder
	b.WriteString(`{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"id":{"type":"string","description":"Id of the `)
	b.WriteString(noun)
	b.WriteString(`","pattern":"^[A-Za-z0-9_-]{4,64}$"}`)
	for _, i := range rng.Perm(len(properties))[:3+rng.IntN(4)] {
		b.WriteByte(',')
		b.WriteString(properties[i])
	}
	b.WriteString(`},"required":["id"],"additionalProperties":false}`)
	return b.String()
}
