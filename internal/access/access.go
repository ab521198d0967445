// Package access answers who may see or do what, and where: role × action × territory, from one table.
package access

import (
	"slices"
	"strings"
	"time"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/audit"
)

// Role is what a worker is signed in for.
type Role string

const (
	Field      Role = "field"
	Supervisor Role = "supervisor"
	Analyst    Role = "analyst"
	Manager    Role = "manager"
	Operator   Role = "operator" // a PocketBase superuser: runs the machine, may everything
)

// Action is something that a route or a stage lets an actor do.
type Action string

const (
	Sync             Action = "sync"              // register a tablet, push, pull
	HandIn           Action = "sync.sealed"       // by a tablet that was shut out: it has no actor any more, and shows its seal
	ReviewRecord     Action = "review"            // approve, return, reject, reopen; read history
	ReadQuarantine   Action = "quarantine.read"   // list what is kept but is not a record
	DecideQuarantine Action = "quarantine.decide" // release or discard
	DecideDuplicate  Action = "duplicate.decide"
	ReadCoverage     Action = "coverage.read"
	Export           Action = "export"            // de-identified
	ExportIdentified Action = "export.identified" // with names, numbers, exact places
	PublishForm      Action = "form.publish"
	ConvertForm      Action = "form.convert" // look at a workbook, keep nothing
	ReadForm         Action = "form.read"
	ImportAreas      Action = "areas.import"
	ManageDevice     Action = "device.manage" // revoke a tablet
	ReadAttachment   Action = "attachment.read"
	ReadAudit        Action = "audit.read"
	SearchPerson     Action = "person.search"       // whether one exactly named person is recorded, and where
	BreakGlass       Action = "break_glass"         // one record anywhere, for some hours, with a reason
	ApproveExport    Action = "export.approve"      // another manager's identified export
	EnrolFactor      Action = "second_factor.enrol" // one's own
	ManageWorker     Action = "worker.manage"       // shut out; reset a second factor
	ManageToken      Action = "token.manage"        // let a worker's ODK app in, and shut it out
	Erase            Action = "erase"               // forget a person; let go what is due
	Backup           Action = "backup"              // make, list, fetch copies of everything; an operator's alone
	Reveal           Action = "reveal"              // show what is masked, with a reason
	Visit            Action = "visit"               // what a record says of a person or household becomes known, or is proposed
	EditRecord       Action = "record.edit"         // one survey record, by hand
	EditRegister     Action = "register.edit"       // persons and households, by hand
	EditArea         Action = "area.edit"           // names, borders, expected households
	EditCampaign     Action = "campaign.edit"
	AssignWork       Action = "task.edit"
	SetRetention     Action = "retention.edit"
	WhoAmI           Action = "me"              // one's own name, territory and rights
	EndSessions      Action = "sessions.end"    // one's own, everywhere
	ChangePassword   Action = "password.change" // one's own
	ReadWorker       Action = "worker.read"     // who works here, and when their tablets were last heard of
	MatchList        Action = "list.match"      // compare a list from elsewhere with the register
	EditServices     Action = "services.edit"   // the table of basic services, and who is entitled to them
	EditBaseMap      Action = "base_map.edit"   // which tile server gives the squares below maps
	ReadJob          Action = "job.read"        // how far long work is, and stop it
)

// Where limits an action to records.
type Where uint8

const (
	Nowhere Where = iota
	Own           // records that the actor collected
	Here          // records in the actor's territory
	Around        // in the city or cities that the territory lies in: finding, never listing
	Anywhere
	Whole // everything at once: whoever's territory holds every area that there is
)

// Table is the whole policy. What it does not list nobody but an operator may do.
var Table = map[Action]map[Role]Where{
	Sync:             {Field: Own},
	ReviewRecord:     {Supervisor: Here, Manager: Here},
	ReadQuarantine:   {Supervisor: Here, Manager: Here},
	DecideQuarantine: {Supervisor: Here, Manager: Here},
	DecideDuplicate:  {Supervisor: Here, Manager: Here},
	ReadAttachment:   {Supervisor: Here, Manager: Here},
	Reveal:           {Supervisor: Here, Manager: Here},
	ReadCoverage:     {Supervisor: Here, Manager: Here, Analyst: Here},
	Export:           {Supervisor: Here, Manager: Here, Analyst: Here},
	ExportIdentified: {Manager: Here},
	PublishForm:      {Manager: Whole},
	ConvertForm:      {Manager: Anywhere},
	ReadForm:         {Field: Anywhere, Supervisor: Anywhere, Analyst: Anywhere, Manager: Anywhere},
	ImportAreas:      {Manager: Whole},
	ManageDevice:     {Manager: Here},
	ManageToken:      {Manager: Here},
	Erase:            {Manager: Here},
	ReadAudit:        {Manager: Here},
	SearchPerson:     {Field: Around, Supervisor: Around, Manager: Around},
	BreakGlass:       {Supervisor: Anywhere, Manager: Anywhere},
	ApproveExport:    {Manager: Here},
	EnrolFactor:      {Supervisor: Own, Manager: Own, Analyst: Own},
	ManageWorker:     {Manager: Here},
	Visit:            {Field: Here, Supervisor: Here, Manager: Here},
	EditRecord:       {Field: Own, Supervisor: Here, Manager: Here},
	EditRegister:     {Manager: Here},
	EditArea:         {Manager: Here},
	EditCampaign:     {Manager: Here},
	AssignWork:       {Supervisor: Here, Manager: Here},
	SetRetention:     {Manager: Whole},
	WhoAmI:           {Field: Own, Supervisor: Own, Analyst: Own, Manager: Own},
	EndSessions:      {Supervisor: Own, Manager: Own, Analyst: Own},
	ChangePassword:   {Field: Own, Supervisor: Own, Analyst: Own, Manager: Own},
	ReadWorker:       {Supervisor: Here, Manager: Here},
	MatchList:        {Supervisor: Here, Manager: Here},
	EditServices:     {Manager: Whole},
	EditBaseMap:      {Manager: Whole},
	ReadJob:          {Supervisor: Own, Analyst: Own, Manager: Here},
}

