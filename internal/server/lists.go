package server

import (
	"errors"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/dbutils"

	"doorstep/internal/lists"
	"doorstep/internal/problem"
)

const (
	listRoute     = "GET /api/collections/{collection}/records"
	ofACollection = "/api/collections/{collection}/"
)

// askable refuses a list that is asked for by other columns than it may be, before the database is asked: whether a row
// passes a filter, and where it stands in an order, tells its value one comparison at a time. Records are shown with the
// relations of their own alone.
func (s *Server) askable(re *core.RequestEvent) error {
	if !strings.Contains(re.Request.Pattern, ofACollection) {
		return re.Next()
	}
	c, err := re.App.FindCachedCollectionByNameOrId(re.Request.PathValue("collection"))
	if err != nil {
		return re.Next() // PocketBase says so
	}
	allowed, q := s.allowed(c, re.HasSuperuserAuth()), re.Request.URL.Query()
	if re.Request.Pattern == listRoute {
		if err = allowed.Check(q.Get("filter"), q.Get("sort"), q.Get("expand")); err == nil {
			err = s.narrowList(re, c)
		}
		if errors.Is(err, errFarSort) {
			allowed.Sort = []string{"area", "area,id"}
		}
	} else {
		err = allowed.CheckExpand(q.Get("expand"))
	}
	if errors.Is(err, lists.ErrTooDeep) {
		return writeProblem(re, problem.New(problem.TooDeep, "page"))
	}
	if err != nil {
		refused := problem.New(problem.NotListed, "")
		refused.Data = allowed
		if err := s.refused(re, re.Request.Pattern, refused); err != nil {
			return err
		}
		return writeProblem(re, refused)
	}
	return re.Next()
}

// allowed is what a list may be filtered, sorted and expanded by. Operators, who see every table, may use all that is not
// hidden, sealed or masked.
func (s *Server) allowed(c *core.Collection, operator bool) lists.Allowed {
	columns, row, ofForm := s.Library.Plain(c.Name)
	switch {
	case operator:
		columns = s.unmasked(c)
	case row:
		columns = append(slices.Clone(lists.RowEnvelope), columns...)
	case ofForm:
		columns = append(slices.Clone(lists.Envelope), columns...)
	default:
		columns = lists.Columns[c.Name]
	}
	a := lists.Allowed{Filter: columns, Sort: slices.Clone(columns)}
	if !operator && (ofForm || lists.Grows(c.Name)) {
		sorted := indexed(c)
		a.Sort = slices.DeleteFunc(slices.Clone(columns), func(column string) bool { return !slices.Contains(sorted, column) })
	}
	for _, f := range c.Fields {
		if _, relation := f.(*core.RelationField); relation && slices.Contains(columns, f.GetName()) {
			a.Expand = append(a.Expand, f.GetName())
		}
	}
	return a
}

// unmasked are the columns of a collection that its readers see as they are.
func (s *Server) unmasked(c *core.Collection) []string {
	concealed, births := s.Library.Concealed(c.Name, ""), s.Library.Births(c.Name, "")
	var columns []string
	for _, f := range c.Fields {
		_, sealed := concealed.Find(f.GetName())
		if !f.GetHidden() && !sealed && !slices.Contains(births, f.GetName()) {
			columns = append(columns, f.GetName())
		}
	}
	return columns
}

// indexed are the columns in the order of which an index has the rows of the collection.
func indexed(c *core.Collection) []string {
	columns := []string{"id"}
	for _, index := range c.Indexes {
		of := dbutils.ParseIndex(index)
		if of.Where != "" {
			continue
		}
		if columns = append(columns, of.Columns[0].Name); of.Columns[0].Name == "visit" {
			columns = append(columns, "position") // the rows of a visit are few
		}
	}
	return columns
}
