// Package corpora holds what tests compare with: golden files, and public data that is too large for this repository.
package corpora

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Path is where a file or folder of the corpora stands: below DOORSTEP_CORPORA, or in shared/corpora beside the project. The test is
// skipped where it is absent, and says so in a name.
func Path(t *testing.T, name ...string) string {
	t.Helper()
	dir := os.Getenv("DOORSTEP_CORPORA")
	if dir == "" {
		dir = filepath.Join(project(t), "..", "shared", "corpora")
	}
	path := filepath.Join(dir, filepath.Join(name...))
	if _, err := os.Stat(path); err != nil {
		t.Run("skipped because the corpora folder is absent, set DOORSTEP_CORPORA", func(t *testing.T) { t.Skip(err) })
		t.SkipNow()
	}
	return path
}

// Lines returns the JSON values of a file of the corpora, in their order.
func Lines[T any](t *testing.T, name ...string) (all []T) {
	t.Helper()
	f, err := os.Open(Path(t, name...))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for dec := json.NewDecoder(f); dec.More(); {
		var one T
		if err := dec.Decode(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// Questionnaire is a real workbook and what the reference converter made of it.
type Questionnaire struct {
	ID     string
	File   string // the workbook, below the folder "forms"
	Golden string // the form that the converter wrote, there too
	Result string // "ok", or what the converter did instead
	Error  *string
}

// Questionnaires are the real workbooks, and their folder.
func Questionnaires(t *testing.T) (dir string, all []Questionnaire) {
	t.Helper()
	return Path(t, "forms"), Lines[Questionnaire](t, "forms", "manifest.jsonl")
}

// project is the folder of go.mod: a test runs in the folder of its package, somewhere below.
func project(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = up
	}
}
