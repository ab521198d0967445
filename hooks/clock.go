package hooks

import (
	"context"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"doorstep/internal/audit"
	"doorstep/internal/coverage"
)

// keepTrail keeps the index of who was seen close behind the audit trail.
func (d *Doorstep) keepTrail(e *core.ServeEvent) error {
	return byClock(e, "doorstep.trail", eachMinute, audit.Index)
}

// keepCounts keeps the counts of how cases ended close behind the records. What people need is counted once at the start, and from then
// on by whoever asks.
func (d *Doorstep) keepCounts(e *core.ServeEvent) error {
	beside(e.App, "doorstep.needs", d.CountNeeds)
	return byClock(e, "doorstep.coverage", eachMinute, func(ctx context.Context, app core.App) error {
		return coverage.Keep(ctx, app, d.Library)
	})
}

const eachMinute = "* * * * *"

// byClock does something at the times of a cron expression, beside the work of the day and one at a time, and goes on with the start. The
// end of the server stops it and waits for it; after that nothing begins.
func byClock(e *core.ServeEvent, name, times string, do func(context.Context, core.App) error) error {
	app := e.App
	ctx, going := untilTheEnd(app, name)
	err := app.Cron().Add(name, times, func() {
		if !going.TryLock() {
			return
		}
		defer going.Unlock()
		if ctx.Err() != nil {
			return
		}
		if err := do(ctx, app); err != nil && ctx.Err() == nil {
			app.Logger().Error(name, "error", err.Error())
		}
	})
	return errOr(err, e.Next)
}

// beside does something once, beside the work of the day. The end of the server stops it and waits for it.
func beside(app core.App, name string, do func(context.Context, core.App) error) {
	ctx, going := untilTheEnd(app, name)
	going.Lock()
	routine.FireAndForget(func() {
		defer going.Unlock()
		if err := do(ctx, app); err != nil && ctx.Err() == nil {
			app.Logger().Error(name, "error", err.Error())
		}
	})
}

// besideWhenAsked does something at once, whenever somebody asks for it, and each minute, beside the work of the day. The end of the
// server stops it and waits for it; the next server goes on with what it left.
func besideWhenAsked(app core.App, name string, asked <-chan struct{}, do func(context.Context, core.App) error) {
	beside(app, name, func(ctx context.Context, app core.App) error {
		minute := time.NewTicker(time.Minute)
		defer minute.Stop()
		for ctx.Err() == nil {
			if err := do(ctx, app); err != nil && ctx.Err() == nil {
				app.Logger().Error(name, "error", err.Error())
			}
			select {
			case <-minute.C:
			case <-asked:
			case <-ctx.Done():
			}
		}
		return nil
	})
}

// End ends what is done beside requests, waits for it, and closes the database.
func End(app core.App) error {
	return app.OnTerminate().Trigger(&core.TerminateEvent{App: app}, func(e *core.TerminateEvent) error { return e.App.ResetBootstrapState() })
}

// untilTheEnd returns a context that lasts as long as the server, and a lock that its end waits for, because the database closes then.
func untilTheEnd(app core.App, name string) (context.Context, *sync.Mutex) {
	ctx, stop := context.WithCancel(context.Background())
	var going sync.Mutex
	on(app.OnTerminate(), name+".stop", 5, func(e *core.TerminateEvent) error {
		stop()
		going.Lock()
		defer going.Unlock()
		return e.Next()
	})
	return ctx, &going
}
