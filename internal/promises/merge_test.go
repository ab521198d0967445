package promises

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/collections"
	"doorstep/internal/identity"
	"doorstep/internal/testapp"
)

// TestMerges is promise 16: verdicts may come in any order and be taken back, a late edit of a merged person goes to who
// they are now, and no id leads nowhere.
func TestMerges(t *testing.T) { rapid.Check(t, merges(t, sound)) }

const people = 4

// verdictOn is what the office says of two people.
type verdictOn struct {
	A, B int
	Same bool
}

func merges(t *testing.T, f fault) func(*rapid.T) {
	one := rapid.Custom(func(t *rapid.T) verdictOn {
		a := rapid.IntRange(0, people-1).Draw(t, "a")
		b := (a + rapid.IntRange(1, people-1).Draw(t, "b")) % people
		return verdictOn{a, b, rapid.IntRange(0, 3).Draw(t, "same") > 0}
	})
	return func(run *rapid.T) {
		verdicts := rapid.SliceOfN(one, 1, 8).Draw(run, "verdicts")
		late := rapid.IntRange(0, people-1).Draw(run, "late")
		w := newWorld(t, run, f)
		d := w.devices[0]
		ids := w.meet(d)
		w.sync(d, step{A: 5})
		same := map[[2]int]bool{}
		for _, v := range verdicts {
			same[[2]int{min(v.A, v.B), max(v.A, v.B)}] = v.Same
			w.decideOn(ids[min(v.A, v.B)], ids[max(v.A, v.B)], v.Same)
		}
		if f == losesMerges {
			w.change(`UPDATE persons SET merged_into='nowhere' WHERE id='` + ids[late] + `'`)
		}
		for i := range people {
			for j := range i {
				if together := w.root(ids[i]) == w.root(ids[j]); together != joined(same, i, j) {
					run.Fatalf("promise 16: persons %d and %d are one: %v, by the verdicts %v", j, i, together, same)
				}
			}
		}
		w.editLate(d, ids[late])
		w.sync(d, step{A: 5})
		for _, id := range ids {
			if _, held := d.tablet.Copy.Find(collections.Persons, id); !held {
				run.Fatalf("promise 16: person %s leads nowhere", id)
			}
		}
		w.converged(d)
	}
}

// joined reports whether verdicts connect two people.
func joined(same map[[2]int]bool, i, j int) bool {
	reached := []int{i}
	for at := 0; at < len(reached); at++ {
		for pair, yes := range same {
			for k, p := range pair {
				if yes && p == reached[at] && !slices.Contains(reached, pair[1-k]) {
					reached = append(reached, pair[1-k])
				}
			}
		}
	}
	return slices.Contains(reached, j)
}

// meet visits people in homes of their own and returns their ids.
func (w *world) meet(d *device) (ids []string) {
	for i := range people {
		children := []map[string]any{child("赵"+string(rune('一'+i)), "", fmt.Sprintf("2015-03-0%d", i+1))}
		ids = append(ids, w.visitWith(d, fmt.Sprintf("示例路 %d 号", i), children))
	}
	return ids
}

// visitWith pushes a visit and returns the person whom its only child turned out to be.
func (w *world) visitWith(d *device, address string, children []map[string]any) string {
	var root map[string]any
	if err := json.Unmarshal(visitOf(map[string]string{"household/address": address, "visit/location": testapp.Inside(gridA)}, 1), &root); err != nil {
		w.Fatal(err)
	}
	root["children"] = children
	b, err := json.Marshal(root)
	if err != nil {
		w.Fatal(err)
	}
	w.submit(d, w.nextID(), 0, b)
	receipts, err := d.push()
	if err != nil || len(receipts) != 1 || len(receipts[0].Persons) != 1 {
		w.Fatalf("%v %+v", err, receipts)
	}
	w.app.Advance(time.Second)
	return receipts[0].Persons[0]
}

// decideOn lets the office judge a pair, which is made if nobody found it.
func (w *world) decideOn(a, b string, same bool) {
	pair := identity.Pair{Kind: identity.KindPerson, Rule: identity.NumberClash, Collection: collections.Persons, A: a, B: b, AreaA: gridA, AreaB: gridA}
	err := collections.Write(w.Context(), w.app.TestApp, func(db collections.DB) error {
		_, err := pair.Record(db, w.app.Doorstep.Now())
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	status := "different"
	if same {
		status = "same"
	}
	if err := w.office(w.origin.boss).Call(w.Context(), http.MethodPost, "/api/doorstep/v1/duplicates/"+pair.ID+"/decide", map[string]any{"status": status}, nil); err != nil {
		w.Fatal(err)
	}
	w.app.Advance(time.Second)
}

// root follows a person to who they are now.
func (w *world) root(id string) string {
	for range people + 1 {
		into := w.strings(`SELECT merged_into FROM persons WHERE id='` + id + `'`)
		if len(into) != 1 {
			w.Fatalf("promise 16: person %s leads nowhere", id)
		}
		if into[0] == "" {
			return id
		}
		id = into[0]
	}
	w.Fatalf("promise 16: merges go round in a circle at %s", id)
	return ""
}

// editLate is a visit of a tablet that still holds a person under their former id.
func (w *world) editLate(d *device, id string) {
	known := child("赵后来", "", "2015-03-09")
	known["person_id"] = id
	if got := w.visitWith(d, "示例路 9 号", []map[string]any{known}); got != w.root(id) {
		w.Fatalf("promise 16: an edit of %s went to %s, who is %s now", id, got, w.root(id))
	}
}
