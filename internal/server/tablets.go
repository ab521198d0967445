package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/body"
	"doorstep/internal/devicesync"
	"doorstep/internal/ingest"
	"doorstep/internal/problem"
	"doorstep/internal/protocol"
	"doorstep/internal/signin"
)

func registerDevice(r *request) error {
	var in devicesync.Registration
	if err := r.bind(&in); err != nil {
		return err
	}
	registered, err := devicesync.Register(r.ctx(), r.App, r.act(), in)
	if err != nil {
		return err
	}
	token, err := signin.Token(r.App, r.Auth, registered.Device)
	return r.send(struct {
		devicesync.Registered
		Token string `json:"token"` // good on this tablet alone
	}{registered, token}, err)
}

func formXML(r *request) error {
	in, ok := r.Library.Get(r.path("form"), r.path("version"))
	if !ok {
		return problem.New(problem.NotFound, "")
	}
	r.Response.Header().Set("ETag", `"`+in.MD5+`"`)
	if r.Request.Header.Get("If-None-Match") == `"`+in.MD5+`"` {
		return r.NoContent(http.StatusNotModified)
	}
	return r.Blob(http.StatusOK, "text/xml; charset=utf-8", in.XML)
}

func push(r *request) error {
	device := r.Request.Header.Get(protocol.DeviceHeader)
	offset, err := devicesync.ClockOffset(r.db(), r.actor, device)
	if err == nil {
		err = r.Records.Open(r.actor.ID, r.Now())
	}
	if err != nil {
		return err
	}
	batch, said, err := r.batch(r.actor.ID)
	defer said.Release()
	if err != nil {
		return err
	}
	sender := ingest.Sender{Actor: r.actor, Device: device, Channel: ingest.Native, ClockOffset: offset, Waiting: batch.Waiting}
	receipts, err := ingest.Accept(r.ctx(), r.App, r.Intake(), sender, batch.Operations)
	if err != nil {
		return err
	}
	return r.receipts(receipts)
}

// batch reads the body of a push, which counts for the day of a worker or a tablet; its bytes are in use until the answer.
func (r *request) batch(by string) (batch devicesync.Batch, said *body.Body, err error) {
	r.Request.Body = once(r.Request.Body)
	if said, err = body.Read(r.Request, protocol.MaxPushBytes, r.bodies, holder(r.RequestEvent)); err == nil {
		r.Records.Add(by, int64(len(said.Bytes)), r.Now())
		batch, err = devicesync.ReadBatch(said.Bytes)
	}
	return batch, said, err
}

func (r *request) receipts(receipts []ingest.Receipt) error {
	epoch, err := devicesync.Epoch(r.db())
	return r.send(map[string]any{"epoch": epoch, "results": receipts}, err)
}

// asked is the pull that a request speaks of.
func asked(r *request) (devicesync.Pull, error) {
	db := r.db()
	log := func(err error) { r.App.Logger().Error("page broke off", "error", err.Error()) }
	q := devicesync.Pull{
		DB: db, Library: r.Library, Actor: r.actor, Cursor: r.query("cursor"), Sums: r.sums, Log: log,
		Limit: cmp.Or(r.limit, devicesync.DefaultPage),
		Seen:  func(ids []string) error { return r.saw(audit.Capture, pulled(r.actor, ids)) },
	}
	if err := devicesync.CheckDevice(db, r.actor, r.Request.Header.Get(protocol.DeviceHeader)); err != nil {
		return q, err
	}
	return q, nil
}

func pull(r *request) error {
	q, err := asked(r)
	if err != nil {
		return err
	}
	if err = q.Serve(r.Response); errors.Is(err, devicesync.ErrAhead) {
		if err := r.RenewEpoch(r.ctx(), r.App, "一台平板比数据库更新 · a tablet is ahead of the database"); err != nil {
			return err
		}
		return q.Serve(r.Response)
	}
	return err
}

func digest(r *request) error {
	q, err := asked(r)
	if err != nil {
		return err
	}
	return r.send(q.Digest())
}

func repairPull(r *request) error {
	q, err := asked(r)
	if err != nil {
		return err
	}
	return q.Repair(r.Response, r.query("buckets"))
}

// handIn takes the unsent work of a tablet that was shut out, and tells nothing.
func handIn(r *request) error {
	device, seal := r.Request.Header.Get(protocol.DeviceHeader), r.Request.Header.Get(protocol.SealHeader)
	if seal == "" {
		return unknown(r.RequestEvent)
	}
	worker, err := devicesync.AdmitHandIn(r.db(), device, seal)
	if err == nil {
		err = r.Records.Open(device, r.Now()) // its own day: whoever has the tablet uses up nothing of the worker's
	}
	if err != nil {
		return err
	}
	batch, said, err := r.batch(device)
	defer said.Release()
	if err != nil {
		return err
	}
	handed := ingest.HandedIn{Worker: worker, Device: device, Operations: batch.Operations, Last: batch.Last}
	receipts, err := ingest.AcceptHandedIn(r.ctx(), r.App, handed, r.Now())
	if err != nil {
		return err
	}
	return r.receipts(receipts)
}

func unknown(re *core.RequestEvent) error {
	if re.Auth == nil {
		return problem.New(problem.NotSignedIn, "")
	}
	return problem.New(problem.NotAllowed, "")
}

// stranger refuses who has no rights, or none any more: a tablet that was shut out is told to wipe, whatever became of its
// token.
func stranger(re *core.RequestEvent) error {
	if err := devicesync.ShutOut(collections.Read(re.App), re.Request.Header.Get(protocol.DeviceHeader)); err != nil {
		return err
	}
	if re.Auth != nil && re.Auth.Collection().Name == collections.Workers && access.Role(re.Auth.GetString("role")) == access.Field {
		return problem.New(problem.WorkerRevoked, "wipe")
	}
	return problem.New(problem.NotSignedIn, "")
}

// RenewEpoch makes every tablet begin anew, which loses nothing that they hold, and puts the reason on record.
func (s *Server) RenewEpoch(ctx context.Context, app core.App, why string) error {
	fmt.Fprintf(os.Stderr, "数据库可能来自备份（%s）：平板将重新同步。\n"+
		"The database may come from a backup: tablets will sync in full.\n", why)
	return collections.Write(ctx, app, func(db collections.DB) error {
		if err := devicesync.RenewEpoch(db); err != nil {
			return err
		}
		renewed := audit.Entry{Action: "epoch.renew", Purpose: audit.Administration, Detail: map[string]string{"why": why}}
		return audit.Append(db, s.Now(), renewed)
	})
}
