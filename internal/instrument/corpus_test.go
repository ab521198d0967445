package instrument_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/corpora"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
)

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
	dir, all := corpora.Questionnaires(t)
	all = slices.DeleteFunc(all, func(q corpora.Questionnaire) bool { return q.Result != "ok" })
	app, refused := testapp.New(t), unpublished(t)
	published, able := 0, 0
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
