package console

import (
	"cmp"
	"database/sql"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/agreement"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// Agreement compares re-interviews with the first interviews. It accuses nobody: people change their minds, and questions may be
// understood in two ways.
type Agreement struct {
	Drawn     int              `json:"drawn"`
	Again     int              `json:"again"` // of them, that were asked again
	Questions []AgreementOf    `json:"questions"`
	Workers   []AgreementOf    `json:"workers"` // by who asked first, the least agreement first
	All       agreement.Result `json:"all"`
}

// AgreementOf is the agreement of one question, or of all answers of one worker together.
type AgreementOf struct {
	Key        string       `json:"key"` // name of the question, or id of the worker
	Label      survey.Words `json:"label"`
	Interviews int          `json:"interviews"`
	agreement.Result
}

// mostPairs is how many re-interviews one look compares.
const mostPairs = 5000

// ReadAgreement compares the re-interviews of a campaign with the first interviews.
func ReadAgreement(db collections.DB, k Known, actor access.Actor, f RecheckFilter) (Agreement, error) {
	out := Agreement{Questions: []AgreementOf{}, Workers: []AgreementOf{}}
	c, err := compare(db, k, f.Campaign)
	if err != nil {
		return out, err
	}
	all, err := c.all(actor, f)
	if err != nil {
		return out, err
	}
	pairs, by := make([][]agreement.Pair, len(c.questions)), map[string]*toldBy{}
	for _, one := range all {
		out.Drawn++
		if one.Again, err = c.again(one); err != nil {
			return out, err
		} else if one.Again == nil {
			continue
		}
		said, err := c.answers(&one)
		if err != nil {
			return out, err
		}
		out.Again++
		own := by[one.Worker]
		if own == nil {
			own = &toldBy{name: one.WorkerName, pairs: make([][]agreement.Pair, len(c.questions))}
			by[one.Worker] = own
		}
		own.interviews++
		for q, p := range said {
			if p != nil {
				pairs[q], own.pairs[q] = append(pairs[q], *p), append(own.pairs[q], *p)
			}
		}
	}
	for q, question := range c.questions {
		out.Questions = append(out.Questions, AgreementOf{question.name, question.label, len(pairs[q]), agreement.Of(pairs[q])})
	}
	for worker, own := range by {
		out.Workers = append(out.Workers, AgreementOf{worker, survey.Untranslated(own.name), own.interviews, agreement.Together(own.pairs)})
	}
	slices.SortFunc(out.Workers, func(a, b AgreementOf) int {
		return cmp.Or(cmp.Compare(a.share(), b.share()), cmp.Compare(a.Key, b.Key))
	})
	out.All = agreement.Together(pairs)
	return out, nil
}

// all are the re-interviews that are asked for. It fails with problem.TooLong where they are more than one look compares.
func (c comparison) all(actor access.Actor, f RecheckFilter) (all []Recheck, err error) {
	err = c.each(actor, f, territory.Position{}, mostPairs+1, func(one Recheck) error {
		all = append(all, one)
		return nil
	})
	if err == nil && len(all) > mostPairs {
		err = problem.New(problem.TooLong, "area")
	}
	return all, err
}

// toldBy are the answers of one worker's interviews, by question.
type toldBy struct {
	name       string
	interviews int
	pairs      [][]agreement.Pair
}

// share returns the share of answers that agree, and 2, which sorts behind all shares, where it is not known.
func (a AgreementOf) share() float64 {
	if a.Share == nil {
		return 2
	}
	return *a.Share
}

// answers are what the two interviews say to each question, nil where neither was asked.
func (c comparison) answers(one *Recheck) ([]*agreement.Pair, error) {
	first, err := c.read(one.Collection, one.Record, func(q compared) string { return q.first })
	if err != nil {
		return nil, err
	}
	second, err := c.read(one.Again.Collection, one.Again.ID, func(q compared) string { return q.again })
	if err != nil {
		return nil, err
	}
	out := make([]*agreement.Pair, len(c.questions))
	for i := range c.questions {
		if first[i] != "" || second[i] != "" {
			out[i] = &agreement.Pair{First: first[i], Second: second[i]}
		}
	}
	return out, nil
}

// read reads the compared answers of one record, "" where one is missing.
func (c comparison) read(table, id string, column func(compared) string) ([]string, error) {
	if len(c.questions) == 0 {
		return nil, nil
	}
	var names []string
	values, into := make([]sql.NullString, len(c.questions)), make([]any, len(c.questions))
	for i, q := range c.questions {
		names, into[i] = append(names, `"`+column(q)+`"`), &values[i]
	}
	if _, err := collections.One(c.db, `SELECT `+strings.Join(names, `, `)+` FROM "`+table+`" WHERE id=?`, []any{id}, into...); err != nil {
		return nil, err
	}
	said := make([]string, len(values))
	for i, v := range values {
		if said[i] = strings.Trim(v.String, `"`); said[i] == "null" || said[i] == "[]" {
			said[i] = ""
		}
	}
	return said, nil
}
