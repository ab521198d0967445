package hooks_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/devicesync"
	"doorstep/internal/openrosa"
	"doorstep/internal/testapp"
)

// TestWhatIsKeptIsWhatTheTablesSay: after whatever comes through the doors, the digest of a tablet and the hashes of its entity
// lists that the server kept are those that are made anew, of workers here and there.
func TestWhatIsKeptIsWhatTheTablesSay(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	var all []*keeper
	for staffNo, territory := range map[string]string{"F1": gridA, "F2": gridB, "F3": "990101"} {
		k := &keeper{app: app, Client: app.Client(t, server, app.Worker(t, staffNo, "field", territory)).Register(), hashes: openrosa.NewHashes()}
		if all = append(all, k); staffNo == "F1" {
			all[0], all[len(all)-1] = k, all[0]
		}
		worker, err := app.FindFirstRecordByData(collections.Workers, "staff_no", staffNo)
		if err != nil {
			t.Fatal(err)
		}
		k.actor, _ = access.Of(worker)
	}
	here, seq := all[0].Client, 0
	homes := func() (ids []string) {
		for _, r := range must(app.FindAllRecords(collections.Households)) {
			ids = append(ids, r.Id)
		}
		return ids
	}
	var visits []string
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 6).Draw(r, "steps") {
			number, known := rapid.IntRange(1, 9).Draw(r, "number"), homes()
			answers := childVisit(testapp.Inside(gridA), "示例路 "+string(rune('0'+number))+" 号", child("王小明", number1, "2015-03-01", nil))
			switch what := rapid.SampledFrom([]string{"visit", "again", "move", "delete", "nothing"}).Draw(r, "what"); {
			case what == "visit":
				seq++
				visits = append(visits, uuid.NewString())
				push(t, here, operation(seq, visits[len(visits)-1], answers))
			case what == "again" && len(visits) > 0:
				seq++
				push(t, here, operation(seq, visits[number%len(visits)], answers))
			case what == "move" && len(known) > 0:
				moveTo(t, app, collections.Households, known[number%len(known)], rapid.SampledFrom([]string{gridA, gridB}).Draw(r, "grid"))
			case what == "delete" && len(known) > 3:
				if err := app.Delete(must(app.FindRecordById(collections.Households, known[number%len(known)]))); err != nil {
					t.Fatal(err)
				}
			}
			for _, k := range all {
				k.compare(t, r)
			}
		}
	})
}

// keeper is a worker whose lists the server keeps.
type keeper struct {
	*testapp.Client
	app    *testapp.App
	actor  access.Actor
	cursor string
	hashes *openrosa.Hashes
}

func (k *keeper) compare(t *testing.T, r *rapid.T) {
	k.cursor = pull(t, k.Client, k.cursor).Cursor
	var kept devicesync.Digest
	k.Want(http.StatusOK, http.MethodGet, "/api/sync/v1/digest?cursor="+k.cursor, nil, &kept)
	db := collections.Read(k.app.TestApp)
	anew, err := devicesync.Pull{DB: db, Library: k.app.Doorstep.Library, Actor: k.actor, Cursor: k.cursor}.Digest()
	if err != nil || kept.Behind || kept.Count != anew.Count || !slices.Equal(kept.Buckets, anew.Buckets) {
		r.Fatalf("%v: the digest that is kept is of %d records, one made anew of %d: %v", k.actor.Territory, kept.Count, anew.Count, err)
	}
	caller := openrosa.Caller{Actor: k.actor, Campaign: openrosa.AllForms}
	for _, list := range []string{collections.Households, collections.Persons} {
		if kept, anew := must(k.hashes.Of(db, caller, list)), must(openrosa.NewHashes().Of(db, caller, list)); kept != anew {
			r.Fatalf("%v: %s is kept of %s, %s is made anew", k.actor.Territory, kept, list, anew)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
