package coverage_test

import (
	"slices"
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
			id, err := collections.NewID()
			if err != nil {
				return err
			}
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
	if err != nil {
		t.Fatal(err)
	}
	area := func(code, name string, expected, visited, completed, outstanding int64) coverage.Area {
		return coverage.Area{Code: code, Name: name, Expected: expected, Visited: visited, Completed: completed, Outstanding: outstanding}
	}
	first, second := area("990101001001", "示例社区990101001001", 20, 2, 1, 18), area("990101001002", "示例社区990101001002", 11, 1, 1, 10)
	tests := []struct {
		name      string
		territory []string
		level     string
		want      []coverage.Area
	}{
		{"communities of a district", []string{"990101"}, "community", []coverage.Area{first, second}},
		{"one community", []string{"990101001002"}, "community", []coverage.Area{second}},
		{"two territories", []string{"990101001002", "990102"}, "district", []coverage.Area{area("990102", "示例区990102", 10, 1, 1, 9)}},
		{"the city has its own number", []string{"9901"}, "city", []coverage.Area{area("9901", "示例市", 10, 4, 3, 6)}},
		{"fewer expected than visited", []string{"990101001002001"}, "grid", []coverage.Area{area("990101001002001", "网格", 1, 1, 1, 0)}},
		{"everywhere", nil, "city", []coverage.Area{area("9901", "示例市", 10, 4, 3, 6)}},
		{"no territory", nil, "community", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ranges := territory.Of(tt.territory)
			if tt.name == "everywhere" {
				ranges = []territory.Range{{Lo: "", Hi: "~"}}
			}
			got, err := coverage.Report(collections.Read(app.TestApp), nil, ranges, tt.level)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%+v (%v)\nwant %+v", got, err, tt.want)
			}
		})
	}
}
