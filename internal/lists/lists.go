// Package lists decides by which columns somebody may filter and sort the lists of PocketBase's REST routes. It reads the
// expression with the parser that PocketBase reads it with, so nothing hides behind quotes or comments.
package lists

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ganigeorgiev/fexpr"
	"github.com/pocketbase/pocketbase/tools/search"
)

// Allowed is what one list takes.
type Allowed struct {
	Filter []string `json:"filter"`
	Sort   []string `json:"sort"`
	Expand []string `json:"expand"`
}

// ErrRefused says that a query asks for more than is allowed.
var ErrRefused = errors.New("not among the columns of this list")

// ErrTooDeep says that a page lies too many rows behind the first.
var ErrTooDeep = errors.New("too many rows before this page")

// words are what may stand beside columns: constants, and the moments that PocketBase knows.
var words = []string{
	"null", "true", "false", "@now", "@yesterday", "@tomorrow", "@second", "@minute", "@hour", "@day", "@month", "@weekday", "@year",
	"@todayStart", "@todayEnd", "@monthStart", "@monthEnd", "@yearStart", "@yearEnd",
}

// positions are the orders that no column gives.
var positions = []string{"@rowid"}

// Check fails with ErrRefused when a filter, a sort or an expand names anything else than what is allowed: another column,
// a path into one or through a relation, a modifier, a function. A filter that does not parse fails with the parser's
// error.
func (a Allowed) Check(filter, sort, expand string) error {
	if err := a.checkFilter(filter); err != nil {
		return err
	}
	if sort != "" {
		for _, field := range search.ParseSortFromString(sort) {
			if !slices.Contains(a.Sort, field.Name) && !slices.Contains(positions, field.Name) {
				return fmt.Errorf("sort: %w", ErrRefused)
			}
		}
	}
	return a.CheckExpand(expand)
}

// CheckExpand fails with ErrRefused when the relations to be shown with a record are not all among the allowed ones.
func (a Allowed) CheckExpand(expand string) error {
	for _, relation := range strings.FieldsFunc(expand, func(c rune) bool { return c == ',' || c == ' ' }) {
		if !slices.Contains(a.Expand, relation) {
			return fmt.Errorf("expand: %w", ErrRefused)
		}
	}
	return nil
}

func (a Allowed) checkFilter(filter string) error {
	if filter == "" {
		return nil
	}
	if len(filter) > search.MaxFilterLength {
		return search.ErrFilterLengthLimit
	}
	parsed, err := fexpr.Parse(filter)
	if err != nil {
		return err
	}
	return a.checkGroups(parsed)
}

func (a Allowed) checkGroups(groups []fexpr.ExprGroup) error {
	for _, g := range groups {
		switch item := g.Item.(type) {
		case []fexpr.ExprGroup:
			if err := a.checkGroups(item); err != nil {
				return err
			}
		case fexpr.Expr:
			if !a.operand(item.Left) || !a.operand(item.Right) {
				return fmt.Errorf("filter: %w", ErrRefused)
			}
		default:
			return fmt.Errorf("filter: %T: %w", item, ErrRefused)
		}
	}
	return nil
}

// operand reports whether a side of a comparison is a value or an allowed column.
func (a Allowed) operand(t fexpr.Token) bool {
	switch t.Type {
	case fexpr.TokenText, fexpr.TokenNumber:
		return true
	case fexpr.TokenIdentifier:
		return slices.Contains(a.Filter, t.Literal) || slices.Contains(words, t.Literal)
	}
	return false
}
