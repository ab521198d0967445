package hooks_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

func codesOf(r receipt) (codes []string) {
	for _, i := range r.Issues {
		codes = append(codes, i.Code)
	}
	return codes
}

// What identifies a known child waits for the approval of the record that says so, and can be taken back; a phone counts
// at once. Who edited the record does not review it.
func TestApprovalAppliesWhatAVisitProposes(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	first := push(t, tablet, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))))[0]
	id, known := uuid.NewString(), child("王晓明", number1, "2015-03-01", nil)
	known["person_id"], known["child_basic"].(map[string]any)["child_phone"] = first.Persons[0], "13800000001"
	second := push(t, tablet, operation(2, id, childVisit(testapp.Inside(gridA), "示例路 1 号", known)))[0]
	if !slices.Contains(codesOf(second), "person.differs") || second.Persons[0] != first.Persons[0] {
		t.Fatalf("%+v", second)
	}
	is := func(step, name, phone string) {
		t.Helper()
		p := app.Find(t, collections.Persons, first.Persons[0])
		if p.GetString("name") != name || p.GetString("phone") != phone {
			t.Errorf("%s: %s, phone %q; want %s, %q", step, p.GetString("name"), p.GetString("phone"), name, phone)
		}
	}
	is("proposed", "王小明", "13800000001")
	decide := func(decision string) {
		t.Helper()
		boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+id+"/review", map[string]any{"decision": decision, "comment": "核对"}, nil)
	}
	decide("approve")
	is("approved", "王晓明", "13800000001")
	decide("reopen")
	is("taken back", "王小明", "13800000001")
	decide("reject")
	is("rejected", "王小明", "13800000001")
	decide("reopen")
	decide("approve")
	is("approved in the end", "王晓明", "13800000001")
	decide("reopen")
	boss.Want(http.StatusOK, http.MethodPatch, "/api/collections/child_visits/records/"+id, map[string]any{"residents": 5}, nil)
	if status, body := boss.Do(http.MethodPost, "/api/doorstep/v1/records/child_visits/"+id+"/review", map[string]any{"decision": "approve"}); status != http.StatusForbidden {
		t.Errorf("the editor approves: %d %s", status, body)
	}
}

// A slip in a record that nobody has approved is its author's to correct, until somebody has approved what another record says of
// the same child and household: then it is a proposal like any other. The neighbour, whom nobody else named, changes at once.
func TestWhatAnotherRecordConfirmedWaitsForApproval(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	other := app.Client(t, app.Serve(t), app.Worker(t, "F2", "field", "990101001001")).Register()
	visit := func(address, name string) map[string]any {
		return childVisit(testapp.Inside(gridA), address, child(name, "", "2015-03-01", nil))
	}
	var known [2]receipt
	for i, address := range []string{"示例路 1 号", "示例路 2 号"} {
		known[i] = push(t, tablet, operation(i+1, uuid.NewString(), visit(address, "王小明")))[0]
	}
	confirming := uuid.NewString()
	same := visit("示例路 1 号", "王小明")
	same["children"].([]map[string]any)[0]["person_id"] = known[0].Persons[0]
	if r := push(t, other, operation(1, confirming, same))[0]; r.Persons[0] != known[0].Persons[0] || r.Household != known[0].Household {
		t.Fatalf("%+v, was %+v", r, known[0])
	}
	correct := func(seq int, name string) (names [2]string) {
		for i, address := range []string{"示例路 1 号", "示例路 2 号"} {
			push(t, tablet, based(operation(seq+i, known[i].ID, visit(address, name)), (seq-1)/2))
			names[i] = app.Find(t, collections.Persons, known[i].Persons[0]).GetString("name")
		}
		return names
	}
	if names := correct(3, "王晓明"); names != [2]string{"王晓明", "王晓明"} {
		t.Errorf("before anybody approved: %v", names)
	}
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+confirming+"/review", map[string]any{"decision": "approve"}, nil)
	if names := correct(5, "王小二"); names != [2]string{"王晓明", "王小二"} {
		t.Errorf("afterwards: %v", names)
	}
}

