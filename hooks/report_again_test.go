package hooks_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// dangersForm has every way to raise a report: of one choice and of several, by one rule and by two, and in a repeat.
const dangersForm = `
| survey |
| | type | name | label | bind::doorstep:rule | bind::doorstep:key |
| | select_multiple kind | harm | Harm | mandatory_report(a, b) |
| | select_multiple kind | doubt | Doubt | suspected_report(a, b) |
| | select_multiple kind | words | Words | urgent_follow_up(a, b) |
| | select_multiple kind | mixed | Mixed | mandatory_report(a) suspected_report(b) |
| | select_one kind | level | Level | mandatory_report(a, b) |
| | select_one kind | sure | Sure | mandatory_report(b) suspected_report(a) |
| | begin_repeat | kids | Kids | | |
| | text | who | Who | | yes |
| | select_multiple kind | hurt | Hurt | mandatory_report(a, b) |
| | end_repeat | | | |
| choices |
| | list_name | name | label |
| | kind | a | A |
| | kind | b | B |
| | kind | none | None |
| settings |
| | form_id | version | namespaces |
| | dangers | 1 | doorstep="urn:doorstep:form" |
`

// What a correction says the same of, or less, is not reported again; what it says more of is: within one question the report
// that is open gets it, and after that was closed another is opened. A graver kind always opens its own.
func TestWhatACorrectionAddsIsReported(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	if status, got := upload(t, c.manager, "dangers.md", []byte(dangersForm), ""); status != http.StatusOK {
		t.Fatalf("%d %+v", status, got)
	}
	seq := 0
	say := func(id string, rev int, question, answer string) {
		t.Helper()
		seq++
		var said any = answer
		if question != "level" && question != "sure" {
			said = strings.Fields(answer)
		}
		answers := map[string]any{question: said}
		if question == "hurt" {
			answers["who"] = "小何"
			answers = map[string]any{"kids": []any{answers}}
		}
		if r := push(t, c.tablet, map[string]any{"seq": seq, "op": "submit", "id": id, "form": "dangers", "base_rev": rev, "answers": answers})[0]; r.Status != "stored" {
			t.Fatalf("%+v", r)
		}
	}
	of := func(id string) (all []string) {
		t.Helper()
		for _, task := range urgentTasks(t, c.app) {
			if task.GetString("record") == id {
				all = append(all, task.Id)
			}
		}
		return all
	}
	settle := func(tasks []string) {
		for _, task := range tasks {
			if c.app.Find(t, "tasks", task).GetString("status") == "open" {
				c.boss.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/reports/"+task+"/settle", settledReport, nil)
			}
		}
	}
	for _, tt := range []struct {
		question, first, then string
		open, closed          int // reports that the correction opens while the first is open, and after it was closed
	}{
		{"harm", "a", "a", 0, 0}, {"harm", "a", "a b", 0, 1}, {"harm", "a b", "b", 0, 0}, {"harm", "a", "none", 0, 0}, {"harm", "none", "a", 1, 1},
		{"doubt", "a", "a", 0, 0}, {"doubt", "a", "b a", 0, 1}, {"doubt", "a b", "a", 0, 0}, {"words", "b", "b", 0, 0}, {"words", "b", "a b", 0, 1}, {"words", "a b", "b", 0, 0},
		{"mixed", "a", "a", 0, 0}, {"mixed", "b", "a b", 1, 1}, {"mixed", "a", "a b", 1, 1}, {"mixed", "a b", "b", 0, 0},
		{"level", "a", "a", 0, 0}, {"level", "a", "b", 0, 1}, {"level", "b", "none", 0, 0}, {"sure", "a", "a", 0, 0}, {"sure", "a", "b", 1, 1}, {"sure", "b", "a", 0, 0},
		{"hurt", "a", "a", 0, 0}, {"hurt", "a", "a b", 0, 1}, {"hurt", "a b", "a", 0, 0},
	} {
		for _, closed := range []bool{false, true} {
			id, beside := uuid.NewString(), uuid.NewString()
			say(id, 0, tt.question, tt.first)
			say(beside, 0, tt.question, tt.first)
			before, neighbours := of(id), of(beside)
			want := tt.open
			if closed {
				want = tt.closed
				settle(before)
			}
			say(id, 1, tt.question, tt.then)
			if got := len(of(id)) - len(before); got != want || len(of(beside)) != len(neighbours) {
				t.Errorf("%s %q, then %q, closed %v: %d more reports, want %d; of the record beside it %d, before %d", tt.question, tt.first, tt.then, closed, got, want, len(of(beside)), len(neighbours))
			}
			settle(of(id)) // whatever was told while a report was open counts when it is closed
			told := len(of(id))
			say(id, 2, tt.question, tt.then)
			if len(of(id)) != told {
				t.Errorf("%s %q, then %q: reported twice", tt.question, tt.first, tt.then)
			}
		}
	}
	causes, err := c.app.FindRecordsByFilter("tasks", "priority='urgent'", "", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range causes {
		if raw := task.GetString("causes"); strings.Contains(raw, "/a\"") || strings.Contains(raw, "/b\"") {
			t.Errorf("causes tell what was said: %s", raw)
		}
	}
}
