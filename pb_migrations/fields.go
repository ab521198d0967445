// Package pb_migrations is what happened to the schema before, step by step; it imports nothing of Doorstep, so that
// history does not change when the code does.
package pb_migrations

import "github.com/pocketbase/pocketbase/core"

// The constructors below only shorten the literals of the steps; changing one would change history.

const uuidLike = `^[a-z0-9-]+$`

func idField() core.Field {
	return &core.TextField{Id: "text3208210256", Name: "id", System: true, PrimaryKey: true, Required: true, Min: 4, Max: 36, Pattern: uuidLike, AutogeneratePattern: `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`, Help: "UUID 由采集端生成 · made by the client"}
}

func text(name, help string) *core.TextField { return &core.TextField{Name: name, Help: help} }

func label(name, help string) *core.TextField {
	return &core.TextField{Name: name, Help: help, Presentable: true}
}

func required(name, help string) *core.TextField {
	return &core.TextField{Name: name, Help: help, Required: true, Presentable: true}
}

func secretText(name, help string, max int) *core.TextField {
	return &core.TextField{Name: name, Help: help, Hidden: true, Max: max}
}

func longText(name, help string, max int) *core.TextField {
	return &core.TextField{Name: name, Help: help, Max: max}
}

func number(name, help string) *core.NumberField { return &core.NumberField{Name: name, Help: help} }

func whole(name, help string) *core.NumberField {
	return &core.NumberField{Name: name, Help: help, OnlyInt: true}
}

func truth(name, help string) *core.BoolField { return &core.BoolField{Name: name, Help: help} }

func moment(name, help string) *core.DateField { return &core.DateField{Name: name, Help: help} }

func point(name, help string) *core.GeoPointField {
	return &core.GeoPointField{Name: name, Help: help}
}

func list(name, help string) *core.JSONField {
	return &core.JSONField{Name: name, Help: help, MaxSize: 5 << 20}
}

func choice(name, help string, values ...string) *core.SelectField {
	return &core.SelectField{Name: name, Help: help, Values: values, MaxSelect: 1}
}

func stamps() []core.Field {
	return []core.Field{
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	}
}

// table describes one collection of a step.
type table struct {
	name    string
	list    *string // also the view rule
	create  *string // by role alone: whether the row lies where they may write is asked before, by hooks and internal/access/byhand.go
	update  *string
	fields  []core.Field
	indexes []string
}

func rule(s string) *string { return &s }

func (t table) collection() *core.Collection {
	c := core.NewBaseCollection(t.name)
	c.Fields.Add(idField())
	c.Fields.Add(t.fields...)
	c.Fields.Add(stamps()...)
	c.ListRule, c.ViewRule, c.CreateRule, c.UpdateRule = t.list, t.list, t.create, t.update
	c.Indexes = t.indexes
	return c
}
