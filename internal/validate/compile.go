package validate

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"doorstep/internal/survey"
	"doorstep/internal/xform"
	"doorstep/internal/xpath"
)

// condition is a compiled expression and what a check has to know about it.
type condition struct {
	expr   *xpath.Expr
	opaque bool // looks at what only the tablet has: files, the record before, the device, the language, chance
	always bool // true()
	slot   int  // of its result during a check, for one that gives the same wherever it is asked; -1
}

// Compile compiles every expression of a form once. The error is survey.Problems, all of them: references to questions
// that there are not, mistakes in expressions, and answers that depend on themselves.
func Compile(f *survey.Form) (*Logic, error) {
	c := &logicCompiler{form: f, names: xform.NewNames(f), env: environment(f), made: map[string]*condition{}, looked: map[looks][]*part{},
		below: map[*part]map[string][]*part{}, logic: newLogic(f), collect: forCollect(f)}
	c.logic.root = c.part(f.Root, nil)
	for _, p := range c.logic.parts {
		c.expressions(p)
	}
	c.entities()
	c.settings()
	c.order()
	c.clocks()
	if c.spent > mostLooks { // the cycles are not all of them, and with the rest they would hide why
		c.logic.lacking = nil
		c.problems = slices.DeleteFunc(c.problems, func(p survey.Problem) bool { return p.Code == "logic.cycle" })
	}
	if len(c.problems) > 0 {
		return nil, append(c.problems, c.logic.lacking...)
	}
	c.logic.slots = c.slots
	return c.logic, nil
}

type logicCompiler struct {
	form     *survey.Form
	names    *xform.Names
	env      xpath.Env
	made     map[string]*condition
	looked   map[looks][]*part
	below    map[*part]map[string][]*part // children by name
	spent    int                          // of mostLooks
	slots    int
	logic    *Logic
	problems survey.Problems
	collect  bool // the form is for ODK Collect, too
}

// clientsSetting is the column of the settings sheet that names the programs that a form is for, separated by blanks, where
// it is not for all.
const clientsSetting = "clients"

func forCollect(f *survey.Form) bool {
	clients := strings.Fields(strings.ToLower(f.Settings[clientsSetting]))
	return len(clients) == 0 || slices.Contains(clients, "collect")
}

// Lacking is what in the form's expressions ODK Collect cannot evaluate; none for a form that is not for it.
func (l *Logic) Lacking() survey.Problems { return l.lacking }

// environment matches names in any namespace, because clients disagree about that of answers, and whole texts in regex(),
// as tablets do.
func environment(f *survey.Form) xpath.Env {
	env := xpath.Env{DefaultSpace: "*", WholeRegex: true, Namespaces: map[string]string{}}
	for _, n := range f.Namespaces {
		env.Namespaces[n.Name] = n.Value
	}
	return env
}

// cell is where an expression is written.
type cell struct {
	sheet  string
	row    int
	column string
}

// expressions compiles those of a question.
func (c *logicCompiler) expressions(p *part) {
	q := p.q
	at := func(column string) cell { return cell{"survey", q.Row, column} }
	p.relevant = c.compile(q, q.Relevant, at("relevant"))
	p.required = c.compile(q, q.Required, at("required"))
	p.constraint = c.compile(q, q.Constraint, at("constraint"))
	p.calculation = c.compile(q, q.Calculation, at("calculation"))
	p.count = c.compile(q, q.RepeatCount, at("repeat_count"))
	p.readOnly = c.compile(q, q.ReadOnly, at("read_only"))
	if q.DynamicDefault {
		c.compile(q, q.Default, at("default"))
	}
	p.compute, p.rules = repeatable(p), Authoritative(q)
	p.kind = p.seen()
	c.filter(p, at("choice_filter"))
}

// repeatable reports whether the server can do a calculation again and has to get the same: nobody may have changed the
// answer since. Of one that looks at itself, as once() does, it can fill a blank.
func repeatable(p *part) bool {
	c := p.calculation
	return c != nil && !c.opaque && p.q.Trigger == "" && !metadata[p.q.Type] && (!p.asked || p.readOnly != nil && p.readOnly.always)
}

// settings compiles what the settings sheet computes; the server has no use for it but tablets have.
func (c *logicCompiler) settings() {
	meta := &survey.Question{Name: "instanceName", Parent: c.form.Root}
	c.compile(meta, c.form.Settings["instance_name"], cell{"settings", 2, "instance_name"})
}

