package instrument

import (
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// fits tells what keeps a form from being a version beside earlier ones. Records of all versions lie in the same
// collections, so each question keeps its column, and each column its type.
func fits(next *survey.Form, earlier []*survey.Form) survey.Problems {
	was := past{places: map[string]string{}, kinds: map[string]survey.Kind{}}
	for _, f := range earlier {
		if f.TableName() != next.TableName() {
			return survey.Problems{tableChanged(f.TableName(), next.TableName())}
		}
		was.add(f)
	}
	var problems survey.Problems
	for _, t := range next.Tables() {
		if t.Repeat != nil && was.elsewhere(next, t.Repeat, t.Name) {
			problems = append(problems, moved(t.Repeat))
			continue
		}
		for _, c := range t.Columns {
			place := t.Name + "." + c.Name
			kind, used := was.kinds[place]
			switch {
			case was.elsewhere(next, c.Question, place):
				problems = append(problems, moved(c.Question))
			case used && kind != c.Question.Kind:
				problems = append(problems, collections.TypeChanged(t.Name, c))
			}
		}
	}
	return problems
}

// past is where versions keep their answers. A place is "collection.column", of a repeat its collection.
type past struct {
	places map[string]string // by path of the question
	kinds  map[string]survey.Kind
}

func (p past) add(f *survey.Form) {
	for _, t := range f.Tables() {
		if t.Repeat != nil {
			p.places[relative(f, t.Repeat)] = t.Name
		}
		for _, c := range t.Columns {
			place := t.Name + "." + c.Name
			p.places[relative(f, c.Question)] = place
			p.kinds[place] = c.Question.Kind
		}
	}
}

// elsewhere reports whether a question kept its answers in another place before: then one that is new has taken its name.
func (p past) elsewhere(f *survey.Form, q *survey.Question, place string) bool {
	before := p.places[relative(f, q)]
	return before != "" && before != place
}

// relative is the path of a question without the root, which a version may call as it likes.
func relative(f *survey.Form, q *survey.Question) string {
	return strings.TrimPrefix(f.Path(q), "/"+f.Name+"/")
}

func moved(q *survey.Question) survey.Problem {
	return problemAt("survey", q.Row, "name", "form.column_moved", q.Name)
}

func tableChanged(before, now string) survey.Problem {
	return problemAt("settings", 0, "table", "form.table_changed", before, now)
}
