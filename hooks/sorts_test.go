package hooks_test

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/console"
	"doorstep/internal/server"
)

// whatStands is by what the items of a list are in each order, rising; of one that falls, the list begins at the end.
var whatStands = map[string]map[string]string{
	"/queue":            {"newest": "-received_at", "oldest": "received_at"},
	"/duplicates":       {"probability": "-probability", "newest": "-created", "oldest": "created"},
	"/workers":          {"area": "area", "name": "name", "staff_no": "staff_no"},
	"/quarantine":       {"newest": "-received_at", "oldest": "received_at"},
	"/jobs":             {"newest": "-created", "oldest": "created"},
	"/coverage":         {"code": "code", "outstanding": "-outstanding"},
	"/coverage/workers": {"visits": "-visits", "interviews": "-interviews", "returned": "-returned", "approved": "-approved"},
}

// A list stands in each order that its route knows, page by page as in one piece, and refuses any other.
func TestListsAreSortedAsTheirRoutesSay(t *testing.T) {
	d := newDesk(t)
	for n, number := range []string{number1, number1, "990000201503010025", "990000201503010025"} {
		d.visit(0, "990101001001001", fmt.Sprintf("示例路 %d 号", n), "王小明", number)
		d.seq++
		if r := push(t, d.tablets[0], object{"seq": d.seq, "op": "submit", "id": uuid.NewString(), "form": "no_such_form", "answers": object{}})[0]; r.Status != "quarantined" {
			t.Fatalf("%+v", r)
		}
		d.manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/jobs/export", object{"form": "child_visit", "with": object{"format": "csv"}}, nil)
		d.Advance(time.Minute)
	}
	d.visit(1, "990102001001001", "示例路 9 号", "李小红", "")
	read := func(path, query string) (items []map[string]any) {
		t.Helper()
		cursor := ""
		for range 100 {
			var page struct {
				Items []map[string]any
				Next  *string
			}
			d.get(d.manager, path+query+"&cursor="+cursor, &page)
			items = append(items, page.Items...)
			if page.Next == nil {
				return items
			}
			cursor = *page.Next
		}
		t.Fatal("the pages do not end")
		return nil
	}
	ids := func(items []map[string]any) (all []any) {
		for _, one := range items {
			all = append(all, cmp.Or(one["id"], one["code"], one["worker"]))
		}
		return all
	}
	for _, r := range server.Routes {
		// A person's trail grows while it is read (TestWhoSawAPerson), and a file has no pages (TestCoverageAsATable).
		if len(r.Sorts) == 0 || strings.Contains(r.Path, "{") || strings.HasSuffix(r.Path, "/file") {
			continue
		}
		path := strings.TrimPrefix(r.Path, "/api/doorstep/v1")
		for _, by := range r.Sorts {
			whole, pages := read(path, "?sort="+by), read(path, "?limit=1&sort="+by)
			if len(whole) < 2 || !slices.Equal(ids(whole), ids(pages)) {
				t.Errorf("%s by %s: %v, page by page %v", path, by, ids(whole), ids(pages))
			}
			if by == r.Sorts[0] && !slices.Equal(ids(whole), ids(read(path, "?limit=200"))) {
				t.Errorf("%s is not by %s where nothing is asked for", path, by)
			}
			column, known := whatStands[path][by]
			if !known {
				continue
			}
			column, falls := strings.CutPrefix(column, "-")
			stands := func(a, b map[string]any) int {
				x, y := a[column], b[column]
				if f, number := x.(float64); number {
					return int(1e6 * (f - y.(float64)))
				}
				return strings.Compare(x.(string), y.(string))
			}
			if falls {
				slices.Reverse(whole)
			}
			if !slices.IsSortedFunc(whole, stands) {
				t.Errorf("%s by %s stands otherwise", path, by)
			}
		}
		d.manager.Want(http.StatusBadRequest, http.MethodGet, r.Path+"?sort=colour", nil, nil)
	}
}

