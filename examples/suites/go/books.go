// Package books is an API that people use with an access token of Logto.
package books

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

// New returns the API, which takes tokens that this issuer has signed for this audience.
func New(issuer, keys, audience string) http.Handler {
	verifier := oidc.NewVerifier(issuer, oidc.NewRemoteKeySet(context.Background(), keys),
		&oidc.Config{ClientID: audience, SupportedSigningAlgs: []string{oidc.ES384}})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var claims struct{ Scope string }
		token, err := verifier.Verify(r.Context(), strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		if err != nil || token.Claims(&claims) != nil {
			w.WriteHeader(http.StatusUnauthorized)
		} else if !slices.Contains(strings.Fields(claims.Scope), "read:books") {
			w.WriteHeader(http.StatusForbidden)
		}
	})
}
