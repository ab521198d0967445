package coverage_test

import (
	"database/sql"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/coverage"
	"doorstep/internal/testapp"
)

func TestReport(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	visits := []struct{ table, household, area, outcome, state string }{
		{"child_visits", "h1", "990101001001001", "2.22", "received"},
		{"child_visits", "h1", "990101001001001", "1.1", "approved"},
		{"elderly_surveys", "h1", "990101001001001", "1.1", "received"}, // the same household in the other survey
		{"child_visits", "h2", "990101001001002", "2.22", "received"},
		{"child_visits", "h3", "990101001001002", "1.1", "rejected"},
		{"child_visits", "", "990101001001002", "1.1", "received"}, // a group talk has no household
		{"elderly_surveys", "h4", "990101001002001", "1.2", "received"},
		{"elderly_surveys", "h5", "990102001001001", "1.1", "received"},
	}
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		for _, v := range visits {
			id := collections.NewID()
			if err := collections.Insert(db, v.table, collections.Row{{Column: "id", Value: id}, {Column: "household", Value: v.household}, {Column: "area", Value: v.area}, {Column: "outcome", Value: v.outcome}, {Column: "review_state", Value: v.state}}); err != nil {
				return err
			}
		}
		if _, err := db.Exec(`UPDATE areas SET expected_households=0 WHERE level='community'`); err != nil {
			return err
		}
		_, err := db.Exec(`UPDATE areas SET expected_households=1 WHERE code='990101001002001'`)
		return err
	})
	if err == nil {
		err = app.Doorstep.Areas.Load(app.TestApp)
	}
	if err != nil {
		t.Fatal(err)
	}
	area := func(code, name string, expected, visited, completed, outstanding, approved int64) coverage.Area {
		return coverage.Area{Code: code, Name: name, Expected: expected, Visited: visited, Completed: completed, Outstanding: outstanding, Approved: approved}
	}
	first, second := area("990101001001", "示例社区990101001001", 20, 2, 1, 18, 1), area("990101001002", "示例社区990101001002", 11, 1, 1, 10, 0)
	tests := []struct {
		name      string
		territory []string
		level     string
		want      []coverage.Area
	}{
		{"communities of a district", []string{"990101"}, "community", []coverage.Area{first, second}},
		{"one community", []string{"990101001002"}, "community", []coverage.Area{second}},
		{"two territories", []string{"990101001002", "990102"}, "district", []coverage.Area{area("990102", "示例区990102", 10, 1, 1, 9, 0)}},
		{"the city has its own number", []string{"9901"}, "city", []coverage.Area{area("9901", "示例市", 10, 4, 3, 6, 1)}},
		{"fewer expected than visited", []string{"990101001002001"}, "grid", []coverage.Area{area("990101001002001", "网格", 1, 1, 1, 0, 0)}},
		{"everywhere", nil, "city", []coverage.Area{area("9901", "示例市", 10, 4, 3, 6, 1)}},
		{"no territory", nil, "community", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ranges := territory.Of(tt.territory)
			if tt.name == "everywhere" {
				ranges = []territory.Range{{Lo: "", Hi: "~"}}
			}
			got, err := coverage.Report(collections.Read(app.TestApp), app.Doorstep.Areas.Index(), ranges, tt.level)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%+v (%v)\nwant %+v", got, err, tt.want)
			}
		})
	}
}

