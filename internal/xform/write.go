package xform

import (
	"fmt"
	"io"

	"doorstep/internal/survey"
)

// Namespaces of every XForm, in the order of their declaration. "" is the default namespace.
var formSpaces = []survey.Pair{
	{Name: "", Value: "http://www.w3.org/2002/xforms"},
	{Name: "h", Value: "http://www.w3.org/1999/xhtml"},
	{Name: "ev", Value: "http://www.w3.org/2001/xml-events"},
	{Name: "xsd", Value: "http://www.w3.org/2001/XMLSchema"},
	{Name: "jr", Value: "http://openrosa.org/javarosa"},
	{Name: "orx", Value: "http://openrosa.org/xforms"},
	{Name: "odk", Value: "http://www.opendatakit.org/xforms"},
}

var entitiesSpace = survey.Pair{Name: "entities", Value: "http://www.opendatakit.org/xforms/entities"}

// Write writes f as XForm XML for ODK clients. The same form gives the same bytes, whose MD5 the form list announces.
// It fails when a ${name} does not name exactly one question, with survey.Problems for names that XML cannot hold, and
// with the errors of w.
func Write(w io.Writer, f *survey.Form) error {
	b := newFormWriter(f)
	html := b.html()
	if b.err != nil {
		return fmt.Errorf("write form %s: %w", f.ID, b.err)
	}
	return printForm(w, html, b.spaces())
}

// formWriter builds the elements of one form. Like bufio.Writer it keeps the first error.
type formWriter struct {
	f        *survey.Form
	names    *Names
	texts    *itext
	triggers map[string][]*survey.Question // questions that run when the named one changes
	searched map[string]bool               // lists whose choices stand in the question, for search()
	inItext  map[string]bool               // lists whose labels are in itext
	meta     map[*survey.Question]*metaBlock
	err      error
}

func newFormWriter(f *survey.Form) *formWriter {
	b := &formWriter{f: f, names: NewNames(f), searched: map[string]bool{}, inItext: map[string]bool{}}
	b.meta = metaBlocks(f)
	b.triggers = triggersOf(f)
	f.Walk(func(q *survey.Question) bool {
		if usesSearch(q) {
			b.searched[q.List] = true
		}
		return true
	})
	for name, list := range f.Lists {
		b.inItext[name] = needsItext(list)
	}
	return b
}

// xpath turns an expression into XPath, with q as its context.
func (b *formWriter) xpath(q *survey.Question, expr string) string {
	out, err := b.names.replace(q, expr, scope{})
	if err != nil && q != nil {
		err = fmt.Errorf("%s: %w", b.f.Path(q), err)
	}
	return b.note(out, err)
}

// note keeps the first error.
func (b *formWriter) note(s string, err error) string {
	if err != nil && b.err == nil {
		b.err = err
	}
	return s
}

// spaces lists the declared namespaces.
func (b *formWriter) spaces() []survey.Pair {
	out := append([]survey.Pair(nil), formSpaces...)
	known := map[string]bool{}
	for _, s := range out {
		known[s.Name] = true
	}
	more := b.f.Namespaces
	if len(b.f.Entities) > 0 {
		more = append(append([]survey.Pair(nil), more...), entitiesSpace)
	}
	for _, s := range more {
		if !known[s.Name] {
			known[s.Name] = true
			out = append(out, s)
		}
	}
	return out
}

func (b *formWriter) html() *elem {
	root := el("h:html")
	for _, s := range b.spaces() {
		if s.Name == "" {
			root.set("xmlns", s.Value)
		} else {
			root.set("xmlns:"+s.Name, s.Value)
		}
	}
	b.texts = b.collectTexts()
	body := el("h:body", b.controls(b.f.Root)...).setText("class", b.f.Settings["style"])
	return root.add(el("h:head", el("h:title", text(b.f.Title)), b.model()), body)
}

func (b *formWriter) model() *elem {
	m := el("model").set("odk:xforms-version", "1.0.0")
	if len(b.f.Entities) > 0 {
		m.set("entities:entities-version", b.entitiesVersion())
	}
	m.add(b.submission(), b.itext(), el("instance", b.instance()))
	m.add(b.secondaryInstances()...)
	return m.add(b.binds(b.f.Root)...)
}

// submission tells the client where and how to send records; nil when the form leaves that to the client.
func (b *formWriter) submission() *elem {
	set := b.f.Settings
	s := el("submission")
	if set["submission_url"] != "" {
		s.set("action", set["submission_url"]).set("method", "post")
	}
	s.setText("base64RsaPublicKey", set["public_key"])
	s.setText("orx:auto-send", set["auto_send"])
	s.setText("orx:auto-delete", set["auto_delete"])
	if yes(set["client_editable"]) {
		s.set("odk:client-editable", "true")
	}
	if len(s.attrs) == 0 {
		return nil
	}
	return s
}

func yes(word string) bool {
	switch word {
	case "yes", "Yes", "YES", "true", "True", "TRUE", "true()":
		return true
	}
	return false
}
