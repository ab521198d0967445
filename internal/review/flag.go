package review

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// Flags of a record.
const (
	FlagOwn  = "own"  // seen by who set it alone
	FlagTeam = "team" // seen by all who review there
)

// Flag marks a record. Of each person there is one flag at most.
type Flag struct {
	Collection string `json:"-"`
	Record     string `json:"-"`
	Flag       string `json:"flag"` // own, team; "" takes one's own off, and those of the team
}

// SetFlag sets or takes off a flag. It changes nothing of the record. It fails with problem.NotFound outside of the territory.
func SetFlag(ctx context.Context, app core.App, actor access.Actor, f Flag, now time.Time) error {
	if f.Flag != "" && f.Flag != FlagOwn && f.Flag != FlagTeam {
		return problem.New(problem.BadParameter, "flag")
	}
	return collections.Write(ctx, app, func(db collections.DB) error {
		var area, worker string
		found, err := collections.One(db, `SELECT area, worker FROM "`+f.Collection+`" WHERE id=?`, []any{f.Record}, &area, &worker)
		switch {
		case err != nil:
			return err
		case !found || !actor.May(access.ReviewRecord, area, worker):
			return problem.New(problem.NotFound, "")
		}
		if f.Flag == "" {
			_, err = db.Exec(`DELETE FROM record_flags WHERE record=? AND (worker=? OR team)`, f.Record, actor.ID)
		} else {
			_, err = db.Exec(`INSERT INTO record_flags (record, worker, collection, team, created) VALUES (?,?,?,?,?)
				ON CONFLICT DO UPDATE SET team=excluded.team, created=excluded.created`,
				f.Record, actor.ID, f.Collection, f.Flag == FlagTeam, collections.Stamp(now))
		}
		if err != nil {
			return err
		}
		did := actor.DidTo("review.flag", f.Collection, f.Record, area, f.Record)
		did.Purpose, did.Detail = audit.Review, map[string]string{"flag": f.Flag}
		return audit.Append(db, now, did)
	})
}
