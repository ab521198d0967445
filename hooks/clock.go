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

// keepBehind keeps the index of who was seen close behind the audit trail, and the counts of how cases ended close behind the records. What
// people need is counted once at the start, and from then on by whoever asks.
func (d *Doorstep) keepBehind(e *core.ServeEvent) error {
	app := e.App
	beside(app, "doorstep.needs", func(ctx context.Context) error { return d.CountNeeds(ctx, app) })
	if err := byClock(app, "doorstep.trail", eachMinute, func(ctx context.Context) error { return audit.Index(ctx, app) }); err != nil {
		return err
	}
	err := byClock(app, "doorstep.coverage", eachMinute, func(ctx context.Context) error { return coverage.Keep(ctx, app, d.Library) })
	if err != nil {
		return err
	}
	return e.Next()
}

const eachMinute = "* * * * *"

// byClock does something at the times of a cron expression, beside the work of the day and one at a time. The end of the server stops
// it and waits for it; after that nothing begins.
func byClock(app core.App, name, times string, do func(context.Context) error) error {
	ctx, going := untilTheEnd(app, name)
	return app.Cron().Add(name, times, func() {
		if !going.TryLock() {
			return
		}
		defer going.Unlock()
		if ctx.Err() != nil {
			return
		}
		if err := do(ctx); err != nil && ctx.Err() == nil {
			app.Logger().Error(name, "error", err.Error())
		}
	})
}

// beside does something once, beside the work of the day. The end of the server stops it and waits for it.
func beside(app core.App, name string, do func(context.Context) error) {
	ctx, going := untilTheEnd(app, name)
	going.Lock()
	routine.FireAndForget(func() {
		defer going.Unlock()
		if err := do(ctx); err != nil && ctx.Err() == nil {
			app.Logger().Error(name, "error", err.Error())
		}
	})
}

// besideWhenAsked does something at once, whenever somebody asks for it, and each minute, beside the work of the day. The end of the
// server stops it and waits for it; the next server goes on with what it left.
func besideWhenAsked(app core.App, name string, asked <-chan struct{}, do func(context.Context) error) {
	beside(app, name, func(ctx context.Context) error {
		minute := time.NewTicker(time.Minute)
		defer minute.Stop()
		for ctx.Err() == nil {
			if err := do(ctx); err != nil && ctx.Err() == nil {
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
