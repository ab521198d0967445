package ingest

import (
	"encoding/json"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

// Held is a quarantined submission as a supervisor sees it in the list.
type Held struct {
	ID         string            `json:"id"`
	Code       string            `json:"code"`
	Message    map[string]string `json:"message"` // of the code, by language
	Form       string            `json:"form"`
	Title      map[string]string `json:"title"` // of the form, by language; "" where none is known
	Version    string            `json:"version"`
	Instance   string            `json:"instance"`
	Worker     string            `json:"worker"`
	WorkerName string            `json:"worker_name"`
	Area       string            `json:"area"`
	AreaName   string            `json:"area_name"`
	Channel    string            `json:"channel"`
	ReceivedAt string            `json:"received_at"`
	Raw        string            `json:"raw"`
}

// heldPage bounds the submissions of a page.
const heldPage = 200

// HeldAsked says which held submissions are listed; "" for all, and at most heldPage where no limit is said. The oldest stand first, or the
// newest where that is asked for.
type HeldAsked struct {
	Area, Form, Code, Cursor string
	Newest                   bool
	Limit                    int
}

// ListQuarantine lists what waits in the actor's territory, and the cursor of what follows; nil for nothing.
func ListQuarantine(db collections.DB, instruments *instrument.Library, actor access.Actor,
	f HeldAsked) (held []Held, next *string, err error) {
	from, ok := territory.ParseCursor(f.Cursor)
	if !ok {
		return nil, nil, problem.New(problem.BadCursor, "")
	}
	sign, down := `>`, ``
	if f.Newest {
		sign, down = `<`, ` DESC`
	}
	where, more := `(s.received_at, s.id)`+sign+`(?, ?)`, []any{from.Place, from.ID}
	if from == (territory.Position{}) {
		where, more = `1`, nil
	}
	for _, one := range []struct{ column, value string }{{"form", f.Form}, {"code", f.Code}} {
		if one.value != "" {
			where, more = where+` AND s.`+one.column+`=?`, append(more, one.value)
		}
	}
	limit := heldPage
	if f.Limit > 0 {
		limit = min(f.Limit, heldPage)
	}
	among, args := territory.Among(actor.Ranges(f.Area))
	ids, err := collections.Column[string](db, `SELECT s.id FROM `+among+` r CROSS JOIN submissions s ON s.area>=r.lo AND s.area<r.hi
		WHERE s.outcome='quarantined' AND `+where+` ORDER BY s.received_at`+down+`, s.id`+down+` LIMIT ?`,
		append(append(args, more...), limit+1)...)
	if err != nil {
		return nil, nil, err
	}
	held, err = collections.ReadPage(min(len(ids), limit), func(i int) (Held, int, error) {
		h, err := heldLine(db, instruments, ids[i])
		if collections.Damaged(err) {
			err = nil
		}
		return h, len(h.Raw), err
	})
	if n := len(held); err == nil && n < len(ids) {
		cursor := territory.Position{Place: held[n-1].ReceivedAt, ID: held[n-1].ID}.Cursor()
		next = &cursor
	}
	return held, next, err
}

// heldColumns are what a line says, in the order of Held.into.
const heldColumns = `SELECT id, code, form, form_version, instance, worker,
	COALESCE((SELECT name FROM workers w WHERE w.id=submissions.worker),''),
	area, COALESCE((SELECT name FROM areas a WHERE a.code=submissions.area),''), channel, received_at, raw, sealed FROM submissions `

func (h *Held) into(sealed *string) []any {
	return []any{&h.ID, &h.Code, &h.Form, &h.Version, &h.Instance, &h.Worker, &h.WorkerName, &h.Area, &h.AreaName, &h.Channel, &h.ReceivedAt,
		&h.Raw, sealed}
}

// says tells why it waits, and names the form: as what arrived names it where none is known, since the row has a keyed hash of such a name.
func (h *Held) says(instruments *instrument.Library) {
	h.Title = map[string]string{"zh": "", "en": ""}
	if in, known := instruments.Newest(h.Form); known {
		for tag := range h.Title {
			h.Title[tag] = in.Form.Titles.Tagged(tag)
		}
	}
	h.Message = reasonOf(problem.Code(h.Code))
	var said struct{ Form, Version string }
	if h.Code != string(problem.UnknownForm) || json.Unmarshal([]byte(h.Raw), &said) != nil || said.Form == "" {
		return
	}
	h.Form, h.Version = said.Form, said.Version
}
