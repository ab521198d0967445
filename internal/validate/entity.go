package validate

import (
	"strings"

	"doorstep/internal/survey"
	"doorstep/internal/xpath"
)

// EntityAction is what a record does to an entity.
type EntityAction struct {
	Create, Update bool
	ID             string // without "uuid:", lower case; "" when the client gave none
	Label          string
}

// entityLogic is an entity declaration compiled; the context of its expressions is a child of the container.
type entityLogic struct {
	id, label, create, update *condition
}

func (c *logicCompiler) entities() {
	for _, d := range c.form.Entities {
		container := d.Container
		if container == nil {
			container = c.form.Root
		}
		q := &survey.Question{Name: "entity", Parent: container}
		at := func(column string) cell { return cell{"entities", d.Row, column} }
		c.logic.entities[d] = &entityLogic{
			id: c.compile(q, d.ID, at("entity_id")), label: c.compile(q, d.Label, at("label")),
			create: c.compile(q, d.CreateIf, at("create_if")), update: c.compile(q, d.UpdateIf, at("update_if")),
		}
	}
}

// Entity evaluates a declaration of the form for node, an element of the declaration's container, in the record root. What
// the server cannot evaluate is what the client wrote into the meta element of node.
func (l *Logic) Entity(decl *survey.EntityDecl, node *survey.Node, root *survey.Node) EntityAction {
	e := l.entities[decl]
	if e == nil || node == nil || root == nil {
		return EntityAction{}
	}
	v := &entityView{said: saidEntity(node, decl.List)}
	v.x = xpath.Context{
		Node:     &survey.Node{Kind: survey.Element, Name: "entity", Parent: node},
		Document: &survey.Node{Kind: survey.Document, Children: []*survey.Node{root}},
		Zone:     survey.Zone, Instance: l.instance, Index: l.index,
	}
	return EntityAction{
		Create: (decl.ID == "" || decl.CreateIf != "") && v.truth(e.create, "create"),
		Update: decl.ID != "" && v.truth(e.update, "update"),
		ID:     strings.TrimPrefix(strings.ToLower(strings.TrimSpace(v.text(e.id, v.attr("id")))), "uuid:"),
		Label:  v.text(e.label, v.label()),
	}
}

// entityView looks at a record from the place of an entity.
type entityView struct {
	x    xpath.Context
	said *survey.Node // meta/entity as the client sent it, or nil
}

func saidEntity(node *survey.Node, list string) *survey.Node {
	meta := node.Child("meta")
	if meta == nil {
		return nil
	}
	said := meta.Child("entity")
	if said == nil || said.Attr("dataset") != "" && said.Attr("dataset") != list {
		return nil
	}
	return said
}

func (v *entityView) attr(name string) string {
	if v.said == nil {
		return ""
	}
	return v.said.Attr(name)
}

func (v *entityView) label() string {
	if v.said == nil {
		return ""
	}
	if n := v.said.Child("label"); n != nil {
		return n.Value()
	}
	return ""
}

// truth is true without a condition.
func (v *entityView) truth(c *condition, attr string) bool {
	if c == nil {
		return true
	}
	if !c.opaque {
		if holds, err := c.expr.Truth(&v.x); err == nil {
			return holds
		}
	}
	said := v.attr(attr)
	return said == "1" || said == "true"
}

func (v *entityView) text(c *condition, said string) string {
	if c == nil || c.opaque || c.expr.Info.Uses&(xpath.UsesItself|xpath.UsesClock) != 0 {
		return said
	}
	s, err := c.expr.Text(&v.x)
	if err != nil {
		return said
	}
	return s
}
