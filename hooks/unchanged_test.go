package hooks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// whole is every row of the database but the audit trail, which says who asked for a save, and PocketBase's own tables.
func whole(t *testing.T, app *testapp.App) map[string]string {
	t.Helper()
	all := map[string]string{}
	for table, rows := range app.Picture(t) {
		if table == collections.Audit || strings.HasPrefix(table, "_") {
			continue
		}
		for key, row := range rows {
			all[table+"/"+key] = fmt.Sprint(row)
		}
	}
	return all
}

// A save without a change changes nothing, whatever is saved: no revision, no history, nothing for the tablets. It may say the
// record as it is shown, masks and all, or nothing at all.
func TestASaveWithoutAChangeChangesNothing(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	server := app.Serve(t)
	operator := app.Client(t, server, superuser(t, app))
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	id := uuid.NewString()
	push(t, tablet, operation(1, id, childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))))
	manager.Want(http.StatusOK, http.MethodPost, "/api/collections/campaigns/records", map[string]any{"name": "一轮", "form": "child_visit", "status": "open", "territory": []string{"990101"}}, nil)
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+id+"/review", map[string]any{"decision": "return", "comment": "请核对"}, nil)
	tables, err := app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	saved := map[string]int{}
	for _, c := range tables {
		if c.System || c.IsView() || c.Name == collections.Audit {
			continue
		}
		var page struct{ Items []map[string]any }
		operator.Want(http.StatusOK, http.MethodGet, "/api/collections/"+c.Name+"/records?perPage=3", nil, &page)
		for _, shown := range page.Items {
			for _, who := range []*testapp.Client{operator, manager} {
				for _, body := range []map[string]any{shown, {}} {
					before := whole(t, app)
					status, answer := who.Do(http.MethodPatch, "/api/collections/"+c.Name+"/records/"+fmt.Sprint(shown["id"]), body)
					if status == http.StatusOK {
						saved[c.Name]++
						sameAnswer(t, c.Name, shown, answer)
					}
					if after := whole(t, app); !maps.Equal(before, after) {
						t.Errorf("%s: a save of %d fields by %s, status %d, changed %q", c.Name, len(body), who.Token[:4], status, differs(before, after))
					}
				}
			}
		}
	}
	for _, synced := range []string{"areas", "campaigns", "forms", "households", "persons", "tasks", "workers", "child_visits", "child_visit_children"} {
		if saved[synced] < 2 {
			t.Errorf("%s was saved %d times", synced, saved[synced])
		}
	}
	operator.Want(http.StatusOK, http.MethodPatch, "/api/collections/persons/records/"+fmt.Sprint(firstOf(t, operator, "persons")["id"]), map[string]any{"phone": "13900000001"}, nil)
	if got := app.Clear(t, "persons", "1=1", "phone", "rev"); got[0][0] != "13900000001" || got[0][1] != "2" {
		t.Errorf("a change is stored as %v", got)
	}
}

func firstOf(t *testing.T, c *testapp.Client, table string) map[string]any {
	t.Helper()
	var page struct{ Items []map[string]any }
	c.Want(http.StatusOK, http.MethodGet, "/api/collections/"+table+"/records?perPage=1", nil, &page)
	return page.Items[0]
}

// sameAnswer fails unless a save is answered with the record as it was shown.
func sameAnswer(t *testing.T, table string, shown map[string]any, answer []byte) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(answer, &got); err != nil {
		t.Fatal(err)
	}
	for column, want := range shown {
		if is, told := got[column]; told && fmt.Sprint(is) != fmt.Sprint(want) {
			t.Errorf("%s: the answer says %s %v, it was %v", table, column, is, want)
		}
	}
}

func differs(a, b map[string]string) (rows []string) {
	for row := range a {
		if a[row] != b[row] {
			rows = append(rows, row+": "+a[row]+" → "+b[row])
		}
	}
	for row := range b {
		if _, was := a[row]; !was {
			rows = append(rows, "new "+row+": "+b[row])
		}
	}
	slices.Sort(rows)
	for i, r := range rows {
		rows[i] = r[:min(len(r), 900)]
	}
	return rows[:min(len(rows), 4)]
}
