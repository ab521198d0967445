package ingest

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"

	"doorstep/collections"
	"doorstep/internal/identity"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

// claim is which version of an entity an app held when it changed it: the attributes of ODK's entity element. Offline
// changes of one entity make a branch, counted by base from the trunk that the app last got from the server.
type claim struct {
	made   bool // the submission carries an entity element with an id
	create bool
	base   int64  // version before this change; 0 for a creation
	trunk  int64  // noTrunk when the entity was created offline
	branch string // "" when the app was not ahead of the server
}

const noTrunk = -1

// claimOf reads the entity element of a node of the entity's table.
func claimOf(e *instrument.Entity, node *survey.Node) claim {
	for _, name := range containerPath(e) {
		if node = node.Child(name); node == nil {
			return claim{}
		}
	}
	meta := node.Child("meta")
	if meta == nil {
		return claim{}
	}
	for _, c := range meta.Children {
		if c.Kind == survey.Element && c.Name == "entity" && c.Attr("dataset") == e.Decl.List {
			return readClaim(c)
		}
	}
	return claim{}
}

func readClaim(entity *survey.Node) claim {
	yes := func(name string) bool { v := entity.Attr(name); return v == "1" || v == "true" }
	number := func(name string, none int64) int64 {
		if n, err := strconv.ParseInt(entity.Attr(name), 10, 64); err == nil && n > 0 {
			return n
		}
		return none
	}
	c := claim{made: entity.Attr("id") != "" && (yes("create") || yes("update")), base: number("baseVersion", 0),
		trunk: number("trunkVersion", noTrunk), branch: entity.Attr("branchId")}
	c.create = c.base == 0 && yes("create")
	return c
}

// containerPath leads from the node of the entity's table to the group that carries the entity element.
func containerPath(e *instrument.Entity) []string {
	var path []string
	for at := e.Decl.Container; at != nil && at != e.Table.Repeat && at.Parent != nil; at = at.Parent {
		path = append(path, at.Name)
	}
	slices.Reverse(path)
	return path
}

// property is one column of an entity, by its name in the entity list.
type property struct {
	name  string
	value string
	clear func()
}

func householdProperties(h *identity.Household) []property {
	residents := ""
	if h.Residents > 0 {
		residents = strconv.FormatInt(h.Residents, 10)
	}
	return []property{
		{"address", h.Address, func() { h.Address, h.AddressKey = "", "" }}, {"house_code", h.HouseCode, func() { h.HouseCode = "" }},
		{"head_name", h.HeadName, func() { h.HeadName = "" }},
		{"phone", h.Phone, func() { h.Phone = "" }}, {"residents", residents, func() { h.Residents = 0 }},
	}
}

func personProperties(p *identity.Person) []property {
	return []property{
		{"full_name", p.Name, func() { p.Name, p.NameKey = "", "" }}, {"sex", p.Sex, func() { p.Sex = "" }},
		{"birth_date", p.BirthDate, func() { p.BirthDate = "" }},
		{"id_type", p.IDType, func() { p.IDType = "" }}, {"id_number", p.IDNumber, func() { p.IDNumber, p.IDKey = "", "" }},
		{"phone", p.Phone, func() { p.Phone = "" }}, {"relation", p.Relation, func() { p.Relation = "" }},
	}
}

// change is one submission's say about a known entity.
type change struct {
	list, entity, area string
	rev                int64
	claim              claim
	before, said       []property
	set                map[string]bool // property → whether it differed from what was stored
	conflict           string
}

// reconcile takes out of what is said the properties that a later change of the same branch has set already, so that
// changes end the same in whatever order they arrive, and records what conflicts with changes that the app did not know.
// The last received wins; people see both values.
func (r *registering) reconcile(c *change) error {
	c.conflict, c.set = "none", map[string]bool{}
	if collections.IsDamaged(r.db, c.list, c.entity) {
		return nil // nothing is written to it
	}
	for i, p := range c.said {
		if p.value != "" {
			c.set[p.name] = p.value != c.before[i].value
		}
	}
	if !c.claim.made {
		return nil
	}
	earlier, err := versionsOf(r.db, c.list, c.entity)
	if err != nil {
		return err
	}
	base, known := c.claim.serverBase(earlier)
	others, ours := map[string]bool{}, map[int64]bool{} // properties, and revisions that took nothing from the app, since the base
	for _, v := range earlier {
		switch {
		case v.rev > base && (c.claim.sameTablet(v) || v.idle()):
			ours[v.rev] = true
		case v.rev > base:
			for name, changed := range v.set {
				others[name] = others[name] || changed
			}
		}
		if c.claim.precedes(v) {
			for i, p := range c.said {
				if _, set := v.set[p.name]; set && p.value != "" {
					p.clear()
					c.said[i].value = ""
				}
			}
		}
	}
	if c.claim.create || !known || c.rev-base <= int64(len(ours)) {
		return nil
	}
	return r.conflicting(c, others)
}

