package instrument

import (
	"strings"

	"doorstep/internal/survey"
)

// Entity binds one row of the entities sheet to the places of its properties in an instance.
type Entity struct {
	Decl       *survey.EntityDecl
	Table      *survey.Table       // the table whose rows each carry one such entity
	Properties map[string][]string // property → path below the table's node
	Container  []string            // path below the table's node to the group that carries the declaration
	ID         [][]string          // paths of the answers that may name the entity, the first non-empty one counts
}

// entities binds the declarations of a form. A question with save_to belongs to the entity of the innermost container
// around it.
func entities(f *survey.Form, tables []*survey.Table) []Entity {
	var bound []Entity
	for _, d := range f.Entities {
		e := Entity{Decl: d, Table: tableOf(d, tables), Properties: map[string][]string{}}
		e.Container = below(e.Table, d.Container)
		for _, c := range e.Table.Columns {
			if c.Question.SaveTo != "" && owner(f, c.Question) == d {
				e.Properties[c.Question.SaveTo] = c.Path
			}
		}
		for _, name := range references(d.ID) {
			for _, c := range e.Table.Columns {
				if c.Question.Name == name {
					e.ID = append(e.ID, c.Path)
				}
			}
		}
		bound = append(bound, e)
	}
	return bound
}

// below lists the names of the groups from a table's node down to container.
func below(t *survey.Table, container *survey.Question) []string {
	var path []string
	for q := container; q != nil && q != t.Repeat && q.Name != ""; q = q.Parent {
		path = append([]string{q.Name}, path...)
	}
	return path
}

// Acts reports whether a record makes or changes this entity, by create_if and update_if. A record that does neither only
// mentions it.
func (in *Instrument) Acts(e *Entity, node, root *survey.Node) bool {
	for _, name := range e.Container {
		if node = node.Child(name); node == nil {
			return false
		}
	}
	action := in.logic.Entity(e.Decl, node, root)
	return action.Create || action.Update
}

func owner(f *survey.Form, q *survey.Question) *survey.EntityDecl {
	for at := q.Parent; ; at = at.Parent {
		for _, d := range f.Entities {
			if d.Container == at || d.Container == nil && (at == nil || at == f.Root) {
				return d
			}
		}
		if at == nil {
			return nil
		}
	}
}

func tableOf(d *survey.EntityDecl, tables []*survey.Table) *survey.Table {
	for _, t := range tables[1:] {
		if names := references(d.Repeat); len(names) > 0 && t.Repeat.Name == names[0] {
			return t
		}
		if d.Container != nil && (d.Container == t.Repeat || d.Container.Repeat() == t.Repeat) {
			return t
		}
	}
	return tables[0]
}

// references lists the ${names} of an expression in order; forms write coalesce(${known}, ${new}).
func references(expr string) []string {
	var names []string
	for {
		_, rest, ok := strings.Cut(expr, "${")
		if !ok {
			return names
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			return names
		}
		names, expr = append(names, strings.TrimSpace(name)), after
	}
}

// Value reads the answer of a property in one node of the entity's table; "" when there is none.
func (e *Entity) Value(node *survey.Node, property string) string {
	path, ok := e.Properties[property]
	if !ok {
		return ""
	}
	return at(node, path)
}

// KnownID is the id that the client gave for the entity, "" when it left that to the server.
func (e *Entity) KnownID(node *survey.Node) string {
	for _, path := range e.ID {
		if id := at(node, path); id != "" {
			return strings.TrimPrefix(strings.ToLower(id), "uuid:")
		}
	}
	return ""
}

func at(node *survey.Node, path []string) string {
	for _, name := range path {
		if node = node.Child(name); node == nil {
			return ""
		}
	}
	return strings.TrimSpace(node.Value())
}
