package ingest

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
)

// Paradata is how a record was filled in, by the tablet's own log. It holds no answers.
type Paradata struct {
	SHA256     string // of the log
	Count      int    // events
	ActiveS    float64
	Questions  map[string]QuestionTime // by path in the form
	Track      []TrackPoint
	Events     map[string]int // by kind of event
	Pauses     int            // longer than half an hour
	ClockBack  int            // times that the tablet's clock went backwards
	Unreadable int            // lines
}

// QuestionTime is what one question cost.
type QuestionTime struct {
	Seconds float64 `json:"s"`
	Visits  int     `json:"visits"`
	Changes int     `json:"changes,omitempty"` // of an answer that was there already
}

// TrackPoint is where the tablet was, WGS-84; At in milliseconds since 1970 by its clock.
type TrackPoint struct {
	At        int64   `json:"at"`
	Lat       float64 `json:"lat"`
	Lon       float64 `json:"lon"`
	AccuracyM float64 `json:"accuracy_m,omitempty"`
}

// KeepParadata stores it beside the record that the submission went into, once per submission.
func KeepParadata(ctx context.Context, app core.App, st *Stages, sender Sender, instance string, p Paradata) error {
	questions, err := json.Marshal(p.Questions)
	if err != nil {
		return fmt.Errorf("paradata: %w", err)
	}
	track, err := json.Marshal(p.Track)
	if err != nil {
		return fmt.Errorf("paradata: %w", err)
	}
	notes, err := json.Marshal(map[string]any{"events": p.Events, "pauses": p.Pauses, "clock_back": p.ClockBack, "unreadable": p.Unreadable})
	if err != nil {
		return fmt.Errorf("paradata: %w", err)
	}
	return collections.Write(ctx, app, func(db collections.DB) error {
		own, err := ownerOfInstance(db, sender, instance)
		if err != nil {
			return err
		}
		id, err := collections.NewID()
		if err != nil {
			return err
		}
		at := collections.Stamp(st.Now())
		_, err = db.Exec(`INSERT INTO paradata (id, collection, record, instance, sha256, events_count, active_s, questions, track, notes, worker, area, created, updated) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)
			ON CONFLICT (instance) DO UPDATE SET sha256=excluded.sha256, events_count=excluded.events_count, active_s=excluded.active_s, questions=excluded.questions, track=excluded.track, notes=excluded.notes, updated=excluded.updated`,
			id, own.collection, own.record, instance, p.SHA256, p.Count, p.ActiveS, string(questions), string(track), string(notes), own.worker, own.area, at, at)
		if err != nil {
			return fmt.Errorf("keep paradata: %w", err)
		}
		return nil
	})
}
