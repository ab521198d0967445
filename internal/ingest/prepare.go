package ingest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/grid"
	"doorstep/internal/identity"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xform"
	"doorstep/internal/xmltree"
)

// Intake holds what the stages of intake need. It is made for each use; what it points to is the process's.
type Intake struct {
	Instruments *instrument.Library
	Areas       func(collections.DB) (*grid.Index, error) // as a transaction sees them
	Now         func() time.Time
	Queue       *Queue
}

// prepared is an operation after the pure stages: read, checked and placed, but not yet compared with what is stored.
type prepared struct {
	op         *Operation
	sum        string       // digest of what it says
	answersSum string       // of that without the files
	work       int          // what it costs to check and to store, in elements
	code       problem.Code // why it cannot become a record; "" when it can
	cause      error        // what went wrong, with problem.Internal
	form       *instrument.Instrument
	inst       *survey.Instance
	issues     []survey.Issue
	rec        collections.Record
	point      grid.Input
	house      *preparedHousehold
	people     []preparedPerson

	keep       validate.Keep
	ids        map[*survey.Node]string // of rows and those around them, by the nodes that the sender wrote
	changes    []validate.Change       // what the check read or computed otherwise
	unread     []survey.Issue          // what of the answers did not fit
	sent       *instrument.Instrument  // the version that was filled in; form may be a later one
	merged     bool                    // of what several versions may have filled in
	were       map[*survey.Node]string // persons of rows, by the revision before
	held       string                  // the submission in quarantine that it comes from
	waited     bool                    // for what it edits; whoever releases it releases its own edits too
	correction *Correction             // nil unless it came through a correction form
	knows      formVersion             // the form and the version that it names, as far as this server knows them
	fresh      bool                    // nothing is stored about it yet, for sure
	ahead      *lookahead              // of its batch; nil for one that comes alone
}

type preparedHousehold struct {
	said    identity.Household
	claimed string
	version claim
	at      func(column string) string // path of the question that a column comes from
}

type preparedPerson struct {
	said    identity.Person
	claimed string
	node    *survey.Node // row of a repeat, or the root
	row     string       // id of the repeat row, or of the record
	table   string
	version claim
	at      func(column string) string // path of the question that a column comes from
}

// digestOf returns the sha256 of the raw bytes, in hex.
func digestOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// preparedFrom begins to prepare an operation as it came.
func preparedFrom(op *Operation, channel string) *prepared {
	d := &prepared{op: op, work: leastWork}
	d.digest(channel)
	op.ID = strings.TrimPrefix(strings.ToLower(op.ID), "uuid:")
	op.Files = withFileNames(op.Files)
	return d
}

// prepare runs everything that needs no transaction. It never fails: what cannot be a record gets a code.
func prepare(ctx context.Context, intake *Intake, sender Sender, op *Operation) *prepared {
	d := readOperation(intake, sender, op)
	d.judge(ctx, intake, sender)
	return d
}

// readOperation finds out what an operation is and what it costs. It is cheap, whatever comes.
func readOperation(intake *Intake, sender Sender, op *Operation) *prepared {
	d := preparedFrom(op, sender.Channel)
	switch op.Op {
	case OpSubmit:
		d.code = d.read(intake)
		d.knows = knownOf(intake, op)
	case OpTask, OpHousehold:
		if !isUUID(op.ID) {
			d.code = problem.BadID
		}
	default:
		d.code = problem.UnknownOperation
	}
	return d
}

// judge checks a submission that was read, places it and prepares whom it names.
func (d *prepared) judge(ctx context.Context, intake *Intake, sender Sender) {
	if d.op.Op != OpSubmit {
		return
	}
	if d.code != "" {
		d.glimpse(intake)
		return
	}
	d.check(ctx, intake)
	d.checkClock(sender.ClockOffset, intake.Now())
	d.place(sender)
	d.name()
}

func isUUID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }

// instanceOfXML reads the XML unless the door did.
func (op *Operation) instanceOfXML() (*survey.Instance, error) {
	if op.Instance != nil {
		return op.Instance, nil
	}
	return ReadXML(strings.NewReader(op.XML))
}

