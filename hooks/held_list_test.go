package hooks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/ingest"
	"doorstep/internal/testapp"
)

// What is held is listed page by page, the oldest first, of one's own territory, and narrowed to an area, a form or a cause.
func TestHeldSubmissionsAreListedPageByPage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	hold := func(district int, form string) string {
		t.Helper()
		d.seq++
		op := operation(d.seq, uuid.NewString(), childVisit(testapp.Inside("990101001001001"), "示例路 1 号"))
		if op["form"] = form; form == "child_visit" { // held for what it says, not for its form
			op["answers"] = "x"
		}
		if r := push(t, d.tablets[district], op)[0]; r.Status != "quarantined" {
			t.Fatalf("receipt %+v", r)
		}
		return op["id"].(string)
	}
	list := func(who *testapp.Client, query string) (instances []string) {
		t.Helper()
		cursor := ""
		for range 100 {
			var page struct {
				Items []ingest.Held
				Next  *string
			}
			d.get(who, "/quarantine?limit=2&cursor="+cursor+query, &page)
			if len(page.Items) > 2 {
				t.Fatalf("a page of %d", len(page.Items))
			}
			for _, h := range page.Items {
				instances = append(instances, h.Instance)
			}
			if page.Next == nil {
				return instances
			}
			cursor = *page.Next
		}
		t.Fatal("the pages do not end")
		return nil
	}
	var all []string
	for _, form := range []string{"no_such_form", "child_visit", "no_such_form", "no_such_form", "child_visit"} { // of one moment, too
		all = append(all, hold(0, form))
	}
	far := hold(1, "no_such_form")
	sorted := func(of []string) []string { return slices.Sorted(slices.Values(of)) }
	if got := list(d.boss, ""); !slices.Equal(sorted(got), sorted(all)) {
		t.Errorf("listed %v, held %v", got, all)
	}
	if got := list(d.boss, "&code=operation.unknown_form"); !slices.Equal(sorted(got), sorted([]string{all[0], all[2], all[3]})) {
		t.Errorf("of one cause %v", got)
	}
	if got := list(d.boss, "&form=child_visit"); !slices.Equal(sorted(got), sorted([]string{all[1], all[4]})) {
		t.Errorf("of one form %v", got)
	}
	if got := list(d.manager, "&area=990102"); !slices.Equal(got, []string{far}) {
		t.Errorf("of one district %v", got)
	}
	if got := list(d.other, "&area=990101"); len(got) != 0 {
		t.Errorf("of the district next door %v", got)
	}
	d.boss.Want(400, get, quarantine+"?cursor=x", nil, nil)
}

// TestLongSubmissionsAreListedAFewAtATime: what a page holds of what arrived is bounded, whatever a tablet sent, and pages go on behind it.
func TestLongSubmissionsAreListedAFewAtATime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var all, listed []string
	for range 5 {
		d.seq++
		op := operation(d.seq, uuid.NewString(), nil)
		op["answers"] = strings.Repeat("x", 3<<20)
		if r := push(t, d.tablets[0], op)[0]; r.Status != "quarantined" {
			t.Fatalf("receipt %+v", r)
		}
		all = append(all, op["id"].(string))
		d.Advance(time.Second)
	}
	for query := ""; ; {
		var page struct {
			Items []ingest.Held
			Next  *string
		}
		d.get(d.boss, "/quarantine"+query, &page)
		if len(page.Items) == 0 || len(page.Items) > 2 {
			t.Fatalf("a page of %d", len(page.Items))
		}
		for _, h := range page.Items {
			if listed = append(listed, h.Instance); len(h.Raw) < 3<<20 {
				t.Errorf("%s is cut to %d bytes", h.Instance, len(h.Raw))
			}
		}
		if page.Next == nil {
			break
		}
		query = "?cursor=" + *page.Next
	}
	if !slices.Equal(listed, all) {
		t.Errorf("listed %v, held %v", listed, all)
	}
}
