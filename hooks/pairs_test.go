package hooks_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/identity"
	"doorstep/internal/testapp"
)

// neighbours are territories side by side, each with a tablet, a supervisor and a manager, and a manager of them all.
type neighbours struct {
	*testapp.App
	t              *testing.T
	grids          []string
	tablets        []*testapp.Client
	bosses, heads  []*testapp.Client
	city           *testapp.Client
	persons, homes []string // one on each side, the same child by name and number
}

// newNeighbours lets one child be recorded in each territory, in their order.
func newNeighbours(t *testing.T, grids map[string]string, order ...string) *neighbours {
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	n := &neighbours{App: app, t: t, city: app.Client(t, server, app.Worker(t, "M-city", "manager", "9901"))}
	for i, territory := range order {
		who := func(letter, role string) *testapp.Client {
			return app.Client(t, server, app.Worker(t, fmt.Sprint(letter, i), role, territory))
		}
		n.grids = append(n.grids, grids[territory])
		n.tablets, n.bosses, n.heads = append(n.tablets, who("F", "field").Register()), append(n.bosses, who("S", "supervisor")), append(n.heads, who("M", "manager"))
		met := n.visit(i, 1, uuid.NewString(), child("王小明", number1, "2015-03-01", nil))
		n.persons, n.homes = append(n.persons, met.Persons[0]), append(n.homes, met.Household)
		app.Advance(time.Second)
	}
	return n
}

func (n *neighbours) visit(side, seq int, id string, met map[string]any) receipt {
	n.t.Helper()
	r := push(n.t, n.tablets[side], operation(seq, id, childVisit(testapp.Inside(n.grids[side]), fmt.Sprintf("秘密路 %d 号", side), met)))[0]
	if r.Status != "stored" {
		n.t.Fatalf("%+v", r)
	}
	return r
}

// pair is the id of the pair of two sides' children; it is made where the register found none.
func (n *neighbours) pair(a, b int) (id string) {
	n.t.Helper()
	return n.record(identity.Pair{Kind: identity.KindPerson, Rule: identity.SameNumber, Collection: collections.Persons, A: n.persons[a], B: n.persons[b], AreaA: n.grids[a], AreaB: n.grids[b], Score: 1})
}

// record keeps a pair and returns its id.
func (n *neighbours) record(p identity.Pair) string {
	n.t.Helper()
	err := collections.Write(n.t.Context(), n.TestApp, func(db collections.DB) error {
		_, err := p.Record(db, n.Doorstep.Now())
		return err
	})
	if err != nil {
		n.t.Fatal(err)
	}
	return p.ID
}

func (n *neighbours) say(pair, verdict string, status int, who ...*testapp.Client) {
	n.t.Helper()
	for i, c := range who {
		want := http.StatusAccepted
		if i == len(who)-1 {
			want = status
		}
		c.Want(want, http.MethodPost, "/api/doorstep/v1/duplicates/"+pair+"/decide", map[string]any{"status": verdict, "comment": "对方是秘密路王家"}, nil)
	}
}

// into tells whom each side's child was merged into: the number of a side, or "" for nobody.
func (n *neighbours) into() (all []string) {
	n.t.Helper()
	for _, id := range n.persons {
		to := n.Find(n.t, collections.Persons, id).GetString("merged_into")
		if to != "" {
			to = fmt.Sprint(slices.Index(n.persons, to))
		}
		all = append(all, to)
	}
	return all
}

func (n *neighbours) is(step string, want ...string) {
	n.t.Helper()
	if got := n.into(); !slices.Equal(got, want) {
		n.t.Errorf("%s: merged into %q, want %q", step, got, want)
	}
}

// facts are what identifies the child of a side, where it lies and with whom.
func (n *neighbours) facts(side int) string {
	n.t.Helper()
	return fmt.Sprint(n.Clear(n.t, collections.Persons, "id='"+n.persons[side]+"'", "name", "birth_date", "phone", "area", "household"))
}

var (
	twoDistricts = map[string]string{"990101": gridA, "990102": gridC}
	threePlaces  = map[string]string{"990101001001": gridA, "990101001002": "990101001002001", "990102": gridC}
)

