package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"doorstep/internal/client"
)

// consoleLists are the lists and pages of the console that operations does not have already, by the page that shows them.
func (v *visitor) consoleLists() []operation {
	const whole = true
	street := func(path string) func(context.Context) (int, error) { return v.get(&v.street, "/api/doorstep/v1"+path) }
	city := func(path string) func(context.Context) (int, error) { return v.get(&v.whole, "/api/doorstep/v1"+path) }
	return []operation{
		{"me", street("/me"), 0, false},
		{"queue_flag", street("/queue?flag=team&limit=50"), 0, false},
		{"queue_flag_city", city("/queue?flag=team&limit=50"), 0, false},
		{"queue_clean", street("/queue/clean?form=child_visit"), 0, whole}, // it counts all that is clean in the street
		{"queues", street("/queues"), 0, false},
		{"jobs", street("/jobs"), 0, false},
		{"jobs_city", city("/jobs"), 0, false},
		{"pair", v.first(&v.street, "/api/doorstep/v1/duplicates", "/api/doorstep/v1/duplicates/"), 0, false},
		{"duplicates_households", street("/duplicates?kind=household"), 0, false},
		{"quarantine_city", city("/quarantine"), 0, whole},
		{"household", v.household, 0, false},
		{"areas_city", city("/areas"), 0, whole},
		{"outlines_city", city("/areas/outlines?parent="), 0, whole},
		{"area_jobs", street("/area-jobs"), 0, false},
		{"coverage_workers", street("/coverage/workers"), 0, false},
		{"coverage_workers_city", city("/coverage/workers"), 0, whole},
		{"coverage_workers_file", city("/coverage/workers/file"), 0, whole},
		{"coverage_city", city("/coverage?level=grid&sort=behind&limit=200"), 0, whole},
		{"coverage_file", city("/coverage/file?level=grid"), 0, whole},
		{"outcomes_workers", v.casesOf("&by=worker"), 0, false},
		{"outcomes_workers_city", city("/outcomes?form=child_visit&by=worker"), 0, whole},
		{"pace", street("/coverage/pace"), 0, false},
		{"pace_city", city("/coverage/pace"), 0, whole},
		{"workers_city", city("/workers"), 0, false},
		{"workers_search", street("/workers?q=" + url.QueryEscape("王")), 0, false},
		{"forms", street("/forms"), 0, false},
		{"campaigns", street("/campaigns"), 0, false},
		{"work", street("/work?campaign=child-sweep-demo"), 0, false},
		{"work_city", city("/work?campaign=child-sweep-demo"), 0, whole},
		{"quality", v.looked, 0, false},
		{"rechecks", street("/rechecks?campaign=child-sweep-demo"), 0, false},
		{"agreement", street("/agreement?campaign=child-sweep-demo"), 0, false},
		{"datums", street("/quality/datums?form=child_visit"), 0, false},
		{"reports", street("/reports"), 0, false},
		{"reports_city", city("/reports"), 0, false},
		{"needs", street("/needs"), 0, false},
		{"needs_city", city("/needs"), 0, false},
		{"needs_counts", street("/needs/counts"), 0, false},
		{"needs_counts_city", city("/needs/counts"), 0, whole},
		{"services", street("/services"), 0, false},
		{"person_needs", city("/persons/" + v.somebody() + "/needs"), 0, false},
		{"history", v.history, 0, false},
		{"watch", v.get(&v.manager, "/api/doorstep/v1/watch"), 0, false},
		{"questions", street("/forms/child_visit/" + v.version("child_visit") + "/questions"), 0, whole},
	}
}

// first reads the first item of a list as somebody does who opens it; finding it is not counted but the first time.
func (v *visitor) first(who *client.Conn, list, one string) func(context.Context) (int, error) {
	id := ""
	return func(ctx context.Context) (int, error) {
		if id == "" {
			var page struct{ Items []struct{ ID string } }
			if err := who.Call(ctx, http.MethodGet, list, nil, &page); err != nil || len(page.Items) == 0 {
				return 0, fmt.Errorf("nothing in %s: %w", list, err)
			}
			id = page.Items[0].ID
		}
		return v.get(who, one+id)(ctx)
	}
}

// household reads the household of the record that oneRecord reads.
func (v *visitor) household(ctx context.Context) (int, error) {
	if v.home == "" {
		if v.record == "" {
			if _, err := v.oneRecord(ctx); err != nil {
				return 0, err
			}
		}
		var record struct{ Household *struct{ ID string } }
		if err := v.street.Call(ctx, http.MethodGet, "/api/doorstep/v1/records/child_visits/"+v.record, nil, &record); err != nil {
			return 0, err
		}
		if record.Household == nil {
			return 0, fmt.Errorf("the record has no household")
		}
		v.home = record.Household.ID
	}
	return v.get(&v.street, "/api/doorstep/v1/households/"+v.home)(ctx)
}

// p95 is the time that 19 in 20 calls were answered in.
func (m *measured) p95() float64 {
	all := slices.Sorted(slices.Values(m.took))
	if len(all) == 0 {
		return 0
	}
	return all[min(len(all)-1, len(all)*95/100)]
}

// looked asks what is unusual in the interviews of the street. Each of them is compared, and one in a hundred told: the size of the
// answer is how many were compared.
func (v *visitor) looked(ctx context.Context) (int, error) {
	var q struct{ Looked int }
	err := v.street.Call(ctx, http.MethodGet, "/api/doorstep/v1/quality?form=child_visit", nil, &q)
	return q.Looked, err
}

// casesOf asks how the cases of the street ended. They are counted one by one and told by community or by worker: the size of the answer
// is how many they are.
func (v *visitor) casesOf(by string) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		var out struct{ Total struct{ Cases int } }
		err := v.street.Call(ctx, http.MethodGet, "/api/doorstep/v1/outcomes?form=child_visit"+by, nil, &out)
		return out.Total.Cases, err
	}
}

// history reads what became of the record that oneRecord reads.
func (v *visitor) history(ctx context.Context) (int, error) {
	if v.record == "" {
		if _, err := v.oneRecord(ctx); err != nil {
			return 0, err
		}
	}
	return v.get(&v.street, "/api/doorstep/v1/records/child_visits/"+v.record+"/history")(ctx)
}
