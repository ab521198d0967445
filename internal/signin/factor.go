package signin

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"doorstep/collections"
	"doorstep/internal/access"
)

// PolicyKey is the meta key of the policy on second factors: Off, or anything else for required.
const (
	PolicyKey = "second_factor"
	Off       = "off"
)

// Required reports whether a role signs in with a second factor under this installation's policy. Tablets do not: theirs
// is the tablet itself.
func Required(db collections.DB, role access.Role) (bool, error) {
	if role != access.Supervisor && role != access.Manager && role != access.Analyst {
		return false, nil
	}
	policy, err := collections.MetaValue(db, PolicyKey)
	return policy != Off, err
}

// Enrolled reports whether a worker has confirmed a second factor.
func Enrolled(db collections.DB, worker string) (bool, error) {
	var one int
	found, err := collections.One(db, `SELECT 1 FROM second_factors WHERE worker=? AND confirmed`, []any{worker}, &one)
	if err != nil {
		return false, fmt.Errorf("second factor: %w", err)
	}
	return found, nil
}

// Enrolment is what an authenticator app reads. It is shown once.
type Enrolment struct {
	Secret string `json:"secret"`
	URI    string `json:"uri"`
	PNG    []byte `json:"png"` // QR code
}

var options = totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1} // what every app can do

const qrSize = 300

// Enrol makes a new secret that waits for Confirm; an unconfirmed one before it is void. It must not be called for a
// worker who is enrolled.
func Enrol(db collections.DB, random io.Reader, worker, staffNo string, now time.Time) (Enrolment, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Doorstep", AccountName: staffNo, Period: options.Period, Digits: options.Digits,
		Algorithm: options.Algorithm, Rand: random})
	if err != nil {
		return Enrolment{}, fmt.Errorf("make a second factor: %w", err)
	}
	image, err := key.Image(qrSize, qrSize)
	if err != nil {
		return Enrolment{}, fmt.Errorf("draw a second factor: %w", err)
	}
	var code bytes.Buffer
	if err := png.Encode(&code, image); err != nil {
		return Enrolment{}, fmt.Errorf("draw a second factor: %w", err)
	}
	sealed, err := collections.SealText(db, factorAt(worker), key.Secret())
	if err != nil {
		return Enrolment{}, fmt.Errorf("keep a second factor: %w", err)
	}
	at := collections.Stamp(now)
	_, err = db.Exec(`INSERT INTO second_factors (worker, secret, confirmed, last_step, recovery, created, updated) VALUES (?,?,0,0,'[]',?,?)
		ON CONFLICT (worker) DO UPDATE SET secret=excluded.secret, confirmed=0, last_step=0, recovery='[]', updated=excluded.updated`,
		worker, sealed, at, at)
	if err != nil {
		return Enrolment{}, fmt.Errorf("keep a second factor: %w", err)
	}
	return Enrolment{Secret: key.Secret(), URI: key.URL(), PNG: code.Bytes()}, nil
}

const recoveryCodes = 10

// Confirm ends the enrolment with a code from the app, and returns the recovery codes, which are shown once. ok is false
// when the code is wrong.
func Confirm(db collections.DB, random io.Reader, worker, code string, now time.Time) (recovery []string, ok bool, err error) {
	if ok, err = checkCode(db, worker, code, now); err != nil || !ok {
		return nil, false, err
	}
	digests := make([]string, recoveryCodes)
	for i := range digests {
		raw := make([]byte, 10)
		if _, err := io.ReadFull(random, raw); err != nil {
			return nil, false, fmt.Errorf("make recovery codes: %w", err)
		}
		one := base32.StdEncoding.EncodeToString(raw)
		recovery, digests[i] = append(recovery, one), codeDigest(one)
	}
	_, err = db.Exec(`UPDATE second_factors SET confirmed=1, recovery=?, updated=? WHERE worker=?`,
		collections.JSONList(digests), collections.Stamp(now), worker)
	return recovery, err == nil, err
}

func codeDigest(code string) string {
	sum := sha256.Sum256([]byte(strings.ToUpper(strings.TrimSpace(code))))
	return hex.EncodeToString(sum[:])
}

// Check reports whether code is right now: one of the app that was not used before, or a recovery code, which is spent.
func Check(db collections.DB, worker, code string, now time.Time) (bool, error) {
	if ok, err := checkCode(db, worker, code, now); ok || err != nil {
		return ok, err
	}
	var kept string
	if _, err := collections.One(db, `SELECT COALESCE(recovery,'[]') FROM second_factors WHERE worker=? AND confirmed`, []any{worker},
		&kept); err != nil {
		return false, fmt.Errorf("recovery codes: %w", err)
	}
	var digests []string
	if json.Unmarshal([]byte(kept), &digests) != nil {
		return false, nil
	}
	at := slices.Index(digests, codeDigest(code))
	if at < 0 {
		return false, nil
	}
	left := collections.JSONList(slices.Delete(digests, at, at+1))
	_, err := db.Exec(`UPDATE second_factors SET recovery=?, updated=? WHERE worker=?`, left, collections.Stamp(now), worker)
	return err == nil, err
}

// checkCode allows for a clock that is half a minute off, and never takes a code twice.
func checkCode(db collections.DB, worker, code string, now time.Time) (bool, error) {
	var secret string
	var last int64
	found, err := collections.One(db, `SELECT secret, last_step FROM second_factors WHERE worker=?`, []any{worker}, &secret, &last)
	if err != nil || !found {
		return false, err
	}
	if secret, err = collections.OpenText(db, factorAt(worker), secret); err != nil {
		return false, fmt.Errorf("second factor of %s: %w", worker, err)
	}
	for _, off := range []int64{0, -1, 1} {
		step := now.Unix()/int64(options.Period) + off
		want, err := totp.GenerateCodeCustom(secret, time.Unix(step*int64(options.Period), 0), options)
		if err != nil {
			return false, fmt.Errorf("second factor of %s: %w", worker, err)
		}
		if step > last && subtle.ConstantTimeCompare([]byte(want), []byte(strings.TrimSpace(code))) == 1 {
			_, err := db.Exec(`UPDATE second_factors SET last_step=? WHERE worker=?`, step, worker)
			return err == nil, err
		}
	}
	return false, nil
}

func factorAt(worker string) string { return "second_factors/" + worker }

// SealFactors seals the secrets that lie in clear, or under an earlier key, with the primary one.
func SealFactors(db collections.DB) error {
	stored, err := collections.Map[string, string](db, `SELECT worker, secret FROM second_factors`)
	if err != nil {
		return fmt.Errorf("second factors: %w", err)
	}
	for worker, before := range stored {
		after, err := collections.SealAgain(db, factorAt(worker), before)
		if err != nil {
			return fmt.Errorf("second factor of %s: %w", worker, err)
		}
		if after == before {
			continue
		}
		if _, err := db.Exec(`UPDATE second_factors SET secret=? WHERE worker=?`, after, worker); err != nil {
			return fmt.Errorf("second factor of %s: %w", worker, err)
		}
	}
	return nil
}

// Reset forgets a worker's second factor, after somebody has made sure who asks for it.
func Reset(db collections.DB, random io.Reader, worker string) error {
	_, err := db.Exec(`DELETE FROM second_factors WHERE worker=?`, worker)
	if err != nil {
		return fmt.Errorf("reset the second factor of %s: %w", worker, err)
	}
	return End(db, random, worker)
}
