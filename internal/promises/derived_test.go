package promises

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/identity"
	"doorstep/internal/validate"
)

// TestDerived is promise 15: what the server keeps beside the answers equals what follows from them.
func TestDerived(t *testing.T) { rapid.Check(t, derived(t, sound)) }

func derived(t *testing.T, f fault) func(*rapid.T) {
	moves := strings.Fields("create create create household push sync sync review reassign")
	return func(run *rapid.T) {
		days := schedule(moves).Draw(run, "schedule")
		w := newWorld(t, run, f)
		for _, s := range slices.Concat(days...) {
			w.do(s)
		}
		for _, d := range w.devices {
			w.sync(d, step{A: 5})
		}
		if f == misplaces {
			w.change(`UPDATE child_visits SET area='` + gridD + `' WHERE area='` + gridA + `'`)
		}
		w.placed()
		w.paired()
		w.keyed()
		w.scoped()
	}
}

// placed works out the grid of every point: each is 0.01 degrees wide.
func (w *world) placed() {
	for _, row := range w.strings(`SELECT id||' '||area||' '||json_extract(visit_location,'$.lon') FROM child_visits`) {
		var id, area string
		var lon float64
		if _, err := fmt.Sscan(row, &id, &area, &lon); err != nil {
			w.Fatalf("%s: %v", row, err)
		}
		column := int(math.Floor((lon - 114) / 0.01))
		want := fmt.Sprintf("9901%02d001%03d%03d", column/4+1, column/2%2+1, column%2+1)
		if area != want {
			w.Fatalf("promise 15: visit %s lies in %s, its area is %s", id, want, area)
		}
	}
}

// paired counts the visits of each household anew: all but one must be paired with another of them.
func (w *world) paired() {
	want := w.strings(`SELECT household||' '||(COUNT(*)-1) FROM child_visits WHERE household!='' GROUP BY household HAVING COUNT(*)>1 ORDER BY 1`)
	got := w.strings(`SELECT v.household||' '||COUNT(DISTINCT d.b) FROM duplicates d JOIN child_visits v ON v.id=d.a JOIN child_visits o ON o.id=d.b AND o.household=v.household
		WHERE d.rule='second_visit' GROUP BY v.household ORDER BY 1`)
	if diff := difference(got, want); diff != "" {
		w.Fatalf("promise 15: second visits by household: %s", diff)
	}
}

// keyed makes the keys anew that people and households are found by.
func (w *world) keyed() {
	for _, row := range w.strings(`SELECT address||char(9)||address_key FROM households`) {
		if said, key, _ := strings.Cut(row, "\t"); identity.AddressKey(said) != key {
			w.Fatalf("promise 15: address %q has the key %q", said, key)
		}
	}
	for _, row := range w.strings(`SELECT name||char(9)||name_key||char(9)||id_number||char(9)||id_key FROM persons`) {
		f := strings.Split(row, "\t")
		if identity.NameKey(f[0]) != f[1] || validate.IDKey(f[2]) != f[3] {
			w.Fatalf("promise 15: a person has the keys %q", f)
		}
	}
}

// scoped compares the ranges that queries use with the territories that they come from.
func (w *world) scoped() {
	var want []string
	for _, row := range w.strings(`SELECT id||' '||territory FROM workers`) {
		id, codes, _ := strings.Cut(row, " ")
		for _, r := range territory.Scopes(access.ParseTerritory(codes)) {
			want = append(want, id+" "+r.Lo+" "+r.Hi)
		}
	}
	slices.Sort(want)
	if diff := difference(w.strings(`SELECT worker||' '||lo||' '||hi FROM `+collections.Scopes+` ORDER BY 1`), want); diff != "" {
		w.Fatalf("promise 15: territories: %s", diff)
	}
}
