package hooks_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
)

// TestLongVisitsArePulledAFewAtATime: a page ends soon after some megabytes, in a full sync and along the feed, and the next goes on
// behind it: every visit comes once, whole.
func TestLongVisitsArePulledAFewAtATime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	tablet, long := d.tablets[0], strings.Repeat("长", 1<<20)
	feed := pull(t, tablet, "").Cursor
	pushed := map[string]bool{}
	for range 5 {
		d.seq++
		id := uuid.NewString()
		answers := childVisit(testapp.Inside("990101001001001"), long)
		if r := push(t, tablet, operation(d.seq, id, answers))[0]; r.Status != "stored" {
			t.Fatalf("receipt %+v", r)
		}
		pushed[id] = true
	}
	for name, cursor := range map[string]string{"a full sync": "", "the feed": feed} {
		got, pages := map[string]int{}, 0
		for more := true; more; pages++ {
			var p page
			tablet.Want(http.StatusOK, http.MethodGet, "/api/sync/v1/pull?cursor="+cursor, nil, &p)
			size := 0
			for _, ch := range p.Changes {
				size += len(ch.Data)
				if ch.Collection == "child_visits" && strings.Contains(string(ch.Data), long) {
					got[ch.ID]++
				}
			}
			if size > 8<<20 {
				t.Errorf("%s: a page of %d bytes", name, size)
			}
			cursor, more = p.Cursor, p.More
		}
		for id := range pushed {
			if got[id] != 1 {
				t.Errorf("%s: %s came %d times", name, id, got[id])
			}
		}
		if len(got) != len(pushed) || pages < 3 {
			t.Errorf("%s: %d visits in %d pages", name, len(got), pages)
		}
	}
}
