package hooks

import (
	"fmt"
	"net/url"
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
	mostRanges = 40
	smallPlace = 9 // digits of the code of a street: what lies in a larger place is not counted
)

// narrowList narrows a list of a collection that grows with the city, before PocketBase reads it, to what an index finds: the rows
// of the reader's territory, or the reader's own. The rule of the collection says the same and still decides, but it is a join
// that would be tried on every row of the city. Totals are counted in small places alone, and pages do not go deep: a
// list goes on behind the last row that was seen. It fails with lists.ErrTooDeep, and with search.ErrFilterLengthLimit where the
// filter leaves no room for that of the territory.
func (d *Doorstep) narrowList(re *core.RequestEvent, c *core.Collection) error {
	_, row, ofForm := d.Library.Plain(c.Name)
	actor, ok := access.Of(re.Auth)
	if !ok || actor.Role == access.Operator || !ofForm && !lists.Grows(c.Name) {
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
	if !small(actor.Territory) {
		q.Set(search.SkipTotalQueryParam, "1")
	}
	if err := narrow(q, reach(actor, c.Name, row)); err != nil {
		return err
	}
	re.Request.URL.RawQuery = q.Encode()
	return nil
}

func small(codes []string) bool {
	for _, code := range codes {
		if len(code) < smallPlace {
			return false
		}
	}
	return true
}

// reach is a filter for the rows that the actor may see at most; "" where nothing is known. Pairs lie in two places.
func reach(actor access.Actor, collection string, row bool) string {
	field := actor.Role == access.Field
	switch {
	case collection == collections.Duplicates || field && row:
		return ""
	case field && collection == collections.Tasks:
		return fmt.Sprintf(`assignee = %q`, actor.ID)
	case field && collection != collections.Persons && collection != collections.Households && lists.Grows(collection):
		return `id = ""` // these are for the office alone
	case field && !lists.Grows(collection):
		return fmt.Sprintf(`worker = %q`, actor.ID)
	}
	var parts []string
	for _, r := range territory.Of(actor.Territory) {
		parts = append(parts, fmt.Sprintf(`(area >= %q && area < %q)`, r.Lo, r.Hi))
	}
	if len(parts) > mostRanges {
		return ""
	}
	return strings.Join(parts, " || ")
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
