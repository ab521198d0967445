package client

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// What an operation can be.
const (
	Submit    = "submit"    // a new or corrected visit
	Task      = "task"      // the status of a task
	Household = "household" // a new or changed household
)

// How an operation was answered.
const (
	Stored      = "stored"
	Unchanged   = "unchanged" // seen before; the earlier answer again, whose status is Was
	Conflict    = "conflict"  // both values of the same answer are kept
	Quarantined = "quarantined"
)

// What a change does to the copy on the tablet.
const (
	Upsert = "upsert"
	Delete = "delete"
	Leave  = "leave" // it still exists and is no longer this worker's
)

// Operation is one thing that the worker did. Seq is given by the outbox.
type Operation struct {
	Seq        int64           `json:"seq"`
	Op         string          `json:"op"`
	ID         string          `json:"id"`                 // UUID of the record, made here
	BaseRev    int64           `json:"base_rev,omitempty"` // the revision that was corrected, 0 for a new record
	Form       string          `json:"form,omitempty"`
	Version    string          `json:"version,omitempty"`
	Campaign   string          `json:"campaign,omitempty"`
	Answers    json.RawMessage `json:"answers,omitempty"`
	Datum      string          `json:"datum,omitempty"` // wgs84 unless said
	DeviceTime string          `json:"device_time,omitempty"`
	Files      []File          `json:"files,omitempty"`
}

// File is an attachment that a submission declares.
type File struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// Receipt answers one operation.
type Receipt struct {
	Seq         int64             `json:"seq"`
	ID          string            `json:"id"`
	Status      string            `json:"status"`
	Was         string            `json:"was"`
	Rev         int64             `json:"rev"`
	Area        string            `json:"area"`
	AreaMethod  string            `json:"area_method"`
	ReviewState string            `json:"review_state"`
	Household   string            `json:"household"`
	Persons     []string          `json:"persons"`
	Issues      []Issue           `json:"issues"`
	Duplicates  []Duplicate       `json:"duplicates"`
	Conflicts   []string          `json:"conflicts"`
	Code        string            `json:"code"`
	Message     map[string]string `json:"message"`
}

// Outcome is what became of the operation, the first time that the server saw it.
func (r Receipt) Outcome() string {
	if r.Status == Unchanged && r.Was != "" {
		return r.Was
	}
	return r.Status
}

// Issue is one finding about an answer.
type Issue struct {
	Field    string `json:"field"`
	Code     string `json:"code"`
	Severity string `json:"severity"`
}

// Duplicate is another record that one looks like.
type Duplicate struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	Rule string `json:"rule"`
}

// Change is one line of a page.
type Change struct {
	Seq        int64           `json:"seq"`
	Collection string          `json:"collection"`
	ID         string          `json:"id"`
	Rev        int64           `json:"rev"`
	Op         string          `json:"op"`
	Data       json.RawMessage `json:"data,omitempty"`
}

// Page is the next part of what changed.
type Page struct {
	Epoch   string   `json:"epoch"`
	Cursor  string   `json:"cursor"`
	More    bool     `json:"more"`
	Reset   bool     `json:"reset"`
	Changes []Change `json:"changes"`
}

// registration is the body of a registration: how a tablet names itself.
type registration struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	App        string `json:"app"`
	Platform   string `json:"platform"`
	DeviceTime string `json:"device_time"`
	Waiting    int    `json:"waiting"`
}

// Registered is the server's greeting.
type Registered struct {
	Device       string    `json:"device"`
	Epoch        string    `json:"epoch"`
	ServerTime   time.Time `json:"server_time"`
	ClockOffsetS float64   `json:"clock_offset_s"` // how far this tablet's clock is ahead, in seconds
	LastSeq      int64     `json:"last_seq"`       // the highest operation number that the server has answered
	Seal         string    `json:"seal"`           // proves the tablet once it has been shut out
	Token        string    `json:"token"`          // good on this tablet alone, in place of that of the sign-in
}

// NewID makes the id of a new record, a UUID version 7 (RFC 9562, section 5.7), from a time and 16 random bytes of which
// ten remain.
func NewID(now time.Time, random [16]byte) string {
	id := uuid.UUID(random)
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6] = 0x70 | id[6]&0x0f
	id[8] = 0x80 | id[8]&0x3f
	return id.String()
}
