package devicesync

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/seal"
	"doorstep/internal/xform"
)

// Sizes of a page, in changes. What a page costs in memory is a line of ids; its data is read and sent in portions.
const (
	DefaultPage = 500
	MaxPage     = 5000
	portion     = 64
)

// Pull is one worker's request for a page.
type Pull struct {
	DB      collections.DB
	Library *instrument.Library
	Actor   access.Actor
	Cursor  string // "" begins a full sync
	Limit   int
	Seen    func(ids []string) error // of people, households and visits; called before they are sent, and what fails there sends nothing
	Log     func(error)              // of what breaks a page off
}

// Serve writes the page after the cursor while it is read. It fails with problem.BadCursor, ErrAhead, or another error
// before the answer has begun; one that comes later cuts the connection.
func (q Pull) Serve(w http.ResponseWriter) error {
	epoch, err := Epoch(q.DB)
	if err != nil {
		return err
	}
	p := &puller{db: q.DB, library: q.Library, actor: q.Actor, seen: q.Seen, limit: min(max(q.Limit, 1), MaxPage)}
	p.phases = p.scope()
	if p.veil, err = newVeil(q.DB, q.Actor.ID); err != nil {
		return err
	}
	c, reset, err := p.start(epoch, q.Cursor)
	if err != nil {
		return err
	}
	p.page = begin(w, epoch, reset)
	if c, err = p.advance(c); err != nil {
		return p.page.fail(err, q.Log)
	}
	more := p.more
	if c.mode == feeding && !more {
		if more, err = p.anyAfter(c.seq); err != nil {
			return p.page.fail(err, q.Log)
		}
	}
	return p.page.fail(p.page.end(c.text(p.veil), more || c.mode != feeding), q.Log)
}

// ErrAhead is the error of a cursor that this server made and its feed has not come to yet: the database is older than
// what the tablet holds.
var ErrAhead = errors.New("the tablet is ahead of the database")

type puller struct {
	db      collections.DB
	library *instrument.Library
	actor   access.Actor
	limit   int
	phases  []phase // the worker's scope
	veil    veil
	seen    func([]string) error
	page    *Page
	written int
	more    bool
}

// start finds where the page begins, and whether the client starts over.
func (p *puller) start(epoch, at string) (c cursor, reset bool, err error) {
	here := ScopeKey(p.actor.Territory)
	if at != "" {
		if c, err = parseCursor(at, epoch, p.veil); err != nil {
			return c, false, err
		}
		if c.epoch == epoch {
			if head, err := FeedHead(p.db); err != nil || c.seq > head {
				return c, false, errors.Join(err, ErrAhead)
			}
		}
		if c.epoch == epoch && c.scope == here {
			return c, false, nil
		}
		if c.epoch == epoch && c.mode == feeding {
			_, known, err := formerTerritory(p.db, p.actor.ID, c.scope)
			if known || err != nil {
				return cursor{epoch: epoch, scope: here, mode: crossing, seq: c.seq, from: c.scope}, false, err
			}
		}
	}
	c = cursor{epoch: epoch, scope: here, mode: walking}
	query, args := p.feedQuery(0) // the end of the worker's own feed: that of the whole one would move with what happens elsewhere
	_, err = collections.One(p.db, `SELECT COALESCE(MAX(seq),0) FROM (`+query+`)`, args, &c.seq)
	return c, true, err
}

// advance fills the page from the cursor on, and returns where it ends.
func (p *puller) advance(c cursor) (cursor, error) {
	switch c.mode {
	case walking:
		return p.walk(c, p.phases)
	case crossing:
		f, known, err := formerTerritory(p.db, p.actor.ID, c.from)
		if err != nil || !known {
			return c, fmt.Errorf("former territory %s: known %v, %w", c.from, known, err)
		}
		return p.walk(c, p.crossing(f))
	default:
		return p.feed(c)
	}
}

// walk goes through the tables themselves, phase after phase.
func (p *puller) walk(c cursor, phases []phase) (cursor, error) {
	for c.phase < len(phases) && p.written < p.limit {
		want := p.limit - p.written
		found, last, err := p.rows(phases[c.phase], c, want)
		if err != nil {
			return c, fmt.Errorf("pull %s: %w", phases[c.phase].collection, err)
		}
		exact := phases[c.phase].collection != collections.Changes // rows that the scope itself selected
		if exact {
			if err := p.tell(found); err != nil {
				return c, err
			}
		}
		if err := p.fill(found, exact); err != nil {
			return c, err
		}
		if len(found) == want {
			c.last = last
		} else {
			c.phase, c.last = c.phase+1, ""
		}
	}
	if c.phase >= len(phases) {
		return cursor{epoch: c.epoch, scope: c.scope, mode: feeding, seq: c.seq}, nil
	}
	return c, nil
}

