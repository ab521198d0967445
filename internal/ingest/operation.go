// Package ingest is where all doors meet: it keeps what arrived byte for byte, finds out what it is, and leaves one
// consistent set of rows and one receipt per operation.
package ingest

import (
	"encoding/json"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// Channels are the doors.
const (
	Native    = "native"
	OpenRosa  = "openrosa"
	Dashboard = "dashboard"
)

// Operations of the native protocol.
const (
	OpSubmit    = "submit"
	OpTask      = "task"
	OpHousehold = "household"
)

// File is an attachment that a submission declares.
type File struct {
	Name    string `json:"name"`
	SHA256  string `json:"sha256"` // lower-case hex
	Size    int64  `json:"size"`
	MIME    string `json:"-"`
	Here    bool   `json:"-"` // its bytes are in the store
	Suspect bool   `json:"-"` // they are of a type that nobody is shown
}

// Operation is one thing that a tablet did, as in docs/sync.md. Raw is what arrived, byte for byte.
type Operation struct {
	Seq        int64            `json:"seq"`
	Op         string           `json:"op"`
	ID         string           `json:"id"`
	BaseRev    int64            `json:"base_rev"`
	Form       string           `json:"form"`
	Version    string           `json:"version"`
	Campaign   string           `json:"campaign"`
	Answers    json.RawMessage  `json:"answers"`
	XML        string           `json:"xml"`
	Datum      string           `json:"datum"` // of the points in it, as grid.ParseDatum reads it; wgs84 unless said
	DeviceTime string           `json:"device_time"`
	Files      []File           `json:"files"`
	Raw        []byte           `json:"-"`
	Instance   *survey.Instance `json:"-"` // what XML says, where the door has read it; intake changes it
	Oversized  bool             `json:"-"` // the door found XML too much to read
	Corrects   string           `json:"-"` // id of the submission that this one edits; the record is the one that the first of them made
	edit       string           // id of this submission once ID is that of the record
}

// instance is the id of the submission itself.
func (op *Operation) instance() string {
	if op.edit != "" {
		return op.edit
	}
	return op.ID
}

// Sender is who brings operations, and through which door.
type Sender struct {
	Actor   access.Actor
	Device  string
	Channel string

	ClockOffset time.Duration // how far the device's clock was ahead when it was measured last; 0 for unknown
	Waiting     Waiting
	Trial       bool // through the address for testing a draft: nothing of it counts
}

// Waiting is what a tablet says that it still holds.
type Waiting struct {
	Operations Unsent `json:"waiting"`
	Files      Unsent `json:"files_waiting"` // that the server may lack
}

// Row is what a device's row keeps of it; nil where the tablet said nothing.
func (w Waiting) Row(now time.Time) (row collections.Row) {
	for _, said := range []struct {
		column string
		Unsent
	}{{"waiting", w.Operations}, {"files_waiting", w.Files}} {
		if said.Said {
			row = append(row, collections.Field{Column: said.column, Value: said.N})
		}
	}
	if row != nil {
		row = append(row, collections.Field{Column: "waiting_at", Value: collections.Stamp(now)})
	}
	return row
}

// Unsent is how many of something a tablet says that it still holds. It has said nothing where that is no such number: work is not
// refused for it.
type Unsent struct {
	N    int64
	Said bool
}

// UnmarshalJSON reads a number, and never fails.
func (u *Unsent) UnmarshalJSON(raw []byte) error {
	var n *int64
	if json.Unmarshal(raw, &n) == nil && n != nil && *n >= 0 {
		*u = Unsent{*n, true}
	}
	return nil
}

// did begins an audit entry of what came through this door.
func (s Sender) did(action string) audit.Entry {
	e := s.Actor.Did(action)
	e.Device, e.Purpose = s.Device, audit.Capture
	return e
}

// Receipt statuses of docs/sync.md.
const (
	Stored      = "stored"
	Unchanged   = "unchanged"
	Conflict    = "conflict"
	Quarantined = "quarantined"
)

// Receipt answers one operation.
type Receipt struct {
	Seq         int64             `json:"seq"`
	ID          string            `json:"id"`
	Status      string            `json:"status"`
	Was         string            `json:"was,omitempty"` // with unchanged: what the first answer was
	Rev         int64             `json:"rev,omitempty"`
	Area        string            `json:"area,omitempty"`
	AreaMethod  string            `json:"area_method,omitempty"`
	ReviewState string            `json:"review_state,omitempty"`
	Household   string            `json:"household,omitempty"`
	Persons     []string          `json:"persons,omitempty"`
	Issues      []survey.Issue    `json:"issues,omitempty"`
	Duplicates  []DuplicateNote   `json:"duplicates,omitempty"`
	Conflicts   []string          `json:"conflicts,omitempty"` // field paths whose both values are kept
	Code        problem.Code      `json:"code,omitempty"`
	Message     map[string]string `json:"message,omitempty"`

	cause error // of problem.Internal, for the log alone
}

// subjects are the record and those whom it concerns.
func (r Receipt) subjects() []string { return append([]string{r.ID, r.Household}, r.Persons...) }

// DuplicateNote tells a worker that a record looks like another, without showing the other.
type DuplicateNote struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	Rule string `json:"rule"`
}

// unchanged is the earlier receipt, given again.
func (r Receipt) unchanged(seq int64) Receipt {
	if r.Status != Unchanged {
		r.Was = r.Status
	}
	r.Status, r.Seq = Unchanged, seq
	return r
}

// reasonOf returns the sentence of the catalogue for a code, by language. It is not stored: the catalogue may be mended.
func reasonOf(code problem.Code) map[string]string {
	e := problem.Catalogue[code]
	return map[string]string{"zh": e.ZH, "en": e.EN}
}

func quarantineReceipt(op *Operation, code problem.Code) Receipt {
	return Receipt{Seq: op.Seq, ID: op.ID, Status: Quarantined, Code: code, Message: reasonOf(code)}
}
