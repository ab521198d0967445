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
func (intake *Intake) KeepParadata(ctx context.Context, app core.App, sender Sender, instance string, p Paradata) error {
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
		if own.collection == "" {
			instance = own.record // what waits may bear the id of somebody else's record
		}
		at := collections.Stamp(intake.Now())
		row := collections.Row{
			{Column: "sha256", Value: p.SHA256}, {Column: "events_count", Value: p.Count}, {Column: "active_s", Value: p.ActiveS},
			{Column: "questions", Value: string(questions)}, {Column: "track", Value: string(track)}, {Column: "notes", Value: string(notes)},
			{Column: "updated", Value: at},
		}
		var id string
		known, err := collections.One(db, `SELECT id FROM paradata WHERE instance=?`, []any{instance}, &id)
		if err != nil {
			return err
		}
		if known {
			return collections.Update(db, collections.Paradata, id, row)
		}
		id = collections.NewID()
		return collections.Insert(db, collections.Paradata, append(row, collections.Row{
			{Column: "id", Value: id}, {Column: "collection", Value: own.collection}, {Column: "record", Value: own.record},
			{Column: "instance", Value: instance},
			{Column: "worker", Value: own.worker}, {Column: "area", Value: own.area}, {Column: "created", Value: at},
		}...))
	})
}