// Each side of a pair sees its own row where it lies, and of the other one the district; what the other side wrote may
// name somebody, and lists are not asked by what they do not show.
func TestEachSideOfAPairSeesItsOwn(t *testing.T) {
	t.Parallel()
	n := newNeighbours(t, twoDistricts, "990101", "990102")
	pair := n.pair(0, 1)
	n.say(pair, "same", http.StatusAccepted, n.bosses[0])
	n.say(pair, "different", http.StatusAccepted, n.bosses[1])
	for _, list := range []string{collections.Duplicates, collections.OpenDuplicates} {
		for side, boss := range n.bosses {
			var items struct{ Items []map[string]any }
			boss.Want(http.StatusOK, http.MethodGet, "/api/collections/"+list+"/records", nil, &items)
			if len(items.Items) != 1 {
				t.Fatalf("%s of side %d: %v", list, side, items)
			}
			n.sees(list, side, items.Items[0])
			var one map[string]any
			boss.Want(http.StatusOK, http.MethodGet, "/api/collections/"+list+"/records/"+pair, nil, &one)
			n.sees(list, side, one)
			for _, q := range []url.Values{{"filter": {"area_b~'" + gridC + "'"}}, {"filter": {"area='" + gridA + "'"}}, {"sort": {"area_b"}}, {"filter": {"comment~'王'"}}} {
				boss.Want(http.StatusBadRequest, http.MethodGet, "/api/collections/"+list+"/records?"+q.Encode(), nil, nil)
			}
		}
	}
	var one map[string]any
	n.city.Want(http.StatusOK, http.MethodGet, "/api/collections/duplicates/records/"+pair, nil, &one)
	if one["area"] != gridA || one["area_b"] != gridC || one["by_a"] == "" || one["by_b"] == "" {
		t.Errorf("who covers both sees %v", one)
	}
}

func (n *neighbours) sees(list string, side int, row map[string]any) {
	n.t.Helper()
	other := 1 - side
	areas, comments, by := []string{"area", "area_b"}, []string{"comment", "comment_b"}, []string{"by_a", "by_b"}
	if row[areas[side]] != n.grids[side] || row[areas[other]] != n.grids[other][:6] {
		n.t.Errorf("%s: side %d sees areas %v and %v", list, side, row[areas[side]], row[areas[other]])
	}
	if list == collections.Duplicates && (row[comments[other]] != "" || row[by[other]] != "" || row[by[side]] == "" || row["verdict_a"] != "same" || row["verdict_b"] != "different") {
		n.t.Errorf("%s: side %d sees %v", list, side, row)
	}
}

// A pair goes with whom it is about: who covers the new place decides, and a word from the old place binds nobody.
func TestPairsFollowWhoMoves(t *testing.T) {
	t.Parallel()
	n := newNeighbours(t, twoDistricts, "990101", "990102")
	pair := n.pair(0, 1)
	n.say(pair, "same", http.StatusAccepted, n.bosses[0])
	path := "/api/collections/duplicates/records/" + pair
	id, moved := uuid.NewString(), child("王小明", number1, "2015-03-01", nil)
	moved["person_id"] = n.persons[0]
	there := childVisit(testapp.Inside(gridB), "秘密路 9 号", moved)
	if r := push(t, n.tablets[0], operation(2, id, there))[0]; r.Persons[0] != n.persons[0] {
		t.Fatalf("%+v", r)
	}
	n.bosses[0].Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+id+"/review", map[string]any{"decision": "approve"}, nil)
	var row map[string]any
	n.bosses[0].Want(http.StatusOK, http.MethodGet, path, nil, &row)
	if row["area"] != gridB || row["verdict_a"] != "" {
		t.Errorf("moved by an approval: %v", row)
	}
	n.say(pair, "same", http.StatusAccepted, n.bosses[0])
	home := n.Find(t, collections.Persons, n.persons[0]).GetString("household")
	n.city.Want(http.StatusOK, http.MethodPatch, "/api/collections/households/records/"+home, map[string]any{"area": "990102001002001"}, nil)
	if got := n.Find(t, collections.Persons, n.persons[0]).GetString("area"); got != "990102001002001" {
		t.Fatalf("the person of a household that moved lies in %s", got)
	}
	n.bosses[0].Want(http.StatusNotFound, http.MethodGet, path, nil, nil)
	n.bosses[0].Want(http.StatusNotFound, http.MethodPost, "/api/doorstep/v1/duplicates/"+pair+"/decide", map[string]any{"status": "same"}, nil)
	n.is("nobody has said so yet", "", "")
	n.say(pair, "same", http.StatusNoContent, n.bosses[1])
	n.is("who covers both now", "", "0")
}

