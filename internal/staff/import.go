package staff

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
	"golang.org/x/sync/errgroup"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/export"
	"doorstep/internal/tabular"
)

// Options of an import.
type Options struct {
	Check    bool                     // look at the list, write nothing
	Generate bool                     // make passwords for new accounts without one
	Keep     func([]Credential) error // gets what was made before anything is written; not nil with Generate
	Show     func(done, total int)    // accounts, whose passwords take their time; may be nil
	Actor    access.Actor             // who imports, and gives nobody more than their own
	Now      time.Time
}

// Credential is a password that was made.
type Credential struct{ StaffNo, Name, Password string }

// WritePasswords writes the passwords that were made as a CSV file, in which no name is a formula.
func WritePasswords(w io.Writer, made []Credential) error {
	out, err := export.NewCSV(w, true)
	if err != nil {
		return err
	}
	err = out.Row([]any{"staff_no", "name", "password"})
	for _, c := range made {
		if err == nil {
			err = out.Row([]any{c.StaffNo, c.Name, c.Password})
		}
	}
	return cmp.Or(err, out.Close())
}

// Imported counts what an import did, or would do.
type Imported struct {
	Added   int      `json:"added"`
	Changed int      `json:"changed"`
	Same    int      `json:"same"`
	Silent  int      `json:"without_password"`  // new accounts that nobody can sign in to with a password yet
	Ignored []string `json:"ignored,omitempty"` // headers that no column is called
}

// Import is ImportFile of the list at a path, by somebody at the shell.
func Import(ctx context.Context, app core.App, path string, o Options) (Imported, error) {
	o.Actor = access.Shell()
	return tabular.With(path, func(f tabular.File) (Imported, error) { return ImportFile(ctx, app, f, o) })
}

// ImportFile writes the workers of a list, all or none: new accounts, and changes of known ones by their staff number. The trail names
// each account. It fails with survey.Problems when the list has mistakes or is empty.
func ImportFile(ctx context.Context, app core.App, f tabular.File, o Options) (Imported, error) {
	l, ignored, err := read(collections.Read(app), f, o.Actor)
	done := Imported{Ignored: ignored}
	switch {
	case err != nil:
		return done, err
	case len(l.entries) == 0:
		return done, tabular.Empty()
	case len(l.wrong) > 0:
		return done, l.wrong
	}
	records, made, err := prepare(ctx, app, l.entries, o, &done)
	if err != nil || o.Check {
		return done, err
	}
	if len(made) > 0 {
		if err := o.Keep(made); err != nil {
			return done, err
		}
	}
	did := o.Actor.Did("workers.import")
	did.Collection, did.Purpose, did.Detail = collections.Workers, audit.Administration, done
	entries := []audit.Entry{did}
	return done, app.RunInTransaction(func(tx core.App) error {
		for _, r := range records {
			write := audit.Update
			if r.IsNew() {
				write = audit.Create
			}
			if err := tx.Save(r); err != nil {
				return fmt.Errorf("worker %s: %w", r.GetString("staff_no"), err)
			}
			one := o.Actor.DidTo(audit.Configure, collections.Workers, r.Id, r.GetString("area"))
			one.Purpose, one.Detail = audit.Administration, map[string]string{"write": write}
			entries = append(entries, one)
		}
		db, err := collections.From(tx)
		if err != nil {
			return err
		}
		return audit.Append(db, o.Now, entries...)
	})
}

// prepare makes the records to save. Passwords are hashed here, on all processors: inside the transaction everybody else
// would wait for them.
func prepare(ctx context.Context, app core.App, entries []entry, o Options,
	n *Imported) (records []*core.Record, made []Credential, err error) {
	c, err := app.FindCachedCollectionByNameOrId(collections.Workers)
	if err != nil {
		return nil, nil, err
	}
	hash := map[*core.Record]string{}
	for _, e := range entries {
		r, err := app.FindFirstRecordByData(c, "staff_no", e.StaffNo)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, nil, err
		}
		if err != nil {
			r = core.NewRecord(c)
			r.Set("verified", true)
			switch {
			case e.password != "":
			case o.Generate:
				e.password = security.RandomStringWithAlphabet(12, "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY34679")
				made = append(made, Credential{e.StaffNo, e.Name, e.password})
			default:
				n.Silent++
				e.password = security.RandomString(40) // nobody knows it
			}
			n.Added++
		} else if e.sameAs(r) && e.password == "" {
			n.Same++
			continue
		} else {
			n.Changed++
		}
		e.into(r)
		if e.password != "" {
			hash[r] = e.password
		}
		records = append(records, r)
	}
	if o.Check {
		return records, nil, nil
	}
	return records, made, hashAll(ctx, hash, o.Show)
}

func hashAll(ctx context.Context, passwords map[*core.Record]string, show func(done, total int)) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	through := make(chan struct{}, len(passwords))
	for r, password := range passwords {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			r.SetPassword(password)
			through <- struct{}{}
			return nil
		})
	}
	if show != nil {
		for i := range len(passwords) {
			select {
			case <-through:
				show(i+1, len(passwords))
			case <-ctx.Done():
			}
		}
	}
	return g.Wait()
}

func (e entry) sameAs(r *core.Record) bool {
	return r.GetString("name") == e.Name && r.GetString("role") == string(e.Role) && r.GetBool("active") == e.Active &&
		slices.Equal(access.Territory(r), e.Territory)
}

func (e entry) into(r *core.Record) {
	r.Set("staff_no", e.StaffNo)
	r.Set("name", e.Name)
	r.Set("role", string(e.Role))
	r.Set("territory", e.Territory)
	r.Set("active", e.Active)
}
