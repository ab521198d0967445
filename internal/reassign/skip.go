package reassign

import (
	"context"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
)

// record is one that is being looked at, and the place of the job where it was come upon.
type record struct {
	collection, id, area string
	at                   place
}

// next does the next batch. A record that cannot be read or written must not block those behind it: the batch is done again one by
// one, and the one that fails is noted and left where it lies. Whatever looks at its area next looks at it again.
func (w *work) next(ctx context.Context, app core.App) error {
	w.looking = record{}
	err := collections.Write(ctx, app, w.batch)
	switch {
	case err == nil || ctx.Err() != nil || w.looking.id == "":
		return err
	case w.most > 1:
		w.most = 1
		return nil
	}
	w.most = atOnce
	return collections.Write(ctx, app, w.skip)
}

// skip notes the record that failed, and goes on behind it. What the error says may be about somebody: it is not kept.
func (w *work) skip(db collections.DB) error {
	w.db, w.now = db, w.Now()
	const note = `INSERT INTO area_job_skips (job, collection, record, area, reason, tries, at) VALUES (?,?,?,?,'failed',1,?)
		ON CONFLICT DO UPDATE SET tries=tries+1, at=excluded.at`
	if _, err := db.Exec(note, w.job.ID, w.looking.collection, w.looking.id, w.looking.area, collections.Stamp(w.now)); err != nil {
		return fmt.Errorf("note a record that was skipped: %w", err)
	}
	w.at = w.looking.at
	w.at.after = w.looking.id
	w.job.Done++
	return w.save()
}
