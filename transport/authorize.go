package transport

import "context"

// Identity says who sends an HTTP request, as a server's Authorize option has found out.
type Identity struct {
	// Principal is the sender, as jsonrpc.Info has it. It has to tell users of different issuers apart, as it is all that a session
	// is bound to.
	Principal string
	// Context is where values for the handler come from; nil for the request's own. It has to be derived from that.
	Context context.Context
}

// AuthError is an error of an Authorize option that says how to refuse the request (rules I-03 to I-06). Empty fields are left out
// of the challenge.
type AuthError struct {
	// Status is 401 if there is no valid token, which 0 stands for, 403 if the token is not enough, 400 if the
	// request is malformed.
	Status int
	// Code is the error code of RFC 6750, such as invalid_token or insufficient_scope.
	Code string
	// Scope is what scopes are needed, with spaces between them.
	Scope string
	// ResourceMetadata is the URL of the protected resource metadata.
	ResourceMetadata string
	// Err is for logs. It is not sent.
	Err error
}

// Error returns the text of Err, or the code.
func (e *AuthError) Error() string {
	if e.Err != nil {
		return "transport: not authorized: " + e.Err.Error()
	}
	return "transport: not authorized: " + e.Code
}

// Unwrap returns Err.
func (e *AuthError) Unwrap() error { return e.Err }
