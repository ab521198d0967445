package seed

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/demo"
	"doorstep/internal/signin"
)

func buildOperator(app core.App, password string) error {
	c, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.SetEmail(Operator)
	r.SetPassword(password)
	return app.Save(r)
}

// buildWorkers hashes the password once: a slow hash for each of 3,000 accounts would take minutes.
func buildWorkers(ctx context.Context, app core.App, city *demo.City, password string, now time.Time) error {
	hash, err := passwordHash(app, password)
	if err != nil {
		return err
	}
	at := collections.Stamp(now)
	return collections.Write(ctx, app, func(db collections.DB) error {
		for _, w := range slices.Concat(city.Workers, city.Checkers()) {
			id := collections.NewID()
			if err := collections.Insert(db, collections.Workers, collections.Row{
				{Column: "id", Value: id}, {Column: "staff_no", Value: w.Staff}, {Column: "name", Value: w.Name}, {Column: "role", Value: w.Role},
				{Column: "territory", Value: collections.JSONList(w.Territory)},
				{Column: "area", Value: access.Common(w.Territory)}, {Column: "active", Value: true}, {Column: "password", Value: hash},
				{Column: "tokenKey", Value: security.RandomString(50)}, {Column: "email", Value: ""},
				{Column: "emailVisibility", Value: false}, {Column: "verified", Value: true}, {Column: "created", Value: at},
				{Column: "updated", Value: at},
			}); err != nil {
				return err
			}
			for _, r := range territory.Scopes(w.Territory) {
				if err := collections.Insert(db, collections.Scopes, collections.Row{{Column: "worker", Value: id}, {Column: "lo", Value: r.Lo},
					{Column: "hi", Value: r.Hi}, {Column: "created", Value: at}, {Column: "updated", Value: at}}); err != nil {
					return err
				}
			}
		}
		return signin.SealPasswords(db)
	})
}

func passwordHash(app core.App, password string) (string, error) {
	c, err := app.FindCollectionByNameOrId(collections.Workers)
	if err != nil {
		return "", err
	}
	field := c.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField)
	r := core.NewRecord(c)
	r.SetPassword(password)
	value, err := field.DriverValue(r)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(value), nil
}
