package commands_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"doorstep/collections/forms"
	"doorstep/internal/testapp"
)

var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "doorstep-commands-")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "doorstep")
	if runtime.GOOS == "windows" {
		bin += ".exe"
	}
	built = bin
	build := exec.Command("go", "build", "-ldflags", "-s -w", "-o", bin, "doorstep")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return bin, nil
})

var built string // for TestMain to remove

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		os.RemoveAll(filepath.Dir(built))
	}
	os.Exit(code)
}

// program is the binary that an operator runs, built once for all tests of this package.
func program(t *testing.T) string {
	t.Helper()
	testapp.Long(t)
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// run runs the program in a folder, and returns what it wrote and its exit status.
func run(t *testing.T, dir string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, messages bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // a server that should not have started
	defer cancel()
	c := exec.CommandContext(ctx, program(t), args...)
	c.Dir, c.Stdout, c.Stderr = dir, &out, &messages
	if err := c.Run(); err != nil && c.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), messages.String(), c.ProcessState.ExitCode()
}

// served runs the server until it answers, and returns what it said.
func served(t *testing.T, dir string) string {
	t.Helper()
	var said bytes.Buffer
	address := freePort(t)
	c := exec.CommandContext(t.Context(), program(t), "serve", "--dir", "city", "--http", address)
	c.Dir, c.Stdout, c.Stderr = dir, &said, &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, http.DefaultClient, "http://"+address+"/api/health", &said)
	c.Process.Signal(syscall.SIGTERM)
	c.Wait()
	return said.String()
}

const mistaken = `| survey |
| | type | name | label |
| | txet | a | A |
| | select_one nowhere | b | B |
| settings |
| | form_id | version |
| | bad | 1 |
`

// hopeful is a form that a converter takes and no tablet can evaluate.
const hopeful = `| survey |
| | type | name | label | calculation |
| | text | a | A | |
| | calculate | b | | frob(${a}) |
| settings |
| | form_id | version |
| | hopeful | 1 |
`

func TestFormsCommands(t *testing.T) {
	dir := t.TempDir()
	run(t, dir, "init")
	good, err := filepath.Abs("../hooks/testdata/fall_risk.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"bad.md": mistaken, "hopeful.md": hopeful} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	xml := filepath.Join(dir, "out.xml")
	for _, tt := range []struct {
		name           string
		args           string
		fails          bool
		stdout, stderr []string
	}{
		{"convert to the screen", "forms convert " + good, false, []string{"<h:html", `id="fall_risk"`, "跌倒次数请填 0 到 50。"}, nil},
		{"convert into a file", "forms convert " + good + " -o " + xml, false, nil, nil},
		{"convert a form with mistakes", "forms convert bad.md", true, nil, []string{"bad.md [survey]:2 (type): 不认识的题目类型", "bad.md [survey]:3 (type): ", "2 处错误 · 2 mistakes"}},
		{"convert what cannot be published", "forms convert hopeful.md", false, []string{"frob("}, []string{"hopeful.md [survey]:3 (calculation): 表达式有误", "不能发布 · converted, but cannot be published"}},
		{"publish what cannot be published", "forms publish hopeful.md", true, nil, []string{"hopeful.md [survey]:3 (calculation): 表达式有误", "1 处错误 · 1 mistake"}},
		{"publish a form with mistakes", "forms publish bad.md", true, nil, []string{"bad.md [survey]:2 (type)"}},
		{"publish a draft", "forms publish --draft " + good, false, []string{"fall_risk 1: draft"}, nil},
		{"publish", "forms publish " + good, false, []string{"fall_risk 1: published", "fall_risks: ", "fall_risk_fall: "}, nil},
		{"publish again", "forms publish " + good, false, []string{"fall_risk 1: published"}, nil},
		{"publish again as a draft", "forms publish --draft " + good, false, []string{"fall_risk 1: published"}, nil},
		{"export", "export fall_risk -o out", false, []string{"fall_risks.csv: 0 行 rows"}, nil},
		{"a file that is not there", "forms publish nowhere.xlsx", true, nil, []string{"nowhere.xlsx"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stdout, stderr, status := run(t, dir, strings.Fields(tt.args)...)
			if (status != 0) != tt.fails {
				t.Fatalf("exit status %d\n%s%s", status, stdout, stderr)
			}
			for _, want := range tt.stdout {
				if !strings.Contains(stdout, want) {
					t.Errorf("the output lacks %q:\n%.2000s", want, stdout)
				}
			}
			for _, want := range tt.stderr {
				if !strings.Contains(stderr, want) {
					t.Errorf("the messages lack %q:\n%.2000s", want, stderr)
				}
			}
		})
	}
	if written, err := os.ReadFile(xml); err != nil || !strings.Contains(string(written), `id="fall_risk"`) {
		t.Errorf("out.xml: %v %.200s", err, written)
	}
}

// After an upgrade a shipped form stays as it is in use, serve says that there is a newer one, and its command publishes it.
func TestAShippedFormThatIsNewer(t *testing.T) {
	dir := t.TempDir()
	if _, stderr, status := run(t, dir, "init", "--dir", "city"); status != 0 {
		t.Fatal(stderr)
	}
	old, err := sql.Open("sqlite", filepath.Join(dir, "city", "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	shipped, err := forms.Files.ReadFile("child_visit.csv")
	if err != nil {
		t.Fatal(err)
	}
	before := regexp.MustCompile(`(?m)^(,[^,\n]*,[^,\n]*,child_visit,)([^,\n]+)`).ReplaceAll(shipped, []byte("${1}0.1"))
	if bytes.Equal(before, shipped) {
		t.Fatal("the version of the shipped form was not found")
	}
	if _, err := old.Exec(`UPDATE forms SET version='0.1', source=? WHERE form_id='child_visit'`, base64.StdEncoding.EncodeToString(before)); err != nil {
		t.Fatal(err)
	}
	if _, err := old.Exec(`UPDATE _collections SET options=json_set(options,'$.viewQuery','SELECT id, code AS area FROM areas') WHERE name='community_coverage'`); err != nil {
		t.Fatal(err)
	}
	old.Close()
	const said = "forms publish child_visit --shipped --dir city"
	if words := served(t, dir); !strings.Contains(words, said) || strings.Contains(words, "publish elderly_baseline") {
		t.Errorf("serve says %s", words)
	}
	if stdout, stderr, status := run(t, dir, "forms", "publish", "child_visit", "--shipped", "--dir", "city"); status != 0 {
		t.Fatal(stdout, stderr)
	}
	if words := served(t, dir); strings.Contains(words, "--shipped") {
		t.Errorf("once it is published serve says %s", words)
	}
	if _, stderr, status := run(t, dir, "forms", "publish", "frob", "--shipped", "--dir", "city"); status == 0 || !strings.Contains(stderr, "child_visit, elderly_baseline") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	now, err := sql.Open("sqlite", filepath.Join(dir, "city", "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer now.Close()
	var query string
	if err := now.QueryRow(`SELECT json_extract(options,'$.viewQuery') FROM _collections WHERE name='community_coverage'`).Scan(&query); err != nil || !strings.Contains(query, "households_visited") {
		t.Errorf("the view of an earlier program is still there: %s, %v", query, err)
	}
}
