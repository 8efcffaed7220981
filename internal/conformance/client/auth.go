package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/oauthex"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// Where the user comes back to, and what describes the client to servers that take a URL for its id.
const (
	callback = "http://localhost:3000/callback"
	metadata = "https://conformance-test.local/client-metadata.json"
)

// authorize lets the official Go SDK answer challenges of the server at url.
func authorize(o *streamable.DialOptions, at string, given *data) error {
	set := &auth.AuthorizationCodeHandlerConfig{
		RedirectURL:                    callback,
		AuthorizationCodeFetcher:       consent,
		ClientIDMetadataDocumentConfig: &auth.ClientIDMetadataDocumentConfig{URL: metadata},
		DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{Metadata: &oauthex.ClientRegistrationMetadata{
			RedirectURIs: []string{callback}, GrantTypes: []string{"authorization_code", "refresh_token"},
		}},
		RequestRefreshToken:   true,
		AcceptUnadvertisedIss: false,
	}
	if given.ClientID != "" {
		set.PreregisteredClient = &oauthex.ClientCredentials{
			ClientID: given.ClientID, ClientSecretAuth: &oauthex.ClientSecretAuth{ClientSecret: given.ClientSecret},
		}
	}
	h, err := auth.NewAuthorizationCodeHandler(set)
	if err != nil {
		return err
	}
	u, err := url.Parse(at)
	if err != nil {
		return err
	}
	answerWith(h, o, u)
	return nil
}

// answerWith lets a handler of the official Go SDK answer the challenges of the server at a URL.
func answerWith(h auth.OAuthHandler, o *streamable.DialOptions, server *url.URL) {
	o.Token = func(ctx context.Context) (string, error) {
		source, err := h.TokenSource(ctx)
		if err != nil || source == nil {
			return "", err
		}
		t, err := source.Token()
		if err != nil {
			return "", err
		}
		return t.AccessToken, nil
	}
	o.OnChallenge = func(ctx context.Context, c *transport.Challenge) (bool, error) {
		// The SDK wants the exchange that was refused, of which it reads no more than this.
		req := &http.Request{Method: http.MethodPost, URL: server}
		resp := &http.Response{StatusCode: c.Status, Header: c.Header, Body: http.NoBody, Request: req}
		err := h.Authorize(ctx, req, resp)
		return err == nil, err
	}
}

// consent is the user, who consents to everything: the server redirects at once.
func consent(ctx context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, args.URL, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultTransport.RoundTrip(req) // which does not follow the redirect
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	to, err := url.Parse(resp.Header.Get("Location"))
	if err != nil {
		return nil, fmt.Errorf("where the server redirects to: %w", err)
	}
	q := to.Query()
	return &auth.AuthorizationResult{Code: q.Get("code"), State: q.Get("state"), Iss: q.Get("iss")}, nil
}
