package hooks_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
)

type shownRange struct {
	Rows []struct {
		Ref   string
		Usual *struct{ Low, High string }
	}
}

func (s shownRange) at(ref string) string {
	for _, r := range s.Rows {
		if r.Ref == ref && r.Usual != nil {
			return r.Usual.Low + "–" + r.Usual.High
		}
	}
	return ""
}

// What is usual is told beside a questioned answer alone, of approved records of the district, and never of few.
func TestUsualRangeIsOfManyApprovedRecordsOfTheDistrict(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	with := func(district int, grid string, residents int) string {
		d.seq++
		id := uuid.NewString()
		answers := childVisit(testapp.Inside(grid), fmt.Sprintf("示例路 %d 号", d.seq), child("王小明", number1, "2030-03-01", nil))
		answers["household"].(map[string]any)["residents"] = residents
		if r := push(t, d.tablets[district], operation(d.seq, id, answers))[0]; r.Status != "stored" {
			t.Fatalf("visit: %+v", r)
		}
		return id
	}
	write := func(query string) {
		t.Helper()
		if _, err := d.NonconcurrentDB().NewQuery(query).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	odd := with(0, "990101001001001", 77)
	const residents, born = "household/residents", "children[1]/child_basic/child_birth_date"
	read := func() (s shownRange) {
		t.Helper()
		if body := d.get(d.boss, "/records/child_visits/"+odd, &s); strings.Contains(string(body), "2015-03") {
			t.Error("a birth date is shown")
		}
		return s
	}
	last := ""
	for i := range 30 {
		last = with(0, "990101001001001", i+1)
	}
	with(1, "990102001001001", 30)
	write(`UPDATE child_visits SET review_state='approved' WHERE id!='` + odd + `'`)
	write(`UPDATE child_visit_children SET child_birth_date=(CASE WHEN position=1 THEN '2015-03-01' ELSE '' END) WHERE visit!='` + odd + `'`)
	write(`UPDATE child_visits SET review_state='received' WHERE id='` + last + `'`)
	if got := read(); got.at(residents) != "" || got.at(born) != "" {
		t.Errorf("of 29 records: %q, %q", got.at(residents), got.at(born))
	}
	write(`UPDATE child_visits SET review_state='approved' WHERE id='` + last + `'`)
	path := "/api/doorstep/v1/records/child_visits/" + odd
	failsAtEach(t, d.App, http.MethodGet, path, func() (int, []byte) { return d.boss.Do(http.MethodGet, path, nil) })
	got := read()
	if got.at(residents) != "4–27" {
		t.Errorf("residents: %q", got.at(residents))
	}
	if got.at(born) != "2015-**-**–2015-**-**" {
		t.Errorf("birth: %q", got.at(born))
	}
	if got.at("household/children_count") != "" || got.at("children[1]/child_basic/child_id_number") != "" {
		t.Error("a range beside what is not questioned, or sealed")
	}
}