// rows lists what a phase tells next: at most want changes, without their data. All of a walk is told under the sequence
// number at which the feed goes on after it, so that numbers never fall.
func (p *puller) rows(ph phase, c cursor, want int) (found []Change, last string, err error) {
	query, from := `SELECT '', ?, '`+ph.collection+`', id, rev, '`+ph.op+`' FROM "`+ph.collection+`" WHERE id>? AND (`+ph.where+`) ORDER BY id LIMIT ?`, []any{c.seq, c.last}
	if ph.collection == collections.Changes {
		query, from = `SELECT seq, ?, collection, record, record_rev, op FROM changes WHERE seq>? AND (`+ph.where+`) ORDER BY seq LIMIT ?`, []any{c.seq, feedPosition(c)}
	}
	err = collections.Each(p.db, query, append(append(from, ph.args...), want), func(rows *sql.Rows) error {
		var ch Change
		if err := rows.Scan(&last, &ch.Seq, &ch.Collection, &ch.ID, &ch.Rev, &ch.Op); err != nil {
			return err
		}
		if ph.collection != collections.Changes {
			last = ch.ID
		}
		found = append(found, ch)
		return nil
	})
	return found, last, err
}

// feedPosition is how far a crossing has read the feed of the former territory.
func feedPosition(c cursor) int64 {
	if seq, err := strconv.ParseInt(c.last, 10, 64); err == nil {
		return seq
	}
	return c.seq
}

// feed tells what was committed after the cursor.
func (p *puller) feed(c cursor) (cursor, error) {
	query, args := p.feedQuery(c.seq)
	var found []Change
	err := collections.Each(p.db, query+` ORDER BY seq LIMIT ?`, append(args, p.limit+1), func(rows *sql.Rows) error {
		var ch Change
		if err := rows.Scan(&ch.Seq, &ch.Collection, &ch.ID, &ch.Rev, &ch.Op); err != nil {
			return err
		}
		found = append(found, ch)
		return nil
	})
	if err != nil {
		return c, err
	}
	if len(found) > p.limit {
		found, p.more = found[:p.limit], true
	}
	if len(found) > 0 {
		c.seq = found[len(found)-1].Seq
	}
	return c, p.fill(found, false)
}

func (p *puller) feedQuery(after int64) (string, []any) {
	const head = `SELECT seq, collection, record, record_rev, op FROM changes WHERE `
	parts := []string{head + `target IN (?,?) AND seq>?`}
	args := []any{collections.Everyone, collections.ToWorker(p.actor.ID), after}
	for _, r := range access.Ranges(p.actor.Territory) {
		parts = append(parts, head+`target>=? AND target<? AND seq>?`)
		args = append(args, r.Lo, r.Hi, after)
	}
	return strings.Join(parts, ` UNION ALL `), args
}

func (p *puller) anyAfter(seq int64) (bool, error) {
	query, args := p.feedQuery(seq)
	var one int64
	return collections.One(p.db, `SELECT seq FROM (`+query+`) LIMIT 1`, args, &one)
}