// compile returns nil for an empty or wrong expression. Questions with the same expression share it.
func (c *logicCompiler) compile(q *survey.Question, source string, at cell) *condition {
	if strings.TrimSpace(source) == "" || !c.references(q, source, at) {
		return nil
	}
	path, err := c.names.Expression(q, source)
	if err != nil {
		c.problem(at, "logic.reference", err.Error())
		return nil
	}
	return c.condition(path, at)
}

func (c *logicCompiler) condition(path string, at cell) *condition {
	known, ok := c.made[path]
	if !ok {
		if known = c.newCondition(path, at); known == nil {
			return nil
		}
	}
	if c.collect && len(c.logic.lacking) < survey.MostProblems {
		for _, what := range known.expr.CollectLacks() {
			c.logic.lacking = append(c.logic.lacking, problemAt(at, "logic.collect", what))
		}
	}
	return known
}

func (c *logicCompiler) newCondition(path string, at cell) *condition {
	expr, err := xpath.Compile(path, c.env)
	if err != nil {
		c.mistake(at, err)
		return nil
	}
	made := &condition{expr: expr, opaque: c.opaque(&expr.Info), always: strings.TrimSpace(path) == "true()", slot: -1}
	if sameEverywhere(path, &expr.Info) {
		made.slot = c.slots
		c.slots++
	}
	c.made[path] = made
	return made
}

// reName finds references, to tell of each one that does not resolve.
var reName = regexp.MustCompile(`\$\{\s*(?:last-saved#)?([^\s{}]+)\s*\}`)

func (c *logicCompiler) references(q *survey.Question, source string, at cell) bool {
	var wrong []string
	for _, m := range reName.FindAllStringSubmatch(source, -1) {
		_, err := c.names.Expression(q, m[0])
		switch {
		case err == nil || slices.Contains(wrong, m[1]):
			continue
		case errors.Is(err, xform.ErrAmbiguousName):
			c.problem(at, "logic.ambiguous_reference", m[1])
		default:
			c.problem(at, "logic.unknown_reference", m[1])
		}
		wrong = append(wrong, m[1])
	}
	return len(wrong) == 0
}

// opaque reports whether an expression depends on something that the server cannot know.
func (c *logicCompiler) opaque(info *xpath.Info) bool {
	if info.Uses&(xpath.UsesRandom|xpath.UsesDevice|xpath.UsesLabels) != 0 || slices.Contains(info.Functions, "pulldata") {
		return true
	}
	for _, p := range info.Paths {
		if p.Origin != xpath.FromInstance {
			continue
		}
		// A label is in the language of the tablet.
		if c.logic.lists[p.Instance] == nil || len(p.Steps) > 0 && p.Steps[len(p.Steps)-1].Name == "label" {
			return true
		}
	}
	return false
}

// reContext finds functions that look at the context node or position when they have no argument.
var reContext = regexp.MustCompile(`\b(string|number|boolean|normalize-space|string-length|name|local-name|namespace-uri|position|last|` +
	`lang)\s*\(\s*\)`)

// sameEverywhere reports whether an expression gives the same for every question that asks it.
func sameEverywhere(path string, info *xpath.Info) bool {
	if info.Uses&xpath.UsesItself != 0 || reContext.MatchString(path) {
		return false
	}
	for _, p := range info.Paths {
		switch {
		case p.Origin == xpath.FromCurrent, p.Origin == xpath.FromContext && p.Within < 0:
			return false
		}
	}
	return true
}

// mistake reports what is wrong with an expression.
func (c *logicCompiler) mistake(at cell, err error) {
	var wrong *xpath.Error
	if !errors.As(err, &wrong) {
		c.problem(at, "logic.expression", err.Error())
		return
	}
	c.problems = append(c.problems, survey.Problem{
		Code: wrong.Code, Sheet: at.sheet, Row: at.row, Column: at.column,
		ZH: fmt.Sprintf("表达式有误：%s。", wrong.ZH), EN: fmt.Sprintf("The expression is wrong: %s.", wrong.EN),
	})
}

func (c *logicCompiler) problem(at cell, code, detail string) {
	c.problems = append(c.problems, problemAt(at, code, detail))
}

func problemAt(at cell, code, detail string) survey.Problem {
	text := problemTexts[code]
	return survey.Problem{
		Code: code, Sheet: at.sheet, Row: at.row, Column: at.column,
		ZH: strings.ReplaceAll(text.zh, "%s", detail), EN: strings.ReplaceAll(text.en, "%s", detail),
	}
}