// Merges of three territories form a chain, in whichever order they are decided; each is taken back by its own two sides,
// and what is known of anybody stays.
func TestAChainOverThreeTerritories(t *testing.T) {
	t.Parallel()
	n := newNeighbours(t, threePlaces, "990101001001", "990101001002", "990102")
	facts := []string{n.facts(0), n.facts(1), n.facts(2)}
	first, last := n.pair(0, 1), n.pair(1, 2)
	n.say(last, "same", http.StatusNoContent, n.bosses[1], n.bosses[2])
	n.is("the last two", "", "", "1")
	n.say(first, "same", http.StatusNoContent, n.bosses[0], n.bosses[1])
	n.is("the first two", "", "0", "1")
	n.say(first, "different", http.StatusAccepted, n.bosses[0])
	n.is("one side alone", "", "0", "1")
	n.say(last, "different", http.StatusNoContent, n.bosses[2], n.bosses[1])
	n.is("the last two again", "", "0", "")
	n.say(first, "different", http.StatusNoContent, n.bosses[1])
	n.is("all parted", "", "", "")
	n.say(first, "same", http.StatusNoContent, n.bosses[1], n.bosses[0])
	n.say(last, "same", http.StatusNoContent, n.bosses[2], n.bosses[1])
	n.is("the other way round", "", "0", "0")
	for side, was := range facts {
		if now := n.facts(side); now != was {
			t.Errorf("side %d: %s, was %s", side, now, was)
		}
	}
}

// What a visit proposed while both sides merged somebody away waits: it changes nobody over there, and is still to be
// approved when the merge is undone.
func TestAProposalWaitsThroughAMerge(t *testing.T) {
	t.Parallel()
	n := newNeighbours(t, twoDistricts, "990102", "990101")
	id, said := uuid.NewString(), child("王晓明", number1, "2015-03-01", nil)
	said["person_id"] = n.persons[1]
	if r := n.visit(1, 2, id, said); !slices.Contains(codesOf(r), "person.differs") {
		t.Fatalf("%+v", r)
	}
	theirs, ours := n.facts(0), n.facts(1)
	pair, review := n.pair(0, 1), "/api/doorstep/v1/records/child_visits/"+id+"/review"
	n.say(pair, "same", http.StatusNoContent, n.bosses...)
	n.is("merged", "", "0")
	n.bosses[1].Want(http.StatusOK, http.MethodPost, review, map[string]any{"decision": "approve"}, nil)
	if n.facts(0) != theirs || n.facts(1) != ours {
		t.Errorf("approved across the border: %s and %s", n.facts(0), n.facts(1))
	}
	n.say(pair, "different", http.StatusNoContent, n.bosses...)
	for _, decision := range []string{"reopen", "approve"} {
		n.bosses[1].Want(http.StatusOK, http.MethodPost, review, map[string]any{"decision": decision, "comment": "核对"}, nil)
	}
	if now := n.facts(1); n.facts(0) != theirs || !strings.Contains(now, "王晓明") {
		t.Errorf("approved after the merge was undone: %s and %s", n.facts(0), now)
	}
}

// Erasing takes everybody who was merged along, so it is refused to who answers for one of two territories; and nobody
// learns through a merge who looked at the other side's row.
func TestErasingAndAskingAcrossAMerge(t *testing.T) {
	t.Parallel()
	n := newNeighbours(t, twoDistricts, "990101", "990102")
	n.say(n.pair(0, 1), "same", http.StatusNoContent, n.bosses...)
	people := list(t, collections.Read(n.TestApp), `SELECT json_array(id, name, area, household, merged_into, active, rev, sealed) FROM persons ORDER BY id`)
	basis := map[string]string{"basis": "guardian_request"}
	for side, head := range n.heads {
		for who, want := range map[int]int{side: http.StatusConflict, 1 - side: http.StatusNotFound} {
			path := "/api/doorstep/v1/persons/" + n.persons[who]
			head.Want(want, http.MethodPost, path+"/erase", basis, nil)
			var trace struct{ Persons, Households, Records []string }
			if who != side {
				head.Want(http.StatusNotFound, http.MethodGet, path+"/audit", nil, nil)
				continue
			}
			head.Want(http.StatusOK, http.MethodGet, path+"/audit", nil, &trace)
			if !slices.Equal(trace.Persons, []string{n.persons[side]}) || !slices.Equal(trace.Households, []string{n.homes[side]}) || len(trace.Records) != 1 {
				t.Errorf("side %d is told of %+v", side, trace)
			}
		}
	}
	if now := list(t, collections.Read(n.TestApp), `SELECT json_array(id, name, area, household, merged_into, active, rev, sealed) FROM persons ORDER BY id`); !slices.Equal(now, people) {
		t.Errorf("a refused erasure changed %v to %v", people, now)
	}
	n.city.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/persons/"+n.persons[1]+"/erase", basis, nil)
	for _, id := range n.persons {
		if p, err := n.FindRecordById(collections.Persons, id); err != nil || p.GetBool("active") {
			t.Errorf("%s is left after who covers both erased them: %v", id, err)
		}
	}
}
