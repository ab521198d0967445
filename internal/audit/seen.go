package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
)

// audit_seen is the index of who was seen: it tells in which rows of the trail an id stands. It is made of the trail in pieces, each
// written once behind the one before; what is behind the last piece is looked for in the trail itself, so that adding to the trail costs
// nothing more. A piece ends with the row that makes it large enough, so that anybody can make it again from the trail and compare.
// A migration that changes these numbers must empty audit_seen and the state.
const (
	pieceRows = 4_000   // of the trail, at most
	pieceIDs  = 200_000 // that stand in them, or a few more
	slotBits  = 12      // a piece is parted by the first bits of an id's digest
	printBits = 24      // the next ones stand in the slot, before the number of the row
	seqBits   = 64 - printBits
)

// seenState is the meta key of how far the index has come: "pieces seq".
const seenState = "audit.seen"

// piece is a part of the index that is being made: of each id, by slot, its print and the number of the row.
type piece struct {
	slots     [1 << slotBits][]uint64
	rows, ids int
	last      int64
}

// place is where an id stands in each piece.
func place(id string) (slot int, print uint64) {
	sum := sha256.Sum256([]byte(id))
	n := binary.BigEndian.Uint64(sum[:])
	return int(n >> (64 - slotBits)), n << slotBits >> seqBits
}

func (p *piece) add(seq int64, record, subjects string) {
	ids := Unpack(subjects)
	if record != "" && !slices.Contains(ids, record) {
		ids = append(ids, record)
	}
	for _, id := range ids {
		slot, print := place(id)
		p.slots[slot] = append(p.slots[slot], print<<seqBits|uint64(seq))
	}
	p.rows, p.ids, p.last = p.rows+1, p.ids+len(ids), seq
}

func (p *piece) full() bool { return p.rows >= pieceRows || p.ids >= pieceIDs }

