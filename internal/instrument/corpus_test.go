package instrument_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/internal/instrument"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
)

// questionnaire is a real workbook and whether the reference converter takes it.
type questionnaire struct{ ID, File, Result string }

func readQuestionnaires(t *testing.T, dir string) []questionnaire {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var out []questionnaire
	for dec := json.NewDecoder(bytes.NewReader(data)); dec.More(); {
		var q questionnaire
		if err := dec.Decode(&q); err != nil {
			t.Fatal(err)
		}
		if q.Result == "ok" {
			out = append(out, q)
		}
	}
	return out
}

// unpublished is the code of what keeps a questionnaire from being published, by its id.
func unpublished(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/unpublished.txt")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if f := strings.Fields(line); len(f) > 2 && f[0] != "#" {
			codes[f[0]] = f[1]
		}
	}
	return codes
}

// TestRecordedQuestionnairesPublish publishes every real workbook that the reference converter takes, all into one
// database. Those that no tablet could open are refused.
func TestRecordedQuestionnairesPublish(t *testing.T) {
	dir := os.Getenv("DOORSTEP_CORPORA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpora")
	}
	dir = filepath.Join(dir, "forms")
	if _, err := os.Stat(dir); err != nil {
		t.Run("skipped because the corpora folder is absent, set DOORSTEP_CORPORA", func(t *testing.T) { t.Skip(err) })
		t.SkipNow()
	}
	app, refused := testapp.New(t), unpublished(t)
	published, all, able := 0, readQuestionnaires(t, dir), 0
	for _, q := range all {
		raw, err := os.ReadFile(filepath.Join(dir, q.File))
		if err != nil {
			t.Fatal(err)
		}
		_, err = app.Doorstep.Library.Publish(app, instrument.Workbook{Name: q.File, Raw: raw}, instrument.Published, "", app.Doorstep.Now())
		why := firstCode(err)
		if want, listed := refused[q.ID]; listed {
			t.Logf("%s: refused, %s", q.ID, why)
			if why != want {
				t.Errorf("%s: refused with %q, listed with %q", q.ID, why, want)
			}
			continue
		}
		able++
		if err != nil {
			t.Logf("%s: %v", q.ID, err)
			continue
		}
		published++
	}
	fmt.Printf("forms publish: %d of %d questionnaires\n", published, len(all))
	if published*100 < able*95 {
		t.Errorf("%d publish, want 95%% of the %d that a tablet could open", published, able)
	}
}

func firstCode(err error) string {
	var problems survey.Problems
	if errors.As(err, &problems) {
		return problems[0].Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
