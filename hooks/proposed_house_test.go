package hooks_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// TestApprovalMovesAHouseholdAsFarAsItReaches: the house code and the place of a known household wait for the approval of the record that
// says otherwise, by somebody who reaches over where it lies and where it goes; they can be taken back, and the people come along.
func TestApprovalMovesAHouseholdAsFarAsItReaches(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const beyond, was, becomes = "990101001002001", "9901010010010010000000001", "9901010010020010000000002"
	house := func(point, code string) map[string]any {
		v := childVisit(point, "示例路 1 号", child("王小明", number1, "2015-03-01", nil))
		v["household"].(map[string]any)["house_code"] = code
		return v
	}
	first := push(t, d.tablets[0], operation(1, uuid.NewString(), house("22.55 114.0095 0 100", was)))[0]
	beside := push(t, d.tablets[0], operation(2, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 2 号", child("李小红", "", "2016-03-01", nil))))[0]
	said := house(testapp.Inside(beyond), becomes)
	said["household"].(map[string]any)["household_id"] = first.Household
	said["children"].([]map[string]any)[0]["person_id"] = first.Persons[0]
	second := push(t, d.tablets[0], operation(3, uuid.NewString(), said))[0]
	if second.Household != first.Household || second.Area != beyond {
		t.Fatalf("%+v, was %+v", second, first)
	}
	is := func(step, code, area string, open int) {
		t.Helper()
		h, p := d.Find(t, collections.Households, first.Household), d.Find(t, collections.Persons, first.Persons[0])
		waits := len(list(t, collections.Read(d.TestApp), `SELECT id FROM edits WHERE kind='proposal' AND status='open' AND collection='households' AND source='`+second.ID+`'`))
		got := fmt.Sprint(h.GetString("house_code"), h.GetString("area"), p.GetString("area"), waits)
		if want := fmt.Sprint(code, area, area, open); got != want {
			t.Errorf("%s: %s, want %s", step, got, want)
		}
		if lon := h.GetString("location"); strings.Contains(lon, "114.0095") == (area == beyond) {
			t.Errorf("%s: it stands at %s", step, lon)
		}
		if n := d.Find(t, collections.Households, beside.Household); n.GetString("area") != gridA || n.GetInt("rev") != 1 {
			t.Errorf("%s: the neighbour lies in %s, revision %d", step, n.GetString("area"), n.GetInt("rev"))
		}
	}
	decide := func(who *testapp.Client, decision string) {
		t.Helper()
		who.Want(http.StatusOK, post, "/api/doorstep/v1/records/child_visits/"+second.ID+"/review", object{"decision": decision, "comment": "核对"}, nil)
	}
	near := d.Client(t, d.Serve(t), d.Worker(t, "S-near", "supervisor", "990101001002"))
	is("proposed", was, gridA, 3)
	decide(near, "approve")
	is("approved by who does not reach over where it lies", was, gridA, 3)
	decide(near, "reopen")
	decide(d.boss, "approve")
	is("approved", becomes, beyond, 0)
	decide(d.boss, "reopen")
	is("taken back", was, gridA, 3)
	decide(d.boss, "reject")
	is("rejected", was, gridA, 0)
	decide(d.boss, "reopen")
	decide(d.boss, "approve")
	is("approved in the end", becomes, beyond, 0)
}
