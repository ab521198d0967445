// Package seal enciphers what must not be read from a stolen disk or a copied backup: rows of the database, files, and
// the keyed hashes by which they are found.
package seal

import (
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"strings"
	"sync"
	"sync/atomic"
)

// prefix marks a sealed text. The id of its key, a dot, and nonce, ciphertext and tag in base64url follow.
const prefix = "ds1."

var (
	// ErrNotSealed is the error of a text that was never sealed.
	ErrNotSealed = errors.New("not a sealed value")
	// ErrUnknownKey is the error of what was sealed with a key that the keyset lacks.
	ErrUnknownKey = errors.New("sealed with a key that is not in the keyset")
	// ErrTampered is the error of what was changed, or moved to another place, after it was sealed.
	ErrTampered = errors.New("sealed value was changed or moved")
)

// Keys are a keyset ready for use, by any number of goroutines.
type Keys struct {
	load    func(context.Context) (*Keyset, error) // nil when the keyset never changes
	current atomic.Pointer[opened]
	mu      sync.Mutex
	vain    map[string]bool // ids that a reload did not bring
	damage  damage
}

type opened struct {
	plain   bool
	primary *key
	byID    map[string]*key
	indexID string
	index   *sync.Pool // of keyed hashes
}

type key struct {
	id, prefix string
	secret     []byte
	algorithms algorithms
	fields     cipher.AEAD
}

// New prepares a keyset.
func New(ks *Keyset) (*Keys, error) {
	o, err := open(ks)
	if err != nil {
		return nil, err
	}
	k := &Keys{vain: map[string]bool{}}
	k.current.Store(o)
	return k, nil
}

// Plain are no keys at all: nothing is sealed. They are for tests and benchmarks.
func Plain() *Keys {
	k := &Keys{vain: map[string]bool{}}
	k.current.Store(&opened{plain: true})
	return k
}

func open(ks *Keyset) (*opened, error) {
	o := &opened{byID: map[string]*key{}, indexID: ks.Index.ID}
	for _, one := range ks.Keys {
		a, err := one.Suite.algorithms()
		if err != nil {
			return nil, err
		}
		fields, err := a.aead(one.Secret, nil, "doorstep fields 1")
		if err != nil {
			return nil, err
		}
		o.byID[one.ID] = &key{id: one.ID, prefix: prefix + one.ID + ".", secret: one.Secret, algorithms: a, fields: fields}
	}
	if o.primary = o.byID[ks.Primary]; o.primary == nil {
		return nil, errors.New("keyset without its primary key")
	}
	a, err := ks.Index.Suite.algorithms()
	if err != nil {
		return nil, err
	}
	secret := append([]byte("doorstep index 1"), ks.Index.Secret...)
	o.index = &sync.Pool{New: func() any { return hmac.New(a.hash, secret) }}
	return o, nil
}

// Sealing reports whether there are keys; false only for Plain.
func (k *Keys) Sealing() bool { return !k.current.Load().plain }

// Primary is the id of the key that seals; "" for Plain.
func (k *Keys) Primary() string {
	if o := k.current.Load(); !o.plain {
		return o.primary.id
	}
	return ""
}

// IndexID is the id of the key of the blind indexes; "" for Plain.
func (k *Keys) IndexID() string { return k.current.Load().indexID }

// Seal enciphers plain so that it opens only at the same place, such as "persons/" and a row's id. The text is printable
// ASCII. Each call gives another one. One key may seal 2³² times: then nonces, which are random, may meet.
func (k *Keys) Seal(plain []byte, place string) string {
	by := k.current.Load().primary
	size := nonceSize + len(plain) + tagSize
	buf := make([]byte, nonceSize, size)
	rand.Read(buf) // never fails
	buf = by.fields.Seal(buf, buf, plain, []byte(place))
	text := make([]byte, len(by.prefix), len(by.prefix)+base64.RawURLEncoding.EncodedLen(size))
	copy(text, by.prefix)
	return string(base64.RawURLEncoding.AppendEncode(text, buf))
}

// Open gives back what was sealed at that place. It fails with ErrNotSealed, ErrUnknownKey or ErrTampered.
func (k *Keys) Open(text, place string) ([]byte, error) {
	id, body, ok := cut(text)
	if !ok {
		return nil, ErrNotSealed
	}
	by, err := k.find(id)
	if err != nil {
		return nil, err
	}
	buf, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil || len(buf) < nonceSize+tagSize {
		return nil, ErrTampered
	}
	plain, err := by.fields.Open(buf[nonceSize:nonceSize], buf[:nonceSize], buf[nonceSize:], []byte(place))
	if err != nil {
		return nil, ErrTampered
	}
	return plain, nil
}

// KeyOf is the id of the key that sealed a text; ok is false when none did.
func KeyOf(text string) (id string, ok bool) {
	id, _, ok = cut(text)
	return id, ok
}

// PrefixOf is what every text begins with that this key has sealed.
func PrefixOf(id string) string { return prefix + id + "." }

func cut(text string) (id, body string, ok bool) {
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return "", "", false
	}
	id, body, ok = strings.Cut(rest, ".")
	return id, body, ok && isID(id)
}

// Index is a keyed hash of 128 bits by which a value is found without being told: equal values of one kind have equal
// hashes. An empty value has the empty hash, and Plain gives the value itself.
func (k *Keys) Index(kind, value string) string {
	o := k.current.Load()
	if value == "" || o.plain {
		return value
	}
	mac := o.index.Get().(hash.Hash)
	defer o.index.Put(mac)
	mac.Reset()
	var size [binary.MaxVarintLen64]byte
	mac.Write(size[:binary.PutUvarint(size[:], uint64(len(kind)))])
	mac.Write([]byte(kind))
	mac.Write([]byte(value))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// Derive makes a secret of 32 bytes for one purpose from the primary key, so that it changes with a rotation and lies in
// no database. That of Plain is known to everybody.
func (k *Keys) Derive(purpose string) []byte {
	o := k.current.Load()
	if o.plain {
		sum := sha256.Sum256([]byte(purpose))
		return sum[:]
	}
	return o.primary.algorithms.derive(o.primary.secret, purpose)
}

// find looks for a key, and asks the source of the keyset once whether it has got a new one meanwhile: another process
// may have rotated.
func (k *Keys) find(id string) (*key, error) {
	if by := k.current.Load().byID[id]; by != nil {
		return by, nil
	}
	k.mu.Lock()
	known := k.load == nil || k.vain[id]
	k.mu.Unlock()
	if known {
		return nil, fmt.Errorf("%w: %s", ErrUnknownKey, id)
	}
	if _, err := k.Reload(context.Background()); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s", ErrUnknownKey, id), err)
	}
	if by := k.current.Load().byID[id]; by != nil {
		return by, nil
	}
	k.mu.Lock()
	k.vain[id] = true
	k.mu.Unlock()
	return nil, fmt.Errorf("%w: %s", ErrUnknownKey, id)
}

// Reload reads the keyset anew and reports whether another key seals now. A new key of the blind indexes waits for the
// next start, when they are made anew.
func (k *Keys) Reload(ctx context.Context) (changed bool, err error) {
	if k.load == nil {
		return false, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	ks, err := k.load(ctx)
	if err != nil {
		return false, err
	}
	o, err := open(ks)
	if err != nil {
		return false, err
	}
	before := k.current.Load()
	for id, old := range before.byID {
		if o.byID[id] == nil {
			o.byID[id] = old // something may still be sealed with it
		}
	}
	o.index, o.indexID = before.index, before.indexID
	k.current.Store(o)
	return before.primary.id != o.primary.id, nil
}