// Who was silent for longest stands first, and whose tablet holds most; a name is in no cursor.
func TestWorkersByTheirTablets(t *testing.T) {
	d := newDesk(t)
	first := func(by string) (all []string) {
		t.Helper()
		var page console.Page[console.Worker]
		d.get(d.manager, "/workers?sort="+by, &page)
		for _, w := range page.Items {
			all = append(all, w.StaffNo)
		}
		return all
	}
	touch := func(district int) {
		t.Helper()
		d.Advance(time.Hour)
		d.visit(district, []string{"990101001001001", "990102001001001"}[district], fmt.Sprintf("示例路 %d 号", d.seq), "王小明", "")
	}
	for _, order := range [][]int{{0, 1}, {1, 0}} {
		touch(order[0])
		touch(order[1])
		want := []string{"F-990101", "F-990102"}
		if order[0] == 1 {
			slices.Reverse(want)
		}
		if got := first("silent"); len(got) != 5 || !slices.Equal(got[:2], want) {
			t.Errorf("by silence %v, want %v first", got, want)
		}
	}
	if got := first("waiting"); !strings.HasPrefix(got[0], "F-") || !strings.HasPrefix(got[1], "F-") {
		t.Errorf("by what waits %v: who has no tablet stands last", got)
	}
	var page console.Page[console.Worker]
	d.get(d.manager, "/workers?sort=name&limit=2", &page)
	var again console.Page[console.Worker]
	d.get(d.manager, "/workers?sort=name&limit=2&cursor="+*page.Next, &again)
	if len(again.Items) != 2 || again.Items[0].Name < page.Items[1].Name {
		t.Errorf("after %v comes %v", page.Items, again.Items)
	}
	if raw, err := base64.RawURLEncoding.DecodeString(*page.Next); err != nil || strings.Contains(string(raw), page.Items[1].Name) {
		t.Errorf("a name stands in the cursor %q (%v)", raw, err)
	}
}

// A code and a clock that was off are asked for together; what no queue understands is not kept as one.
func TestTheQueueByCodeAndClock(t *testing.T) {
	d := newDesk(t)
	both := d.visit(0, "990101001001001", "示例路 1 号", "王小明", "990000201503010019")
	one := d.visit(0, "990101001001002", "示例路 2 号", "李小红", "990000201503010019")
	d.Advance(time.Minute)
	other := d.visit(0, "990101001001003", "示例路 3 号", "张小兰", number1)
	off := `UPDATE child_visits SET issues=json_insert(COALESCE(issues,'[]'),'$[#]',json('{"code":"time.clock_off","severity":"warning"}')) WHERE id IN (?,?)`
	if err := collections.Write(t.Context(), d.TestApp, func(db collections.DB) error { _, err := db.Exec(off, both, other); return err }); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][]string{
		"code=cn_id.checksum": {one, both}, "clock=1": {other, both}, "code=cn_id.checksum&clock=1": {both},
		"code=time.clock_off&clock=1": {other, both}, "clock=1&sort=oldest": {both, other},
	} {
		var page queuePage
		if d.get(d.boss, "/queue?"+query, &page); !slices.Equal(sortedUnless(strings.Contains(query, "sort"), page.ids()), sortedUnless(strings.Contains(query, "sort"), want)) {
			t.Errorf("%s: %v, want %v", query, page.ids(), want)
		}
	}
	for _, bad := range []object{{"sort": "colour"}, {"state": "lost"}, {"from": "yesterday"}} {
		d.boss.Want(http.StatusBadRequest, post, "/api/doorstep/v1/queues", object{"name": "x", "filter": bad}, nil)
	}
	d.boss.Want(http.StatusOK, post, "/api/doorstep/v1/queues", object{"name": "x", "filter": object{"clock": "1", "sort": "oldest"}}, nil)
	var kept struct{ Items []console.SavedQueue }
	if d.get(d.boss, "/queues", &kept); len(kept.Items) != 1 || kept.Items[0].N != 2 {
		body, _ := json.Marshal(kept)
		t.Errorf("kept %s", body)
	}
}

func sortedUnless(kept bool, ids []string) []string {
	if kept {
		return ids
	}
	return slices.Sorted(slices.Values(ids))
}
