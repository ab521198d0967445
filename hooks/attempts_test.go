package hooks_test

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/campaign"
	"doorstep/internal/identity"
	"doorstep/internal/testapp"
)

// attemptsAgree compares what each household's column says with a count of its visits from scratch.
func attemptsAgree(t *testing.T, app *testapp.App) {
	t.Helper()
	stored := map[string]string{}
	db := collections.Read(app)
	err := collections.Each(db, `SELECT id, COALESCE(attempts,'{}') FROM households WHERE merged_into=''`, nil, func(rows *sql.Rows) error {
		var id, attempts string
		err := rows.Scan(&id, &attempts)
		stored[id] = attempts
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, have := range stored {
		if want, err := identity.Attempts(db, app.Doorstep.Library.Tables(), id); err != nil || have != want {
			t.Errorf("attempts of %s are %s, and %s from scratch (%v)", id, have, want, err)
		}
	}
}

// TestListsTellVisits follows what a form reads from the lists of households and persons: attempts and the last interview
// move with each visit, and a neighbour's line stays as it is.
func TestListsTellVisits(t *testing.T) {
	t.Parallel()
	app, phone, tablet, _ := odkStage(t)
	nobody := func(address string) map[string]any {
		a := childVisit(testapp.Inside(gridA), address)
		a["visit"] = map[string]any{"contact_method": "household_visit", "attempt": 1, "contact_result": "nobody", "outcome": "2.22", "location": testapp.Inside(gridA)}
		delete(a["household"].(map[string]any), "residents")
		delete(a["household"].(map[string]any), "children_count")
		return a
	}
	first := push(t, tablet, operation(1, uuid.NewString(), nobody("示例路 1 号 101")), operation(2, uuid.NewString(), nobody("示例路 2 号 202")))
	home, beside := first[0].Household, first[1].Household
	m := phone.manifest("child_visit")
	before := phone.rows(m["households.csv"])
	if before[home]["attempts"] != "1" || before[home]["__version"] != "1" {
		t.Fatalf("after one visit: %v", before[home])
	}
	record := uuid.NewString()
	said := visitAt("示例路 1 号 101")
	met := push(t, tablet, operation(3, record, said))[0]
	after, hash := phone.rows(m["households.csv"]), phone.manifest("child_visit")
	if hash["households.csv"].Hash == m["households.csv"].Hash || after[home]["attempts"] != "2" || after[home]["__version"] != "2" {
		t.Errorf("after two visits: %v", after[home])
	}
	if strings.Join(values(after[beside]), "|") != strings.Join(values(before[beside]), "|") {
		t.Errorf("the neighbour's line changed: %v", after[beside])
	}
	if p := phone.rows(m["persons.csv"])[met.Persons[0]]; p["last_record"] != record {
		t.Errorf("the person's last interview: %v", p)
	}
	again := operation(4, record, said)
	again["base_rev"] = met.Rev
	said["visit"].(map[string]any)["outcome_note"] = "没有说完"
	push(t, tablet, again)
	if rows := phone.rows(m["households.csv"]); rows[home]["attempts"] != "2" {
		t.Errorf("a correction is no visit: %v", rows[home])
	}
	attemptsAgree(t, app)
	moved := operation(5, record, said)
	moved["base_rev"] = 2
	said["household"].(map[string]any)["household_id"] = beside
	push(t, tablet, moved)
	if rows := phone.rows(m["households.csv"]); rows[home]["attempts"] != "1" || rows[beside]["attempts"] != "2" {
		t.Errorf("a visit turned out to be the neighbour's: %v, %v", rows[home], rows[beside])
	}
	attemptsAgree(t, app)
}

// TestAttemptsAreOfACampaign has two campaigns: each address tells its own visits, the common one those that are open.
func TestAttemptsAreOfACampaign(t *testing.T) {
	t.Parallel()
	app, phone, tablet, _ := odkStage(t)
	round := func(n int) string {
		id, err := campaign.Create(app, campaign.Campaign{Name: "排查", Form: "child_visit", Round: n, Territory: []string{"9901"}, HoldPolicy: "all", Status: campaign.Open}, "", app.Doorstep.Now())
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	spring, autumn := round(1), round(2)
	visit := func(seq int, in string) string {
		op := operation(seq, uuid.NewString(), visitAt("示例路 1 号 101"))
		op["campaign"] = in
		return push(t, tablet, op)[0].Household
	}
	home := visit(1, spring)
	visit(2, spring)
	visit(3, autumn)
	attempts := func(project string) string {
		c := *phone
		c.Base = strings.TrimSuffix(c.Base, "all") + project
		return c.rows(c.manifest("child_visit")["households.csv"])[home]["attempts"]
	}
	if all, s, a := attempts("all"), attempts(spring), attempts(autumn); all != "3" || s != "2" || a != "1" {
		t.Errorf("attempts are %s in all, %s and %s", all, s, a)
	}
	tag := phone.manifest("child_visit")["households.csv"].Hash
	if err := campaign.SetStatus(app, spring, campaign.Closed, "", app.Doorstep.Now()); err != nil {
		t.Fatal(err)
	}
	if all := attempts("all"); all != "1" || phone.manifest("child_visit")["households.csv"].Hash == tag {
		t.Errorf("%s attempts after a campaign was closed, and the hash is the same", all)
	}
}

func values(row map[string]string) (all []string) {
	for _, column := range []string{"label", "__version", "address", "attempts", "sample_id", "stratum", "cluster", "geometry"} {
		all = append(all, row[column])
	}
	return all
}

// TestTheLastInterviewIsTakenBack corrects interviews: a refusal after all, and a child who was not there, give the interview
// before back, and who was in it stays.
func TestTheLastInterviewIsTakenBack(t *testing.T) {
	t.Parallel()
	app, _, tablet, _ := odkStage(t)
	first, second := uuid.NewString(), uuid.NewString()
	visit := func() map[string]any {
		return childVisit(testapp.Inside(gridA), "示例路 1 号 101", child("王小明", number1, "2015-03-01", nil), child("王小红", "", "2018-06-01", nil))
	}
	seq := 0
	send := func(id string, rev int, said map[string]any) receipt {
		t.Helper()
		seq++
		op := operation(seq, id, said)
		op["base_rev"] = rev
		r := push(t, tablet, op)[0]
		if r.Status != "stored" {
			t.Fatalf("%+v", r)
		}
		return r
	}
	people := send(first, 0, visit()).Persons
	if again := send(second, 0, visit()).Persons; strings.Join(again, " ") != strings.Join(people, " ") || len(people) != 2 {
		t.Fatalf("other people: %v, %v", people, again)
	}
	last := func() (all [2]string) {
		for i, id := range people {
			all[i] = app.Find(t, "persons", id).GetString("last_record")
		}
		return all
	}
	if got := last(); got != [2]string{second, second} {
		t.Fatalf("last %v", got)
	}
	one := visit()
	one["children"] = one["children"].([]map[string]any)[:1]
	one["household"].(map[string]any)["children_count"] = 1
	send(second, 1, one)
	if got := last(); got != [2]string{second, first} {
		t.Errorf("a child was not there: %v, want the first interview", got)
	}
	refused := visit()
	refused["visit"].(map[string]any)["outcome"], refused["visit"].(map[string]any)["consent"] = "2.111", "refused"
	delete(refused, "children")
	send(second, 2, refused)
	if got := last(); got != [2]string{first, first} {
		t.Errorf("refused after all: %v", got)
	}
	send(first, 1, refused)
	if got := last(); got != [2]string{} {
		t.Errorf("no interview is left: %v", got)
	}
	attemptsAgree(t, app)
}

// TestARejectedRecordIsNoVisit: a record that a supervisor rejects gives its attempt and the interview before back, reopening and
// correcting take them again, and a neighbour's household, people and records stay as they are.
func TestARejectedRecordIsNoVisit(t *testing.T) {
	t.Parallel()
	app, phone, tablet, _ := odkStage(t)
	boss := app.Client(t, app.Serve(t), app.Worker(t, "S7", "supervisor", "990101"))
	first, second := uuid.NewString(), uuid.NewString()
	visit := func(address, name, number string) map[string]any {
		return childVisit(testapp.Inside(gridA), address, child(name, number, "2015-03-01", nil))
	}
	met := push(t, tablet, operation(1, first, visit("示例路 1 号 101", "王小明", number1)), operation(2, uuid.NewString(), visit("示例路 2 号 202", "李小红", "")))
	home, child, beside, other := met[0].Household, met[0].Persons[0], met[1].Household, met[1].Persons[0]
	app.Advance(time.Minute)
	push(t, tablet, operation(3, second, visit("示例路 1 号 101", "王小明", number1)))
	expect := func(why, attempts, last string) {
		t.Helper()
		if got := phone.rows(phone.manifest("child_visit")["households.csv"])[home]["attempts"]; got != attempts {
			t.Errorf("%s: %s attempts, want %s", why, got, attempts)
		}
		if got := app.Find(t, "persons", child).GetString("last_record"); got != last {
			t.Errorf("%s: the last interview is %s, want %s", why, got, last)
		}
		attemptsAgree(t, app)
	}
	decide := func(record, decision string) {
		t.Helper()
		before := app.Picture(t)
		boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+record+"/review", map[string]any{"decision": decision, "comment": "同一天重复记录"}, nil)
		for _, c := range app.Picture(t).Since(before) {
			if (c.Table == "households" || c.Table == "persons") && c.Key != home && c.Key != child || c.Table == "child_visits" && c.Key != record {
				t.Errorf("%s: %s %s changed: %v", decision, c.Table, c.Key, c.Columns())
			}
		}
	}
	expect("two visits", "2", second)
	decide(second, "reject")
	expect("the second was rejected", "1", first)
	decide(first, "reject")
	expect("both were rejected", "0", "")
	decide(first, "reopen")
	expect("the first was reopened", "1", first)
	decide(second, "reopen")
	expect("both were reopened", "2", second)
	decide(second, "reject")
	corrected := operation(4, second, visit("示例路 1 号 101", "王小明", number1))
	corrected["answers"].(map[string]any)["visit"].(map[string]any)["attempt"] = 2
	corrected["base_rev"] = app.Find(t, "child_visits", second).GetInt("rev")
	push(t, tablet, corrected)
	expect("a rejected one was corrected", "2", second)
	decide(first, "reject")
	expect("an earlier one was rejected", "1", second)
	if n := phone.rows(phone.manifest("child_visit")["households.csv"])[beside]["attempts"]; n != "1" || app.Find(t, "persons", other).GetString("last_record") == "" {
		t.Errorf("the neighbour has %s attempts", n)
	}
}

// TestWhoLivesElsewhereKeepsTheirLastInterview: a supervisor who rejects a record changes nobody out of the own territory.
func TestWhoLivesElsewhereKeepsTheirLastInterview(t *testing.T) {
	t.Parallel()
	app, _, tablet, _ := odkStage(t)
	boss := app.Client(t, app.Serve(t), app.Worker(t, "S7", "supervisor", "990101"))
	record := uuid.NewString()
	met := push(t, tablet, operation(1, record, childVisit(testapp.Inside(gridA), "示例路 1 号 101", child("王小明", number1, "2015-03-01", nil))))[0]
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		for table, id := range map[string]string{"persons": met.Persons[0], "households": met.Household} {
			if _, err := db.Exec(`UPDATE "`+table+`" SET area='990102001001001' WHERE id=?`, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	before := app.Picture(t)
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+record+"/review", map[string]any{"decision": "reject", "comment": "同一天重复记录"}, nil)
	for _, c := range app.Picture(t).Since(before) {
		if c.Table == "persons" || c.Table == "households" {
			t.Errorf("%s %s changed: %v", c.Table, c.Key, c.Columns())
		}
	}
}
