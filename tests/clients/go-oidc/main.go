// An app that signs in through Logto with the usual Go libraries: go-oidc,
// which verifies the tokens, and golang.org/x/oauth2.
//
// It reads four environment variables that `logto-testkit run --app-command` sets.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// What Logto says about a person; email_verified and updated_at are of types
// that other providers do not send.
type claims struct {
	Name          string `json:"name"`
	Email         string `json:"email"`
	EmailVerified bool   `json:"email_verified"`
	UpdatedAt     int64  `json:"updated_at"`
	Nonce         string `json:"nonce"`
}

// A person's visit. Sessions are in memory, by the value of the cookie.
type session struct {
	state, nonce, verifier string
	idToken                string
	token                  *oauth2.Token
	known                  *claims
}

type app struct {
	base       string
	config     oauth2.Config
	provider   *oidc.Provider
	verifier   *oidc.IDTokenVerifier
	endSession string

	mutex    sync.Mutex
	sessions map[string]*session
}

func newApp(ctx context.Context) (*app, error) {
	base, logto := strings.TrimSuffix(os.Getenv("APP_BASE_URL"), "/"), os.Getenv("LOGTO_ENDPOINT")
	provider, err := oidc.NewProvider(ctx, strings.TrimSuffix(logto, "/")+"/oidc")
	if err != nil {
		return nil, fmt.Errorf("discovery: %w", err)
	}
	var more struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := provider.Claims(&more); err != nil {
		return nil, err
	}
	config := oauth2.Config{
		ClientID:     os.Getenv("LOGTO_APP_ID"),
		ClientSecret: os.Getenv("LOGTO_APP_SECRET"),
		Endpoint:     provider.Endpoint(),
		RedirectURL:  base + "/callback",
		Scopes:       []string{oidc.ScopeOpenID, oidc.ScopeOfflineAccess, "profile", "email"},
	}
	verifier := provider.Verifier(&oidc.Config{ClientID: config.ClientID, Now: now})
	return &app{
		base: base, config: config, provider: provider, verifier: verifier,
		endSession: more.EndSession, sessions: map[string]*session{},
	}, nil
}

// The time of the stack, which a walk may move: CLOCK_FILE holds its offset in
// seconds. Go asks the kernel for the time, so libfaketime cannot move it.
func now() time.Time {
	text, err := os.ReadFile(os.Getenv("CLOCK_FILE"))
	if err != nil {
		return time.Now()
	}
	offset, err := time.ParseDuration(strings.TrimSpace(string(text)) + "s")
	if err != nil {
		log.Fatal(err)
	}
	return time.Now().Add(offset)
}

