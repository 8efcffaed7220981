package corpus

// callToolRequest is a search with a handful of arguments, the bread and butter of an agent's loop.
func callToolRequest() []byte {
	return []byte(oneLine(`
		{"jsonrpc":"2.0","id":42,"method":"tools/call","params":{
			"_meta":{"progressToken":"run-7f3a/42"},
			"name":"search_tickets",
			"arguments":{
				"query":"login fails after password reset",
				"project":"MOBILE",
				"status":["open","in_progress"],
				"createdAfter":"2025-03-01T00:00:00Z",
				"minScore":0.35,
				"limit":25,
				"includeComments":false,
				"assignee":null
			}
		}}`))
}

// callToolText is the matching answer: one text block and its flags.
func callToolText() []byte {
	return []byte(oneLine(`
		{"jsonrpc":"2.0","id":42,"result":{
			"content":[{
				"type":"text",
				"text":"Found 3 tickets:\n1. MOBILE-2291 \"Reset link logs user out\" (open)\n
					2. MOBILE-2304 \"Session cookie kept after reset\" (in progress)\n
					3. MOBILE-2317 \"Login loop on Android 15\" (open)",
				"annotations":{"audience":["user","assistant"],"priority":0.8}
			}],
			"isError":false
		}}`))
}

// initializeRequest offers what a full-featured client offers.
func initializeRequest() []byte {
	return []byte(oneLine(`
		{"jsonrpc":"2.0","id":0,"method":"initialize","params":{
			"protocolVersion":"2025-11-25",
			"capabilities":{
				"roots":{"listChanged":true},
				"sampling":{"context":{}},
				"elicitation":{"form":{},"url":{}},
				"experimental":{"example.com/trace":{"version":2}}
			},
			"clientInfo":{
				"name":"harbor-desktop",
				"title":"Harbor Desktop",
				"version":"3.14.2",
				"description":"Desktop workbench for teams that review documents together",
				"websiteUrl":"https://harbor.example.com"
			}
		}}`))
}

// initializeResult has instructions of a few sentences, which most servers send.
func initializeResult() []byte {
	return []byte(oneLine(`
		{"jsonrpc":"2.0","id":0,"result":{
			"protocolVersion":"2025-11-25",
			"capabilities":{
				"logging":{},
				"completions":{},
				"prompts":{"listChanged":true},
				"resources":{"subscribe":true,"listChanged":true},
				"tools":{"listChanged":true}
			},
			"serverInfo":{
				"name":"ticket-tracker",
				"title":"Ticket Tracker",
				"version":"1.9.0",
				"websiteUrl":"https://tracker.example.com/mcp",
				"icons":[{"src":"https://tracker.example.com/icon.png","mimeType":"image/png","sizes":["48x48"]}]
			},
			"instructions":"Use search_tickets before you create anything: duplicates are closed by hand.
				 Ticket keys look like MOBILE-2291.\nWrites need the project role \"editor\"; ask the user first."
		}}`))
}

func progressNotification() []byte {
	return []byte(oneLine(`
		{"jsonrpc":"2.0","method":"notifications/progress","params":{
			"progressToken":"run-7f3a/42",
			"progress":37.5,
			"total":100,
			"message":"Indexed 1,204 files"
		}}`))
}

func errorResponse() []byte {
	return []byte(oneLine(`
		{"jsonrpc":"2.0","id":42,"error":{
			"code":-32602,
			"message":"Unknown project \"MOBIL\"",
			"data":{"argument":"project","allowed":["MOBILE","WEB","INFRA"],"retry":false}
		}}`))
}
