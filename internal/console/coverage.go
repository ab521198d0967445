package console

import (
	"cmp"
	"io"
	"math"
	"slices"
	"strconv"

	"doorstep/collections"
	"doorstep/internal/coverage"
	"doorstep/internal/export"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// AreaSorts are the orders of areas: by code, those first of which least is completed, and those first where most is outstanding. An area
// of which nothing is expected is not behind: it stands last.
var AreaSorts = []string{"code", "behind", "outstanding"}

// WorkSorts are the orders of what workers have brought: whoever has most of it stands first.
var WorkSorts = []string{"visits", "interviews", "returned", "approved"}

// CoveragePage is a page of areas. Total is of the whole list.
type CoveragePage struct {
	Total coverage.Area `json:"total"`
	Page[coverage.Area]
}

// PageOfAreas cuts a page out of the areas of a level.
func PageOfAreas(all []coverage.Area, sort, cursor string, limit int) (CoveragePage, error) {
	page, err := areasBy(sort).page(all, cursor, limit)
	return CoveragePage{coverage.Sum(all), page}, err
}

// PageOfWork cuts a page out of what workers have brought, and names them.
func PageOfWork(db collections.DB, all []coverage.Worker, sort, cursor string, limit int) (Page[coverage.Worker], error) {
	page, err := workBy(sort).page(all, cursor, limit)
	if err != nil {
		return page, err
	}
	return page, coverage.Name(db, page.Items)
}

// WriteAreas writes a list of areas as a table for spreadsheets, in Chinese or in English.
func WriteAreas(w io.Writer, all []coverage.Area, sort string, english bool) error {
	slices.SortFunc(all, areasBy(sort).compare)
	heads := []survey.Words{{ZH: "区划代码", EN: "Area code"}, {ZH: "区划", EN: "Area"}, {ZH: "应访", EN: "Expected"},
		{ZH: "已访", EN: "Visited"}, {ZH: "完成", EN: "Completed"}, {ZH: "未访", EN: "Outstanding"}, {ZH: "完成率 %", EN: "Completed, %"}}
	return writeTable(w, heads, english, all, func(a coverage.Area) []any {
		rate := 0.
		if a.Expected > 0 {
			rate = math.Round(100 * float64(a.Completed) / float64(a.Expected))
		}
		return []any{a.Code, a.Name, a.Expected, a.Visited, a.Completed, a.Outstanding, rate}
	})
}

// WriteWork writes what workers have brought as a table for spreadsheets, in Chinese or in English.
func WriteWork(w io.Writer, db collections.DB, all []coverage.Worker, sort string, english bool) error {
	slices.SortFunc(all, workBy(sort).compare)
	if err := coverage.Name(db, all); err != nil {
		return err
	}
	heads := []survey.Words{{ZH: "工号", EN: "Staff number"}, {ZH: "采集员", EN: "Worker"}, {ZH: "走访记录", EN: "Visits"},
		{ZH: "完成访问", EN: "Interviews"}, {ZH: "退回待改", EN: "Returned"}, {ZH: "已通过", EN: "Approved"}}
	return writeTable(w, heads, english, all, func(w coverage.Worker) []any {
		return []any{w.StaffNo, w.Name, w.Visits, w.Interviews, w.Returned, w.Approved}
	})
}

func writeTable[T any](w io.Writer, heads []survey.Words, english bool, all []T, cells func(T) []any) error {
	table, err := export.NewCSV(w, true)
	if err != nil {
		return err
	}
	var row []any
	for _, head := range heads {
		if english {
			row = append(row, head.EN)
		} else {
			row = append(row, head.ZH)
		}
	}
	if err := table.Row(row); err != nil {
		return err
	}
	for _, one := range all {
		if err := table.Row(cells(one)); err != nil {
			return err
		}
	}
	return table.Close()
}

// ranked tells where a row stands in a list: by a number, rising, and by its key where that is the same.
type ranked[T any] func(T) (n int64, key string)

func areasBy(sort string) ranked[coverage.Area] {
	return func(a coverage.Area) (int64, string) {
		switch {
		case sort == "outstanding":
			return -a.Outstanding, a.Code
		case sort != "behind":
			return 0, a.Code
		case a.Expected == 0:
			return math.MaxInt64, a.Code
		}
		return 1_000_000 * a.Completed / a.Expected, a.Code
	}
}

func workBy(sort string) ranked[coverage.Worker] {
	return func(w coverage.Worker) (int64, string) {
		switch sort {
		case "interviews":
			return -w.Interviews, w.ID
		case "returned":
			return -w.Returned, w.ID
		case "approved":
			return -w.Approved, w.ID
		}
		return -w.Visits, w.ID
	}
}

func (at ranked[T]) compare(a, b T) int {
	n, key := at(a)
	m, other := at(b)
	return cmp.Or(cmp.Compare(n, m), cmp.Compare(key, other))
}

// page puts all rows in order and returns those behind a cursor.
func (at ranked[T]) page(all []T, cursor string, limit int) (Page[T], error) {
	page := Page[T]{Items: []T{}}
	from, err := parsePosition(cursor)
	if err != nil {
		return page, err
	}
	slices.SortFunc(all, at.compare)
	first := 0
	if from != (position{}) {
		n, err := strconv.ParseInt(from.at, 10, 64)
		if err != nil {
			return page, problem.New(problem.BadCursor, "")
		}
		first, _ = slices.BinarySearchFunc(all, from, func(row T, from position) int {
			m, key := at(row)
			return cmp.Or(cmp.Compare(m, n), cmp.Compare(key, from.id), -1) // the row itself lies before what comes behind it
		})
	}
	limit = LimitOf(limit)
	page.Items = append(page.Items, all[first:min(len(all), first+limit+1)]...)
	page.cut(limit, func(row T) position {
		n, key := at(row)
		return position{strconv.FormatInt(n, 10), key}
	})
	return page, nil
}
