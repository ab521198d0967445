package openrosa

import (
	"bytes"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/ingest"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
	"doorstep/internal/xmltree"
)

// A record that a supervisor returned is a form of its own in its worker's list: the record's form, in the version that
// it was filled in with, with the record's answers already in it and the supervisor's comment on top. What the worker
// sends goes into that record. The entry leaves the list when the correction has arrived.

// returned is one record that waits for its worker.
type returned struct {
	ingest.Correction
	version, comment, title string
	answers                 *survey.Node
	issues                  []survey.Issue
}

// returnedRecords finds what the caller has to correct, oldest first; only is one id of a correction form, or "".
func (c Caller) returnedRecords(db collections.DB, library *instrument.Library, only string) ([]returned, error) {
	type asked struct{ id, record, collection, form, note, sealed string }
	open, err := collections.All(db, `SELECT id, record, collection, form, note, sealed FROM tasks
		WHERE assignee=? AND kind='correct' AND status='open' ORDER BY created, id`, []any{c.ID}, func(rows *sql.Rows, t *asked) error {
		if err := rows.Scan(&t.id, &t.record, &t.collection, &t.form, &t.note, &t.sealed); err != nil {
			return err
		}
		return collections.Fill(db, collections.Tasks, t.id, t.sealed, map[string]*string{"note": &t.note})
	})
	if err != nil {
		return nil, err
	}
	var all []returned
	for _, t := range open {
		in, ok := library.ByTable(t.collection)
		if !ok {
			continue
		}
		rec, answers, found, err := in.Layout.Find(db, t.record)
		if own, _ := library.ForRecord(t.collection, versionOf(rec)); err == nil && found && own != in {
			in = own
			rec, answers, found, err = in.Layout.Find(db, t.record)
		}
		if collections.Damaged(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		r := returned{Correction: ingest.Correction{Form: t.form, Record: t.record, Rev: 0}, comment: t.note, answers: answers}
		if !found || rec.Worker != c.ID || rec.ReviewState != collections.Returned || c.Campaign != AllForms && rec.Campaign != c.Campaign {
			continue
		}
		r.Rev, r.version, r.issues = rec.Rev, in.Version, rec.Issues
		r.title = "退回修改：" + in.Form.Title + " " + shortly(t.note)
		if only == "" || only == r.FormID() {
			all = append(all, r)
		}
	}
	return all, nil
}

func versionOf(rec *collections.Record) string {
	if rec == nil {
		return ""
	}
	return rec.FormVersion
}

func shortly(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}

// corrections lists the caller's returned records as forms.
func (c Caller) corrections(db collections.DB, library *instrument.Library, hashes *Hashes, only string) ([]listItem, error) {
	records, err := c.returnedRecords(db, library, only)
	if err != nil {
		return nil, err
	}
	var items []listItem
	for _, r := range records {
		in, ok := library.Get(r.Form, r.version)
		if !ok {
			continue
		}
		hash, err := hashes.ofReturned(r, in)
		if err != nil {
			return nil, err
		}
		item, err := c.item(db, in)
		if err != nil {
			return nil, err
		}
		item.FormID, item.Name, item.Hash, item.DownloadURL = r.FormID(), r.title, "md5:"+hash,
			c.url("forms", r.FormID(), "versions", in.Version+".xml")
		items = append(items, item)
	}
	return items, nil
}

// CorrectionXML writes the form of one returned record of the caller. ok is false when id is not that of such a form.
func CorrectionXML(db collections.DB, library *instrument.Library, c Caller, id string) (raw []byte, ok bool, err error) {
	if _, ok := ingest.ParseCorrection(id); !ok {
		return nil, false, nil
	}
	records, err := c.returnedRecords(db, library, id)
	if err != nil {
		return nil, true, err
	}
	if len(records) != 1 {
		return nil, true, problem.New(problem.NotFound, "correction")
	}
	in, err := Form(library, records[0].Form, records[0].version)
	if err != nil {
		return nil, true, err
	}
	raw, err = records[0].xml(in)
	return raw, true, err
}

const commentNode = "doorstep_returned"

// xml puts the record into its form.
func (r returned) xml(in *instrument.Instrument) ([]byte, error) {
	doc, err := xmltree.ParseXML(bytes.NewReader(in.XML), xmltree.Limits{})
	if err != nil {
		return nil, fmt.Errorf("form %s: %w", in.Form.ID, err)
	}
	html := firstElement(doc)
	body, title, model := descend(html, "body"), descend(html, "head", "title"), descend(html, "head", "model")
	data := firstElement(descend(model, "instance"))
	if body == nil || title == nil || data == nil {
		return nil, fmt.Errorf("form %s is not an XForm", in.Form.ID)
	}
	title.SetValue(r.title)
	data.SetAttr("id", r.FormID())
	fill(data, in.Form.Root, r.answers)
	withoutFirstLoad(html)
	r.showComment(model, body, data)
	xmltree.Clean(doc) // a comment was typed or pasted at a desk, and an answer may have been edited there
	var out bytes.Buffer
	if err := xmltree.WriteXML(&out, doc); err != nil {
		return nil, fmt.Errorf("correction of %s: %w", r.Record, err)
	}
	return out.Bytes(), nil
}

func descend(n *survey.Node, path ...string) *survey.Node {
	for _, name := range path {
		if n != nil {
			n = n.Child(name)
		}
	}
	return n
}

func firstElement(n *survey.Node) *survey.Node {
	if n == nil {
		return nil
	}
	for _, c := range n.Children {
		if c.Kind == survey.Element {
			return c
		}
	}
	return nil
}

// remarks are what the supervisor and the rules say, a line each.
func (r returned) remarks() []string {
	lines := []string{"退回意见：" + r.comment}
	for _, i := range r.issues {
		if i.Severity == survey.Error || i.Severity == survey.Warning {
			lines = append(lines, "· "+i.ZH)
		}
	}
	return lines
}

// showComment puts the remarks in front of the first question.
func (r returned) showComment(model, body, data *survey.Node) {
	path := "/" + data.Name + "/" + commentNode
	like := func(parent *survey.Node, name string) *survey.Node {
		n := survey.NewElement(name)
		n.Prefix, n.Space = parent.Prefix, parent.Space
		return n
	}
	data.Add(like(data, commentNode))
	bind := survey.NewElement("bind").SetAttr("nodeset", path).SetAttr("type", "string").SetAttr("readonly", "true()")
	bind.Space = model.Space
	model.Add(bind)
	label, input := survey.NewElement("label").SetValue(strings.Join(r.remarks(), "\n")), survey.NewElement("input").SetAttr("ref", path)
	label.Space, input.Space = model.Space, model.Space
	input.Add(label)
	input.Parent = body
	body.Children = append([]*survey.Node{input}, body.Children...)
}

// fill writes answers into the form's instance. Files stay on the server, and what an app fills in by itself it fills
// in again: both are left blank, and the server keeps what it has.
func fill(node *survey.Node, q *survey.Question, answers *survey.Node) {
	for _, c := range q.Children {
		target := node.Child(c.Name)
		if target == nil {
			continue
		}
		var said *survey.Node
		if answers != nil {
			said = answers.Child(c.Name)
		}
		switch {
		case c.Kind == survey.KindRepeat:
			fillRounds(node, c, answers)
		case c.Kind == survey.KindGroup:
			fill(target, c, said)
		case said != nil && c.Kind != survey.KindFile && !ingest.Automatic(c):
			target.SetValue(said.Value())
		case c.Kind != survey.KindNone:
			target.SetValue("")
		}
	}
}

// fillRounds leaves the template of a repeat as it is, and makes one round per round of the record.
func fillRounds(node *survey.Node, q *survey.Question, answers *survey.Node) {
	at := slices.IndexFunc(node.Children, func(n *survey.Node) bool { return n.Kind == survey.Element && n.Name == q.Name })
	pattern := node.Children[at]
	var rounds []*survey.Node
	if isTemplate(pattern) {
		rounds = append(rounds, pattern)
	}
	if answers != nil {
		for _, said := range answers.Children {
			if said.Kind == survey.Element && said.Name == q.Name {
				round := clone(pattern)
				round.Attrs = slices.DeleteFunc(round.Attrs, func(a *survey.Node) bool { return a.Name == "template" })
				fill(round, q, said)
				round.Parent = node
				rounds = append(rounds, round)
			}
		}
	}
	rest := slices.DeleteFunc(node.Children, func(n *survey.Node) bool { return n.Kind == survey.Element && n.Name == q.Name })
	node.Children = slices.Insert(rest, at, rounds...)
}

func isTemplate(n *survey.Node) bool {
	return slices.ContainsFunc(n.Attrs, func(a *survey.Node) bool { return a.Name == "template" })
}

func clone(n *survey.Node) *survey.Node {
	c := *n
	c.Attrs, c.Children = nil, nil
	for _, a := range n.Attrs {
		b := *a
		b.Parent = &c
		c.Attrs = append(c.Attrs, &b)
	}
	for _, child := range n.Children {
		c.Add(clone(child))
	}
	return &c
}

const firstLoad = "odk-instance-first-load"

// withoutFirstLoad removes the actions that fill in a new record: this one is not new.
func withoutFirstLoad(n *survey.Node) {
	kept := n.Children[:0]
	for _, c := range n.Children {
		events := strings.Fields(c.Attr("event"))
		if slices.Contains(events, firstLoad) {
			if events = slices.DeleteFunc(events, func(e string) bool { return e == firstLoad }); len(events) == 0 {
				continue
			}
			c.SetAttr("event", strings.Join(events, " "))
		}
		withoutFirstLoad(c)
		kept = append(kept, c)
	}
	n.Children = kept
}