// Whatever becomes of records (new, corrected, reviewed, moved, deleted), the counts are those that a look at all of them gives, at
// every level.
func TestCountsEqualARecount(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	r := rand.New(rand.NewPCG(1, 2))
	grids := []string{"990101001001001", "990101001001002", "990101001002001", "990102001001001", "990101001001", "990101001", "9901", ""}
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	var ids [2][]string
	tables := []string{"child_visits", "elderly_surveys"}
	for range 40 {
		err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			for range 10 {
				which := r.IntN(2)
				row := collections.Row{{Column: "household", Value: pick("", "h1", "h2", "h3", "h4")}, {Column: "area", Value: pick(grids...)}, {Column: "outcome", Value: pick("1.1", "1.2", "2.22")},
					{Column: "review_state", Value: pick("received", "returned", "approved", "rejected", "edited")}, {Column: "worker", Value: pick("w1", "w2")},
					{Column: "received_at", Value: "2026-11-" + pick("01", "02", "30") + " " + pick("02:00:00.000Z", "15:59:59.999Z", "16:00:00.000Z")}}
				if have := ids[which]; len(have) > 0 && r.IntN(3) > 0 {
					at := r.IntN(len(have))
					if r.IntN(4) == 0 {
						ids[which] = slices.Delete(have, at, at+1)
						if _, err := db.Exec(`DELETE FROM `+tables[which]+` WHERE id=?`, have[at]); err != nil {
							return err
						}
						continue
					}
					if err := collections.Update(db, tables[which], have[at], row[:1+r.IntN(len(row))]); err != nil {
						return err
					}
					continue
				}
				id := collections.NewID()
				ids[which] = append(ids[which], id)
				if err := collections.Insert(db, tables[which], append(collections.Row{{Column: "id", Value: id}}, row...)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, app)
		recounted(t, app)
	}
}

// recounted fails where counting everything anew gives other tables than the triggers have made.
func recounted(t *testing.T, app *testapp.App) {
	t.Helper()
	library := app.Doorstep.Library
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		before, err := tables(db)
		if err != nil {
			return err
		}
		if err := collections.Recount(db, library.Interviews(), library.Tables()); err != nil {
			return err
		}
		after, err := tables(db)
		if err == nil && before != after {
			t.Fatalf("counted by triggers\n%s\ncounted anew\n%s", before, after)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// tables is what is counted; an area from which all records have gone keeps a row of zeros.
func tables(db collections.DB) (text string, err error) {
	for _, query := range []string{
		`SELECT household||' '||area||' '||visits||' '||interviews FROM coverage_cases ORDER BY household, area`,
		`SELECT area||' '||worker||' '||visits||' '||interviews||' '||returned||' '||approved FROM coverage_work ORDER BY area, worker`,
		`SELECT records||' '||district||' '||day||' '||version||' '||code||' '||visits FROM coverage_days
			ORDER BY records, district, day, version, code`,
		`SELECT level||' '||area||' '||visited||' '||completed||' '||returned||' '||approved FROM coverage_areas
			WHERE visited!=0 OR completed!=0 OR returned!=0 OR approved!=0 ORDER BY level, area`,
	} {
		lines, err := texts(db, query)
		if err != nil {
			return "", err
		}
		text += strings.Join(append(lines, ""), "\n")
	}
	return text, nil
}

func texts(db collections.DB, query string, args ...any) (all []string, err error) {
	err = collections.Each(db, query, args, func(rows *sql.Rows) error {
		var line string
		err := rows.Scan(&line)
		all = append(all, line)
		return err
	})
	return all, err
}

func compare(t *testing.T, app *testapp.App) {
	t.Helper()
	db := collections.Read(app.TestApp)
	for _, level := range []string{"city", "district", "street", "community", "grid"} {
		all, err := coverage.Report(db, app.Doorstep.Areas.Index(), territory.Everywhere, level)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			const from = ` FROM (SELECT household, area, outcome, review_state FROM child_visits UNION ALL SELECT household, area, outcome, review_state FROM elderly_surveys) WHERE review_state!='rejected' AND substr(area,1,length(?))=?`
			want := coverage.Area{Code: a.Code, Name: a.Name, Expected: a.Expected}
			for query, n := range map[string]*int64{
				`SELECT COUNT(DISTINCT household)` + from + ` AND household!=''`: &want.Visited, `SELECT COUNT(DISTINCT household)` + from + ` AND household!='' AND outcome IN ('1.1','1.2')`: &want.Completed,
				`SELECT COUNT(*)` + from + ` AND review_state='returned'`: &want.Returned, `SELECT COUNT(*)` + from + ` AND review_state='approved'`: &want.Approved,
			} {
				if _, err := collections.One(db, query, []any{a.Code, a.Code}, n); err != nil {
					t.Fatal(err)
				}
			}
			if want.Outstanding = max(0, want.Expected-want.Visited); a != want {
				t.Fatalf("%s: %+v, counted anew %+v", level, a, want)
			}
		}
	}
}

// Each worker is counted in the ranges alone, and once for all of them; one who is not there has no name.
func TestWorkersOfSomeAreas(t *testing.T) {
	app := testapp.New(t)
	named := app.Worker(t, "F1", "field", "990101")
	for _, w := range []struct {
		worker, area                           string
		visits, interviews, returned, approved int
	}{
		{"b", "990101001001001", 3, 2, 1, 0}, {"a", "990101001001001", 3, 1, 0, 1}, {named.Id, "990101001001001", 2, 2, 0, 0}, {named.Id, "990102001001001", 5, 3, 2, 1},
		{"c", "990102001001001", 9, 8, 7, 6}, {"d", "990103001001001", 1, 1, 1, 1}, {named.Id, "990103001001001", 50, 50, 50, 50},
	} {
		app.Plant(t, "coverage_work", map[string]any{"worker": w.worker, "area": w.area, "visits": w.visits, "interviews": w.interviews, "returned": w.returned, "approved": w.approved})
	}
	self := coverage.Worker{ID: named.Id, Name: named.GetString("name"), StaffNo: "F1", Visits: 2, Interviews: 2}
	first := []coverage.Worker{{ID: "a", Visits: 3, Interviews: 1, Approved: 1}, {ID: "b", Visits: 3, Interviews: 2, Returned: 1}, self}
	self.Visits, self.Interviews, self.Returned, self.Approved = 7, 5, 2, 1
	both := []coverage.Worker{{ID: "c", Visits: 9, Interviews: 8, Returned: 7, Approved: 6}, self, first[0], first[1]}
	for _, tt := range []struct {
		areas []string
		want  []coverage.Worker
	}{{[]string{"990101"}, first}, {[]string{"990102", "990101"}, both}, {[]string{"9904"}, nil}, {nil, nil}} {
		got, err := coverage.Workers(collections.Read(app.TestApp), territory.Of(tt.areas))
		if err == nil {
			err = coverage.Name(collections.Read(app.TestApp), got)
		}
		slices.SortFunc(got, func(a, b coverage.Worker) int { return strings.Compare(a.ID, b.ID) })
		slices.SortFunc(tt.want, func(a, b coverage.Worker) int { return strings.Compare(a.ID, b.ID) })
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%v: %+v %v\nwant %+v", tt.areas, got, err, tt.want)
		}
	}
}