// conflicting keeps both values of every property that this submission changes: open where the other side changed the
// same one, done where it changed another.
func (r *registering) conflicting(c *change, others map[string]bool) error {
	past := r.editsOf(collections.RevisionOf(c.list, c.entity, c.rev+1), c.area)
	for i, p := range c.said {
		if p.value == "" || p.value == c.before[i].value {
			continue
		}
		status := statusDone
		if c.conflict == "none" {
			c.conflict = "soft"
		}
		if others[p.name] {
			status, c.conflict = statusOpen, "hard"
		}
		if err := past.keep(difference{p.name, "", c.before[i].value, p.value}, kindConflict, status); err != nil {
			return err
		}
	}
	return nil
}

// note remembers what this submission set, where later changes may need it: an app's change, or one of a known
// entity through any door.
func (c *change) note(e edits, rev int64) error {
	if !c.claim.made && rev == c.rev {
		return nil
	}
	id, at := collections.NewID(), collections.Stamp(e.now)
	return collections.Insert(e.db, collections.EntityVersions, collections.Row{
		{Column: "id", Value: id}, {Column: "list", Value: c.list}, {Column: "entity", Value: c.entity}, {Column: "entity_rev", Value: rev},
		{Column: "base", Value: c.claim.base}, {Column: "trunk", Value: c.claim.trunk}, {Column: "branch", Value: c.claim.branch},
		{Column: "properties", Value: collections.JSON(c.set)}, {Column: "conflict", Value: c.conflict},
		{Column: "record", Value: cmp.Or(e.source, e.of.Record)}, {Column: "worker", Value: e.by},
		{Column: "area", Value: c.area}, {Column: "created", Value: at}, {Column: "updated", Value: at},
	})
}

// version is an earlier change of an entity.
type version struct {
	rev, base, trunk int64
	branch           string
	set              map[string]bool
}

// idle reports whether a change set nothing to another value: somebody was there once more.
func (v version) idle() bool {
	for _, changed := range v.set {
		if changed {
			return false
		}
	}
	return true
}

func versionsOf(db collections.DB, list, entity string) ([]version, error) {
	return collections.All(db, `SELECT entity_rev, base, trunk, branch, properties FROM entity_versions WHERE entity=? AND list=?
		ORDER BY entity_rev, created`, []any{entity, list}, func(rows *sql.Rows, v *version) error {
		var set string
		if err := rows.Scan(&v.rev, &v.base, &v.trunk, &v.branch, &set); err != nil {
			return err
		}
		return json.Unmarshal([]byte(set), &v.set)
	})
}

// precedes reports whether the claim's change was made before v on the same tablet.
func (c claim) precedes(v version) bool {
	if c.create {
		return v.trunk == noTrunk && v.branch != "" && v.base > 0
	}
	return c.branch != "" && v.branch == c.branch && v.base > c.base
}

// sameTablet reports whether v belongs to the same run of offline changes.
func (c claim) sameTablet(v version) bool {
	return c.branch != "" && v.branch == c.branch || c.trunk == noTrunk && v.trunk == noTrunk && v.base == 0
}

// serverBase is the server's revision that the app built on; known is false when the change that the app made before
// this one has not arrived.
func (c claim) serverBase(earlier []version) (rev int64, known bool) {
	if c.branch == "" || c.base == c.trunk || c.trunk == noTrunk && c.base == 1 {
		return c.base, true
	}
	for _, v := range earlier {
		if v.branch == c.branch && v.base == c.base-1 {
			return v.rev, true
		}
	}
	return 0, false
}
