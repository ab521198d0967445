package retention_test

import (
	"strconv"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/retention"
	"doorstep/internal/testapp"
)

// TestWhatIsDue plants what is due by a policy among rows that differ from it in one thing: how many are due is what the report says.
func TestWhatIsDue(t *testing.T) {
	cutoff := time.Date(2026, 10, 23, 16, 0, 0, 0, time.UTC) // midnight in Shanghai, thirty days before
	due, edge := collections.Stamp(cutoff.Add(-time.Millisecond)), collections.Stamp(cutoff)
	erased := func(id, kind, subject string, rev int) map[string]any {
		return map[string]any{"id": id, "kind": kind, "subject": subject, "rev": rev}
	}
	for name, c := range map[string]struct {
		policy map[string]any
		row    map[string]any
		others map[string]any // of one column each, that are not due
		also   map[string]any // of one column each, that are due
		erased []map[string]any
		want   int
	}{
		"records": {map[string]any{"collection": "child_visits"},
			map[string]any{"id": "visit", "received_at": due, "rev": 3, "area": here},
			map[string]any{"received_at": edge},
			map[string]any{"worker": "w", "campaign": "c", "review_state": "approved", "rev": 4, "outcome": "1.1", "household": "h"},
			[]map[string]any{erased("a", "person", "visit", 9), erased("b", "record", "visit", 2), erased("c", "record", "another", 9),
				erased("d", "record", "visit-worker", 3), erased("e", "record", "visit-rev", 4), erased("f", "record", "visit-outcome", 7)}, 4},
		"records of a campaign": {map[string]any{"collection": "child_visits", "campaign": "sweep"},
			map[string]any{"id": "visit", "received_at": due, "rev": 3, "area": here, "campaign": "sweep"},
			map[string]any{"received_at": edge, "campaign": ""}, map[string]any{"worker": "w"}, nil, 2},
		"raw copies": {map[string]any{"collection": "submissions"},
			map[string]any{"id": "sent", "received_at": due, "raw": "x", "outcome": "stored", "form": "child_visit"},
			map[string]any{"received_at": edge, "raw": "", "outcome": "quarantined"},
			map[string]any{"form": "elderly_survey"}, []map[string]any{erased("a", "record", "sent", 9)}, 2},
		"raw copies of a campaign": {map[string]any{"collection": "submissions", "campaign": "sweep"},
			map[string]any{"id": "sent", "received_at": due, "raw": "x", "outcome": "stored", "form": "child_visit"},
			map[string]any{"received_at": edge, "raw": "", "outcome": "quarantined", "form": "elderly_survey"},
			map[string]any{"worker": "w"}, nil, 2},
	} {
		t.Run(name, func(t *testing.T) {
			app := testapp.New(t)
			for id, form := range map[string]string{"sweep": "child_visit", "another": "elderly_survey"} {
				app.Plant(t, collections.Campaigns, map[string]any{"id": id, "name": id, "form": form})
			}
			for _, row := range c.erased {
				app.Plant(t, "erasures", row)
			}
			table := c.policy["collection"].(string)
			app.Plant(t, table, c.row)
			app.PlantBeside(t, table, c.row, c.others)
			app.PlantBeside(t, table, c.row, c.also)
			c.policy["id"], c.policy["days"], c.policy["active"] = "policy", 30, true
			app.Plant(t, retention.Policies, c.policy)
			if err := retention.Report(t.Context(), app.TestApp, app.Doorstep.Library, now); err != nil {
				t.Fatal(err)
			}
			reports := app.Picture(t)[retention.Reports]
			for _, report := range reports {
				if report["due"] != strconv.Itoa(c.want) {
					t.Errorf("%s are due, want %d", report["due"], c.want)
				}
			}
			if len(reports) != 1 {
				t.Errorf("%d reports", len(reports))
			}
		})
	}
}
