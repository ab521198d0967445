package console_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/console"
	"doorstep/internal/problem"
	"doorstep/internal/testapp"
)

// TestFiltersThatArePutAside are kept up to their limits, each its owner's alone, and listed even where somebody broke one by hand.
func TestFiltersThatArePutAside(t *testing.T) {
	app := testapp.New(t)
	db, now := collections.Read(app), time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	mine, theirs := access.Actor{ID: "me", Role: access.Supervisor, Territory: []string{"990101"}}, access.Actor{ID: "they", Role: access.Supervisor}
	known := console.Known{Library: app.Doorstep.Library, Sheets: console.NewSheets(), Areas: app.Doorstep.Areas.Index()}
	save := func(actor access.Actor, name string, filter map[string]string) (string, string) {
		t.Helper()
		id, err := console.SaveQueue(t.Context(), app, actor, console.SavedQueue{Name: name, Filter: filter}, now)
		now = now.Add(time.Second)
		if err != nil {
			return "", string(problem.As(err).Code) + " " + problem.As(err).Detail
		}
		return id, ""
	}
	long := strings.Repeat("长", 40)
	for _, c := range []struct {
		name   string
		filter map[string]string
		want   string
	}{
		{"", nil, "request.parameter name"}, {" \n", nil, "request.parameter name"}, {long + "长", nil, "request.parameter name"},
		{"x", map[string]string{"code": strings.Repeat("a", 201)}, "request.parameter code"}, {"x", map[string]string{"state": "open"}, "request.parameter state"},
		{"x", map[string]string{"from": "today"}, "request.parameter from"},
	} {
		before := app.Picture(t)
		if _, got := save(mine, c.name, c.filter); got != c.want || len(app.Moved(t, before)) > 0 {
			t.Errorf("%q %v: %q, want %q", c.name, c.filter, got, c.want)
		}
	}
	filter := map[string]string{"code": strings.Repeat("a", 200), "form": "child_visit", "cursor": "x", "limit": "1", "area": ""}
	first, wrong := save(mine, " "+long+" ", filter)
	if wrong != "" {
		t.Fatal(wrong)
	}
	another, _ := save(theirs, "theirs", nil)
	broken, _ := save(mine, "broken", nil)
	err := collections.Write(t.Context(), app, func(db collections.DB) error {
		_, err := db.Exec(`UPDATE saved_queues SET filter='[]' WHERE id=?`, broken)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := 2; n < 20; n++ {
		if _, wrong := save(mine, fmt.Sprint(n), nil); wrong != "" {
			t.Errorf("queue %d: %s", n, wrong)
		}
	}
	if _, got := save(mine, "one more", nil); got != "request.too_many queues" {
		t.Errorf("one queue too many: %q", got)
	}
	all, err := console.SavedQueues(db, known, mine)
	if err != nil || len(all) != 20 || all[0].ID != first || all[0].Name != long || all[1].ID != broken || all[19].Name != "19" || all[1].Filter == nil ||
		!maps.Equal(all[0].Filter, map[string]string{"code": filter["code"], "form": "child_visit"}) {
		t.Errorf("%d queues, %v: %+v", len(all), err, all)
	}
	before := app.Picture(t)
	for _, id := range []string{another, "x"} {
		if err := console.DropQueue(t.Context(), app, mine, id); problem.As(err).Code != problem.NotFound || len(app.Moved(t, before)) > 0 {
			t.Errorf("%s is dropped: %v", id, err)
		}
	}
	if err := console.DropQueue(t.Context(), app, mine, first); err != nil || strings.Join(app.Moved(t, before), " ") != "saved_queues "+first+" went" {
		t.Errorf("%v, and %v", err, app.Moved(t, before))
	}
}