func (a *app) session(w http.ResponseWriter, r *http.Request) *session {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if cookie, err := r.Cookie("go-session"); err == nil && a.sessions[cookie.Value] != nil {
		return a.sessions[cookie.Value]
	}
	key := rand.Text()
	a.sessions[key] = &session{}
	http.SetCookie(w, &http.Cookie{
		Name: "go-session", Value: key, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	return a.sessions[key]
}

var pages = template.Must(template.New("page").Parse(`<!doctype html><title>Go</title>
{{range .Texts}}<p>{{.}}</p>
{{end}}{{range .Links}}<a href="/{{.}}">{{.}}</a>
{{end}}`))

func page(w http.ResponseWriter, status int, links []string, texts ...string) {
	w.Header().Set("cache-control", "no-store")
	w.Header().Set("content-type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := pages.Execute(w, map[string][]string{"Texts": texts, "Links": links}); err != nil {
		log.Print(err)
	}
}

func (a *app) home(w http.ResponseWriter, r *http.Request) {
	known := a.session(w, r).known
	if known == nil {
		page(w, http.StatusOK, []string{"sign-in"}, "You are not signed in.")
		return
	}
	hello := fmt.Sprintf("Hello, %s (%s, verified: %t).", known.Name, known.Email, known.EmailVerified)
	page(w, http.StatusOK, []string{"userinfo", "refresh", "sign-out"}, hello)
}

func (a *app) signIn(w http.ResponseWriter, r *http.Request) {
	s := a.session(w, r)
	s.state, s.nonce, s.verifier = rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	to := a.config.AuthCodeURL(s.state, oidc.Nonce(s.nonce), oauth2.S256ChallengeOption(s.verifier),
		oauth2.SetAuthURLParam("prompt", "consent"))
	http.Redirect(w, r, to, http.StatusFound)
}

func (a *app) callback(w http.ResponseWriter, r *http.Request) {
	s, query := a.session(w, r), r.URL.Query()
	if s.state == "" || query.Get("state") != s.state || query.Get("iss") != a.issuer() {
		page(w, http.StatusBadRequest, nil, "Another sign-in is on its way, or none.")
		return
	}
	s.state = ""
	token, err := a.config.Exchange(r.Context(), query.Get("code"), oauth2.VerifierOption(s.verifier))
	if err == nil {
		err = a.learn(r.Context(), s, token)
	}
	if err != nil {
		refused(w, err)
		return
	}
	http.Redirect(w, r, "/", http.StatusFound)
}

func (a *app) issuer() string {
	return a.config.Endpoint.AuthURL[:strings.LastIndex(a.config.Endpoint.AuthURL, "/")]
}

// learn stores the claims of a token response, once go-oidc has verified its ID token.
func (a *app) learn(ctx context.Context, s *session, token *oauth2.Token) error {
	raw, _ := token.Extra("id_token").(string)
	idToken, err := a.verifier.Verify(ctx, raw)
	if err != nil {
		return err
	}
	var known claims
	if err := idToken.Claims(&known); err != nil {
		return err
	}
	if known.Nonce != s.nonce {
		return errors.New("the ID token is of another sign-in")
	}
	s.known, s.token, s.idToken = &known, token, raw
	return nil
}

func (a *app) userinfo(w http.ResponseWriter, r *http.Request) {
	s := a.session(w, r)
	info, err := a.provider.UserInfo(r.Context(), oauth2.StaticTokenSource(s.token))
	if err != nil {
		refused(w, err)
		return
	}
	page(w, http.StatusOK, nil, fmt.Sprintf("Logto knows %s, verified: %t.", info.Email, info.EmailVerified))
}

func (a *app) refresh(w http.ResponseWriter, r *http.Request) {
	s := a.session(w, r)
	// x/oauth2 refreshes an expired token.
	old := *s.token
	old.Expiry = time.Unix(1, 0)
	fresh, err := a.config.TokenSource(r.Context(), &old).Token()
	if err == nil {
		err = a.learn(r.Context(), s, fresh)
	}
	if err != nil {
		refused(w, err)
		return
	}
	change := func(changed bool) string {
		if changed {
			return "a new one"
		}
		return "the old one"
	}
	page(w, http.StatusOK, nil,
		"The access token is "+change(fresh.AccessToken != old.AccessToken)+".",
		"The refresh token is "+change(fresh.RefreshToken != old.RefreshToken)+".")
}

func (a *app) signOut(w http.ResponseWriter, r *http.Request) {
	s := a.session(w, r)
	query := url.Values{"id_token_hint": {s.idToken}, "post_logout_redirect_uri": {a.base + "/"}}
	s.known = nil
	http.Redirect(w, r, a.endSession+"?"+query.Encode(), http.StatusFound)
}

func refused(w http.ResponseWriter, err error) {
	log.Print(err)
	text := err.Error()
	var retrieve *oauth2.RetrieveError
	if errors.As(err, &retrieve) {
		text = fmt.Sprintf("%d %s %s", retrieve.Response.StatusCode, retrieve.ErrorCode, retrieve.ErrorDescription)
	}
	page(w, http.StatusBadGateway, nil, text)
}

func main() {
	a, err := newApp(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /{$}", a.home)
	http.HandleFunc("GET /sign-in", a.signIn)
	http.HandleFunc("GET /callback", a.callback)
	http.HandleFunc("GET /userinfo", a.userinfo)
	http.HandleFunc("GET /refresh", a.refresh)
	http.HandleFunc("GET /sign-out", a.signOut)
	base, err := url.Parse(a.base)
	if err != nil {
		log.Fatal(err)
	}
	dated := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("date", now().UTC().Format(http.TimeFormat))
		http.DefaultServeMux.ServeHTTP(w, r)
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+base.Port(), dated))
}
