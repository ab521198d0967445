package server

import (
	"bytes"
	"net/http"

	"doorstep/collections"
	"doorstep/internal/match"
	"doorstep/internal/problem"
	"doorstep/internal/tabular"
)

// mostCompared is how many rows of a list are compared over HTTP; longer ones are for the command.
const mostCompared = 10_000

// matched is the answer: the counts, and the rows that somebody should look at.
type matched struct {
	Counts match.Counts `json:"counts"`
	Items  []match.Row  `json:"items"`
	More   bool         `json:"more"`  // there are others to look at, which the table has
	Tasks  *int         `json:"tasks"` // new ones; null unless they were asked for
}

// compared reads which list is to be compared, and how. It fails where the columns are none, or nothing came.
func (r *request) compared() (o match.Options, list tabular.File, err error) {
	o = match.Options{Actor: r.actor, Within: r.query("within"), NotListed: r.query("not_listed"), Most: mostCompared, Now: r.Now()}
	if o.Columns, err = match.Columns(r.query("map")); err != nil {
		return o, list, err
	}
	file, err := r.uploaded()
	return o, tabular.File{Name: file.name, In: bytes.NewReader(file.raw)}, err
}

// matchList compares a list with the people of the caller's territory, whose identifiers stay masked. It writes nothing but the
// trail unless tasks are asked for. It counts as a search.
func matchList(r *request) error {
	as, wanted := r.query("as"), r.query("tasks") == "1"
	if as != "" && as != "csv" || as == "csv" && wanted {
		return problem.New(problem.BadParameter, "as: csv, without tasks")
	}
	if err := mayAsk(r.db(), r); err != nil {
		return err
	}
	o, list, err := r.compared()
	if err != nil {
		return err
	}
	var table bytes.Buffer
	csv, err := match.NewTable(&table)
	if err != nil {
		return err
	}
	var people []string
	page, tasks := match.Page{Looks: []match.Row{}}, match.NewTasks(list.Name, o.Within, r.actor)
	out := matched{}
	out.Counts, err = match.Compare(r.ctx(), collections.Read(r.App), list, o, func(row match.Row) error {
		people = row.Met(people)
		page.Take(row)
		if wanted {
			return tasks.Take(row)
		}
		if as == "csv" {
			return csv.Row(row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := match.Record(r.ctx(), r.App, o, out.Counts, people); err != nil {
		return err
	}
	if as == "csv" {
		if err := csv.Close(); err != nil {
			return err
		}
		return r.table("match.csv", table.Bytes())
	}
	if wanted {
		made, err := tasks.Write(r.ctx(), r.App, r.Now())
		if err != nil {
			return err
		}
		out.Tasks = &made
	}
	out.Items, out.More = page.Looks, page.More
	return r.JSON(http.StatusOK, out)
}

// table answers with a whole table: of one that broke off nobody would see what it lacks.
func (r *request) table(name string, csv []byte) error {
	r.Response.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return r.Blob(http.StatusOK, csvType, csv)
}
