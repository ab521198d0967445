package instrument

import (
	"maps"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// Interviews are, for each collection of records, the condition in SQL under which a record is an interview, complete or
// partial: as the version that it names says, and by AAPOR's codes where that says nothing. more are versions about to be
// published.
func (l *Library) Interviews(more ...*Instrument) collections.Interviews {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if len(more) == 0 {
		return l.interviews
	}
	return interviewsOf(slices.AppendSeq(more, maps.Values(l.byVersion)))
}

func interviewsOf(all []*Instrument) collections.Interviews {
	byTable := map[string][]*Instrument{}
	for _, in := range all {
		if in.Status != Draft {
			byTable[in.Layout.Main().Name] = append(byTable[in.Layout.Main().Name], in)
		}
	}
	conditions := collections.Interviews{}
	for table, versions := range byTable {
		conditions[table] = interviews(versions)
	}
	return conditions
}

// interviews is the condition for one collection; "" where all its versions speak AAPOR's codes.
func interviews(versions []*Instrument) string {
	codes := map[string]string{} // by version
	for _, in := range versions {
		if some, ok := in.Dispositions.Declared(survey.Interview, survey.Partial); ok {
			slices.Sort(some)
			codes[in.Version] = quoted(some)
		}
	}
	if len(codes) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`CASE form_version`)
	order := make([]string, 0, len(codes))
	for version := range codes {
		order = append(order, version)
	}
	slices.Sort(order)
	for _, version := range order {
		b.WriteString(` WHEN ` + quoted([]string{version}) + ` THEN outcome IN (` + codes[version] + `)`)
	}
	return b.String() + ` ELSE ` + collections.PlainInterview + ` END`
}

// quoted writes texts as literals.
func quoted(texts []string) string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = `'` + strings.ReplaceAll(s, `'`, `''`) + `'`
	}
	return strings.Join(out, `,`)
}

// Interviewed reports whether an outcome of this version is an interview, complete or partial.
func (in *Instrument) Interviewed(outcome string) bool {
	one, ok := in.Dispositions.Of(outcome)
	return ok && (one.Class == survey.Interview || one.Class == survey.Partial)
}

// Surveys are the collections of records that may arrive.
func (l *Library) Surveys() collections.Surveys {
	all := collections.Surveys{Rows: map[string][]string{}, Interviews: l.Interviews()}
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, in := range l.byVersion {
		if in.Status == Draft {
			continue
		}
		main := in.Layout.Main().Name
		all.Rows[main] = slices.Clip(all.Rows[main])
		for _, t := range in.Layout.Tables[1:] {
			if !slices.Contains(all.Rows[main], t.Name) {
				all.Rows[main] = append(all.Rows[main], t.Name)
			}
		}
	}
	return all
}
