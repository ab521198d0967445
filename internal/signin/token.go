package signin

import (
	"encoding/hex"
	"fmt"
	"io"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"doorstep/collections"
)

const deviceClaim = "device"

// Bound makes a token of a worker that is good on one tablet only.
func Bound(worker *core.Record, device string) (string, error) {
	config := worker.Collection().AuthToken
	token, err := security.NewJWT(jwt.MapClaims{
		core.TokenClaimType: core.TokenTypeAuth, core.TokenClaimId: worker.Id, core.TokenClaimCollectionId: worker.Collection().Id, core.TokenClaimRefreshable: true, deviceClaim: device,
	}, worker.TokenKey()+config.Secret, config.DurationTime())
	if err != nil {
		return "", fmt.Errorf("token for a tablet: %w", err)
	}
	return token, nil
}

// DeviceOf is the tablet that a token is bound to, "" for none. The token was verified before.
func DeviceOf(token string) string {
	claims, err := security.ParseUnverifiedJWT(token)
	if err != nil {
		return ""
	}
	device, _ := claims[deviceClaim].(string)
	return device
}

// Registered tells whether a tablet is a worker's and not revoked.
func Registered(db collections.DB, worker, device string) (bool, error) {
	var one int
	found, err := collections.One(db, `SELECT 1 FROM devices WHERE id=? AND worker=? AND NOT revoked`, []any{device, worker}, &one)
	if err != nil {
		return false, fmt.Errorf("device of a token: %w", err)
	}
	return found, nil
}

// End makes every token of a worker void: those of the native app and of the office by another key, those of ODK apps
// by revoking them.
func End(db collections.DB, random io.Reader, worker string) error {
	if err := EndKey(db, random, worker); err != nil {
		return err
	}
	if _, err := db.Exec(`UPDATE app_tokens SET revoked=1 WHERE worker=?`, worker); err != nil {
		return fmt.Errorf("end the app tokens of %s: %w", worker, err)
	}
	return nil
}

// EndKey makes the tokens of a worker void, except those of ODK apps, which end with their own device.
func EndKey(db collections.DB, random io.Reader, worker string) error {
	key := make([]byte, 32)
	if _, err := io.ReadFull(random, key); err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	if _, err := db.Exec(`UPDATE workers SET tokenKey=? WHERE id=?`, hex.EncodeToString(key), worker); err != nil {
		return fmt.Errorf("end the tokens of %s: %w", worker, err)
	}
	return nil
}
