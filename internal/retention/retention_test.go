package retention_test

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
	"doorstep/internal/retention"
	"doorstep/internal/testapp"
)

var (
	now     = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	manager = access.Actor{ID: "manager-1", Role: access.Manager, Territory: []string{"990101"}}
)

const here, there = "990101001001001", "990102001001001"

// family plants a person with everything that is kept of them, in one visit of their household. Every id and text of it names the family.
func family(t *testing.T, app *testapp.App, name, area string, received time.Time) {
	t.Helper()
	id := func(of string) string { return name + "-" + of }
	at := collections.Stamp(received)
	visit := map[string]any{"collection": "child_visits", "record": id("visit"), "area": area}
	plant := func(table, of string, rows ...map[string]any) {
		row := map[string]any{"id": id(of), "created": at, "updated": at}
		for _, more := range rows {
			for column, value := range more {
				row[column] = value
			}
		}
		app.Plant(t, table, row)
	}
	plant("households", "house", map[string]any{"area": area, "address": id("street 5"), "attempts": `{"evening":1}`, "active": true,
		"rev": 1})
	person := map[string]any{"area": area, "household": id("house"), "name": id("known as"), "active": true, "rev": 1}
	plant("persons", "child", person)
	plant("persons", "twin", person, map[string]any{"merged_into": id("child"), "name": id("also known as")})
	plant("persons", "gone", person, map[string]any{"active": false, "name": id("moved away")})
	plant("child_visits", "visit", map[string]any{"form": "child_visit", "worker": id("worker"), "area": area, "household": id("house"),
		"review_state": "received", "rev": 1, "issues": "[]", "received_at": at, "outcome_note": id("remarks")})
	plant("child_visit_children", "row", map[string]any{"visit": id("visit"), "person": id("child"), "area": area,
		"child_name": id("known as")})
	plant("submissions", "sent", visit, map[string]any{"instance": id("visit"), "raw": id("raw"), "outcome": "stored", "received_at": at,
		"form": "child_visit", "receipt": "{}", "files": `["` + id("photo") + `"]`})
	plant("submissions", "late", map[string]any{"instance": id("visit"), "raw": id("late raw"), "outcome": "quarantined", "received_at": at,
		"area": area, "form": "child_visit", "receipt": "{}", "code": "x"})
	plant("edits", "edit", visit, map[string]any{"field": "remarks", "before": id("before")})
	plant("attachments", "file", visit, map[string]any{"name": id("photo"), "sha256": stored(t, app, id("photo")), "state": "stored"})
	plant("attachments", "notice", visit, map[string]any{"name": "notice", "sha256": stored(t, app, "of all"), "state": "stored"})
	plant("uploads", "upload", map[string]any{"worker": id("worker"), "sha256": stored(t, app, id("photo")), "state": "stored"})
	plant("paradata", "times", visit, map[string]any{"instance": id("visit"), "sha256": stored(t, app, id("times"))})
	plant("entity_versions", "told", map[string]any{"list": "persons", "entity": id("other"), "record": id("visit"), "area": area})
	plant("entity_versions", "own", map[string]any{"list": "persons", "entity": id("child"), "record": id("elsewhere"), "area": area})
	plant("entity_versions", "home", map[string]any{"list": "households", "entity": id("house"), "record": id("elsewhere"), "area": area})
	plant("reviews", "review", visit, map[string]any{"comment": id("comment"), "decision": "return"})
	plant("tasks", "task", visit, map[string]any{"assignee": id("worker"), "title": id("title"), "note": id("note"), "status": "open",
		"rev": 1})
	plant("tasks", "look", map[string]any{"person": id("child"), "assignee": id("worker"), "note": id("note"), "status": "done", "rev": 1,
		"area": area})
	plant("tasks", "call", map[string]any{"household": id("house"), "assignee": id("worker"), "note": id("note"), "status": "open", "rev": 1,
		"area": area})
	for pair, ends := range map[string][2]string{"pair-1": {"child", "somebody"}, "pair-2": {"somebody", "child"},
		"pair-3": {"row", "some row"}} {
		plant("duplicates", pair, map[string]any{"collection": "persons", "a": id(ends[0]), "b": id(ends[1]), "area": area, "status": "open"})
	}
}

