package audit

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"doorstep/collections"
)

// Row is one entry as it is stored.
type Row struct {
	Seq                                             int64
	ID, At                                          string
	Actor, Role, Device, Action, Collection, Record string
	Area, Purpose                                   string
	Subjects                                        string // see Pack
	Detail                                          string // JSON
	Prev, Hash                                      string // SHA-256 in hex; Prev of the first row is ""
}

// scheme is hashed with every row, so that a later encoding cannot be taken for this one.
const scheme = "doorstep audit 1"

// digest is the SHA-256 over scheme and every other column, each after its length in eight bytes: no two different rows
// have one encoding.
func (r *Row) digest() string {
	sum := sha256.New()
	var size [8]byte
	for _, s := range []string{
		scheme, strconv.FormatInt(r.Seq, 10), r.ID, r.At, r.Actor, r.Role, r.Device, r.Action, r.Collection, r.Record, r.Area, r.Purpose,
		r.Subjects, r.Detail, r.Prev,
	} {
		binary.BigEndian.PutUint64(size[:], uint64(len(s)))
		sum.Write(size[:])
		sum.Write([]byte(s))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func (r *Row) columns() collections.Row {
	return collections.Row{
		{Column: "id", Value: r.ID}, {Column: "seq", Value: r.Seq}, {Column: "created", Value: r.At}, {Column: "actor", Value: r.Actor},
		{Column: "role", Value: r.Role}, {Column: "device", Value: r.Device},
		{Column: "action", Value: r.Action}, {Column: "collection", Value: r.Collection}, {Column: "record", Value: r.Record},
		{Column: "area", Value: r.Area}, {Column: "purpose", Value: r.Purpose},
		{Column: "subjects", Value: r.Subjects}, {Column: "detail", Value: r.Detail}, {Column: "prev", Value: r.Prev},
		{Column: "hash", Value: r.Hash},
	}
}

const selectRows = `SELECT seq, id, created, actor, role, device, action, collection, record, area, purpose, subjects, COALESCE(detail,''),
	prev, hash FROM audit `

func (r *Row) scan(rows *sql.Rows) error {
	return rows.Scan(&r.Seq, &r.ID, &r.At, &r.Actor, &r.Role, &r.Device, &r.Action, &r.Collection, &r.Record, &r.Area, &r.Purpose, &r.Subjects,
		&r.Detail, &r.Prev, &r.Hash)
}
