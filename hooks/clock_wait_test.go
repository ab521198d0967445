package hooks

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

// The end of the server stops what is done beside it and waits for that: the database closes then.
func TestTheEndWaitsForWhatIsDoneBeside(t *testing.T) {
	for name, begin := range map[string]func(core.App, func(context.Context, core.App) error){
		"once": func(app core.App, do func(context.Context, core.App) error) { beside(app, "doorstep.test", do) },
		"when asked": func(app core.App, do func(context.Context, core.App) error) {
			besideWhenAsked(app, "doorstep.test", nil, do)
		},
		"by the clock": func(app core.App, do func(context.Context, core.App) error) {
			if err := byClock(&core.ServeEvent{App: app}, "doorstep.test", eachMinute, do); err != nil {
				t.Fatal(err)
			}
			for _, j := range app.Cron().Jobs() {
				if j.Id() == "doorstep.test" {
					go j.Run()
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
			begun, closing, late := make(chan struct{}), make(chan struct{}), make(chan bool, 1)
			var closed atomic.Bool
			begin(app, func(ctx context.Context, _ core.App) error {
				close(begun)
				<-ctx.Done()
				<-closing
				for range 1000 { // whoever does not wait comes as far as to close meanwhile
					runtime.Gosched()
				}
				late <- closed.Load()
				return ctx.Err()
			})
			<-begun
			on(app.OnTerminate(), "doorstep.test.closing", 4, func(e *core.TerminateEvent) error {
				go close(closing)
				return e.Next()
			})
			on(app.OnTerminate(), "doorstep.test.close", 6, func(e *core.TerminateEvent) error {
				closed.Store(true)
				return e.Next()
			})
			if err := app.OnTerminate().Trigger(&core.TerminateEvent{App: app}); err != nil {
				t.Fatal(err)
			}
			if <-late {
				t.Error("it was going on when the database closed")
			}
		})
	}
}