// ReadXML reads a record's XML as far as its identity. It fails when that is no XML, or names no form.
func ReadXML(r io.Reader) (*survey.Instance, error) {
	root, mended, err := xmltree.ReadXML(r, xmltree.Limits{Nodes: MostNodes})
	if err != nil {
		return nil, err
	}
	inst, err := xform.ParseSubmission(root)
	if inst != nil {
		inst.Mended = mended
	}
	return inst, err
}

// MostNodes is how many elements, attributes and texts a record in XML may have. What the form does not know costs
// memory until the record is stored, and nothing else.
const MostNodes = 4 * survey.MostWork

// read turns the answers into an instance of the version that the client names.
func (d *prepared) read(intake *Intake) problem.Code {
	op := d.op
	if op.XML != "" {
		if op.Oversized {
			return problem.TooMuch
		}
		var err error
		if d.inst, err = op.instanceOfXML(); xmltree.Exceeds(err) {
			return problem.TooMuch
		} else if err != nil {
			return problem.BadAnswers
		}
		if op.ID == "" {
			op.ID = d.inst.ID
		}
		op.Form, op.Version = d.inst.FormID, d.inst.Version
		if d.inst.Root.Attr("encrypted") == "yes" {
			return problem.Encrypted
		}
		if c, ok := ParseCorrection(op.Form); ok {
			op.Form, d.correction = c.Form, &c
		}
	}
	if !isUUID(op.ID) {
		return problem.BadID
	}
	form, ok := intake.Instruments.Get(op.Form, op.Version)
	if !ok {
		return problem.UnknownForm
	}
	d.form = form
	if d.inst == nil {
		if len(op.Answers) == 0 || op.Answers[0] != '{' {
			return problem.BadAnswers
		}
		root, issues, mended := xform.FromJSON(form.Form, op.Answers)
		d.inst = &survey.Instance{FormID: op.Form, Version: form.Version, Root: root, Mended: mended}
		d.unread, d.issues = issues, slices.Clone(issues)
		if len(issues) > 0 && issues[0].Code == xform.TooMany {
			d.forget()
			return problem.TooMuch
		}
	}
	d.inst.ID = op.ID
	if d.work += form.Form.Work(d.inst.Root); d.work > survey.MostWork {
		d.forget()
		return problem.TooMuch
	}
	return ""
}

// forget lets go of what was read: the operation is kept as it came.
func (d *prepared) forget() {
	d.inst, d.issues, d.work, d.op.Instance = nil, nil, leastWork, nil
}

// check validates the answers and takes out those that are no data: irrelevant, of the wrong type, not a choice.
func (d *prepared) check(ctx context.Context, intake *Intake) {
	now := intake.Now()
	if d.inst.Mended {
		d.issues = append(d.issues, validate.Found(validate.TextMended, ""))
	}
	check := d.form.Check
	if d.merged {
		check = d.form.CheckMerged
	}
	checked := check(ctx, d.inst, now, d.keep)
	d.issues = append(d.issues, checked.Issues...)
	for _, c := range checked.Changes { // a merge is checked again
		if !slices.Contains(d.changes, c) {
			d.changes = append(d.changes, c)
		}
	}
	if d.op.XML != "" {
		d.expectFiles()
	}
	f := d.form
	d.rec = collections.Record{
		ID: d.op.ID, Form: f.Form.ID, FormVersion: f.Version, Campaign: d.op.Campaign, ReceivedAt: collections.Stamp(now),
		StartedAt: f.Answer(d.inst.Root, f.Started), FinishedAt: f.Answer(d.inst.Root, f.Finished), Outcome: f.Answer(d.inst.Root, f.Outcome),
		Complete: !slices.ContainsFunc(d.op.Files, func(f File) bool { return !f.Here }), Rows: map[*survey.Node]collections.RowLink{},
	}
}

// place prepares what the grid stage needs; the household's own area is looked up in the transaction.
func (d *prepared) place(sender Sender) {
	d.point = grid.Input{WorkerTerritory: sender.Actor.Territory}
	p, ok := collections.ParseGeopoint(d.form.Answer(d.inst.Root, d.form.Location))
	if !ok {
		return
	}
	d.point.At(d.op.Datum, p.Lon, p.Lat)
	if p.Accuracy != nil {
		d.point.AccuracyM = *p.Accuracy
	}
	d.rec.Lon, d.rec.Lat = d.point.WGS84()
	d.rec.AccuracyM = d.point.AccuracyM
}

