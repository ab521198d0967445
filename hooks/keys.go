package hooks

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pocketbase/pocketbase/core"

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

// headStart is how long a start may seal before the first answer what an upgrade seals and earlier programs did not. In a small
// database that is all; in a large one the rest is sealed beside the work of the day.
const headStart = 2 * time.Second

// sealAll seals what lies in clear, on the first start with keys, and what rows are found by when that has changed: until
// then nobody would be found.
func (d *Doorstep) sealAll(app core.App) error {
	ctx := context.Background()
	begun, err := sealing.Begun(app, collections.KeysOf(app))
	if err != nil {
		return err
	}
	if !begun {
		return sealing.Everything(ctx, app, d.Library, toldSealing(1))
	}
	if err := sealing.Lookups(ctx, app, d.Library, toldSealing(1)); err != nil {
		return err
	}
	soon, cancel := context.WithTimeout(ctx, headStart)
	defer cancel()
	clear, err := sealing.Renew(soon, app, d.Library, nil)
	switch {
	case soon.Err() != nil:
		fmt.Fprint(os.Stderr, "升级后的加密与服务同时进行；keys status 显示进度 · "+
			"what this version seals is sealed beside the server; keys status shows how far it has come\n")
		return nil
	case err != nil || clear == 0:
		return err
	}
	return sealing.Scrub(app)
}

// toldSealing tells the terminal how far sealing has come, once in so many pages.
func toldSealing(pages int) sealing.Progress {
	n := 0
	return func(table string, seen, sealed int) {
		if n++; sealed > 0 && n%pages == 0 {
			fmt.Fprintf(os.Stderr, "加密 sealing %s: %d\n", table, sealed)
		}
	}
}

// breath is how long the sealing beside the server leaves the database to others after each page.
const breath = 20 * time.Millisecond

// renew seals what an upgrade seals, beside the work of the day.
func (d *Doorstep) renew(ctx context.Context, app core.App) error {
	told := toldSealing(500)
	_, err := sealing.Renew(ctx, app, d.Library, func(table string, seen, sealed int) {
		told(table, seen, sealed)
		time.Sleep(breath)
	})
	return err
}

// watchKeys notices within a minute that there is a new key, and seals with it what is there, beside the work of the day.
func (d *Doorstep) watchKeys(e *core.ServeEvent) error {
	app := e.App
	reseal := func(ctx context.Context) error {
		return errors.Join(sealSecrets(app), sealing.Reseal(ctx, app, d.Library, nil))
	}
	indexed, err := sealing.Indexed(app, collections.KeysOf(app))
	if err != nil {
		return err
	}
	done, err := sealing.Done(app)
	if err != nil {
		return err
	}
	beside(app, "doorstep.sealing", func(ctx context.Context, app core.App) (err error) {
		if !indexed {
			err = d.renew(ctx, app)
		}
		if !done {
			err = errors.Join(err, reseal(ctx))
		}
		return err
	})
	return byClock(e, "doorstep.keys", eachMinute, func(ctx context.Context, app core.App) error {
		changed, err := collections.KeysOf(app).Reload(ctx)
		if changed {
			err = errors.Join(err, reseal(ctx))
		}
		return errors.Join(err, sealPasswords(ctx, app))
	})
}

// sealPasswords seals what commands of PocketBase's own, which know no keys, have stored.
func sealPasswords(ctx context.Context, app core.App) error {
	if some, err := signin.Unsealed(collections.Read(app)); err != nil || !some {
		return err
	}
	return collections.Write(ctx, app, signin.SealPasswords)
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