// stored keeps a file and returns its digest.
func stored(t *testing.T, app *testapp.App, content string) string {
	t.Helper()
	info, err := collections.Files(app).Save(strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return info.SHA256
}

// lies reports whether a file with that content is kept.
func lies(app *testapp.App, content string) bool {
	sum := sha256.Sum256([]byte(content))
	f, err := collections.Files(app).Open(hex.EncodeToString(sum[:]))
	if err == nil {
		f.Close()
	}
	return err == nil
}

// set changes one column of one row behind the program's back.
func set(t *testing.T, app *testapp.App, table, id, column, value string) {
	t.Helper()
	if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		return collections.Update(db, table, id, collections.Row{{Column: column, Value: value}})
	}); err != nil {
		t.Fatal(err)
	}
}

// of writes the name of a family into lines of what moved, sorted.
func of(name, lines string) string {
	all := strings.Split(strings.TrimSpace(strings.ReplaceAll(lines, "*", name)), "\n")
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// newsOf are the ids that the change feed tells more of than before.
func newsOf(app *testapp.App, t *testing.T, before testapp.Picture) string {
	t.Helper()
	ids := map[string]bool{}
	for _, c := range app.Picture(t).Since(before) {
		if c.Table == collections.Changes {
			ids[c.After["record"]] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(ids)), " ")
}

// notesOf are the erasures in the place of the erased by somebody on some ground, as the table and the audit trail tell them; the test
// fails where these differ.
func notesOf(t *testing.T, app *testapp.App, by, basis string) string {
	t.Helper()
	var kept, trail []string
	p := app.Picture(t)
	for _, row := range p[retention.Erasures] {
		if row["actor"] == by && row["basis"] == basis && row["area"] == here {
			kept = append(kept, row["collection"]+" "+row["kind"]+" "+row["subject"])
		}
	}
	for _, row := range p[collections.Audit] {
		if kind, ok := strings.CutPrefix(row["action"], "erase."); ok && row["actor"] == by && row["area"] == here {
			trail = append(trail, row["collection"]+" "+kind+" "+row["record"])
		}
	}
	slices.Sort(kept)
	slices.Sort(trail)
	if !slices.Equal(kept, trail) {
		t.Errorf("the audit trail tells of %q, the erasures of %q", trail, kept)
	}
	return strings.Join(kept, "; ")
}

// TestErasingOneTouchesNobodyElse erases a person beside a family of the same street, and asks in vain for what is not the manager's.
func TestErasingOneTouchesNobodyElse(t *testing.T) {
	app := testapp.New(t)
	for name, area := range map[string]string{"erased": here, "beside": here, "beyond": there} {
		family(t, app, name, area, now)
	}
	erase := func(actor access.Actor, id, basis string) error {
		return retention.Person(t.Context(), app.TestApp, app.Doorstep.Library, access.Act{Actor: actor, Now: now}, retention.Erasure{Person: id, Basis: basis})
	}
	before := app.Picture(t)
	elsewhere := access.Actor{ID: "manager-2", Role: access.Manager, Territory: []string{"990102"}}
	supervisor := access.Actor{ID: "boss", Role: access.Supervisor, Territory: []string{"990101"}}
	for name, c := range map[string]struct {
		actor     access.Actor
		id, basis string
		code      problem.Code
	}{
		"no basis":             {manager, "erased-child", "whim", problem.BadParameter},
		"nobody":               {manager, "nobody", "order", problem.NotFound},
		"of another territory": {manager, "beyond-child", "order", problem.NotFound},
		"by another's manager": {elsewhere, "erased-child", "order", problem.NotFound},
		"by a supervisor":      {supervisor, "erased-child", "order", problem.NotFound},
	} {
		if err := erase(c.actor, c.id, c.basis); problem.As(err).Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if moved := app.Moved(t, before); len(moved) > 0 {
		t.Fatalf("a refusal wrote %q", moved)
	}
	if err := erase(manager, "erased-twin", "own_request"); err != nil {
		t.Fatal(err)
	}
	if moved, want := strings.Join(app.Moved(t, before), "\n"), of("erased", `
attachments *-file went
attachments *-notice went
child_visit_children *-row went
child_visits *-visit: outcome_note rev
duplicates *-pair-1 went
duplicates *-pair-2 went
duplicates *-pair-3 went
edits *-edit went
entity_versions *-own went
entity_versions *-told went
paradata *-times went
persons *-child: active area household rev sealed
persons *-twin: active area household rev sealed
reviews *-review: sealed
submissions *-late: files receipt sealed
submissions *-sent: files receipt sealed
tasks *-look: issues rev sealed
tasks *-task: issues rev sealed status
uploads *-upload went`); moved != want {
		t.Errorf("moved\n%s\nwant\n%s", moved, want)
	}
	if news := newsOf(app, t, before); news != "erased-child erased-look erased-task erased-twin erased-visit" {
		t.Errorf("tablets hear of %s", news)
	}
	want := "child_visits part erased-visit; persons person erased-child; persons person erased-twin"
	if noted := notesOf(t, app, manager.ID, "own_request"); noted != want {
		t.Errorf("noted as erased: %s, want %s", noted, want)
	}
	for content, want := range map[string]bool{"erased-photo": false, "erased-times": false, "beside-photo": true, "of all": true} {
		if lies(app, content) != want {
			t.Errorf("a file that says %q is kept: %v", content, !want)
		}
	}
}

// wholeVisit is what goes with a visit whose time is over, beside its raw copy: nothing else names the household and its people.
const wholeVisit = `
attachments *-file went
attachments *-notice went
child_visit_children *-row went
child_visits *-visit: household outcome_note rev updated
duplicates *-pair-1 went
duplicates *-pair-2 went
duplicates *-pair-3 went
edits *-edit went
entity_versions *-home went
entity_versions *-own went
entity_versions *-told went
households *-house: active area attempts rev sealed updated
paradata *-times went
persons *-child: active area household rev sealed updated
persons *-twin: active area household rev sealed updated
reviews *-review: sealed
submissions *-late: files receipt sealed
tasks *-call: issues rev sealed status updated
tasks *-look: issues rev sealed updated
tasks *-task: issues rev sealed status updated
uploads *-upload went`

// TestAPolicyErasesWhatItCounted lets a policy of visits and one of raw copies run beside what is not theirs: of another territory or
// campaign, of the day of the cutoff, in quarantine.
func TestAPolicyErasesWhatItCounted(t *testing.T) {
	app := testapp.New(t)
	cutoff := time.Date(2026, 10, 23, 16, 0, 0, 0, time.UTC) // midnight in Shanghai, thirty days before
	family(t, app, "old", here, cutoff.Add(-time.Millisecond))
	family(t, app, "edge", here, cutoff)
	family(t, app, "foreign", here, cutoff.Add(-time.Hour))
	family(t, app, "beyond", there, cutoff.Add(-time.Hour))
	for _, name := range []string{"old", "edge", "beyond"} {
		set(t, app, "child_visits", name+"-visit", "campaign", "sweep")
	}
	for id, row := range map[string]map[string]any{
		"visits": {"collection": "child_visits", "campaign": "sweep", "days": 30, "active": true},
		"copies": {"collection": "submissions", "days": 30, "active": true},
		"empty":  {"collection": "elderly_surveys", "days": 30, "active": true},
		"asleep": {"collection": "child_visits", "days": 1, "active": false},
	} {
		row["id"] = id + "-policy"
		app.Plant(t, retention.Policies, row)
	}
	app.Plant(t, retention.Reports, map[string]any{"id": "stale", "policy": "empty-policy", "collection": "elderly_surveys", "status": "open"})
	app.Plant(t, retention.Reports, map[string]any{"id": "past", "policy": "empty-policy", "collection": "elderly_surveys", "status": "done"})
	report := func() {
		t.Helper()
		if err := retention.Report(t.Context(), app.TestApp, app.Doorstep.Library, now); err != nil {
			t.Fatal(err)
		}
	}
	before := app.Picture(t)
	report()
	reports := map[string]string{} // by policy
	for id, row := range app.Picture(t)[retention.Reports] {
		reports[row["policy"]] = id
	}
	first := strings.Join(app.Moved(t, before), "\n")
	for _, line := range []string{"stale went", reports["visits-policy"] + " came", reports["copies-policy"] + " came"} {
		if !strings.Contains(first, line) || strings.Count(first, "\n") != 2 {
			t.Fatalf("a report moved\n%s\nwant %s", first, line)
		}
	}
	counted := app.Picture(t)
	if report(); len(app.Moved(t, counted)) > 0 {
		t.Errorf("the same day's report again moved %q", app.Moved(t, counted))
	}
	city := access.Actor{ID: "manager-3", Role: access.Manager, Territory: []string{"9901"}}
	for _, step := range []struct {
		actor  access.Actor
		policy string
		result retention.Result
		moved  string
	}{
		{manager, "copies-policy", retention.Result{Erased: 2, Left: 1},
			"retention_reports report: decided_by due erased\nsubmissions foreign-sent: sealed updated\nsubmissions old-sent: sealed updated"},
		{manager, "visits-policy", retention.Result{Erased: 1, Left: 1},
			of("old", "submissions *-sent: files receipt\nretention_reports report: decided_by due erased"+wholeVisit)},
		{city, "visits-policy", retention.Result{Erased: 1},
			of("beyond", "submissions *-sent: files receipt sealed\nretention_reports report: decided_by due erased status"+wholeVisit)},
	} {
		before := app.Picture(t)
		done, err := retention.Approve(t.Context(), app.TestApp, app.Doorstep.Library, access.Act{Actor: step.actor, Now: now}, reports[step.policy])
		if err != nil || done != step.result {
			t.Errorf("%s by %s: %+v %v, want %+v", step.policy, step.actor.ID, done, err, step.result)
		}
		moved := slices.DeleteFunc(app.Moved(t, before), func(line string) bool { return strings.HasPrefix(line, "coverage_") })
		if got := of("", strings.ReplaceAll(strings.Join(moved, "\n"), reports[step.policy], "report")); got != step.moved {
			t.Errorf("%s by %s moved\n%s\nwant\n%s", step.policy, step.actor.ID, got, step.moved)
		}
	}
	if _, err := retention.Approve(t.Context(), app.TestApp, app.Doorstep.Library, access.Act{Actor: city, Now: now}, reports["visits-policy"]); problem.As(err).Code != problem.BadTransition {
		t.Errorf("a report that is done is approved again: %v", err)
	}
}

// TestWhatIsNoLongerDueStays lets a record that was counted as due be another's by the time its turn comes: the last one goes, it stays.
func TestWhatIsNoLongerDueStays(t *testing.T) {
	app := testapp.New(t)
	cutoff := time.Date(2026, 10, 23, 16, 0, 0, 0, time.UTC)
	for i, name := range []string{"first", "kept", "last"} { // in the order of their turn
		family(t, app, name, here, cutoff.Add(time.Duration(i-3)*time.Hour))
		set(t, app, "child_visits", name+"-visit", "campaign", "sweep")
	}
	app.Plant(t, retention.Policies, map[string]any{"id": "policy", "collection": "child_visits", "campaign": "sweep", "days": 30, "active": true})
	if err := retention.Report(t.Context(), app.TestApp, app.Doorstep.Library, now); err != nil {
		t.Fatal(err)
	}
	if _, err := app.DB().NewQuery(`CREATE TRIGGER elsewhere AFTER UPDATE ON child_visits WHEN NEW.id='first-visit'
		BEGIN UPDATE child_visits SET campaign='another' WHERE id='kept-visit'; END`).Execute(); err != nil {
		t.Fatal(err)
	}
	var report string
	for id := range app.Picture(t)[retention.Reports] {
		report = id
	}
	before := app.Picture(t)
	done, err := retention.Approve(t.Context(), app.TestApp, app.Doorstep.Library, access.Act{Actor: manager, Now: now}, report)
	if err != nil || done != (retention.Result{Erased: 2}) {
		t.Errorf("%+v %v, want two erased and none left", done, err)
	}
	if moved := linesOf("kept", app.Moved(t, before)); moved != "child_visits kept-visit: campaign" {
		t.Errorf("what was no longer due: %s", moved)
	}
	if lines := linesOf("last", app.Moved(t, before)); !strings.Contains(lines, "child_visits last-visit:") {
		t.Errorf("what was still due: %s", lines)
	}
}

// linesOf are the lines that name a family.
func linesOf(name string, lines []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return !strings.Contains(line, " "+name+"-") }), "\n")
}

