package main

import (
	"archive/zip"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/plugins/migratecmd"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/commands"
	"doorstep/hooks"
	"doorstep/internal/datafolder"
)

// beside holds the arguments with which the test runs each command while a server has the database open. A command with ""
// is not run: it does not open the database of a running server. The test fails for a command that is not here.
var beside = map[string]string{
	"areas import": "nowhere.geojson --crs wgs84", "areas house-codes": "nowhere.csv", "areas jobs": " ", "areas reassign": " ", "match": "nowhere.csv -o OUT/match", "audit verify": " ", "audit who": "nobody", "backup": "OUT/b.zip", "base-map": "off", "damaged": " ", "export": "child_visit -o OUT/export",
	"campaigns list": " ", "campaigns assign": "nothing nowhere.xlsx", "campaigns create": "sweep --form child_visit", "campaigns open": "nothing", "campaigns close": "nothing",
	"forms list": " ", "forms close": "nothing 1", "forms download": "nothing", "roster import": "nowhere.csv",
	"forms publish": "nowhere.csv", "init": "", "keys rotate": " ", "keys status": " ", "serve": "--http 127.0.0.1:1", "migrate": "",
	"superuser create": "op2@example.com synthetic-pass-1", "superuser update": "op2@example.com synthetic-pass-2", "superuser upsert": "op3@example.com synthetic-pass-1",
	"superuser delete": "op3@example.com", "superuser otp": "op2@example.com", "superuser ips": "127.0.0.1",
	"workers import": "nowhere.csv", "workers qr": "--url http://127.0.0.1 --out OUT/qr", "workers second-factor": "off", "workers unlock": "F00012",
}

