package xform

import (
	"doorstep/internal/survey"
)

// metaBlock is the meta group of a container: the entity that the container carries, and at the root also the record's
// own metadata.
type metaBlock struct {
	group     *survey.Question
	entity    *entity
	questions []*survey.Question
}

// entity is a declaration and the attributes of its element. Attributes are questions named @name, so that paths and
// references work for them as for answers.
type entity struct {
	decl  *survey.EntityDecl
	node  *survey.Question
	attrs []entityAttr
	label *survey.Question // nil without a label
}

type entityAttr struct {
	name, value string
	bind        *survey.Question // nil for a constant
	fresh       bool             // set to a new UUID
}

// metaBlocks makes the meta groups of a form by container. f.Root always has one unless the form omits all metadata.
func metaBlocks(f *survey.Form) map[*survey.Question]*metaBlock {
	blocks := map[*survey.Question]*metaBlock{}
	for _, d := range f.Entities {
		at := d.Container
		if at == nil {
			at = f.Root
		}
		m := &metaBlock{group: metaGroup(at)}
		m.entity = newEntity(d, m.group)
		blocks[at] = m
	}
	if own := metaQuestions(f); len(own) > 0 {
		m := blocks[f.Root]
		if m == nil {
			m = &metaBlock{group: metaGroup(f.Root)}
			blocks[f.Root] = m
		}
		m.questions = own
	}
	return blocks
}

func metaGroup(parent *survey.Question) *survey.Question {
	return &survey.Question{Name: "meta", Kind: survey.KindGroup, Parent: parent}
}

// metaQuestions are the questions of the root's meta group.
func metaQuestions(f *survey.Form) []*survey.Question {
	group := metaGroup(f.Root)
	var out []*survey.Question
	for _, q := range f.Meta {
		c := *q
		c.Parent = group
		out = append(out, &c)
	}
	if !yes(f.Settings["omit_instanceID"]) {
		uid := f.Settings["instance_id"]
		if uid == "" {
			uid = "uid"
		}
		out = append(out, &survey.Question{Name: "instanceID", Type: "calculate", Kind: survey.KindText, ReadOnly: "true()",
			Parent: group, Bind: []survey.Pair{{Name: "jr:preload", Value: uid}}})
	}
	if name := f.Settings["instance_name"]; name != "" {
		out = append(out, &survey.Question{Name: "instanceName", Type: "calculate", Kind: survey.KindText, Parent: group,
			Calculation: name})
	}
	return out
}

// newEntity spells a declaration out as the ODK entities specification wants it: an id to look up means update, else the
// record creates an entity with a new id; with an id and a condition for creation both are there.
func newEntity(d *survey.EntityDecl, meta *survey.Question) *entity {
	e := &entity{decl: d, node: &survey.Question{Name: "entity", Parent: meta}}
	e.attr("dataset", d.List, "")
	if d.ID == "" || d.CreateIf != "" {
		e.attr("create", "1", d.CreateIf)
	}
	if d.ID != "" {
		e.attr("update", "1", d.UpdateIf)
		item := "instance('" + d.List + "')/root/item[name=" + d.ID + "]/"
		e.attr("baseVersion", "", item+"__version")
		e.attr("trunkVersion", "", item+"__trunkVersion")
		e.attr("branchId", "", item+"__branchId")
	}
	e.attr("id", "", d.ID)
	id := &e.attrs[len(e.attrs)-1]
	id.bind, id.fresh = e.bind("@id", d.ID), d.ID == ""
	if d.Label != "" {
		e.label = e.bind("label", d.Label)
	}
	return e
}

func (e *entity) attr(name, value, calculation string) {
	a := entityAttr{name: name, value: value}
	if calculation != "" {
		a.bind = e.bind("@"+name, calculation)
	}
	e.attrs = append(e.attrs, a)
}

func (e *entity) bind(name, calculation string) *survey.Question {
	return &survey.Question{Name: name, Type: "calculate", ReadOnly: "true()", Calculation: calculation, Parent: e.node}
}

// entitiesVersion is the version of the entities specification that the form needs: the first knows one entity outside
// of repeats only.
func (b *formWriter) entitiesVersion() string {
	for _, d := range b.f.Entities {
		if at := d.Container; len(b.f.Entities) > 1 || at != nil && (at.Kind == survey.KindRepeat || at.Repeat() != nil) {
			return "2025.1.0"
		}
	}
	return "2024.1.0"
}