// tell reports whose data is going to be sent; areas, forms, campaigns are nobody's.
func (p *puller) tell(some []Change) error {
	var ids []string
	for _, ch := range some {
		public := slices.Contains([]string{collections.Areas, collections.Forms, collections.Campaigns}, ch.Collection)
		if ch.Op == collections.Upsert && !public {
			ids = append(ids, ch.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return p.seen(ids)
}

// fill writes each record as it is now; one that is gone or not the worker's any more becomes a leave. told says that
// the reading of all of them was reported.
func (p *puller) fill(found []Change, told bool) error {
	for len(found) > 0 {
		some := found[:min(portion, len(found))]
		found = found[len(some):]
		if err := p.load(some); err != nil {
			return err
		}
		if !told {
			if err := p.tell(some); err != nil {
				return err
			}
		}
		for i := range some {
			if some[i].Op == damaged {
				continue
			}
			if err := p.page.add(some[i]); err != nil {
				return err
			}
			some[i].Data = nil
		}
		p.written += len(some)
	}
	return nil
}

// load reads the data of a portion, with one query for each collection that has records in it.
func (p *puller) load(some []Change) error {
	at := map[string]map[string]int{}
	for i, ch := range some {
		if ch.Op == collections.Upsert {
			if at[ch.Collection] == nil {
				at[ch.Collection] = map[string]int{}
			}
			at[ch.Collection][ch.ID] = i
			some[i].Op = collections.Leave // until it is found
		}
	}
	for collection, wanted := range at {
		var err error
		if _, isDocument := documents[collection]; isDocument {
			err = p.loadDocuments(collection, wanted, some)
		} else {
			err = p.loadVisits(collection, wanted, some)
		}
		if err != nil {
			return fmt.Errorf("pull %s: %w", collection, err)
		}
	}
	return nil
}

func (p *puller) loadDocuments(collection string, wanted map[string]int, into []Change) error {
	ids := make([]string, 0, len(wanted))
	for id := range wanted {
		ids = append(ids, id)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	where, args := `1`, []any{string(list)}
	for _, ph := range p.phases {
		if ph.collection == collection {
			where, args = ph.where, append(args, ph.args...)
		}
	}
	sealed := `''`
	if collections.Registry[collection] != nil {
		sealed = collections.SealedColumn
	}
	return collections.Each(p.db, `SELECT id, rev, `+sealed+`, `+documents[collection]+` FROM `+collection+` WHERE id IN (SELECT value FROM json_each(?)) AND (`+where+`)`, args, func(rows *sql.Rows) error {
		var id, sealed string
		var rev int64
		var text []byte
		if err := rows.Scan(&id, &rev, &sealed, &text); err != nil {
			return err
		}
		opened, whole, err := collections.OpenWhole(p.db, collection, id, sealed)
		if err == nil && !whole {
			into[wanted[id]].Op = damaged
			return nil
		}
		if err == nil {
			text, err = complete(text, opened)
		}
		into[wanted[id]].found(text, rev)
		return err
	})
}

// complete puts what was sealed of a row into its document, where its columns are blank. Quotes within texts are escaped,
// so that only a member of the document reads like one. A household without a place has none, not 0, 0.
func complete(text []byte, opened seal.Row) ([]byte, error) {
	for _, v := range opened {
		value, blank := []byte(v.Text), `{"lon":0,"lat":0}`
		if v.Column != "location" {
			var err error
			if value, err = json.Marshal(v.Text); err != nil {
				return nil, err
			}
			blank = `""`
		} else if !json.Valid(value) {
			return nil, errors.New("the sealed place is no JSON")
		}
		member := `"` + v.Column + `":`
		text = bytes.Replace(text, []byte(member+blank), append([]byte(member), value...), 1)
	}
	return bytes.Replace(text, []byte(`"location":{"lon":0,"lat":0}`), []byte(`"location":null`), 1), nil
}

func (ch *Change) found(data []byte, rev int64) {
	ch.Op, ch.Data, ch.Rev = collections.Upsert, data, rev
}

// damaged is the Op of what cannot be opened: the tablet is told nothing of it, and keeps what it has.
const damaged = ""

// anywhere ends the place of a record that is noted as damaged because it, or a row of one of its repeats, is.
const anywhere = "/"

// unreadable reports whether a row, or one below it, did not open when it was read last.
func (p *puller) unreadable(collection, id string) bool {
	return collections.IsDamaged(p.db, collection, id) || collections.IsDamaged(p.db, collection, id+anywhere)
}

func (p *puller) loadVisits(collection string, wanted map[string]int, into []Change) error {
	if _, ok := p.library.ByTable(collection); !ok {
		return nil
	}
	for id, i := range wanted {
		var version string
		found, err := collections.One(p.db, `SELECT form_version FROM "`+collection+`" WHERE id=?`, []any{id}, &version)
		if err != nil {
			return err
		}
		in, ok := p.library.ForRecord(collection, version)
		if !found || !ok {
			continue
		}
		data, rev, err := p.visit(in, id)
		p.db.Keys().NoteDamage(collections.SealedAt(collection, id)+anywhere, err)
		if collections.Damaged(err) {
			into[i].Op = damaged
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		if data != nil {
			into[i].found(data, rev)
		}
	}
	return nil
}

// visit is one of the worker's own records, with what the supervisor said of it last.
func (p *puller) visit(in *instrument.Instrument, id string) ([]byte, int64, error) {
	rec, root, found, err := in.Layout.Find(p.db, id)
	if err != nil || !found || rec.Worker != p.actor.ID {
		return nil, 0, err
	}
	answers, err := xform.ToJSON(in.Form, root)
	if err != nil {
		return nil, 0, err
	}
	var review, comment, sealed string
	if _, err := collections.One(p.db, `SELECT id, comment, sealed FROM reviews WHERE record=? ORDER BY created DESC, id DESC`, []any{id}, &review, &comment, &sealed); err != nil {
		return nil, 0, err
	}
	opened, _, err := collections.OpenWhole(p.db, collections.Reviews, review, sealed)
	if err != nil {
		return nil, 0, err
	}
	opened.Fill("comment", &comment)
	data, err := json.Marshal(map[string]any{
		"form": rec.Form, "version": rec.FormVersion, "campaign": rec.Campaign, "household": rec.Household, "person": rec.Person, "area": rec.Area, "outcome": rec.Outcome,
		"review_state": rec.ReviewState, "comment": comment, "issues": rec.Issues, "received_at": rec.ReceivedAt, "answers": json.RawMessage(answers),
	})
	return data, rec.Rev, err
}
