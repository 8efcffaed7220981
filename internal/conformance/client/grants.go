package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// grants are for scenarios in which no user is asked: the client has something that it can exchange for a token.
var grants = map[string]grant{
	"auth/client-credentials-basic":         secret,
	"auth/client-credentials-jwt":           signed,
	"auth/enterprise-managed-authorization": enterprise,
	"auth/wif-jwt-bearer":                   workload,
}

// grant gets a token from the authorization server that the resource names.
type grant func(ctx context.Context, given *data, r *oauthex.ProtectedResourceMetadata, as *oauthex.AuthServerMeta) (*oauth2.Token, error)

// exchange answers the first challenge of the server at url with a token from get.
func exchange(o *streamable.DialOptions, url string, given *data, get grant) {
	var token atomic.Pointer[oauth2.Token]
	o.Token = func(context.Context) (string, error) {
		if t := token.Load(); t != nil {
			return t.AccessToken, nil
		}
		return "", nil
	}
	o.OnChallenge = func(ctx context.Context, c *transport.Challenge) (bool, error) {
		if token.Load() != nil {
			return false, errors.New("the token is refused")
		}
		r, err := oauthex.GetProtectedResourceMetadata(ctx, c.ResourceMetadata, url, http.DefaultClient)
		if err != nil {
			return false, err
		}
		if len(r.AuthorizationServers) == 0 {
			return false, errors.New("the resource names no authorization server")
		}
		as, err := auth.GetAuthServerMetadata(ctx, r.AuthorizationServers[0], http.DefaultClient)
		if err != nil {
			return false, err
		}
		if as == nil {
			return false, errors.New("the authorization server says nothing of itself")
		}
		t, err := get(ctx, given, r, as)
		if err != nil {
			return false, err
		}
		token.Store(t)
		return true, nil
	}
}

// secret authenticates with a client secret.
func secret(ctx context.Context, given *data, r *oauthex.ProtectedResourceMetadata, as *oauthex.AuthServerMeta) (*oauth2.Token, error) {
	c := clientcredentials.Config{
		ClientID: given.ClientID, ClientSecret: given.ClientSecret,
		TokenURL: as.TokenEndpoint, Scopes: r.ScopesSupported, AuthStyle: oauth2.AuthStyleInHeader,
	}
	return c.Token(ctx)
}

// assertionType says that a client authenticates with a signed assertion (RFC 7523 section 2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// signed authenticates with an assertion that the client signs.
func signed(ctx context.Context, given *data, r *oauthex.ProtectedResourceMetadata, as *oauthex.AuthServerMeta) (*oauth2.Token, error) {
	key, err := jwt.ParseECPrivateKeyFromPEM([]byte(given.PrivateKeyPEM))
	if err != nil {
		return nil, fmt.Errorf("the key: %w", err)
	}
	now := time.Now()
	assertion, err := jwt.NewWithClaims(jwt.GetSigningMethod(given.SigningAlgorithm), jwt.RegisteredClaims{
		Issuer: given.ClientID, Subject: given.ClientID, Audience: jwt.ClaimStrings{as.Issuer}, ID: oauth2.GenerateVerifier(),
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(time.Minute)),
	}).SignedString(key)
	if err != nil {
		return nil, fmt.Errorf("the assertion: %w", err)
	}
	c := clientcredentials.Config{
		ClientID: given.ClientID, TokenURL: as.TokenEndpoint, Scopes: r.ScopesSupported, AuthStyle: oauth2.AuthStyleInParams,
		EndpointParams: map[string][]string{"client_assertion_type": {assertionType}, "client_assertion": {assertion}},
	}
	return c.Token(ctx)
}

// enterprise exchanges what the enterprise's identity provider says of the user for a grant, and that for a token.
func enterprise(ctx context.Context, given *data, r *oauthex.ProtectedResourceMetadata, as *oauthex.AuthServerMeta) (*oauth2.Token, error) {
	assertion, err := oauthex.ExchangeToken(ctx, given.IDPTokenEndpoint, &oauthex.TokenExchangeRequest{
		RequestedTokenType: oauthex.TokenTypeIDJAG, Audience: as.Issuer, Resource: r.Resource, Scope: r.ScopesSupported,
		SubjectToken: given.IDToken, SubjectTokenType: oauthex.TokenTypeIDToken,
	}, &oauthex.ClientCredentials{ClientID: given.IDPClientID}, http.DefaultClient)
	if err != nil {
		return nil, err
	}
	return bearer(ctx, given, r, as, assertion.AccessToken)
}

// workload exchanges what the platform says of the program that runs on it.
func workload(ctx context.Context, given *data, r *oauthex.ProtectedResourceMetadata, as *oauthex.AuthServerMeta) (*oauth2.Token, error) {
	return bearer(ctx, given, r, as, given.WorkloadJWT)
}

// bearer exchanges an assertion for a token (RFC 7523 section 2.1).
func bearer(ctx context.Context, given *data, r *oauthex.ProtectedResourceMetadata, as *oauthex.AuthServerMeta, assertion string) (*oauth2.Token, error) {
	style := oauth2.AuthStyleInHeader
	if given.ClientSecret == "" {
		style = oauth2.AuthStyleInParams
	}
	c := oauth2.Config{
		ClientID: given.ClientID, ClientSecret: given.ClientSecret, Scopes: r.ScopesSupported,
		Endpoint: oauth2.Endpoint{TokenURL: as.TokenEndpoint, AuthStyle: style},
	}
	return c.Exchange(ctx, "",
		oauth2.SetAuthURLParam("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), oauth2.SetAuthURLParam("assertion", assertion))
}
