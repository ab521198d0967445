// Package audit keeps who did or saw what: rows that are only ever added, each one holding the hash of the row before.
package audit

import (
	"encoding/json"
	"fmt"
	"time"

	"doorstep/collections"
)

// Entry is one thing to record. It holds ids, codes and counts; what a person is called or where they live never
// stands in it.
type Entry struct {
	Actor      string   // id of the worker or superuser; "operator" at the shell, "" for the program itself or nobody known
	Role       string   // as what they did it; "" for the one that their account has
	Device     string   // tablet, where it is known
	Action     string   // one of the constants of this package, or a stage's own word such as "review.approve"
	Collection string   // of what was touched; "" where several were
	Record     string   // its id; "" for a bulk read
	Area       string   // area code of the record, or what the actor's territory has in common
	Purpose    Purpose  // why
	Subjects   []string // ids of the persons, households and records that were seen or changed
	Detail     any      // counts, codes, field names; marshals to a JSON object, nil for none
}

// Words for what more than one stage records.
const (
	Read       = "read"        // one record
	ReadMany   = "read.many"   // a page of records, or a list for an app
	ReadFile   = "read.file"   // an attachment
	Search     = "search"      // a question whether somebody is known
	Match      = "list.match"  // the same question for each row of a list
	Reveal     = "reveal"      // a masked value shown in clear
	Submit     = "submit"      // what a tablet brought became a record
	Create     = "create"      // by hand
	Update     = "update"      // by hand
	Remove     = "delete"      // by hand
	Configure  = "configure"   // worker, campaign, form, area, settings
	SignIn     = "sign_in"     // a token was given
	SignInFail = "sign_in.bad" // and this one was not
	SignOut    = "sign_out"    // every token of somebody died
	Exported   = "export"
	WhoSaw     = "audit.who" // the question of audit.Who
)

// Append adds entries to the chain, in the transaction of what they record. It fails outside of one only by chance, so
// callers pass what collections.Write or collections.From gave them.
func Append(db collections.DB, now time.Time, entries ...Entry) error {
	if len(entries) == 0 {
		return nil
	}
	head, err := HeadOf(db)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Role == "" && e.Actor != "" {
			if e.Role, err = roleOf(db, e.Actor); err != nil {
				return err
			}
		}
		r, err := e.row(now)
		if err != nil {
			return fmt.Errorf("audit %s: %w", e.Action, err)
		}
		r.Seq, r.Prev = head.Seq+1, head.Hash
		r.Hash = r.digest()
		if err := collections.Insert(db, collections.Audit, r.columns()); err != nil {
			return fmt.Errorf("audit %s: %w", e.Action, err)
		}
		head = Head{r.Seq, r.Hash}
	}
	return nil
}

// roleOf is what somebody is signed in for; "" where they have no account.
func roleOf(db collections.DB, actor string) (role string, err error) {
	found, err := collections.One(db, `SELECT role FROM workers WHERE id=?`, []any{actor}, &role)
	if found || err != nil {
		return role, err
	}
	var one int
	if found, err = collections.One(db, `SELECT 1 FROM _superusers WHERE id=?`, []any{actor}, &one); found {
		role = Operator
	}
	return role, err
}

// Operator is the actor and the role of commands: whoever types them holds the data folder.
const Operator = "operator"

func (e Entry) row(now time.Time) (*Row, error) {
	id := collections.NewID()
	detail := "{}"
	if e.Detail != nil {
		b, err := json.Marshal(e.Detail)
		if err != nil {
			return nil, fmt.Errorf("detail: %w", err)
		}
		detail = string(b)
	}
	if e.Actor == Operator {
		e.Role = Operator
	}
	return &Row{
		ID: id, At: collections.Stamp(now), Actor: e.Actor, Role: e.Role, Device: e.Device, Action: e.Action, Collection: e.Collection,
		Record: e.Record,
		Area:   e.Area, Purpose: string(e.Purpose), Subjects: Pack(e.Subjects), Detail: detail,
	}, nil
}

// Head is the end of the chain. Whoever keeps its hash elsewhere can tell later that no row up to it is gone or changed.
type Head struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// HeadOf reads the newest row's number and hash; the zero Head for an empty chain.
func HeadOf(db collections.DB) (Head, error) {
	var h Head
	if _, err := collections.One(db, `SELECT seq, hash FROM audit WHERE seq=(SELECT MAX(seq) FROM audit)`, nil, &h.Seq, &h.Hash); err != nil {
		return h, fmt.Errorf("head of the audit chain: %w", err)
	}
	return h, nil
}
