package xpath

import "slices"

// collectLacks are the functions of XPath 1.0 that ODK Collect's engine, JavaRosa, does not have.
var collectLacks = []string{"ceiling", "floor", "id", "lang", "last", "local-name", "name", "namespace-uri", "substring"}

// CollectLacks returns what Collect cannot evaluate of an expression, as it is written there: a function with its
// brackets, "|", or a path. A form that uses it does not open on a tablet with Collect. It returns nil for an expression
// that Collect takes.
func (e *Expr) CollectLacks() []string {
	var lacks []string
	for _, name := range e.Info.Functions {
		if slices.Contains(collectLacks, name) {
			lacks = append(lacks, name+"()")
		}
	}
	if e.Info.Union {
		lacks = append(lacks, "|")
	}
	for _, p := range e.Info.Paths {
		if p.Origin == FromOther || slices.ContainsFunc(p.Steps, foreignToCollect) {
			lacks = append(lacks, e.source[p.Offset:min(p.End, len(e.source))])
		}
	}
	return lacks
}

// foreignToCollect reports whether a step is none of a child by name, an attribute by name, "." and "..".
func foreignToCollect(s Step) bool {
	switch s.Axis {
	case Child:
		return s.Name == ""
	case Attribute:
		return s.Name == "" || s.Name == "*"
	case Self, Parent:
		return s.Name != ""
	}
	return true
}