// Whoever is taken out of a record and told of again is still somebody whom that record brought: a slip is its author's to correct,
// wherever they lie. Somebody else's child in the same place is not.
func TestWhoIsToldOfAgainWasBroughtByTheRecord(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	visit := func(people ...map[string]any) map[string]any {
		return childVisit(testapp.Inside(gridA), "示例路 1 号", people...)
	}
	id, first := uuid.NewString(), child("王小明", "", "2015-03-01", nil)
	both := push(t, tablet, operation(1, id, visit(first, child("李小红", "", "2013-05-02", nil))))[0]
	theirs := push(t, tablet, operation(2, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 9 号", child("赵小刚", "", "2014-01-01", nil))))[0]
	push(t, tablet, based(operation(3, id, visit(first)), 1))
	again, other := child("李晓红", "", "2013-05-02", nil), child("赵晓刚", "", "2014-01-01", nil)
	again["person_id"], other["person_id"] = both.Persons[1], theirs.Persons[0]
	if r := push(t, tablet, based(operation(4, id, visit(first, again, other)), 2))[0]; r.Status != "stored" || !slices.Equal(r.Persons[1:], []string{both.Persons[1], theirs.Persons[0]}) {
		t.Fatalf("%+v", r)
	}
	for person, want := range map[string]string{both.Persons[1]: "李晓红", theirs.Persons[0]: "赵小刚"} {
		if name := app.Find(t, collections.Persons, person).GetString("name"); name != want {
			t.Errorf("the child is called %s, want %s", name, want)
		}
	}
}

// What a client calls somebody is an id where it is one, and nothing otherwise: the household and the person get ids of their own.
func TestAnIDThatIsNoneNamesNobody(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	for i, said := range []string{"p1", "uuid:x", "../x"} {
		somebody := child("王小明", "", "2015-03-0"+string(rune('1'+i)), nil)
		somebody["person_id"] = said
		visit := childVisit(testapp.Inside(gridA), "示例路 "+string(rune('1'+i))+" 号", somebody)
		visit["household"].(map[string]any)["household_id"] = said
		r := push(t, tablet, operation(i+1, uuid.NewString(), visit))[0]
		if r.Status != "stored" || uuid.Validate(r.Persons[0]) != nil || uuid.Validate(r.Household) != nil {
			t.Errorf("%s: %+v", said, r)
		}
	}
	for _, table := range []string{collections.Persons, collections.Households} {
		for _, row := range app.Clear(t, table, "TRUE", "id") {
			if uuid.Validate(row[0]) != nil {
				t.Errorf("%s %s", table, row[0])
			}
		}
	}
}

// A child of another district is not changed; a pair waits for the same word of both sides, and nothing moves before.
func TestAChildOfAnotherDistrict(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	server := app.Serve(t)
	away := app.Client(t, server, app.Worker(t, "F2", "field", "990102")).Register()
	there := app.Client(t, server, app.Worker(t, "S2", "supervisor", "990102"))
	theirs := push(t, away, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridC), "远处 1 号", child("王小明", number1, "2015-03-01", nil))))[0]
	app.Advance(time.Second) // theirs was there first
	columns := []string{"name", "household", "area", "phone", "rev", "merged_into"}
	before := app.Clear(t, collections.Persons, "id='"+theirs.Persons[0]+"'", columns...)
	ours := push(t, tablet, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))))[0]
	if ours.Status != "stored" || !slices.Contains(codesOf(ours), "person.elsewhere") || len(ours.Duplicates) != 0 || ours.Persons[0] == theirs.Persons[0] {
		t.Fatalf("%+v", ours)
	}
	pair := app.Clear(t, collections.Duplicates, "a='"+theirs.Persons[0]+"' AND b='"+ours.Persons[0]+"'", "id")
	if len(pair) != 1 {
		t.Fatalf("pairs %v", pair)
	}
	decide := func(who *testapp.Client, verdict string, status int) {
		t.Helper()
		who.Want(status, http.MethodPost, "/api/doorstep/v1/duplicates/"+pair[0][0]+"/decide", map[string]any{"status": verdict}, nil)
	}
	merged := func() string { return app.Find(t, collections.Persons, ours.Persons[0]).GetString("merged_into") }
	decide(boss, "same", http.StatusAccepted)
	if merged() != "" {
		t.Error("one side merged")
	}
	decide(there, "same", http.StatusNoContent)
	if merged() != theirs.Persons[0] {
		t.Errorf("both sides said same: merged into %q", merged())
	}
	decide(boss, "different", http.StatusAccepted)
	if merged() == "" {
		t.Error("one side parted")
	}
	decide(there, "different", http.StatusNoContent)
	if merged() != "" {
		t.Error("both sides said different")
	}
	if after := app.Clear(t, collections.Persons, "id='"+theirs.Persons[0]+"'", columns...); !slices.Equal(after[0], before[0]) {
		t.Errorf("theirs changed from %v to %v", before, after)
	}
}