// packed returns the bytes that are stored for a slot: its entries in order, eight bytes each.
func (p *piece) packed(slot int) []byte {
	slices.Sort(p.slots[slot])
	var b []byte
	for _, v := range p.slots[slot] {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	return b
}

// seen says how far the index reaches.
type seen struct {
	pieces int
	upTo   int64 // of the trail
}

func (s seen) String() string { return fmt.Sprintf("%d %d", s.pieces, s.upTo) }

func seenSoFar(db collections.DB) (s seen, err error) {
	state, err := collections.MetaValue(db, seenState)
	if err != nil || state == "" {
		return s, err
	}
	if _, err := fmt.Sscan(state, &s.pieces, &s.upTo); err != nil {
		return s, fmt.Errorf("state of the index of the trail %q: %w", state, err)
	}
	return s, nil
}

// Index writes what the index lacks, piece after piece until what is left is less than one. Others have their turn between them.
func Index(ctx context.Context, app core.App) error {
	for {
		begun := time.Now()
		if more, err := indexNext(ctx, app); !more || err != nil {
			return err
		}
		select {
		case <-time.After(time.Since(begun)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// indexNext writes the next piece. more is false where the trail is too short for it.
func indexNext(ctx context.Context, app core.App) (more bool, err error) {
	before, err := seenSoFar(collections.Read(app))
	if err != nil {
		return false, err
	}
	p, err := nextPiece(ctx, collections.Read(app), before)
	if err != nil || !p.full() {
		return false, err
	}
	err = collections.Write(ctx, app, func(db collections.DB) error {
		if now, err := seenSoFar(db); err != nil || now != before {
			return err // another program was quicker
		}
		for slot := range p.slots {
			if len(p.slots[slot]) == 0 {
				continue
			}
			if _, err := db.Exec(`INSERT INTO audit_seen (id, rows) VALUES (?, ?)`, before.pieces<<slotBits|slot, p.packed(slot)); err != nil {
				return fmt.Errorf("index the trail: %w", err)
			}
		}
		return collections.SetMeta(db, seenState, seen{before.pieces + 1, p.last}.String())
	})
	return err == nil, err
}

var errFull = errors.New("the piece is full")

// nextPiece reads the rows behind the index until they are a piece, or all. No row of the trail ever changes, so nothing is locked.
func nextPiece(ctx context.Context, db collections.DB, so seen) (*piece, error) {
	p := &piece{}
	err := behind(db, so, func(seq int64, record, subjects string) error {
		if p.add(seq, record, subjects); p.full() {
			return errFull
		}
		return ctx.Err()
	})
	if err != nil && !errors.Is(err, errFull) {
		return nil, err
	}
	return p, nil
}

// behind tells the rows of the trail that the index does not have yet.
func behind(db collections.DB, so seen, row func(seq int64, record, subjects string) error) error {
	const query = `SELECT seq, record, subjects FROM audit WHERE seq>? ORDER BY seq`
	err := collections.Each(db, query, []any{so.upTo}, func(rows *sql.Rows) error {
		var seq int64
		var record, subjects string
		if err := rows.Scan(&seq, &record, &subjects); err != nil {
			return err
		}
		return row(seq, record, subjects)
	})
	if err != nil {
		return fmt.Errorf("rows of the trail that are not indexed: %w", err)
	}
	return nil
}

// naming finds the rows in which one of some ids may stand: all of those, and perhaps others.
func naming(db collections.DB, ids []sought) (seqs []int64, err error) {
	so, err := seenSoFar(db)
	if err != nil {
		return nil, err
	}
	for _, s := range ids {
		found, err := so.find(db, s.id)
		if err != nil {
			return nil, err
		}
		seqs = append(seqs, found...)
	}
	err = behind(db, so, func(seq int64, record, subjects string) error {
		if slices.ContainsFunc(ids, func(s sought) bool { return s.in(record, subjects) }) {
			seqs = append(seqs, seq)
		}
		return nil
	})
	return seqs, err
}

// find finds an id in every piece.
func (s seen) find(db collections.DB, id string) (seqs []int64, err error) {
	slot, print := place(id)
	keys := make([]int, s.pieces)
	for i := range keys {
		keys[i] = i<<slotBits | slot
	}
	err = collections.Each(db, `SELECT rows FROM audit_seen WHERE id IN (SELECT value FROM json_each(?))`, []any{collections.JSONList(keys)},
		func(rows *sql.Rows) error {
			var packed []byte
			if err := rows.Scan(&packed); err != nil {
				return err
			}
			for ; len(packed) >= 8; packed = packed[8:] {
				if v := binary.BigEndian.Uint64(packed); v>>seqBits == print {
					seqs = append(seqs, int64(v<<printBits>>printBits))
				}
			}
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("index of the trail: %w", err)
	}
	return seqs, nil
}

// remade makes the index again beside a walk of the whole trail, and compares.
type remade struct {
	db     collections.DB
	so     seen
	pieces int
	next   *piece
	wrong  bool
}

func remake(db collections.DB) (*remade, error) {
	so, err := seenSoFar(db)
	return &remade{db: db, so: so, next: &piece{}}, err
}

func (r *remade) add(row *Row) error {
	if r.wrong || r.pieces == r.so.pieces {
		return nil
	}
	if r.next.add(row.Seq, row.Record, row.Subjects); !r.next.full() {
		return nil
	}
	if r.pieces++; r.pieces == r.so.pieces && r.next.last != r.so.upTo {
		r.wrong = true
	}
	stored := map[int][]byte{}
	first := (r.pieces - 1) << slotBits
	err := collections.Each(r.db, `SELECT id, rows FROM audit_seen WHERE id>=? AND id<?`, []any{first, first + 1<<slotBits},
		func(rows *sql.Rows) error {
			var id int
			var packed []byte
			err := rows.Scan(&id, &packed)
			stored[id-first] = packed
			return err
		})
	if err != nil {
		return fmt.Errorf("index of the trail: %w", err)
	}
	for slot := range r.next.slots {
		r.wrong = r.wrong || string(stored[slot]) != string(r.next.packed(slot))
	}
	r.next = &piece{}
	return nil
}

// same reports, once the walk has ended, whether the index is what the trail makes.
func (r *remade) same() bool { return !r.wrong && r.pieces == r.so.pieces }