// TestCommandsBesideAServer makes a backup by route, runs every command beside the server, pushes meanwhile, kills the
// server, and wants everything that was acknowledged.
func TestCommandsBesideAServer(t *testing.T) {
	binary, out := buildBinary(t), t.TempDir()
	dir := filepath.Join(out, "data")
	url, process := startDemo(t, binary, dir)
	tab := &tablet{url: url}
	tab.signIn(t, "F00012")
	operator := signedOperator(t, url)
	if status, body, err := operator.call("/api/doorstep/v1/backups", map[string]any{}); err != nil || status != http.StatusCreated {
		t.Fatalf("backup: %d %s %v", status, body, err)
	}
	var acknowledged []string
	for i, name := range opening(t) {
		line, listed := beside[name]
		if !listed {
			t.Errorf("what %q does beside a server is not tested", name)
		}
		if line == "" {
			continue
		}
		args := append(strings.Fields(name), strings.Fields(strings.ReplaceAll(line, "OUT", out))...)
		said, _ := exec.Command(binary, append(args, "--dir", dir)...).CombinedOutput() // whether it succeeds does not matter
		if status, _, err := tab.call("/api/sync/v1/push", map[string]any{"operations": []any{}}); err == nil && status == http.StatusUnauthorized {
			tab = &tablet{url: url} // a new key ends every session
			tab.signIn(t, "F00012")
		}
		id := uuid.NewString()
		var got answered
		tab.want(t, "/api/sync/v1/push", map[string]any{"operations": []any{visitOperation(i+1, id)}}, &got)
		if got.Results[0].Status != "stored" {
			t.Fatalf("after %s (%s): %+v", name, said, got)
		}
		acknowledged = append(acknowledged, id)
	}
	if len(acknowledged) < 10 {
		t.Fatalf("%d commands were run", len(acknowledged))
	}
	process.Process.Kill()
	process.Wait()
	pool, err := collections.Connect(filepath.Join(dir, datafolder.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, id := range acknowledged {
		var n int
		if err := pool.NewQuery(`SELECT COUNT(*) FROM child_visits WHERE id={:id}`).Bind(map[string]any{"id": id}).Row(&n); err != nil || n != 1 {
			t.Errorf("%s was acknowledged and is there %d times (%v)", id, n, err)
		}
	}
}

// opening is every command that opens the database, by its path.
func opening(t *testing.T) (names []string) {
	t.Helper()
	app := pocketbase.NewWithConfig(pocketbase.Config{DBConnect: collections.Connect, DefaultDataDir: t.TempDir()})
	migratecmd.MustRegister(app, app.RootCmd, migratecmd.Config{TemplateLang: migratecmd.TemplateLangGo})
	commands.Add(app, hooks.New(nil))
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, child := range c.Commands() {
			walk(child)
		}
		if c.Runnable() && c.HasParent() && c.Annotations["no database"] == "" {
			names = append(names, strings.TrimPrefix(c.CommandPath(), app.RootCmd.Name()+" "))
		}
	}
	walk(app.RootCmd)
	slices.Sort(names)
	return names
}

func signedOperator(t *testing.T, url string) *tablet {
	t.Helper()
	operator := &tablet{url: url}
	var auth struct{ Token string }
	operator.want(t, "/api/collections/_superusers/auth-with-password", map[string]string{"identity": "operator@doorstep.example", "password": "doorstep-demo"}, &auth)
	operator.token = auth.Token
	return operator
}

// TestADataFolderFromElsewhereHasANewEpoch starts a server on data folders that came there in different ways, and on one
// that only stood still.
func TestADataFolderFromElsewhereHasANewEpoch(t *testing.T) {
	binary, out := buildBinary(t), t.TempDir()
	dir := filepath.Join(out, "data")
	url, process := startDemo(t, binary, dir)
	tab := &tablet{url: url}
	tab.signIn(t, "F00012")
	stop := func() { process.Process.Signal(os.Interrupt); process.Wait() }
	epoch := func(dir string) string {
		var got struct{ Epoch string }
		var url string
		url, process = startServer(t, binary, dir)
		tab.url = url
		tab.want(t, "/api/sync/v1/push", map[string]any{"operations": []any{}}, &got)
		return got.Epoch
	}
	archive := filepath.Join(out, "b.zip")
	run(t, binary, "backup", archive, "--dir", dir)
	stop()
	first := epoch(dir)
	stop()
	old, err := os.ReadFile(filepath.Join(dir, datafolder.Database))
	if err != nil {
		t.Fatal(err)
	}
	if again := epoch(dir); again != first {
		t.Errorf("a restart alone makes epoch %s of %s", again, first)
	}
	var got answered
	tab.want(t, "/api/sync/v1/push", map[string]any{"operations": []any{visitOperation(1, uuid.NewString())}}, &got)
	stop()
	if err := os.WriteFile(filepath.Join(dir, datafolder.Database), old, 0o600); err != nil { // the same file, with what it held before
		t.Fatal(err)
	}
	rolled := epoch(dir)
	if rolled == first {
		t.Error("an older database in the same file keeps its epoch")
	}
	stop()
	byHand, restored := filepath.Join(out, "byhand"), filepath.Join(out, "restored")
	for _, folder := range []string{byHand, restored} {
		copyFile(t, dir+".keys.json", folder+".keys.json")
	}
	unzip(t, archive, byHand)
	run(t, binary, "restore", archive, "--dir", restored)
	for _, folder := range []string{byHand, restored} {
		if e := epoch(folder); e == first || e == rolled {
			t.Errorf("%s keeps the epoch", folder)
		}
		stop()
	}
	if out, err := exec.Command(binary, "restore", archive, "--dir", restored).CombinedOutput(); err == nil {
		t.Errorf("restored over a data folder: %s", out)
	}
	if err := os.Truncate(archive, 100_000); err != nil {
		t.Fatal(err)
	}
	nowhere := filepath.Join(out, "nowhere")
	if said, err := exec.Command(binary, "restore", archive, "--dir", nowhere).CombinedOutput(); err == nil {
		t.Errorf("restored a cut archive: %s", said)
	}
	if _, err := os.Stat(nowhere); !os.IsNotExist(err) {
		t.Error("a cut archive left a data folder")
	}
}

func run(t *testing.T, binary string, args ...string) {
	t.Helper()
	if said, err := exec.Command(binary, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v %s", args, err, said)
	}
}

// copyFolder copies a data folder and the files beside it.
func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	for _, beside := range []string{".keys.json", ".witness.json"} {
		copyFile(t, from+beside, to+beside)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func unzip(t *testing.T, file, dir string) {
	t.Helper()
	archive, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	if err := os.CopyFS(dir, archive); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "data.keys.json")); err == nil {
		t.Error("the keys are in the backup")
	}
}
