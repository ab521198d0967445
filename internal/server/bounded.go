package server

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/lists"
)

// Bounds of a list of a collection that grows with the city, for who is no operator.
const (
	mostListed = 500 // rows of a page
	mostPassed = 10_000
	mostRanges = 40 // of a filter, which takes 3,500 signs

	unindexed = ":lower" // after a column: the same order, and no index has it
)

// narrowList narrows a list of a collection that grows with the city, before PocketBase reads it, to what an index finds: the rows
// of the reader's territory, or the reader's own. The rule of the collection says the same and still decides, but it is a join
// that would be tried on every row of the city. Totals are counted in small places alone, and pages do not go deep: a
// list goes on behind the last row that was seen. It fails with lists.ErrTooDeep, and with search.ErrFilterLengthLimit where the
// filter leaves no room for that of the territory.
func (s *Server) narrowList(re *core.RequestEvent, c *core.Collection) error {
	_, row, ofForm := s.Library.Plain(c.Name)
	actor, ok := access.Of(re.Auth)
	if !ok || actor.Role == access.Operator || !ofForm && !lists.Placed(c.Name) {
		return nil
	}
	q := re.Request.URL.Query()
	perPage, _ := strconv.Atoi(q.Get(search.PerPageQueryParam))
	page, _ := strconv.Atoi(q.Get(search.PageQueryParam))
	if perPage > mostListed {
		perPage = mostListed
		q.Set(search.PerPageQueryParam, strconv.Itoa(perPage))
	}
	if perPage <= 0 {
		perPage = search.DefaultPerPage
	}
	if page > mostPassed/perPage {
		return lists.ErrTooDeep
	}
	crowded := (c.Name == collections.Persons || c.Name == collections.Households) && actor.Role != access.Field && !near(actor.Territory)
	if crowded || !small(actor.Territory) { // the people of a street are counted longer than a page of them is read
		q.Set(search.SkipTotalQueryParam, "1")
	}
	if asked := sortOf(q); crowded && len(asked) > 0 && asked[0].Name != "area" {
		return errFarSort
	}
	place := order(q, actor, c)
	if err := narrow(q, reach(actor, c.Name, row, place)); err != nil {
		return err
	}
	re.Request.URL.RawQuery = q.Encode()
	return nil
}

// errFarSort says that people or households of a large place are asked for in another order than that of places, in which they
// lie beside each other: any other would mean to read and sort everybody of the territory for a page.
var errFarSort = fmt.Errorf("sort of a large place: %w", lists.ErrRefused)

// near reports whether a territory is some communities: few enough people to be sorted in any order.
func near(codes []string) bool {
	return !slices.ContainsFunc(codes, func(code string) bool { return territory.Level(code) < territory.Community })
}

func sortOf(q url.Values) []search.SortField {
	if sort := q.Get(search.SortQueryParam); sort != "" {
		return search.ParseSortFromString(sort)
	}
	return nil
}

// small reports whether a territory is no larger than some streets.
func small(codes []string) bool {
	for _, code := range codes {
		if territory.Level(code) < territory.Street { // what lies in a larger place is not counted
			return false
		}
	}
	return true
}

// reach returns a filter that holds for every row that the actor may see. place is what follows the columns of places.
func reach(actor access.Actor, collection string, row bool, place string) string {
	if actor.Role == access.Field {
		switch {
		case row:
			return fmt.Sprintf(`visit.worker = %q`, actor.ID)
		case collection == collections.Tasks:
			return fmt.Sprintf(`assignee = %q`, actor.ID)
		case !lists.Placed(collection):
			return fmt.Sprintf(`worker = %q`, actor.ID)
		case collection != collections.Persons && collection != collections.Households:
			return `id = "-"` // these are for the office alone
		}
	}
	if twoPlaces(collection) {
		return within("area"+place, actor.Territory, mostRanges/3) + " || " + within("area_b"+place, actor.Territory, mostRanges/3)
	}
	return within("area"+place, actor.Territory, mostRanges)
}

// twoPlaces reports whether each row of a collection is about a pair, of which either side may lie in the territory.
func twoPlaces(collection string) bool {
	return collection == collections.Duplicates || collection == collections.OpenDuplicates
}

// within is a filter for what lies in a territory, or in a somewhat larger place where that has too many parts: the rule of the
// collection leaves out what is too much.
func within(column string, codes []string, most int) string {
	var parts []string
	ranges := territory.Of(territory.Coarse(codes, most))
	if strings.HasSuffix(column, unindexed) {
		for i, r := range ranges {
			ranges[i] = territory.Range{Lo: strings.ToLower(r.Lo), Hi: strings.ToLower(r.Hi)}
		}
	}
	for _, r := range ranges {
		parts = append(parts, fmt.Sprintf(`(%[1]s >= %[2]q && %[1]s < %[3]q)`, column, r.Lo, r.Hi))
	}
	switch len(parts) {
	case 0:
		return `id = "-"`
	case 1:
		return parts[0]
	}
	lo, hi := ranges[0].Lo, ranges[len(ranges)-1].Hi
	return fmt.Sprintf(`(%[1]s >= %[2]q && %[1]s < %[3]q && (%[4]s))`, column, lo, hi, strings.Join(parts, " || "))
}

// order makes SQLite read a list along the index that is best for it; it would choose without knowing how large the territory is.
// When no order is asked, that is the index of places. What lies in a small part of the city is read along the same index and
// sorted. In a large one rows are met soon along the index of the order, and reading stops when the page is full: no index of
// places may be used then. order returns what to write after the columns of places for that.
func order(q url.Values, actor access.Actor, c *core.Collection) (place string) {
	asked := sortOf(q)
	own := actor.Role == access.Field && c.Name != collections.Persons && c.Name != collections.Households
	switch {
	case c.IsView() && !twoPlaces(c.Name) || len(asked) == 0 && own:
	case len(asked) == 0 && !twoPlaces(c.Name):
		q.Set(search.SortQueryParam, "area")
	case len(asked) == 0:
		q.Set(search.SortQueryParam, "area"+unindexed)
	case asked[0].Name == "area" && !own && !twoPlaces(c.Name): // the index of places has it
	case own || small(actor.Territory):
		q.Set(search.SortQueryParam, anySort(asked, c))
	case asked[0].Name != "area":
		return unindexed
	}
	return ""
}

// anySort is an order that no index has.
func anySort(asked []search.SortField, c *core.Collection) string {
	all := make([]string, len(asked))
	for i, by := range asked {
		if by.Name == "@rowid" {
			by.Name = "created"
		}
		if _, number := c.Fields.GetByName(by.Name).(*core.NumberField); !number { // whose texts have another order
			by.Name += unindexed
		}
		if by.Direction == search.SortDesc {
			by.Name = "-" + by.Name
		}
		all[i] = by.Name
	}
	return strings.Join(all, ",")
}

// narrow puts a filter before that of the query, which was checked. It fails where PocketBase would not take both.
func narrow(q url.Values, reach string) error {
	if reach == "" {
		return nil
	}
	filter := "(" + reach + ")"
	if asked := q.Get(search.FilterQueryParam); asked != "" {
		filter += " && (" + asked + "\n)" // a comment may end it
	}
	if len(filter) > search.MaxFilterLength {
		return search.ErrFilterLengthLimit
	}
	q.Set(search.FilterQueryParam, filter)
	return nil
}
