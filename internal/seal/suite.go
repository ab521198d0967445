package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"hash"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
)

// Suite names the algorithms of a key.
type Suite string

// Suites. AES256 is AES-256-GCM with HKDF and HMAC over SHA-256, SM4 is SM4-GCM with them over SM3 (GB/T 32907, GB/T
// 32905), as procurement in China asks for.
const (
	AES256 Suite = "aes256-gcm"
	SM4    Suite = "sm4-gcm"
)

// What both suites have in common, in bytes.
const (
	secretSize = 32 // of a key's secret, from which all its other keys are derived
	nonceSize  = 12
	tagSize    = 16
)

type algorithms struct {
	keySize int
	block   func([]byte) (cipher.Block, error)
	hash    func() hash.Hash
}

func (s Suite) algorithms() (algorithms, error) {
	switch s {
	case AES256:
		return algorithms{32, aes.NewCipher, sha256.New}, nil
	case SM4:
		return algorithms{sm4.BlockSize, sm4.NewCipher, sm3.New}, nil
	}
	return algorithms{}, fmt.Errorf("unknown suite %q: %s or %s", s, AES256, SM4)
}

// aead derives a key for one purpose, and the cipher with it.
func (a algorithms) aead(secret, salt []byte, purpose string) (cipher.AEAD, error) {
	key, err := hkdf.Key(a.hash, secret, salt, purpose, a.keySize)
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	block, err := a.block(key)
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	return cipher.NewGCM(block)
}

// derive makes a secret of 32 bytes for one purpose.
func (a algorithms) derive(secret []byte, purpose string) []byte {
	key, err := hkdf.Key(a.hash, secret, nil, purpose, secretSize)
	if err != nil {
		panic(err) // only of a length that no hash gives
	}
	return key
}
