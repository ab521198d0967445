package hooks_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
)

type otherRecords struct {
	Earlier []struct{ ID, Collection, Same, State string }
}

func (o otherRecords) ids() (ids []string) {
	for _, v := range o.Earlier {
		ids = append(ids, v.ID)
	}
	return ids
}

// TestOtherRecordsEndAtTheBorder: beside a record stand the others of its household and of its people, the newest first, each once and no more than
// twenty; and of those only what lies in the territory of who reads.
func TestOtherRecordsEndAtTheBorder(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	visit := func(district int, grid, address string) string {
		d.Advance(time.Minute)
		return d.visit(district, grid, address, "王小明", number1)
	}
	first := visit(0, gridA, "示例路 1 号")
	beside := d.visit(0, gridA, "示例路 9 号", "李小红", "990000201503010033")
	away := visit(1, "990102001001001", "示例路 2 号")
	second := visit(0, gridA, "示例路 1 号")
	d.do(t, `UPDATE child_visit_children SET person=(SELECT person FROM child_visit_children WHERE visit='`+first+`') WHERE visit='`+away+`'`)
	of := func(who *testapp.Client, id string) (o otherRecords) {
		d.get(who, "/records/child_visits/"+id, &o)
		return o
	}
	for _, c := range []struct {
		who  *testapp.Client
		of   string
		want []string
	}{
		{d.boss, first, []string{second}}, {d.boss, second, []string{first}}, {d.boss, beside, nil}, {d.other, away, nil},
		{d.manager, first, []string{second, away}}, {d.manager, away, []string{second, first}},
	} {
		if got := of(c.who, c.of).ids(); !slices.Equal(got, c.want) {
			t.Errorf("beside %s: %q, want %q", c.of, got, c.want)
		}
	}
	var newest []string
	for n := range 25 {
		id := uuid.NewString()
		newest = append(newest, id)
		d.Plant(t, "child_visits", map[string]any{"id": id, "household": d.Find(t, "child_visits", first).GetString("household"), "form": "child_visit",
			"form_version": d.Find(t, "child_visits", first).GetString("form_version"), "review_state": "received", "area": gridA, "rev": 1,
			"received_at": fmt.Sprintf("2026-11-24 03:%02d:00.000Z", n)})
	}
	slices.Reverse(newest)
	if got := of(d.boss, first); !slices.Equal(got.ids(), newest[:20]) || got.Earlier[0].Same != "household" {
		t.Errorf("%q, want %q", got.ids(), newest[:20])
	}
	if status, _ := d.other.Do(http.MethodGet, "/api/doorstep/v1/records/child_visits/"+first, nil); status != http.StatusNotFound {
		t.Errorf("the record of another district: %d", status)
	}
}
