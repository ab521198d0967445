package xform

import (
	"encoding/json"
	"fmt"
	"strings"

	"doorstep/internal/survey"
)

// ToJSON writes an instance tree of f in the shape that FromJSON reads. Empty answers are left out; a repeat without
// instances too. Elements that f does not know are not written. It fails only when root is nil.
func ToJSON(f *survey.Form, root *survey.Node) ([]byte, error) {
	if root == nil {
		return nil, fmt.Errorf("write answers of %s: %w", f.ID, errNoRoot)
	}
	w := &answerWriter{out: make([]byte, 0, 4096)}
	w.container(root, f.Root)
	return w.out, nil
}

type answerWriter struct{ out []byte }

func (w *answerWriter) container(n *survey.Node, q *survey.Question) {
	w.out = append(w.out, '{')
	hint := 0
	for _, c := range q.Children {
		if !stored(c) {
			continue
		}
		i := childNamed(n, c.Name, hint)
		if i < 0 {
			continue
		}
		hint = i + 1
		w.question(n, n.Children[i], c)
	}
	if meta := n.Child("meta"); meta != nil {
		w.key("meta")
		w.metadata(meta)
	}
	w.out = append(w.out, '}')
}

// childNamed returns the index of the first element of that name, looking from hint on first; -1 if there is none.
func childNamed(n *survey.Node, name string, hint int) int {
	for i := hint; i < len(n.Children); i++ {
		if c := n.Children[i]; c.Name == name && c.Kind == survey.Element {
			return i
		}
	}
	for i := range min(hint, len(n.Children)) {
		if c := n.Children[i]; c.Name == name && c.Kind == survey.Element {
			return i
		}
	}
	return -1
}

func (w *answerWriter) question(parent, n *survey.Node, q *survey.Question) {
	switch q.Kind {
	case survey.KindRepeat:
		w.key(q.Name)
		w.out = append(w.out, '[')
		for _, c := range parent.Children {
			if c.Kind == survey.Element && c.Name == q.Name {
				w.comma()
				w.container(c, q)
			}
		}
		w.out = append(w.out, ']')
	case survey.KindGroup:
		mark := len(w.out)
		w.key(q.Name)
		start := len(w.out)
		if w.container(n, q); len(w.out) == start+len("{}") {
			w.out = w.out[:mark]
		}
	default:
		if v := n.Value(); v != "" {
			w.key(q.Name)
			w.value(q.Kind, v)
		}
	}
}

func (w *answerWriter) value(kind survey.Kind, v string) {
	switch kind {
	case survey.KindInteger, survey.KindDecimal:
		if plainNumber(v) {
			w.out = append(w.out, v...)
			return
		}
	case survey.KindBoolean:
		if v == "true" || v == "false" {
			w.out = append(w.out, v...)
			return
		}
	case survey.KindSelectMultiple, survey.KindRank:
		if names := strings.Fields(v); strings.Join(names, " ") == v {
			w.names(names)
			return
		}
	case survey.KindGeopoint:
		if parts := strings.Split(v, " "); w.geopoint(parts) {
			return
		}
	}
	w.text(v)
}

func (w *answerWriter) names(names []string) {
	w.out = append(w.out, '[')
	for _, name := range names {
		w.comma()
		w.text(name)
	}
	w.out = append(w.out, ']')
}

// geopoint writes nothing and returns false unless the parts are two to four plain numbers.
func (w *answerWriter) geopoint(parts []string) bool {
	if len(parts) < 2 || len(parts) > len(geopointKeys) {
		return false
	}
	for _, p := range parts {
		if !plainNumber(p) {
			return false
		}
	}
	w.out = append(w.out, '{')
	for i, p := range parts {
		w.key(geopointKeys[i])
		w.out = append(w.out, p...)
	}
	w.out = append(w.out, '}')
	return true
}

// metadata writes an element as FromJSON reads it below meta; elements of one name become an array.
func (w *answerWriter) metadata(n *survey.Node) {
	w.out = append(w.out, '{')
	for _, a := range n.Attrs {
		if a.Name == "xmlns" || a.Prefix == "xmlns" {
			continue
		}
		w.key("@" + a.Name)
		w.text(a.Data)
	}
	for i, c := range n.Children {
		if c.Kind != survey.Element || n.Child(c.Name) != c {
			continue
		}
		w.key(c.Name)
		same := sameNamed(n.Children[i:], c.Name)
		if len(same) == 1 {
			w.metadataItem(c)
			continue
		}
		w.out = append(w.out, '[')
		for _, s := range same {
			w.comma()
			w.metadataItem(s)
		}
		w.out = append(w.out, ']')
	}
	w.out = append(w.out, '}')
}

func (w *answerWriter) metadataItem(n *survey.Node) {
	if len(n.Attrs) == 0 && !hasElements(n) {
		w.text(n.Value())
		return
	}
	w.metadata(n)
}

func sameNamed(nodes []*survey.Node, name string) []*survey.Node {
	var same []*survey.Node
	for _, n := range nodes {
		if n.Kind == survey.Element && n.Name == name {
			same = append(same, n)
		}
	}
	return same
}

// comma separates members: nothing is needed after an opening bracket or a colon.
func (w *answerWriter) comma() {
	if n := len(w.out); n > 0 && !strings.ContainsRune("{[:", rune(w.out[n-1])) {
		w.out = append(w.out, ',')
	}
}

func (w *answerWriter) key(name string) {
	w.comma()
	w.text(name)
	w.out = append(w.out, ':')
}

// text appends a JSON string; the common case needs no escapes and no allocation.
func (w *answerWriter) text(s string) {
	for i := range len(s) {
		if b := s[i]; b < ' ' || b == '"' || b == '\\' || b >= 0x80 {
			w.quoted(s)
			return
		}
	}
	w.out = append(w.out, '"')
	w.out = append(w.out, s...)
	w.out = append(w.out, '"')
}

func (w *answerWriter) quoted(s string) {
	b, _ := json.Marshal(s) // a text always can
	w.out = append(w.out, b...)
}
