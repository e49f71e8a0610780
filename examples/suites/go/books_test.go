package books

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

const api = "https://api.bookstore.example"

func TestAdaIsSignedInToTheApp(t *testing.T) {
	var session struct {
		Header string `json:"cookie_header"`
	}
	if err := json.Unmarshal([]byte(testkit(t, "session", "--as", "ada")), &session); err != nil {
		t.Fatal(err)
	}
	request, _ := http.NewRequestWithContext(t.Context(), "GET", stack.App.Origin+"/api/session", nil)
	request.Header.Set("Cookie", session.Header)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var person struct{ Claims struct{ Name string } }
	if json.NewDecoder(answer.Body).Decode(&person); person.Claims.Name != "Ada Lovelace" {
		t.Errorf("the app knows %+v", person)
	}
}

func TestTheAPITakesOnlyTokensWithItsScope(t *testing.T) {
	scoped := []string{"--resource", api, "--scope", "read:books", "--create-resource"}
	for _, test := range []struct {
		name   string
		token  string
		status int
	}{
		{"hers", testkit(t, append([]string{"token", "--as", "ada"}, scoped...)...), http.StatusOK},
		{"without the scope", testkit(t, "token", "--as", "grace", "--resource", api), http.StatusForbidden},
		{"opaque", testkit(t, "token", "--as", "ada"), http.StatusUnauthorized},
	} {
		request := httptest.NewRequestWithContext(t.Context(), "GET", "/books", nil)
		request.Header.Set("Authorization", "Bearer "+test.token)
		answer := httptest.NewRecorder()
		New(stack.Logto.Issuer, stack.Logto.JwksURI, api).ServeHTTP(answer, request)
		if answer.Code != test.status {
			t.Errorf("%s: %d instead of %d", test.name, answer.Code, test.status)
		}
	}
}
