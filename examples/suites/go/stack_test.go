package books

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

var stack struct {
	Control string
	App     struct{ Origin string }
	Logto   struct {
		Issuer  string
		JwksURI string `json:"jwks_uri"`
	}
}

// The stack lives as long as the tests: it ends when the pipe to it is closed, however they end.
func TestMain(m *testing.M) {
	command := exec.Command("logto-testkit", "serve", "stack", "--sample-app", "--json")
	command.Stderr = os.Stderr
	stdin, _ := command.StdinPipe()
	stdout, _ := command.StdoutPipe()
	if err := command.Start(); err != nil {
		panic(err)
	}
	if err := json.NewDecoder(stdout).Decode(&stack); err != nil {
		panic(err)
	}
	code := m.Run()
	stdin.Close()
	if err := command.Wait(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

func testkit(t *testing.T, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "logto-testkit", append(arguments, "--stack", stack.Control)...)
	command.Stderr = t.Output()
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(output))
}