// TestWhatFailsErasesNothing erases a person, counts what is due and erases that, again and again, while each time another statement of the
// database fails: whichever it is, an error comes back; a person is erased whole or not at all.
func TestWhatFailsErasesNothing(t *testing.T) {
	app := testapp.New(t)
	family(t, app, "erased", here, now)
	family(t, app, "old", here, now.AddDate(0, 0, -40))
	app.Plant(t, retention.Policies, map[string]any{"id": "policy", "collection": "child_visits", "days": 30, "active": true})
	act := access.Act{Actor: manager, Now: now}
	app.FailsAtEach(t, "erase", func() error {
		return retention.Person(t.Context(), app.TestApp, app.Doorstep.Library, act, retention.Erasure{Person: "erased-twin", Basis: "order"})
	})
	app.FailsAtEach(t, "report", func() error { return retention.Report(t.Context(), app.TestApp, app.Doorstep.Library, now) })
	var report string
	for id := range app.Picture(t)[retention.Reports] {
		report = id
	}
	app.TellsEach(t, "approve", func() error {
		_, err := retention.Approve(t.Context(), app.TestApp, app.Doorstep.Library, act, report)
		return err
	}, func(string) {})
	if row := app.Picture(t)["child_visits"]["old-visit"]; row["household"] != "" {
		t.Errorf("what is due stays: %v", row)
	}
}
