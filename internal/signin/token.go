package signin

import (
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"doorstep/collections"
)

const deviceClaim = "device"

// keyBytes fill a tokenKey in hexadecimal digits: PocketBase saves no account with a tokenKey of over 60 characters.
const keyBytes = 30

// Token makes a token for an account; with a device it is good on that tablet alone. It is signed with a secret that
// follows from the keyset and from the account's tokenKey: neither a copy of the database nor the keyset alone makes one.
// A new primary key, or a new tokenKey, ends it.
func Token(app core.App, account *core.Record, device string) (string, error) {
	key, err := signingKey(app, account)
	if err != nil {
		return "", err
	}
	claims := jwt.MapClaims{core.TokenClaimType: core.TokenTypeAuth, core.TokenClaimId: account.Id,
		core.TokenClaimCollectionId: account.Collection().Id, core.TokenClaimRefreshable: true}
	if device != "" {
		claims[deviceClaim] = device
	}
	token, err := security.NewJWT(claims, key, account.Collection().AuthToken.DurationTime())
	if err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	return token, nil
}

// Whose finds the account that a token was made for. It is nil for every other token, those that PocketBase makes included, and fails
// only where it cannot be told: a database that is not read has signed nobody out.
func Whose(app core.App, token string) (*core.Record, error) {
	claims, err := security.ParseUnverifiedJWT(token)
	if err != nil {
		return nil, nil
	}
	id, _ := claims[core.TokenClaimId].(string)
	collection, _ := claims[core.TokenClaimCollectionId].(string)
	if claims[core.TokenClaimType] != core.TokenTypeAuth {
		return nil, nil
	}
	account, err := app.FindRecordById(collection, id)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !account.Collection().IsAuth() {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find who has a token: %w", err)
	}
	key, err := signingKey(app, account)
	if err != nil {
		return nil, err
	}
	if _, err := security.ParseJWT(token, key); err != nil {
		return nil, nil
	}
	return account, nil
}

func signingKey(app core.App, account *core.Record) (string, error) {
	keys := collections.KeysOf(app)
	if keys == nil || account.TokenKey() == "" {
		return "", errors.New("no key to sign a token with")
	}
	mac := hmac.New(sha256.New, keys.Derive("doorstep tokens 1"))
	for _, part := range []string{account.Collection().Id, account.Id, account.TokenKey()} {
		fmt.Fprintf(mac, "%d %s", len(part), part)
	}
	return hex.EncodeToString(mac.Sum(nil)), nil
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

// Registered reports whether a tablet is a worker's and not revoked.
func Registered(db collections.DB, worker, device string) (bool, error) {
	var one int
	found, err := collections.One(db, `SELECT 1 FROM devices WHERE id=? AND worker=? AND NOT revoked`, []any{device, worker}, &one)
	if err != nil {
		return false, fmt.Errorf("device of a token: %w", err)
	}
	return found, nil
}

// End makes every token of a worker void: those of the native app and of the office by another key, with which
// remembered passwords end too, those of ODK apps by revoking them.
func End(db collections.DB, random io.Reader, worker string) error {
	key := make([]byte, keyBytes)
	if _, err := io.ReadFull(random, key); err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	if _, err := db.Exec(`UPDATE workers SET tokenKey=? WHERE id=?`, hex.EncodeToString(key), worker); err != nil {
		return fmt.Errorf("end the tokens of %s: %w", worker, err)
	}
	return EndApps(db, worker)
}

// EndApps makes the tokens of a worker's ODK apps void, those for drafts too.
func EndApps(db collections.DB, worker string) error {
	if _, err := db.Exec(`UPDATE app_tokens SET revoked=1 WHERE worker=?`, worker); err != nil {
		return fmt.Errorf("end the app tokens of %s: %w", worker, err)
	}
	return nil
}