// A visit outside of the own territory stays its worker's to correct, also after it was approved there.
func TestCorrectingWhatWasApprovedElsewhere(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	there := app.Client(t, app.Serve(t), app.Worker(t, "S2", "supervisor", "990102"))
	id := uuid.NewString()
	visit := childVisit(testapp.Inside(gridC), "远处 1 号", child("王小明", number1, "2015-03-01", nil))
	made := push(t, tablet, operation(1, id, visit))[0]
	there.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+id+"/review", map[string]any{"decision": "approve"}, nil)
	visit["household"].(map[string]any)["head_name"] = "王大明"
	again := operation(2, id, visit)
	again["base_rev"] = 2
	corrected := push(t, tablet, again)[0]
	if corrected.Status != "stored" || corrected.Household != made.Household || !slices.Equal(corrected.Persons, made.Persons) {
		t.Errorf("%+v, was %+v", corrected, made)
	}
	if head := app.Find(t, collections.Households, made.Household).GetString("head_name"); head != "" {
		t.Errorf("the household of another district has the head %s", head)
	}
	rowCount(t, app, map[string]int64{"households": 1, "persons": 1, "child_visits": 1})
}

// A slip in a visit that nobody has approved is mended at the desk of its territory: it is no other fact to be weighed.
func TestTheOfficeMendsWhatAVisitBrought(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	id := uuid.NewString()
	made := push(t, tablet, operation(1, id, childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))))[0]
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+id+"/correct", map[string]any{
		"reason": "电话核对时说的名字不同", "answers": []any{map[string]string{"ref": "children[1]/child_basic/child_name", "value": "王小亮"}}}, nil)
	if name := app.Find(t, collections.Persons, made.Persons[0]).GetString("name"); name != "王小亮" {
		t.Errorf("the child is called %s", name)
	}
}

// A person whom a visit brought, and who lies in another district by now, is the visit's worker's to correct as long as nobody
// has approved it, and not that of the office that looks after the visit.
func TestTheOfficeOfTheVisitMovesNobody(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	id := uuid.NewString()
	visit := childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))
	made := push(t, tablet, operation(1, id, visit))[0]
	away := app.Find(t, collections.Persons, made.Persons[0])
	away.Set("area", gridC) // as when areas are drawn anew
	if err := app.SaveNoValidate(away); err != nil {
		t.Fatal(err)
	}
	is := func() []string {
		return app.Clear(t, collections.Persons, "id='"+made.Persons[0]+"'", "name", "household", "area", "rev")[0]
	}
	before := is()
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+id+"/correct", map[string]any{
		"reason": "电话核对时说的名字不同", "answers": []any{map[string]string{"ref": "children[1]/child_basic/child_name", "value": "王小亮"}}}, nil)
	if after := is(); !slices.Equal(after, before) {
		t.Errorf("the supervisor of the visit changed %v to %v", before, after)
	}
	visit["children"].([]map[string]any)[0]["child_basic"].(map[string]any)["child_name"] = "王晓明"
	again := operation(2, id, visit)
	again["base_rev"] = 2
	if r := push(t, tablet, again)[0]; r.Status != "stored" || is()[0] != "王晓明" {
		t.Errorf("the worker corrects what they brought: %+v, %v", r, is())
	}
}

// A household that a visit brought, and that lies in another district by now, is the visit's worker's to correct as long as nobody has
// approved it; one that another visit brought is not.
func TestAHouseholdElsewhereIsWhoseVisitBroughtIt(t *testing.T) {
	t.Parallel()
	for source, corrected := range map[string]bool{"": true, "another": false} {
		app, tablet, _ := stage(t)
		id := uuid.NewString()
		visit := childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))
		made := push(t, tablet, operation(1, id, visit))[0]
		setColumn(t, app, collections.Households, made.Household, "area", gridC) // as when areas are drawn anew
		if source != "" {
			setColumn(t, app, collections.Households, made.Household, "source", source)
		}
		visit["household"].(map[string]any)["head_name"] = "王大明"
		again := push(t, tablet, based(operation(2, id, visit), 1))[0]
		if again.Status != "stored" || again.Household != made.Household {
			t.Errorf("%+v, was %+v", again, made)
		}
		if head := app.Find(t, collections.Households, made.Household).GetString("head_name"); (head == "王大明") != corrected {
			t.Errorf("brought by %q: the head is %q", source, head)
		}
	}
}
