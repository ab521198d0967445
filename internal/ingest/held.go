package ingest

import (
	"slices"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
	"doorstep/internal/xform"
)

// Said is a quarantined submission with what it says, as far as it can be read.
type Said struct {
	Held
	By   *instrument.Instrument // version that it is read by; nil where no form is known
	Root *survey.Node           // nil where it is no submission to a known form

	Assignable bool // Assign can take it in
	OnePerson  bool // it is about one person, whom Assign can name
}

// LookHeld reads one submission that waits in the actor's territory. It is read by the version of the form that it names, else by the
// one that records are kept by. A submission elsewhere is as good as none.
func LookHeld(db collections.DB, instruments *instrument.Library, actor access.Actor, id string) (Said, error) {
	var s Said
	q, found, err := readHeld(db, id)
	unread := problem.As(err).Code == problem.BadAnswers
	if err != nil && !unread {
		return s, err
	}
	if !found || !actor.May(access.ReadQuarantine, q.area, q.sender.Actor.ID) {
		return s, problem.New(problem.NotFound, "")
	}
	if q.outcome != Quarantined {
		return s, problem.New(problem.NotQuarantined, "")
	}
	if s.Held, err = heldLine(db, instruments, id); err != nil || unread || q.op.Op != OpSubmit {
		s.Assignable = !unread && q.assignable()
		return s, err
	}
	s.read(instruments, &q.op)
	if s.Assignable = q.assignable() && s.By != nil; s.Assignable {
		s.OnePerson = slices.ContainsFunc(s.By.Entities, func(e instrument.Entity) bool {
			return e.Decl.List == collections.Persons && e.Table.Repeat == nil
		})
	}
	return s, nil
}

func heldLine(db collections.DB, instruments *instrument.Library, id string) (h Held, err error) {
	var sealed string
	_, err = collections.One(db, heldColumns+`WHERE id=?`, []any{id}, h.into(&sealed)...)
	if err == nil {
		err = unsealRaw(db, id, sealed, &h.Raw)
	}
	h.says(instruments)
	return h, err
}

func (s *Said) read(instruments *instrument.Library, op *Operation) {
	name, version := op.Form, op.Version
	var root *survey.Node
	if op.XML != "" {
		inst, err := op.instanceOfXML()
		if err != nil || inst.Root.Attr("encrypted") == "yes" {
			return
		}
		name, version, root = inst.FormID, inst.Version, inst.Root
		if c, ok := ParseCorrection(name); ok {
			name = c.Form
		}
	}
	in, ok := instruments.Get(name, version)
	if !ok {
		if in, ok = instruments.Newest(name); !ok {
			return
		}
	}
	if root == nil {
		root, _, _ = xform.FromJSON(in.Form, op.Answers)
	}
	s.By, s.Root = in, root
}
