package ingest

import (
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/grid"
	"doorstep/internal/identity"
	"doorstep/internal/instrument"
	"doorstep/internal/needs"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// storeRecord stores a visit: new, corrected, or merged with what happened since its base.
func (s *storing) storeRecord() (Receipt, error) {
	if s.d.form.Status == instrument.Draft {
		return s.storeTrial()
	}
	before, theirs, exists, err := s.d.stored(s.db, s.intake)
	if err != nil {
		return Receipt{}, err
	}
	if code, err := s.refuse(before, exists); err != nil || code != "" {
		if err != nil {
			return Receipt{}, err
		}
		if code != problem.ForeignRecord {
			return s.quarantine(code)
		}
		return s.quarantineIn(code, before.Area)
	}
	if s.before, s.exists = before, exists; exists {
		if err := (revising{s}).correct(theirs); err != nil {
			return Receipt{}, err
		}
		if err := s.keepGiven(); err != nil {
			return Receipt{}, err
		}
	}
	if err := s.stages(s.write); err != nil {
		return Receipt{}, err
	}
	return s.receipt()
}

// stages is the life of a whole visit, in order, whichever door it came through (AcceptRow runs four of them for one row).
// write stores the record and its rows: a door that edits a record in place has a way of its own.
func (s *storing) stages(write func() error) error {
	r, c := &registering{storing: s}, consequences{s}
	for _, stage := range []func() error{
		r.locate, s.stays, s.campaign, // where it belongs
		r.withdrawProposals, r.household, r.persons, // whom it is about
		s.state, write, s.needs, r.left, r.unmet, s.checked, s.files, // the record, and what became of what it said before
		r.duplicates, c.announce, c.report, c.followUp, c.revisit, c.finished, // who has to know
		s.remember,
	} {
		if err := stage(); err != nil {
			return err
		}
	}
	return nil
}

// storeTrial answers a submission to a draft form as if it counted, and keeps it apart from the data.
func (s *storing) storeTrial() (Receipt, error) {
	d := s.d
	r := Receipt{Seq: d.op.Seq, ID: d.op.ID, Status: Stored, Issues: d.issues}
	if d.code != "" {
		r = quarantineReceipt(d.op, d.code)
	}
	r.ReviewState = instrument.Draft
	_, err := s.keep(r, kept{outcome: "draft", area: access.Common(s.sender.Actor.Territory)})
	return r, err
}

// refuse finds why a submission cannot touch the record that has its id.
func (s *storing) refuse(before *collections.Record, exists bool) (problem.Code, error) {
	db, sender, d := s.db, s.sender, s.d
	if !exists {
		other, err := d.otherCollection(db)
		if err == nil && other != "" && other != d.form.Layout.Main().Name {
			return problem.OtherForm, nil
		}
		if err == nil && (d.op.BaseRev > 0 || other != "") {
			return problem.UnknownBase, nil // also of a record that was deleted: a late correction does not bring it back
		}
		return "", err
	}
	switch {
	case sender.Actor.Role == access.Field && before.Worker != sender.Actor.ID:
		return problem.ForeignRecord, nil
	case sender.Actor.Role != access.Field && sender.Actor.Role != access.Operator && !sender.Actor.Covers(before.Area):
		return problem.OutOfScope, nil
	case before.Form != d.form.Form.ID:
		return problem.OtherForm, nil
	case d.op.BaseRev > before.Rev:
		return problem.UnknownBase, nil
	case d.op.BaseRev < before.Rev:
		return erased(db, d)
	}
	return "", nil
}

// erased refuses what was written before the record was erased: it would bring back what had to go.
func erased(db collections.DB, d *prepared) (problem.Code, error) {
	var rev int64
	found, err := collections.One(db, `SELECT rev FROM erasures WHERE subject=? AND rev>? LIMIT 1`, []any{d.op.ID, d.op.BaseRev}, &rev)
	if err != nil || !found {
		return "", err
	}
	return problem.Erased, nil
}

// otherCollection is where a record with the draft's id is that its form's table does not hold; "" for nowhere.
func (d *prepared) otherCollection(db collections.DB) (other string, err error) {
	if d.fresh {
		return "", nil
	}
	_, err = collections.One(db, `SELECT collection FROM submissions WHERE record=? AND collection!='' LIMIT 1`, []any{d.op.ID}, &other)
	return other, err
}

// campaign finds the open campaign of the form when the client named none.
func (s *storing) campaign() error {
	rec := &s.d.rec
	if s.exists {
		rec.Campaign = s.before.Campaign
		return nil
	}
	if rec.Campaign != "" {
		return nil
	}
	var err error
	rec.Campaign, err = s.ahead.campaignOf(s.db, rec.Form, rec.Area)
	return err
}

// locate assigns the area, by all that tells where the visit was. Where a reviewer said so it stays.
func (r *registering) locate() (err error) {
	d := r.d
	if d.house != nil {
		if r.house, r.known, r.away, err = identity.MeetHousehold(r.db, d.house.said, d.house.claimed, r.reach()); err != nil {
			return err
		}
		if r.known && r.holds(r.house) && r.house.Tells(d.op.ID) {
			d.point.HouseholdArea = r.house.Area
		}
	}
	if d.point.HouseArea, err = grid.HouseArea(r.db, d.point.HouseCode); err != nil {
		return err
	}
	if r.exists && r.before.AreaMethod == string(grid.ByHand) {
		d.rec.Area, d.rec.AreaMethod, d.rec.AreaConfidence = r.before.Area, r.before.AreaMethod, r.before.AreaConfidence
		return nil
	}
	a, err := r.assign(d.point)
	if err != nil {
		return err
	}
	d.rec.Area, d.rec.AreaMethod, d.rec.AreaConfidence = a.Area, string(a.Method), a.Confidence
	if a.Area == "" {
		d.rec.Area = access.Common(d.point.WorkerTerritory) // where the queue of unplaced records is looked after
		d.issues = append(d.issues, grid.Issue(grid.Unplaced, strings.Join(d.form.Location, "/")))
	}
	for _, code := range a.Warnings {
		d.issues = append(d.issues, grid.Issue(code, strings.Join(d.form.Location, "/")))
	}
	return grid.Keep(r.db, d.op.ID, a, !r.exists)
}

// assign finds the area of a place by the areas as the transaction sees them.
func (s *storing) assign(in grid.Input) (grid.Assignment, error) {
	if s.ahead.areas == nil {
		var err error
		if s.ahead.areas, err = s.intake.Areas(s.db); err != nil {
			return grid.Assignment{}, err
		}
	}
	return grid.Assign(s.ahead.areas, in), nil
}

func (r *registering) household() error {
	d := r.d
	if d.house == nil {
		return nil
	}
	said := d.house.said
	said.Area, said.AreaMethod, said.AreaConfidence = d.rec.Area, d.rec.AreaMethod, d.rec.AreaConfidence
	claimed := d.house.claimed
	if claimed == "" && r.exists {
		claimed = r.before.Household
	}
	h, known := r.house, r.known
	if !known || claimed != d.house.claimed { // an address is looked for in an area only
		away := r.away
		var err error
		if h, known, r.away, err = identity.MeetHousehold(r.db, said, claimed, r.reach()); err != nil {
			return err
		}
		if away != nil && away.Rule == identity.NamedByID {
			r.away = away
		}
	}
	if r.away != nil && r.exists && r.away.ID == r.before.Household { // it has been this record's, and lies elsewhere now
		d.rec.Household, r.registered.household = r.away.ID, r.away.ID
		return nil
	}
	if r.away != nil && r.away.ID == claimed {
		claimed = ""
	}
	if r.known = known; known && !r.holds(h) { // merged by both sides into one that lies elsewhere
		d.rec.Household, r.registered.household = h.ID, claimed
		return nil
	}
	if !known {
		if said.Address == "" && said.HouseCode == "" && claimed == "" && r.away == nil {
			return nil // nothing that says which household it was
		}
		if said.ID = claimed; said.ID == "" {
			said.ID = freshID(d.op.ID, collections.Households, "", "")
		}
		var err error
		if h, known, err = r.madeBefore(&said); err != nil {
			return err
		}
	}
	return r.tellHousehold(h, said, claimed, known)
}

// tellHousehold makes the household or brings what is said into the known one.
func (r *registering) tellHousehold(h, said identity.Household, claimed string, known bool) (err error) {
	before := h
	c := &change{list: collections.Households, entity: h.ID, area: said.Area, rev: h.Rev, claim: r.d.house.version,
		before: householdProperties(&before), said: householdProperties(&said)}
	if !known {
		c.entity = said.ID
	}
	if err := r.reconcile(c); err != nil {
		return err
	}
	if said.Attempts, err = identity.Attempts(r.db, r.intake.Instruments.Tables(), h.ID, r.visit()); err != nil {
		return err
	}
	var proposed []identity.Difference
	if known {
		h, _, proposed, err = identity.TellHousehold(r.db, h, said, r.made(h.ID, h.Area, h.Source), r.now)
	} else {
		h, err = identity.SaveHousehold(r.db, h, said, false, r.now)
	}
	if err != nil {
		return err
	}
	if known && before.Rev != h.Rev {
		if _, err := r.editsOf(collections.RevisionOf(collections.Households, h.ID, before.Rev+1), before.Area).household(before, h); err != nil {
			return err
		}
	}
	r.d.rec.Household, r.registered.household = h.ID, h.ID
	past := r.editsOf(collections.RevisionOf(collections.Households, h.ID, h.Rev), before.Area)
	if err := r.keepDifferences(past, nil, proposed, r.d.house.at); err != nil {
		return err
	}
	if r.away != nil {
		if err := r.elsewhere(r.away.Pair(h), r.d.house.at("address")); err != nil {
			return err
		}
	}
	return r.noted(c, claimed, h.ID, h.Rev)
}

func (r *registering) persons() error {
	d := r.d
	for i := range d.people {
		p := &d.people[i]
		p.said.Household, p.said.Area = d.rec.Household, d.rec.Area
		found, err := r.person(p)
		if err != nil {
			return err
		}
		r.found = append(r.found, found)
		if p.node == d.inst.Root {
			d.rec.Person = found.ID
		} else {
			d.rec.Rows[p.node] = collections.RowLink{ID: d.rec.Rows[p.node].ID, Person: found.ID, Household: d.rec.Household}
		}
	}
	return nil
}

func (r *registering) person(p *preparedPerson) (found identity.Found, err error) {
	if p.claimed == "" && r.exists {
		p.claimed = r.earlierPerson(p)
	}
	known, away, err := identity.NamePerson(r.db, p.claimed, r.reach())
	if err != nil {
		return found, err
	}
	if away != nil && !away.Erased && r.linked(away.ID) {
		r.registered.persons = append(r.registered.persons, away.ID)
		return identity.Found{ID: away.ID, Rev: away.Rev, Against: *away}, nil
	}
	if r.interviews(known.ID) {
		p.said.LastRecord = r.d.op.ID
	}
	claimed := p.claimed
	if away != nil { // never changed from here; an erased one does not come back either
		p.claimed = ""
	}
	c, err := r.personChange(p, known)
	if err != nil {
		return found, err
	}
	fresh := p.claimed
	if fresh == "" {
		fresh = freshID(r.d.op.ID, collections.Persons, p.row, p.said.NameKey)
	}
	if found, err = r.register().ResolvePerson(p.said, known, fresh); err != nil {
		return found, err
	}
	if away != nil && !away.Erased {
		pair := identity.NamedElsewhere(*away, p.said, found.ID)
		found.Elsewhere = &pair
	}
	if err := r.tellElsewhere(p, &found); err != nil {
		return found, err
	}
	if err := r.suggest(p, found); err != nil {
		return found, err
	}
	r.registered.person(found, claimed, r.reach())
	past := r.editsOf(collections.RevisionOf(collections.Persons, found.ID, found.Rev), found.Against.Area)
	if err := r.keepDifferences(past, found.Changed, found.Proposed, p.at); err != nil {
		return found, err
	}
	return found, r.notedPerson(c, p, found)
}

// earlierPerson is whom this person was in the revision before: a row keeps its person unless name and birth date are
// both others.
func (r *registering) earlierPerson(p *preparedPerson) string {
	if p.node == r.d.inst.Root {
		return r.before.Person
	}
	return r.d.were[p.node]
}

// state sets revision and review state; a campaign may let all records pass, or those without errors.
func (s *storing) state() error {
	rec := &s.d.rec
	rec.Worker, rec.Device, rec.Issues, rec.Rev = s.sender.Actor.ID, s.sender.Device, s.d.issues, 1
	if s.exists {
		rec.Worker, rec.Rev, rec.ReviewState = s.before.Worker, s.before.Rev+1, collections.Edited
		rec.ReceivedAt = s.before.ReceivedAt
		return nil
	}
	rec.ReviewState = collections.Received
	if serious(rec.Issues) {
		rec.ReviewState = collections.HasIssues
	}
	policy, err := s.ahead.policy(s.db, rec.Campaign, rec.Form, rec.Area)
	if err != nil {
		return err
	}
	if s.proposals > 0 {
		return nil // it changes who somebody is known as: somebody looks at that
	}
	if policy == "none" || policy == "errors" && !serious(rec.Issues) {
		rec.ReviewState = collections.Approved
	}
	return nil
}

func serious(issues []survey.Issue) bool {
	return slices.ContainsFunc(issues, func(i survey.Issue) bool { return i.Severity == survey.Error })
}

func (s *storing) write() error {
	d := s.d
	if s.exists {
		return d.form.Whole.Update(s.db, &d.rec, d.inst.Root, s.now)
	}
	return d.form.Layout.Insert(s.db, &d.rec, d.inst.Root, s.now)
}

// needs keeps what the record tells of what people need.
func (s *storing) needs() error {
	d := s.d
	return needs.Keep(s.db, needs.Source{In: d.form, Record: &d.rec, Root: d.inst.Root}, !s.exists, s.now)
}

func (s *storing) table() string { return s.d.form.Layout.Main().Name }
