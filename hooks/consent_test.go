package hooks_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
)

// Without consent nobody is registered and no answer becomes data, whatever the tablet sent; the visit itself, with the
// notice that was given, stays for the response rates and for the supervisor who asks what happened.
func TestWithoutConsentAnswersAreNoData(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	for said, want := range map[string]int{"oral": 1, "refused": 0} {
		id := uuid.NewString()
		visit := childVisit(testapp.Inside(gridA), "示例路 "+said, child("欧阳小红", "", "2015-03-01", nil))
		visit["visit"].(map[string]any)["consent"] = said
		r := push(t, tablet, operation(len(said), id, visit))[0]
		if r.Status != "stored" || len(r.Persons) != want {
			t.Errorf("%s: %+v", said, r)
		}
		rows, err := app.CountRecords("child_visit_children")
		if err != nil || rows != int64(want) {
			t.Errorf("%s: %d rows of children, %v", said, rows, err)
		}
		record, err := app.FindRecordById("child_visits", id)
		if err != nil {
			t.Fatal(err)
		}
		if record.GetString("consent") != said || !strings.HasPrefix(record.GetString("notice_version"), "20") {
			t.Errorf("%s: consent %q, notice %q", said, record.GetString("consent"), record.GetString("notice_version"))
		}
		if told := len(r.Issues) > 0; said == "refused" && !told {
			t.Error("nobody is told that answers were taken out")
		}
		if _, err := app.DB().NewQuery(`DELETE FROM child_visit_children`).Execute(); err != nil {
			t.Fatal(err)
		}
	}
}
