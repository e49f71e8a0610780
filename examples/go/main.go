// The app of Logto's guide for Go: Gin, sessions in memory, github.com/logto-io/go/v2.
// Settings that the guide writes into the code come from the environment.
package main

import (
	"html"
	"log"
	"net/http"
	"os"

	"github.com/gin-contrib/sessions"
	"github.com/gin-contrib/sessions/memstore"
	"github.com/gin-gonic/gin"
	"github.com/logto-io/go/v2/client"
)

// The SDK keeps what it knows of a person in the session of Gin.
type storage struct{ sessions.Session }

func (s storage) GetItem(key string) string {
	value, _ := s.Get(key).(string)
	return value
}

func (s storage) SetItem(key, value string) {
	s.Set(key, value)
	if err := s.Save(); err != nil {
		log.Printf("the session is not saved: %v", err)
	}
}

// A handler that uses the SDK, with the session of its request.
type handler func(ctx *gin.Context, logto *client.LogtoClient) error

func main() {
	config := &client.LogtoConfig{
		Endpoint:  os.Getenv("LOGTO_ENDPOINT"),
		AppId:     os.Getenv("LOGTO_APP_ID"),
		AppSecret: os.Getenv("LOGTO_APP_SECRET"),
	}
	baseURL := os.Getenv("APP_BASE_URL")

	router := gin.Default()
	router.Use(sessions.Sessions("logto-session", memstore.NewStore([]byte("only for this example"))))
	get := func(path string, handle handler) {
		router.GET(path, func(ctx *gin.Context) {
			logto := client.NewLogtoClient(config, storage{sessions.Default(ctx)})
			if err := handle(ctx, logto); err != nil {
				ctx.String(http.StatusInternalServerError, err.Error())
			}
		})
	}
	get("/", home)
	get("/sign-in", func(ctx *gin.Context, logto *client.LogtoClient) error {
		return redirect(ctx)(logto.SignInWithRedirectUri(baseURL + "/callback"))
	})
	get("/callback", func(ctx *gin.Context, logto *client.LogtoClient) error {
		return redirect(ctx)("/", logto.HandleSignInCallback(ctx.Request))
	})
	get("/sign-out", func(ctx *gin.Context, logto *client.LogtoClient) error {
		return redirect(ctx)(logto.SignOut(baseURL + "/"))
	})
	log.Fatal(router.Run("127.0.0.1:" + os.Getenv("PORT")))
}

func home(ctx *gin.Context, logto *client.LogtoClient) error {
	state := "You are not signed in."
	if logto.IsAuthenticated() {
		claims, err := logto.GetIdTokenClaims()
		if err != nil {
			return err
		}
		state = "You are signed in as " + html.EscapeString(claims.Name) + "."
	}
	page := "<!doctype html><title>Go</title><p>" + state + "</p>" +
		`<a href="/sign-in">Sign In</a> <a href="/sign-out">Sign Out</a>`
	ctx.Data(http.StatusOK, "text/html; charset=utf-8", []byte(page))
	return nil
}

// Sends the browser to an address, unless making the address failed.
func redirect(ctx *gin.Context) func(location string, err error) error {
	return func(location string, err error) error {
		if err == nil {
			ctx.Redirect(http.StatusTemporaryRedirect, location)
		}
		return err
	}
}
