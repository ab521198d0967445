// Package devicesync is the native door: tablets register, push what they collected and pull what changed (docs/sync.md).
package devicesync

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/ingest"
	"doorstep/internal/problem"
	"doorstep/internal/signin"
)

// epochKey is the meta key of the epoch: it changes when the database may be older than what clients hold, and they
// then start anew.
const epochKey = "epoch"

// Epoch reads the epoch of this database.
func Epoch(db collections.DB) (string, error) { return collections.MetaValue(db, epochKey) }

// RenewEpoch sets a new epoch, so that every client resyncs in full instead of skipping what the restore took back.
func RenewEpoch(db collections.DB) error {
	if err := collections.SetMeta(db, cursorKey, newCursorKey()); err != nil {
		return err
	}
	return collections.SetMeta(db, epochKey, uuid.NewString()[:8])
}

// ForgetEpoch leaves a copy of the database without an epoch: it gets a new one wherever it is put.
func ForgetEpoch(db collections.DB) error {
	_, err := db.Exec(`DELETE FROM meta WHERE "key" IN (?, ?)`, epochKey, cursorKey)
	return err
}

// Settled reports whether this database has an epoch, and the key of its cursors.
func Settled(db collections.DB) (bool, error) {
	epoch, err := Epoch(db)
	if err != nil {
		return false, err
	}
	key, err := collections.MetaValue(db, cursorKey)
	return epoch != "" && key != "", err
}

// FeedHead is the newest place of the feed; 0 for an empty one. It never goes back.
func FeedHead(db collections.DB) (seq int64, err error) {
	_, err = collections.One(db, `SELECT COALESCE(MAX(seq),0) FROM changes`, nil, &seq)
	return seq, err
}

// Registration is what a tablet says of itself.
type Registration struct {
	ID         string `json:"id"` // "" for a new tablet; a known id keeps it
	Name       string `json:"name"`
	App        string `json:"app"`
	Platform   string `json:"platform"`
	DeviceTime string `json:"device_time"` // RFC 3339; only measured, never trusted

	ingest.Waiting
}

// Registered is the answer to a registration.
type Registered struct {
	Device       string  `json:"device"`
	Epoch        string  `json:"epoch"`
	ServerTime   string  `json:"server_time"`
	ClockOffsetS float64 `json:"clock_offset_s"`
	LastSeq      int64   `json:"last_seq"`
	Seal         string  `json:"seal"` // to hand in with, when the device has been shut out
}

// mostDevices bounds the tablets of one worker, revoked ones aside.
const mostDevices = 20

// mostText bounds each field of a registration, in bytes.
const mostText = 200

func (in Registration) tooLong() string {
	for field, text := range map[string]string{"id": in.ID, "name": in.Name, "app": in.App, "platform": in.Platform,
		"device_time": in.DeviceTime} {
		if len(text) > mostText {
			return field
		}
	}
	return ""
}

// Register makes a tablet known, or greets a known one. A revoked one gets problem.DeviceRevoked, one more than mostDevices
// problem.TooManyDevices, and what is longer than mostText problem.BadParameter.
func Register(ctx context.Context, app core.App, act access.Act, in Registration) (Registered, error) {
	out := Registered{ServerTime: act.Now.UTC().Format(time.RFC3339Nano)}
	if field := in.tooLong(); field != "" {
		return out, problem.New(problem.BadParameter, field)
	}
	if t, err := time.Parse(time.RFC3339, in.DeviceTime); err == nil {
		out.ClockOffsetS = t.Sub(act.Now).Seconds()
	}
	err := collections.Write(ctx, app, func(db collections.DB) error {
		var err error
		if out.Epoch, err = Epoch(db); err != nil {
			return err
		}
		if out.Device, out.LastSeq, err = saveDevice(db, act, in, out.ClockOffsetS); err != nil {
			return err
		}
		out.Seal, err = sealOf(db, out.Device)
		return err
	})
	return out, err
}

