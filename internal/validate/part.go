package validate

import (
	"strings"

	"doorstep/internal/survey"
	"doorstep/internal/xpath"
)

// part is a question, group or repeat of a form with its expressions compiled. Parts are in form order; the root is the
// first.
type part struct {
	q        *survey.Question
	index    int
	parent   *part
	children []*part

	relevant, required, readOnly, constraint, calculation, count *condition
	choices                                                      *choices // nil where any answer will do

	answer  bool        // has an answer that a person gave or that was computed, not metadata or a note
	asked   bool        // has a control
	compute bool        // the calculation can be done again and has to give the same
	rules   bool        // the server's result replaces the answer
	kind    survey.Kind // of what expressions see
	clock   uses        // what of it depends on the moment of the visit
}

// authorityColumn is the column of the survey sheet that makes the server's result of a calculation stand in place of the
// one sent.
const authorityColumn = "doorstep:authoritative"

// Authoritative reports whether the server's result of a calculation stands.
func Authoritative(q *survey.Question) bool {
	for _, p := range q.Bind {
		if p.Name == authorityColumn {
			switch strings.ToLower(strings.TrimSpace(p.Value)) {
			case "1", "yes", "true", "true()":
				return true
			}
		}
	}
	return false
}

// seen is the kind that expressions see: a calculation into text that cannot be evaluated has that of its result, where it is known.
func (p *part) seen() survey.Kind {
	if p.calculation == nil || p.q.Holds() != survey.KindText {
		return p.q.Holds()
	}
	switch p.calculation.expr.Info.Kind {
	case xpath.Number:
		return survey.KindDecimal
	case xpath.Boolean:
		return survey.KindBoolean
	case xpath.String:
		return survey.KindText
	}
	return survey.KindNone
}

func (p *part) container() bool { return p.q.Kind == survey.KindGroup || p.q.Kind == survey.KindRepeat }
func (p *part) repeat() bool    { return p.q.Kind == survey.KindRepeat }

// metadata are the types that the tablet fills in by itself.
var metadata = map[string]bool{
	"start": true, "end": true, "today": true, "deviceid": true, "subscriberid": true, "simserial": true,
	"phonenumber": true, "username": true, "email": true, "uri:deviceid": true, "uri:subscriberid": true,
	"uri:simserial": true, "uri:phonenumber": true, "uri:username": true, "uri:email": true, "start-geopoint": true,
	"background-audio": true, "background-geopoint": true, "audit": true,
}

// part makes the parts of q and of all below it that have an element.
func (c *logicCompiler) part(q *survey.Question, parent *part) *part {
	p := &part{q: q, index: len(c.logic.parts), parent: parent}
	c.logic.parts = append(c.logic.parts, p)
	if p.container() {
		for _, child := range q.Children {
			if child.Kind != survey.KindNone && child.Type != "audit" {
				p.children = append(p.children, c.part(child, p))
			}
		}
		return p
	}
	p.answer = !metadata[q.Type] && q.Kind != survey.KindNote
	p.asked = p.answer && asked(q)
	c.logic.noteMoment(p)
	return p
}

// asked reports whether a question has a control: an answer with a calculation and no text of its own is not shown.
func asked(q *survey.Question) bool {
	if q.Type == "calculate" || q.Type == "hidden" {
		return false
	}
	return len(q.Label) > 0 || len(q.Hint) > 0 || q.Calculation == "" && q.Trigger == ""
}

// named finds a child by name. Elements mostly come in the order of the form, so the search begins at hint; it is -1
// when there is none.
func (p *part) named(name string, hint int) int {
	for i := hint; i < len(p.children); i++ {
		if p.children[i].q.Name == name {
			return i
		}
	}
	for i := range min(hint, len(p.children)) {
		if p.children[i].q.Name == name {
			return i
		}
	}
	return -1
}
