package hooks

import (
	"context"
	"fmt"
	"os"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"doorstep/collections"
	"doorstep/internal/devicesync"
	"doorstep/internal/sealing"
	"doorstep/internal/signin"
)

// openKeys finds the keys of the database, or refuses to go on without.
func (d *Doorstep) openKeys(app core.App) error {
	opened, err := sealing.Open(context.Background(), app, d.Keys, d.Now())
	if err != nil {
		return err
	}
	fmt.Fprint(os.Stderr, opened.Notice)
	return nil
}

// sealAll seals what lies in clear, on the first start with keys, and makes the blind indexes anew when their key has
// changed: until then nobody would be found.
func (d *Doorstep) sealAll(app core.App) error {
	keys := collections.KeysOf(app)
	indexed, err := sealing.Indexed(app, keys)
	if err != nil || indexed {
		return err
	}
	return sealing.Everything(context.Background(), app, d.Library, func(table string, seen, sealed int) {
		if sealed > 0 {
			fmt.Fprintf(os.Stderr, "加密 sealing %s: %d\n", table, sealed)
		}
	})
}

// watchKeys notices within a minute that there is a new key, and seals with it what is there, beside the work of the day.
func (d *Doorstep) watchKeys(e *core.ServeEvent) error {
	app := e.App
	reseal := func() {
		if err := sealSecrets(app); err != nil {
			app.Logger().Error("seal secrets with the new key", "error", err.Error())
		}
		if err := sealing.Reseal(context.Background(), app, d.Library, nil); err != nil {
			app.Logger().Error("seal with the new key", "error", err.Error())
		}
	}
	if done, err := sealing.Done(app); err != nil {
		return err
	} else if !done {
		routine.FireAndForget(reseal)
	}
	err := app.Cron().Add("doorstep.keys", "* * * * *", func() {
		changed, err := collections.KeysOf(app).Reload(context.Background())
		if err != nil {
			app.Logger().Error("read the keys anew", "error", err.Error())
		} else if changed {
			reseal()
		}
		if err := sealPasswords(app); err != nil {
			app.Logger().Error("seal passwords", "error", err.Error())
		}
	})
	if err != nil {
		return err
	}
	return e.Next()
}

// sealPasswords seals what commands of PocketBase's own, which know no keys, have stored.
func sealPasswords(app core.App) error {
	if some, err := signin.Unsealed(collections.Read(app)); err != nil || !some {
		return err
	}
	return collections.Write(context.Background(), app, signin.SealPasswords)
}

// sealPassword seals a password that somebody gives an account.
func sealPassword(e *core.RecordEvent) error {
	if err := signin.SealPassword(e.App, e.Record); err != nil {
		return err
	}
	return e.Next()
}

// sealSecrets makes and seals the secrets that stand alone: of seals, of second factors, and hashes of passwords.
func sealSecrets(app core.App) error {
	return collections.Write(context.Background(), app, func(db collections.DB) error {
		if err := devicesync.MakeSealKey(db); err != nil {
			return err
		}
		if err := signin.SealPasswords(db); err != nil {
			return err
		}
		return signin.SealFactors(db)
	})
}
