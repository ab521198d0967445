package staff_test

import (
	"fmt"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/staff"
	"doorstep/internal/testapp"
)

// TestNobodyGivesWhatTheyDoNotHave: no role above the own one, and no ground beyond the own, whatever else an account holds.
func TestNobodyGivesWhatTheyDoNotHave(t *testing.T) {
	for _, c := range []struct {
		by, given access.Role
		territory string
		want      string
	}{
		{access.Manager, access.Manager, "9901", "[]"},
		{access.Manager, access.Field, "990101 990102", "[]"},
		{access.Manager, access.Field, "990101 9902 9903", "[{territory worker.territory_outside 9902}]"},
		{access.Manager, access.Field, "99", "[{territory worker.territory_outside 99}]"},
		{access.Manager, "chief", "9901", "[]"}, // Check refuses it
		{access.Supervisor, access.Manager, "9901", "[{role worker.role_above manager} {territory worker.territory_outside 9901}]"},
		{access.Supervisor, access.Supervisor, "9901", "[{territory worker.territory_outside 9901}]"},
		{access.Operator, access.Manager, "9901 8801", "[]"},
	} {
		actor := access.Actor{ID: "a", Role: c.by, Territory: []string{"9901"}}
		if got := fmt.Sprint(staff.Beyond(actor, staff.Worker{Role: c.given, Territory: strings.Fields(c.territory)})); got != c.want {
			t.Errorf("%s gives %s in %s: %s, not %s", c.by, c.given, c.territory, got, c.want)
		}
	}
}

// TestEachColumnOfAnAccountIsChecked holds both sides of each edge, one fault at a time.
func TestEachColumnOfAnAccountIsChecked(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	for _, c := range []struct {
		change func(*staff.Worker)
		want   string
	}{
		{func(*staff.Worker) {}, "[]"},
		{func(w *staff.Worker) { w.StaffNo = "" }, "[{staff_no worker.staff_no }]"},
		{func(w *staff.Worker) { w.StaffNo = "-1" }, "[{staff_no worker.staff_no -1}]"},
		{func(w *staff.Worker) { w.StaffNo = "a b" }, "[{staff_no worker.staff_no a b}]"},
		{func(w *staff.Worker) { w.StaffNo = "F" + strings.Repeat("_", 31) }, "[]"},
		{func(w *staff.Worker) { w.StaffNo = strings.Repeat("F", 33) }, "[{staff_no worker.staff_no " + strings.Repeat("F", 33) + "}]"},
		{func(w *staff.Worker) { w.Name = " " }, "[{name worker.name }]"},
		{func(w *staff.Worker) { w.Name = strings.Repeat("王", 50) }, "[]"},
		{func(w *staff.Worker) { w.Name = strings.Repeat("王", 51) }, "[{name worker.name }]"},
		{func(w *staff.Worker) { w.Role = access.Supervisor }, "[]"},
		{func(w *staff.Worker) { w.Role = access.Analyst }, "[]"},
		{func(w *staff.Worker) { w.Role = access.Manager }, "[]"},
		{func(w *staff.Worker) { w.Role = access.Operator }, "[{role worker.role operator}]"},
		{func(w *staff.Worker) { w.Territory = nil }, "[{territory worker.territory_missing }]"},
		{func(w *staff.Worker) { w.Territory = []string{"990101", ""} }, "[{territory worker.territory_unknown }]"},
		{func(w *staff.Worker) { w.Territory = []string{"990101", "990109"} }, "[{territory worker.territory_unknown 990109}]"},
		{func(w *staff.Worker) { *w = staff.Worker{} }, "[{staff_no worker.staff_no } {name worker.name } {role worker.role } {territory worker.territory_missing }]"},
	} {
		w := staff.Worker{StaffNo: "F1", Name: "王", Role: access.Field, Territory: []string{"990101"}}
		c.change(&w)
		if got, err := staff.Check(collections.Read(app), w); err != nil || fmt.Sprint(got) != c.want {
			t.Errorf("%+v: %v, %v, not %s", w, got, err, c.want)
		}
	}
	for id, want := range map[string]string{"": "[]", "0198c0de-0000-7000-8000-000000000001": "[]", "operator": "[{id worker.id }]"} {
		if got := fmt.Sprint(staff.CheckID(id)); got != want {
			t.Errorf("the id %q: %s", id, got)
		}
	}
	zh, en := staff.Fault{Code: "worker.territory_unknown", Detail: "9"}.Texts()
	plain, _ := staff.Fault{Code: "worker.territory_unknown"}.Texts()
	if zh != "9：没有这个区划代码，请先导入区划。" || en != "9: There is no such area code; import the areas first." || plain != zh[len("9："):] {
		t.Errorf("%q %q %q", zh, en, plain)
	}
}
