package devicesync

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"doorstep/collections"
	"doorstep/internal/problem"
)

// sealKey is the meta key of the secret that seals are made with, SealPolicy that of the switch of handing in: "off"
// closes it.
const (
	sealKey    = "seal_key"
	SealPolicy = "sealed_push"
)

// MakeSealKey draws the secret of this installation, once, and keeps it sealed with the primary key.
func MakeSealKey(db collections.DB) error {
	before, err := collections.MetaValue(db, sealKey)
	if err != nil {
		return err
	}
	key := before
	if key == "" {
		key = rand.Text()
	}
	if key, err = collections.SealAgain(db, sealKeyAt, key); err != nil || key == before {
		return err
	}
	return collections.SetMeta(db, sealKey, key)
}

var sealKeyAt = collections.SealedAt(collections.Meta, sealKey)

// sealOf is what a device proves itself with after its worker's token has ended. It follows from the device's id, so
// that every registration gives the same and none is stored.
func sealOf(db collections.DB, device string) (string, error) {
	key, err := collections.MetaValue(db, sealKey)
	if err != nil {
		return "", err
	}
	if key, err = collections.OpenText(db, sealKeyAt, key); err != nil {
		return "", fmt.Errorf("key of seals: %w", err)
	}
	if key == "" {
		return "", errors.New("this installation has no key for seals")
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(device))
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// ShutOut reports whether a device gets a wipe order, and which: device.revoked, or worker.revoked when its worker was.
// The error is nil for any other device.
func ShutOut(db collections.DB, device string) error {
	if device == "" {
		return nil
	}
	var revoked, active bool
	found, err := collections.One(db, `SELECT d.revoked, COALESCE(w.active, FALSE) FROM devices d LEFT JOIN workers w ON w.id=d.worker
		WHERE d.id=?`, []any{device}, &revoked, &active)
	switch {
	case err != nil || !found:
		return err
	case revoked:
		return problem.New(problem.DeviceRevoked, "wipe")
	case !active:
		return problem.New(problem.WorkerRevoked, "wipe")
	}
	return nil
}

// AdmitHandIn finds the worker of a device that is shut out and may still hand in what it has not sent. It fails with
// problem.Sealed when it has done so, or when the policy closes the path.
func AdmitHandIn(db collections.DB, device, seal string) (worker string, err error) {
	want, err := sealOf(db, device)
	if err != nil {
		return "", err
	}
	if device == "" || !hmac.Equal([]byte(seal), []byte(want)) {
		return "", problem.New(problem.DeviceUnknown, "seal")
	}
	out := problem.As(ShutOut(db, device))
	if !out.Code.Wipe() {
		return "", problem.New(problem.NotAllowed, "the device is not revoked")
	}
	policy, err := collections.MetaValue(db, SealPolicy)
	if err != nil {
		return "", err
	}
	var handedIn string
	found, err := collections.One(db, `SELECT worker, handed_in FROM devices WHERE id=?`, []any{device}, &worker, &handedIn)
	if err == nil && (!found || handedIn != "" || policy == "off") {
		err = problem.New(problem.Sealed, "")
	}
	return worker, err
}
