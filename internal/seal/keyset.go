package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"doorstep/internal/disk"
)

// Keyset is what a key file holds, as JSON. Whoever has it reads everything; without it nothing can be read again.
type Keyset struct {
	Version int    `json:"version"` // of this format: 1
	Primary string `json:"primary"` // id of the key that seals from now on; the others only open
	Keys    []Key  `json:"keys"`
	Index   Key    `json:"index"` // of the blind indexes
}

// Key is one secret. Its id is no secret: it stands in everything that the key has sealed.
type Key struct {
	ID      string    `json:"id"` // 8 hex digits
	Suite   Suite     `json:"suite"`
	Secret  []byte    `json:"secret"` // 32 bytes, in base64
	Created time.Time `json:"created"`
}

// NewKeyset makes a keyset with fresh keys.
func NewKeyset(suite Suite, now time.Time) (*Keyset, error) {
	if _, err := suite.algorithms(); err != nil {
		return nil, err
	}
	ks := &Keyset{Version: 1, Index: newKey(suite, now)}
	return ks, ks.Rotate(suite, now)
}

// Rotate adds a key and makes it the primary. The earlier ones stay: backups need them.
func (ks *Keyset) Rotate(suite Suite, now time.Time) error {
	if _, err := suite.algorithms(); err != nil {
		return err
	}
	k := newKey(suite, now)
	ks.Keys, ks.Primary = append(ks.Keys, k), k.ID
	return nil
}

// RotateIndex replaces the key of the blind indexes. They are made anew when the server starts the next time.
func (ks *Keyset) RotateIndex(now time.Time) {
	ks.Index = newKey(ks.Index.Suite, now)
}

func newKey(suite Suite, now time.Time) Key {
	k := Key{Suite: suite, Secret: make([]byte, secretSize), Created: now.UTC().Truncate(time.Second)}
	id := make([]byte, 4)
	rand.Read(k.Secret) // never fails
	rand.Read(id)
	k.ID = hex.EncodeToString(id)
	return k
}

// Parse reads a keyset. The error never shows any of it.
func Parse(content []byte) (*Keyset, error) {
	ks := &Keyset{}
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields() // a newer format must not be cut down by being written again
	if d.Decode(ks) != nil || d.More() {
		return nil, errors.New("not a keyset: no JSON of the expected form")
	}
	if ks.Version != 1 {
		return nil, fmt.Errorf("keyset of version %d, this program knows version 1", ks.Version)
	}
	if len(ks.Keys) == 0 || !slices.ContainsFunc(ks.Keys, func(k Key) bool { return k.ID == ks.Primary }) {
		return nil, errors.New("keyset without its primary key")
	}
	seen := map[string]bool{}
	for _, k := range append(slices.Clone(ks.Keys), ks.Index) {
		if _, err := k.Suite.algorithms(); err != nil {
			return nil, err
		}
		if !isID(k.ID) || seen[k.ID] || len(k.Secret) != secretSize {
			return nil, fmt.Errorf("keyset with a bad key %.8q", k.ID)
		}
		seen[k.ID] = true
	}
	return ks, nil
}

const idSize = 8

func isID(s string) bool {
	_, err := hex.DecodeString(s)
	return len(s) == idSize && err == nil
}

// Encode writes the keyset as a key file holds it.
func (ks *Keyset) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(ks, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a keyset: %w", err)
	}
	return append(b, '\n'), nil
}

// Create writes the keyset to a new file that only its owner may read. It fails with fs.ErrExist when there is one: a
// key file is never overwritten by a new keyset.
func (ks *Keyset) Create(path string) error {
	b, err := ks.Encode()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("create the key file: %w", err)
	}
	_, err = f.Write(b)
	if err := disk.Keep(f, err); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return disk.SyncFolder(filepath.Dir(path))
}

// Replace takes the place of a key file, all at once: whenever the machine stops, one of the two is there.
func (ks *Keyset) Replace(path string) error {
	b, err := ks.Encode()
	if err == nil {
		err = disk.Replace(path, b)
	}
	if err != nil {
		return fmt.Errorf("replace the key file: %w", err)
	}
	return nil
}
