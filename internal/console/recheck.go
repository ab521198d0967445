package console

import (
	"database/sql"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
	"doorstep/internal/work"
)

// Recheck is an interview that somebody else asks again.
type Recheck struct {
	ID          string `json:"id"` // of the task
	Collection  string `json:"collection"`
	Record      string `json:"record"`
	Worker      string `json:"worker"` // who asked first
	WorkerName  string `json:"worker_name"`
	Checker     string `json:"checker"` // who asks again; "" for nobody yet
	CheckerName string `json:"checker_name"`
	Area        string `json:"area"`
	AreaName    string `json:"area_name"`
	Due         string `json:"due"`
	Status      string `json:"status"`
	Again       *Again `json:"again"` // nil until there is a re-interview

	household, person, created string
}

// Again is a re-interview, with how many of the compared answers are equal.
type Again struct {
	Collection string `json:"collection"`
	ID         string `json:"id"`
	FinishedAt string `json:"finished_at"`
	Compared   int    `json:"compared"`
	Equal      int    `json:"equal"`
}

// RecheckFilter says which re-interviews are looked at; Worker is who asked first.
type RecheckFilter struct {
	Campaign, Area, Worker, Cursor string
	Limit                          int
}

// comparison is what first and second interviews of a campaign have in common.
type comparison struct {
	db            collections.DB
	first, second *instrument.Instrument
	interview     string // condition under which a record of the second form is an interview
	questions     []compared
}

// compared is a question with its column in either table.
type compared struct {
	name         string
	label        survey.Words
	first, again string
}

// compare finds what is compared in a campaign. It fails where there is no such campaign, or a form of it is not published.
func compare(db collections.DB, k Known, campaign string) (c comparison, err error) {
	var form, text string
	found, err := collections.One(db, `SELECT form, COALESCE(recheck,'') FROM campaigns WHERE id=?`, []any{campaign}, &form, &text)
	if err != nil {
		return c, err
	}
	rule, wrong := survey.ParseRecheck(text)
	first, known := k.Library.Get(form, "")
	second, published := first, known
	if rule.Form != "" {
		second, published = k.Library.Get(rule.Form, "")
	}
	if !found {
		return c, problem.New(problem.NotFound, "campaign")
	}
	if wrong != nil || !known || !published {
		return c, problem.New(problem.BadParameter, "campaign")
	}
	c = comparison{db: db, first: first, second: second, interview: k.Library.Interviews().Of(second.Layout.Main().Name)}
	again := plainColumns(second)
	for name, column := range plainColumns(first) {
		other, both := again[name]
		chosen := slices.Contains(rule.Questions, name) || len(rule.Questions) == 0 && column.Question.Kind == survey.KindSelectOne
		if both && chosen {
			c.questions = append(c.questions, compared{name, column.Question.Label.Words(), column.Name, other.Name})
		}
	}
	slices.SortFunc(c.questions, func(a, b compared) int { return strings.Compare(a.name, b.name) })
	return c, nil
}

// RecheckSource says where the interviews of a campaign lie that may be asked again. It fails as ReadAgreement does.
func RecheckSource(db collections.DB, k Known, campaign string) (work.Source, error) {
	c, err := compare(db, k, campaign)
	if err != nil {
		return work.Source{}, err
	}
	table := c.first.Layout.Main().Name
	return work.Source{Table: table, Form: c.second.Form.ID, Interview: k.Library.Interviews().Of(table)}, nil
}

// plainColumns are the answers of a form's own table that tell nobody who somebody is, by question.
func plainColumns(in *instrument.Instrument) map[string]survey.Column {
	plain, all := in.Layout.Plain(in.Layout.Main()), map[string]survey.Column{}
	for _, c := range in.Layout.Main().Columns {
		if _, twice := all[c.Question.Name]; !twice && slices.Contains(plain, c.Name) {
			all[c.Question.Name] = c
		}
	}
	return all
}

// Rechecks lists the re-interviews of a campaign in the actor's territory by area.
func Rechecks(db collections.DB, k Known, actor access.Actor, f RecheckFilter) (Page[Recheck], error) {
	page := Page[Recheck]{Items: []Recheck{}}
	c, err := compare(db, k, f.Campaign)
	if err != nil {
		return page, err
	}
	from, err := parsePosition(f.Cursor)
	if err != nil {
		return page, err
	}
	limit := LimitOf(f.Limit)
	err = c.each(actor, f, territory.Position{Place: from.at, ID: from.id}, limit+1, func(one Recheck) error {
		one.AreaName = nameOf(k.Areas, one.Area)
		page.Items = append(page.Items, one)
		return nil
	})
	if err != nil {
		return page, err
	}
	page.cut(limit, func(r Recheck) position { return position{r.Area, r.ID} })
	for i := range page.Items {
		one := &page.Items[i]
		if one.Again, err = c.again(*one); err != nil {
			return page, err
		}
		if one.Again != nil {
			pairs, err := c.answers(one)
			if err != nil {
				return page, err
			}
			for _, p := range pairs {
				if p == nil {
					continue
				}
				if one.Again.Compared++; p.First == p.Second {
					one.Again.Equal++
				}
			}
		}
	}
	return page, nil
}

// each reads the tasks; those whose first interview is gone are left out.
func (c comparison) each(actor access.Actor, f RecheckFilter, after territory.Position, most int, take func(Recheck) error) error {
	first := c.first.Layout.Main().Name
	rows := territory.Rows{From: `tasks t JOIN "` + first + `" m ON m.id=t.record`, Place: `t.area`, ID: `t.id`,
		Ranges: actor.Ranges(f.Area), After: after, Limit: most,
		Columns: `t.id, t.record, m.worker, COALESCE((SELECT name FROM workers w WHERE w.id=m.worker),''),
			t.assignee, COALESCE((SELECT name FROM workers w WHERE w.id=t.assignee),''), t.area, t.due, t.status, t.household, t.person, t.created`,
		Where: `t.kind='recheck' AND t.campaign=? AND t.collection=?`, Args: []any{f.Campaign, first}}
	if f.Worker != "" {
		rows.Where, rows.Args = rows.Where+` AND m.worker=?`, append(rows.Args, f.Worker)
	}
	return rows.Each(c.db, func(r *sql.Rows) error {
		one := Recheck{Collection: first}
		err := r.Scan(&one.ID, &one.Record, &one.Worker, &one.WorkerName, &one.Checker, &one.CheckerName,
			&one.Area, &one.Due, &one.Status, &one.household, &one.person, &one.created)
		if err != nil {
			return err
		}
		return take(one)
	})
}

// again finds the re-interview: the first interview since about the household, and the person where there is one, by the worker who
// rechecks. An interview by the worker who asked first does not count. It returns nil for none.
func (c comparison) again(one Recheck) (*Again, error) {
	if one.Checker == "" || one.Checker == one.Worker {
		return nil, nil
	}
	out := Again{Collection: c.second.Layout.Main().Name}
	found, err := collections.One(c.db, `SELECT id, finished_at FROM "`+out.Collection+`" WHERE household=? AND worker=? AND received_at>=?
		AND review_state!='rejected' AND (person='' OR ?='' OR person=?) AND `+c.interview+` ORDER BY received_at, id LIMIT 1`,
		[]any{one.household, one.Checker, one.created, one.person, one.person}, &out.ID, &out.FinishedAt)
	if err != nil || !found {
		return nil, err
	}
	return &out, nil
}