// name prepares the household and the persons that the entities sheet declares.
func (d *prepared) name() {
	for i := range d.form.Entities {
		e := &d.form.Entities[i]
		switch e.Decl.List {
		case collections.Households:
			house := d.prepareHousehold(e)
			d.point.HouseCode = house.said.HouseCode
			if d.form.Acts(e, d.inst.Root, d.inst.Root) {
				d.house = house
			}
		case collections.Persons:
			d.preparePersons(e)
		}
	}
}

func (d *prepared) prepareHousehold(e *instrument.Entity) *preparedHousehold {
	root := d.inst.Root
	said := identity.Household{
		Address: e.Value(root, "address"), HouseCode: e.Value(root, "house_code"), HeadName: e.Value(root, "head_name"),
		Phone: e.Value(root, "phone"),
		Lon:   d.rec.Lon, Lat: d.rec.Lat, AccuracyM: d.rec.AccuracyM, Source: d.op.ID,
	}
	said.AddressKey = identity.AddressKey(said.Address)
	if n, err := strconv.ParseInt(e.Value(root, "residents"), 10, 64); err == nil {
		said.Residents = n
	}
	return &preparedHousehold{said: said, claimed: claimedID(e, root), version: claimOf(e, root), at: pathIn(e, "", d.form.Location)}
}

func (d *prepared) preparePersons(e *instrument.Entity) {
	if e.Table.Repeat == nil {
		d.preparePerson(e, d.inst.Root, d.op.ID, "")
		return
	}
	if e.Table.Parent != d.form.Layout.Main() {
		return // people in a repeat within a repeat stay answers
	}
	for i, node := range collections.Instances(e.Table, d.inst.Root) {
		id := d.rec.Rows[node].ID
		if id == "" {
			id = collections.RowID(d.op.ID, e.Table.Name, "", i+1)
		}
		d.preparePerson(e, node, id, fmt.Sprintf("%s[%d]", strings.Join(e.Table.Path, "/"), i+1))
	}
}

func (d *prepared) preparePerson(e *instrument.Entity, node *survey.Node, row, prefix string) {
	p := identity.Person{
		Name: cmp.Or(e.Value(node, "full_name"), e.Value(node, "name")), // ODK keeps the property "name" for the id
		Sex:  e.Value(node, "sex"), BirthDate: e.Value(node, "birth_date"), IDType: e.Value(node, "id_type"),
		IDNumber: e.Value(node, "id_number"), Phone: e.Value(node, "phone"), Relation: e.Value(node, "relation"),
		Source: e.Table.Name + "/" + row,
	}
	if p.Name == "" && p.IDNumber == "" {
		return // nobody was recorded: a visit without an interview
	}
	if !d.form.Acts(e, node, d.inst.Root) {
		return // heard of, not met: a neighbour's word makes no person
	}
	p.NameKey = identity.NameKey(p.Name)
	p.IDKey = validate.IDKey(p.IDNumber)
	d.people = append(d.people, preparedPerson{said: p, claimed: claimedID(e, node), node: node, row: row, table: e.Table.Name,
		version: claimOf(e, node), at: pathIn(e, prefix, d.form.Location)})
}

// claimedID is the entity that the sender names; "" where they name none, or write what is no id.
func claimedID(e *instrument.Entity, node *survey.Node) string {
	id := e.KnownID(node)
	if !isUUID(id) {
		return ""
	}
	return id
}

// pathIn finds the question that a column of an entity comes from: its property's, the place for what is computed, else
// the row.
func pathIn(e *instrument.Entity, prefix string, place []string) func(column string) string {
	return func(column string) string {
		if column == "area" || column == "location" {
			return strings.Join(place, "/")
		}
		path, ok := e.Properties[column]
		if !ok && column == "name" {
			path = e.Properties["full_name"]
		}
		return strings.Trim(prefix+"/"+strings.Join(path, "/"), "/")
	}
}

// freshID is the id of a new entity: the same record and place give the same id, whoever computes it and however often.
func freshID(record, list, row, key string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(record+"/"+list+"/"+row+"/"+key)).String()
}
