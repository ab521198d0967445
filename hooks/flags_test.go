package hooks_test

import (
	"net/http"
	"slices"
	"testing"

	"doorstep/collections"
)

// TestAFlagIsTakenOffAlone: who takes a flag off a record takes one's own and those of the team, of that record alone.
func TestAFlagIsTakenOffAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	one, beside := d.visit(0, gridA, "示例路 1 号", "王小明", number1), d.visit(0, gridA, "示例路 2 号", "李小红", "990000201503010033")
	second := d.Client(t, d.Serve(t), d.Worker(t, "S9", "supervisor", "990101"))
	third := d.Client(t, d.Serve(t), d.Worker(t, "S8", "supervisor", "990101"))
	path := func(record string) string { return "/api/doorstep/v1/records/child_visits/" + record + "/flag" }
	d.boss.Want(http.StatusNoContent, http.MethodPost, path(one), map[string]any{"flag": "own"}, nil)
	third.Want(http.StatusNoContent, http.MethodPost, path(one), map[string]any{"flag": "team"}, nil)
	second.Want(http.StatusNoContent, http.MethodPost, path(one), map[string]any{"flag": "own"}, nil)
	d.boss.Want(http.StatusNoContent, http.MethodPost, path(beside), map[string]any{"flag": "team"}, nil)
	left := func() []string {
		return list(t, collections.Read(d.TestApp), `SELECT f.record||' '||w.staff_no FROM record_flags f JOIN workers w ON w.id=f.worker ORDER BY w.staff_no`)
	}
	if got := left(); len(got) != 4 {
		t.Fatal(got)
	}
	d.boss.Want(http.StatusNoContent, http.MethodPost, path(one), map[string]any{"flag": ""}, nil)
	if got, want := left(), []string{beside + " S-990101", one + " S9"}; !slices.Equal(got, want) {
		t.Errorf("left are %q, want %q", got, want)
	}
}
