package commands_test

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/commands"
	"doorstep/internal/seal"
	"doorstep/internal/testapp"
)

// typed runs a command on the database of a started app, and returns what it writes.
func typed(t *testing.T, app *testapp.App, line string) (out string, err error) {
	t.Helper()
	program := &pocketbase.PocketBase{App: app.TestApp, RootCmd: &cobra.Command{Use: "doorstep"}}
	commands.Add(program, app.Doorstep)
	c, words, err := program.RootCmd.Find(strings.Fields(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.ParseFlags(words); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	c.SetContext(t.Context())
	c.SetOut(&said)
	program.RootCmd.SetErr(io.Discard)
	err = c.RunE(c, c.Flags().Args())
	return said.String(), err
}

// Whichever statement fails, a command fails, has changed nothing, and says of nothing that it is done; those that work in parts at least fail.
func TestWhicheverStatementFailsTheCommandFails(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	app.Worker(t, "F1", "field", "990101001001")
	app.Plant(t, collections.Persons, map[string]any{"id": "person-1", "area": "990101001001001"})
	t.Chdir(t.TempDir())
	if err := os.WriteFile("parts.csv", []byte("区划代码,工号\n990101001001001,F1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	made, err := typed(t, app, "campaigns create first --form child_visit --territory 9901")
	if err != nil {
		t.Fatal(err)
	}
	named := strings.NewReplacer("CAMPAIGN", strings.TrimSpace(made))
	for _, line := range []string{
		"areas jobs", "audit verify", "audit who person-1", "forms list", "forms download child_visit",
		"campaigns list", "campaigns create second --form child_visit --territory 9901", "campaigns assign CAMPAIGN parts.csv", "campaigns close CAMPAIGN",
		"base-map", "base-map off", "workers second-factor off", "workers unlock F1", "damaged",
	} {
		app.FailsAtEach(t, line, func() error {
			out, err := typed(t, app, named.Replace(line))
			if err != nil && out != "" {
				t.Errorf("%s fails after it said %s", line, out)
			}
			return err
		})
	}
	for _, line := range []string{"areas reassign", "workers qr --url https://a.example --area 990101001001 --campaign CAMPAIGN"} {
		app.TellsEach(t, line, func() error { _, err := typed(t, app, named.Replace(line)); return err }, func(string) {})
	}
}

// Keys that lie in no file are not rotated by the program: it prints what their keeper is to put in their place, and seals nothing with it yet.
func TestKeysThatAreNoFileAreHandedOut(t *testing.T) {
	app := testapp.New(t)
	before := app.Picture(t)
	out, err := typed(t, app, "keys rotate")
	if moved := app.Moved(t, before); err == nil || !strings.Contains(err.Error(), "keys rotate --resume") || len(moved) > 0 {
		t.Errorf("%v, and %q moved", err, moved)
	}
	was, err := app.Doorstep.Keys.Keyset(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	is, err := seal.Source(out).Keyset(t.Context())
	if err != nil || is.Primary == was.Primary || len(is.Keys) != len(was.Keys)+1 {
		t.Errorf("%v: the keys are %d with %s, were %d with %s", err, len(is.Keys), is.Primary, len(was.Keys), was.Primary)
	}
}
