package hooks_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"

	"doorstep/internal/server"
)

// bounded are the routes whose lists do not come page by page, with what bounds them.
var bounded = map[string]string{
	"/api/sync/v1/pull":                                 "cursor and limit are a tablet's own; its `more` tells that there is more",
	"/api/sync/v1/digest":                               "256 buckets",
	"/api/sync/v1/repair":                               "what the buckets hold that a tablet names",
	"/api/doorstep/v1/me":                               "one person",
	"/api/doorstep/v1/watch":                            "the latest 200 of each",
	"/api/doorstep/v1/queue/counts":                     "a line for each form",
	"/api/doorstep/v1/queues":                           "20 for each person",
	"/api/doorstep/v1/queue/clean":                      "2,000 records, a line for each of their workers",
	"/api/doorstep/v1/records/{collection}/{id}":        "one record, whose form has so many questions",
	"/api/doorstep/v1/today":                            "20 tablets; other lists of the page have routes of their own",
	"/api/doorstep/v1/duplicates/{id}":                  "one pair, whose form has so many questions",
	"/api/doorstep/v1/quarantine/{id}":                  "one submission",
	"/api/doorstep/v1/coverage/pace":                    "sums, a line for each day of a round",
	"/api/doorstep/v1/quality":                          "the newest 1,000 interviews, 100 that are odd",
	"/api/doorstep/v1/quality/datums":                   "50 tablets",
	"/api/doorstep/v1/agreement":                        "5,000 pairs, a line for each question and worker",
	"/api/doorstep/v1/workers/{id}/day":                 "200 visits of one day",
	"/api/doorstep/v1/households/{id}":                  "100 members, 50 tasks, 20 visits",
	"/api/doorstep/v1/campaigns":                        "500, the latest",
	"/api/doorstep/v1/backups":                          "copies that an operator keeps",
	"/api/doorstep/v1/forms":                            "versions that were published",
	"/api/doorstep/v1/forms/{form}/{version}/questions": "one form",
	"/api/doorstep/v1/forms/{form}/{version}":           "one form",
	"/api/doorstep/v1/forms/{form}/points":              "one form",
	"/api/doorstep/v1/areas":                            "the areas right below one",
	"/api/doorstep/v1/areas/outlines":                   "the areas right below one",
	"/api/doorstep/v1/areas/{code}/history":             "one area",
	"/api/doorstep/v1/area-jobs/{id}":                   "sums, a line for each way between two areas",
	"/api/doorstep/v1/persons/{id}/needs":               "100 needs of one person",
	"/api/doorstep/v1/needs/counts":                     "sums, a line for each area right below one",
	"/api/doorstep/v1/services":                         "500",
}

// Every list comes page by page along a key, or it is named with what bounds it.
func TestListsComePageByPage(t *testing.T) {
	t.Parallel()
	c, left := readContract(t), maps.Clone(bounded)
	for _, r := range server.Routes {
		if r.Method != http.MethodGet || !c.givesLists(r) {
			continue
		}
		why := left[r.Path]
		delete(left, r.Path)
		if paged := c.comesInPages(r); paged == (why != "") {
			t.Errorf("%s: page by page %t, bounded by %q", r.Path, paged, why)
		}
	}
	for path := range left {
		t.Errorf("%s gives no list", path)
	}
}

// answers are the properties of what a route answers.
func (c contract) answers(r server.Route) object {
	said, _ := c.response(c.operation(r.Method, r.Path), http.StatusOK)
	props, _ := c.resolve(at(said, "content", "application/json", "schema"))["properties"].(object)
	return props
}

func (c contract) givesLists(r server.Route) bool {
	for _, p := range c.answers(r) {
		if kind := c.resolve(p)["type"]; kind == "array" || slices.Contains(texts(kind), "array") {
			return true
		}
	}
	return false
}

// comesInPages reports whether a route takes a cursor and a limit, and gives the next cursor.
func (c contract) comesInPages(r server.Route) bool {
	var names []string
	all, _ := c.operation(r.Method, r.Path)["parameters"].([]any)
	for _, p := range all {
		names = append(names, fmt.Sprint(c.resolve(p)["name"]))
	}
	return c.answers(r)["next"] != nil && slices.Contains(names, "cursor") && slices.Contains(names, "limit")
}
