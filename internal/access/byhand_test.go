package access_test

import (
	"maps"
	"slices"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/testapp"
)

// TestBlocked tries rows of each collection that somebody writes by hand: inside, outside, moved in and out, with each column that is not
// theirs changed, and with each reference to somebody else's.
func TestBlocked(t *testing.T) {
	app := testapp.New(t)
	const here, there = "990101001001001", "990102001001001"
	for place, area := range map[string]string{"here": here, "there": there} {
		app.Plant(t, "households", map[string]any{"id": "home-" + place, "area": area, "active": true, "rev": 1})
		app.Plant(t, "persons", map[string]any{"id": "person-" + place, "area": area, "name": place, "active": true, "rev": 1})
		app.Plant(t, "child_visits", map[string]any{"id": "visit-" + place, "area": area, "form": "child_visit", "issues": "[]",
			"rev": 1})
		app.Plant(t, "areas", map[string]any{"id": "area-" + place, "code": area, "area": area, "name": place, "level": "grid",
			"active": true})
		app.Worker(t, "W-"+place, "field", area)
	}
	app.Plant(t, "forms", map[string]any{"id": "bare", "form_id": "bare", "version": "1", "tablename": ""})
	workers := map[string]string{}
	for id, row := range app.Picture(t)["workers"] {
		workers[row["staff_no"]] = id
	}
	type row map[string]string
	with := func(base row, more row) row {
		all := maps.Clone(base)
		maps.Copy(all, more)
		return all
	}
	district := access.Actor{ID: "m", Role: access.Manager, Territory: []string{"990101"}}
	city := access.Actor{ID: "c", Role: access.Manager, Territory: []string{"99"}}
	boss := access.Actor{ID: "s", Role: access.Supervisor, Territory: []string{"990101"}}
	field := access.Actor{ID: "f", Role: access.Field, Territory: []string{"990101"}}
	operator := access.Actor{ID: "o", Role: access.Operator}
	home := row{"area": here, "address": "a"}
	ground := row{"area": here, "code": here, "level": "grid", "parent": "990101001001", "boundary": "b", "name": "n"}
	round := row{"territory": `["990101001"]`, "name": "n"}
	worker := row{"territory": `["990101001"]`, "name": "n"}
	person := row{"area": here, "household": "home-here", "name": "n"}
	task := row{"area": here, "assignee": workers["W-here"], "household": "home-here", "person": "person-here", "record": "visit-here",
		"collection": "child_visits"}
	report := row{"area": here, "kind": "follow_up", "priority": "urgent", "status": "open"}
	again := row{"area": here, "kind": "recheck", "status": "open"}
	record := row{"worker": "f", "area": here}
	for name, c := range map[string]struct {
		actor         access.Actor
		collection    string
		before, after row
		want          string
	}{
		"a household":               {district, "households", home, with(home, row{"address": "b"}), ""},
		"a new one":                 {district, "households", nil, home, ""},
		"of next door":              {district, "households", row{"area": there}, row{"area": there}, "id"},
		"taken from next door":      {district, "households", row{"area": there}, home, "id"},
		"given next door":           {district, "households", home, with(home, row{"area": there}), "area"},
		"a new one next door":       {district, "households", nil, row{"area": there}, "area"},
		"nowhere":                   {district, "households", home, with(home, row{"area": ""}), "area"},
		"merged by hand":            {district, "households", home, with(home, row{"merged_into": "x"}), "merged_into"},
		"its source":                {district, "households", home, with(home, row{"source": "x"}), "source"},
		"its attempts":              {district, "households", home, with(home, row{"attempts": "x"}), "attempts"},
		"by a supervisor":           {boss, "households", home, home, "id"},
		"by an operator":            {operator, "households", row{"area": there}, row{"area": here, "source": "x"}, ""},
		"a person":                  {district, "persons", person, with(person, row{"name": "m"}), ""},
		"into a home next door":     {district, "persons", person, with(person, row{"household": "home-there"}), "household"},
		"a new one in a home there": {district, "persons", nil, with(person, row{"household": "home-there"}), "household"},
		"out of a home":             {district, "persons", person, with(person, row{"household": ""}), ""},
		"into a home that is not":   {district, "persons", person, with(person, row{"household": "none"}), "household"},
		"a person merged by hand":   {district, "persons", person, with(person, row{"merged_into": "x"}), "merged_into"},
		"a person's last record":    {district, "persons", person, with(person, row{"last_record": "x"}), "last_record"},
		"who was in a home there": {district, "persons", with(person, row{"household": "home-there"}), with(person,
			row{"household": "home-there", "name": "m"}), ""},
		"an area":                    {district, "areas", ground, with(ground, row{"name": "m"}), ""},
		"another code":               {district, "areas", ground, with(ground, row{"code": there}), "code"},
		"another level":              {district, "areas", ground, with(ground, row{"level": "city"}), "level"},
		"another parent":             {district, "areas", ground, with(ground, row{"parent": "9901"}), "parent"},
		"a border":                   {district, "areas", ground, with(ground, row{"boundary": "c"}), "boundary"},
		"a border by who holds all":  {city, "areas", ground, with(ground, row{"boundary": "c"}), ""},
		"a campaign":                 {district, "campaigns", round, with(round, row{"name": "m"}), ""},
		"of a part of the territory": {district, "campaigns", with(round, row{"territory": `["990101","990102"]`}), round, "id"},
		"over more than the own":     {district, "campaigns", round, with(round, row{"territory": `["990101","990102"]`}), "territory"},
		"over nothing":               {district, "campaigns", round, with(round, row{"territory": `[]`}), "territory"},
		"a campaign by a supervisor": {boss, "campaigns", round, round, "id"},
		"a colleague":                {district, "workers", worker, with(worker, row{"name": "m"}), ""},
		"who reaches further":        {district, "workers", worker, with(worker, row{"territory": `["99"]`}), "territory"},
		"a task":                     {boss, "tasks", nil, task, ""},
		"for somebody next door":     {boss, "tasks", nil, with(task, row{"assignee": workers["W-there"]}), "assignee"},
		"about a household there":    {boss, "tasks", task, with(task, row{"household": "home-there"}), "household"},
		"about a person there":       {boss, "tasks", task, with(task, row{"person": "person-there"}), "person"},
		"about a record there":       {boss, "tasks", task, with(task, row{"record": "visit-there"}), "record"},
		"about an account": {boss, "tasks", task, with(task, row{"record": workers["W-here"],
			"collection": "second_factors"}), "record"},
		"a record of no table":         {boss, "tasks", task, with(task, row{"collection": ""}), "record"},
		"the same id in another table": {boss, "tasks", task, with(task, row{"collection": "second_factors"}), "record"},
		"a task by a field worker":     {field, "tasks", task, task, "id"},
		"a task that is done":          {boss, "tasks", task, with(task, row{"status": "done", "priority": "high"}), ""},
		"a task of another kind":       {boss, "tasks", task, with(task, row{"kind": "visit"}), "kind"},
		"a task of somebody else's":    {boss, "tasks", task, with(task, row{"created_by": "x"}), "created_by"},
		"a task that was confirmed":    {boss, "tasks", task, with(task, row{"confirmed_by": "x"}), "confirmed_by"},
		"confirmed some other day":     {boss, "tasks", task, with(task, row{"confirmed_at": "x"}), "confirmed_at"},
		"a new one that is confirmed":  {boss, "tasks", nil, with(task, row{"confirmed_by": "x"}), "status"},
		"a report":                     {boss, "tasks", report, with(report, row{"assignee": workers["W-here"], "due": "2026-12-01"}), ""},
		"a report by hand":             {boss, "tasks", nil, report, "priority"},
		"a report that is less urgent": {boss, "tasks", report, with(report, row{"priority": "high"}), "priority"},
		"a follow-up made a report":    {boss, "tasks", with(report, row{"priority": "high"}), report, "priority"},
		"a report that is done":        {boss, "tasks", report, with(report, row{"status": "done"}), "status"},
		"a report called off":          {boss, "tasks", report, with(report, row{"status": "cancelled"}), "status"},
		"a report that was done":       {boss, "tasks", with(report, row{"status": "done"}), with(report, row{"status": "done", "note": "n"}), "status"},
		"a report opened again":        {boss, "tasks", with(report, row{"status": "done"}), report, "status"},
		"a re-interview":               {boss, "tasks", again, with(again, row{"due": "2026-12-01"}), ""},
		"given to somebody":            {boss, "tasks", again, with(again, row{"assignee": workers["W-here"]}), "assignee"},
		"a re-interview by hand":       {boss, "tasks", nil, with(again, row{"assignee": workers["W-here"]}), "assignee"},
		"a record":                     {field, access.Records, record, with(record, row{"area": there}), ""},
		"in another's name":            {field, access.Records, record, with(record, row{"worker": "g"}), "worker"},
		"a policy by a district":       {district, "retention_policies", nil, row{"days": "1"}, "id"},
		"a policy by the city":         {city, "retention_policies", nil, row{"days": "1"}, ""},
		"what nobody writes by hand":   {city, "submissions", row{"area": here}, row{"area": here}, "id"},
	} {
		read := func(r row) access.Row {
			if r == nil {
				return nil
			}
			return func(column string) string { return r[column] }
		}
		got, err := c.actor.Blocked(collections.Read(app.TestApp), c.collection, read(c.before), read(c.after))
		if err != nil || got != c.want {
			t.Errorf("%s: %q %v, want %q", name, got, err, c.want)
		}
	}
	roles := slices.Sorted(maps.Keys(access.ByHand))
	if len(roles) != 8 {
		t.Errorf("rules for %v: are they all tried here?", roles)
	}
}
