package transport

// Challenge is what a server over HTTP wants before it looks at a request: a 401, or a 403 that asks for more than the token allows (rules
// I-03 to I-07). Texts are as the server has sent them, and must not be trusted; what is absent is empty.
type Challenge struct {
	// Status is 401 or 403.
	Status int
	// Attempt counts the challenges to the same request, from 1.
	Attempt int
	// Realm, Scope, Error, ErrorDescription and ResourceMetadata are parameters of the Bearer challenge.
	Realm            string
	Scope            string
	Error            string
	ErrorDescription string
	ResourceMetadata string
	// Header is that of the response.
	Header map[string][]string
}