func saveDevice(db collections.DB, act access.Act, in Registration, offset float64) (string, int64, error) {
	at := collections.Stamp(act.Now)
	seen := collections.Row{
		{Column: "name", Value: in.Name}, {Column: "app", Value: in.App}, {Column: "platform", Value: in.Platform},
		{Column: "area", Value: access.Common(act.Territory)},
		{Column: "clock_offset_s", Value: offset}, {Column: "last_contact", Value: at}, {Column: "handed_in", Value: ""},
		{Column: "updated", Value: at},
	}
	seen = append(seen, in.Waiting.Row(act.Now)...)
	id := in.ID
	if id != "" {
		t, err := known(db, act.Actor, id)
		if err == nil {
			return id, t.lastSeq, collections.Update(db, collections.Devices, id, seen)
		}
		if gone, e := forgotten(db, id); e != nil || !gone {
			return "", 0, errors.Join(e, err)
		}
	} else {
		id = collections.NewID()
	}
	var known int
	if _, err := collections.One(db, `SELECT COUNT(*) FROM devices WHERE worker=? AND NOT revoked`, []any{act.ID}, &known); err != nil {
		return "", 0, err
	}
	if known >= mostDevices {
		return "", 0, problem.New(problem.TooManyDevices, "")
	}
	row := append(collections.Row{{Column: "id", Value: id}, {Column: "worker", Value: act.ID}, {Column: "revoked", Value: false},
		{Column: "created", Value: at}}, seen...)
	return id, 0, collections.Insert(db, collections.Devices, row)
}

// forgotten reports whether a device id is nobody's: the backup that was restored is older than the tablet.
func forgotten(db collections.DB, id string) (bool, error) {
	var worker string
	found, err := collections.One(db, `SELECT worker FROM devices WHERE id=?`, []any{id}, &worker)
	return !found && len(id) == 36 && uuid.Validate(id) == nil, err
}

// CheckDevice fails unless the device is registered to the actor and not revoked.
func CheckDevice(db collections.DB, actor access.Actor, id string) error {
	_, err := known(db, actor, id)
	return err
}

// ClockOffset is how far a device's clock was ahead of the server's when it registered last. It fails as CheckDevice does.
func ClockOffset(db collections.DB, actor access.Actor, id string) (time.Duration, error) {
	t, err := known(db, actor, id)
	return time.Duration(t.offset * float64(time.Second)), err
}

type tablet struct {
	lastSeq int64
	offset  float64 // of its clock, in seconds
}

func known(db collections.DB, actor access.Actor, id string) (t tablet, err error) {
	var worker string
	var revoked bool
	found, err := collections.One(db, `SELECT worker, revoked, last_seq, clock_offset_s FROM devices WHERE id=?`, []any{id},
		&worker, &revoked, &t.lastSeq, &t.offset)
	switch {
	case err != nil:
		return t, err
	case !found || worker != actor.ID:
		return t, problem.New(problem.DeviceUnknown, "")
	case revoked:
		return t, problem.New(problem.DeviceRevoked, "wipe")
	}
	return t, nil
}

// Revoke ends a tablet's access; its next contact is told to wipe. Every token of its worker ends too, those of ODK apps
// included, since whoever has the tablet may have any of them: the worker's other apps have to sign in again. Outside the
// actor's territory it is not found.
func Revoke(ctx context.Context, app core.App, act access.Act, id string) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		var area, worker string
		found, err := collections.One(db, `SELECT area, worker FROM devices WHERE id=?`, []any{id}, &area, &worker)
		if err != nil {
			return err
		}
		if !found || !act.May(access.ManageDevice, area, "") {
			return problem.New(problem.NotFound, "")
		}
		if err := collections.Update(db, collections.Devices, id, collections.Row{{Column: "revoked", Value: true},
			{Column: "updated", Value: collections.Stamp(act.Now)}}); err != nil {
			return err
		}
		if err := signin.End(db, rand.Reader, worker); err != nil {
			return err
		}
		return audit.Append(db, act.Now, act.DidTo("device.revoke", collections.Devices, id, area))
	})
}