// Actor is who asks.
type Actor struct {
	ID        string
	Role      Role
	Territory []string // area code prefixes
	Device    string   // tablet that the request comes from, where it names one
}

// Shell returns the actor of commands, an operator: who types them holds the data folder.
func Shell() Actor { return Actor{ID: audit.Operator, Role: Operator} }

// Act is what somebody does at one moment: what it writes says who did it and when.
type Act struct {
	Actor
	Now time.Time
}

// Did begins an audit entry of what the actor did.
func (a Actor) Did(action string) audit.Entry {
	return audit.Entry{Actor: a.ID, Role: string(a.Role), Device: a.Device, Area: Common(a.Territory), Action: action}
}

// DidTo begins an audit entry of what the actor did to one record; subjects are the persons, households and records that
// it concerns beside it.
func (a Actor) DidTo(action, collection, record, area string, subjects ...string) audit.Entry {
	e := a.Did(action)
	e.Collection, e.Record, e.Area, e.Subjects = collection, record, area, subjects
	return e
}

// Where tells how far the actor's right to an action reaches.
func (a Actor) Where(do Action) Where {
	if a.Role == Operator {
		return Anywhere
	}
	return Table[do][a.Role]
}

// Allowed reports whether the actor may do something at all. What concerns everybody at once needs a territory that
// holds every area: a district's manager does not decide for the next.
func (a Actor) Allowed(db collections.DB, do Action) (bool, error) {
	switch a.Where(do) {
	case Nowhere:
		return false, nil
	case Whole:
		return a.holdsAll(db)
	default:
		return true, nil
	}
}

// holdsAll looks for an area beside the territory; one that a part of the territory lies in does not count.
func (a Actor) holdsAll(db collections.DB) (bool, error) {
	if len(a.Territory) == 0 {
		return false, nil
	}
	above := make([]any, len(a.Territory))
	for i, code := range a.Territory {
		above[i] = code
	}
	query := `SELECT 1 FROM areas WHERE code>=? AND code<?` + strings.Repeat(` AND substr(?,1,length(code))!=code`, len(above)) + ` LIMIT 1`
	lo := ""
	for _, r := range append(territory.Of(a.Territory), territory.Range{Lo: "\U0010FFFF"}) {
		var one int
		if beside, err := collections.One(db, query, append([]any{lo, r.Lo}, above...), &one); beside || err != nil {
			return false, err
		}
		lo = r.Hi
	}
	return true, nil
}

// May reports whether the actor may do something to a record of that area which that worker collected.
func (a Actor) May(do Action, area, worker string) bool {
	switch a.Where(do) {
	case Anywhere:
		return true
	case Here, Whole:
		return a.Covers(area)
	case Around:
		return Actor{Territory: cities(a.Territory)}.Covers(area)
	case Own:
		return worker != "" && worker == a.ID
	default:
		return false
	}
}

// ranks order the roles by what they may do; analysts and supervisors do not stand above each other.
var ranks = map[Role]int{Field: 1, Analyst: 2, Supervisor: 2, Manager: 3, Operator: 4}

// Employs reports whether the actor may give somebody that role, or change somebody who has it: nobody makes an account
// that may more than their own.
func (a Actor) Employs(role Role) bool { return ranks[a.Role] >= ranks[role] }

// MayMove reports whether the actor may take a row of that worker from one area to another: both must be in reach.
func (a Actor) MayMove(do Action, from, to, worker string) bool {
	return a.May(do, from, worker) && (from == to || a.May(do, to, worker))
}

// cities widens a territory to the cities (GB/T 2260, four digits) that it lies in.
func cities(territory []string) []string {
	wide := make([]string, len(territory))
	for i, code := range territory {
		wide[i] = code[:min(len(code), 4)]
	}
	return wide
}

// Ranges are the areas of the actor's territory, or those of it that lie in one area. An operator's are all.
func (a Actor) Ranges(area string) []territory.Range {
	all := territory.Everywhere
	if a.Role != Operator {
		all = territory.Of(a.Territory)
	}
	if area == "" {
		return all
	}
	return territory.Both(all, territory.Of([]string{area}))
}

// Covers reports whether an area code lies in the actor's territory.
func (a Actor) Covers(area string) bool {
	return area != "" && slices.ContainsFunc(a.Territory, func(prefix string) bool {
		return prefix != "" && strings.HasPrefix(area, prefix)
	})
}

// Common is the finest area that holds a whole territory: its only code, or the longest common prefix cut back to
// an area's; "" for none.
func Common(codes []string) string {
	if len(codes) == 0 {
		return ""
	}
	common := codes[0]
	for _, t := range codes[1:] {
		for !strings.HasPrefix(t, common) {
			common = common[:len(common)-1]
		}
	}
	if slices.Contains(codes, common) {
		return common
	}
	return territory.Cut(common)
}
