package seal

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle/noncebased"
)

// A sealed file is a header and segments. The header holds magic, the key's id, a salt from which the file's own key is
// derived, the nonces' prefix, and the file's binding to its name. The segments are the nonce-based online AEAD of
// Hoang, Reyhanitabar, Rogaway and Vizár, in Tink's construction: none can be changed, dropped, added or moved.
const (
	magic       = "DSF1"
	saltSize    = 16
	noncePrefix = 7
	bindingSize = 16
	segmentSize = 64 << 10 // of ciphertext

	saltAt    = len(magic) + idSize
	prefixAt  = saltAt + saltSize
	bindingAt = prefixAt + noncePrefix

	// HeaderSize is the length of a sealed file's header in bytes.
	HeaderSize = bindingAt + bindingSize
)

// Writer enciphers a file. Its header is written last, because files are named after their content.
type Writer struct {
	*noncebased.Writer
	key    *key
	header [HeaderSize]byte
}

// NewWriter writes the segments to w, which begins after HeaderSize bytes of the file. Close ends the last one.
func (k *Keys) NewWriter(w io.Writer) (*Writer, error) {
	by := k.current.Load().primary
	out := &Writer{key: by}
	copy(out.header[:], magic+by.id)
	rand.Read(out.header[saltAt:bindingAt]) // never fails
	file, err := by.fileCipher(out.header[:])
	if err != nil {
		return nil, err
	}
	out.Writer, err = noncebased.NewWriter(noncebased.WriterParams{
		W: w, SegmentEncrypter: segments{file}, NonceSize: nonceSize, NoncePrefix: out.header[prefixAt:bindingAt],
		PlaintextSegmentSize: segmentSize - tagSize,
	})
	return out, err
}

// Header is the beginning of the file once its name is known.
func (w *Writer) Header(name string) []byte {
	copy(w.header[bindingAt:], w.key.binding(w.header[:], name))
	return w.header[:]
}

// NewReader reads a sealed file of that name from its beginning. It fails with ErrNotSealed, ErrUnknownKey or, also
// later while reading, ErrTampered.
func (k *Keys) NewReader(r io.Reader, name string) (io.Reader, error) {
	header := make([]byte, HeaderSize)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, shorter(err)
	}
	id, ok := SealedWith(header)
	if !ok {
		return nil, ErrNotSealed
	}
	by, err := k.find(id)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(by.binding(header, name), header[bindingAt:]) == 0 {
		return nil, ErrTampered
	}
	file, err := by.fileCipher(header)
	if err != nil {
		return nil, err
	}
	return noncebased.NewReader(noncebased.ReaderParams{
		R: r, SegmentDecrypter: segments{file}, NonceSize: nonceSize, NoncePrefix: header[prefixAt:bindingAt], CiphertextSegmentSize: segmentSize,
	})
}

// SealedWith is the id of the key that sealed a file; ok is false when its beginning is not that of a sealed one.
func SealedWith(beginning []byte) (id string, ok bool) {
	if len(beginning) < HeaderSize || string(beginning[:len(magic)]) != magic {
		return "", false
	}
	id = string(beginning[len(magic):saltAt])
	return id, isID(id)
}

// PlainSize is how many bytes a sealed file of so many bytes holds.
func PlainSize(sealed int64) int64 {
	body := max(sealed-int64(HeaderSize), 0)
	segments := (body + segmentSize - 1) / segmentSize
	return max(body-tagSize*segments, 0)
}

func shorter(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrNotSealed
	}
	return fmt.Errorf("read a sealed file: %w", err)
}

func (k *key) fileCipher(header []byte) (cipher.AEAD, error) {
	return k.algorithms.aead(k.secret, header[saltAt:prefixAt], "doorstep file 1")
}

// binding ties a header, and by its salt the whole file, to a name.
func (k *key) binding(header []byte, name string) []byte {
	mac := hmac.New(k.algorithms.hash, append([]byte("doorstep file name 1"), k.secret...))
	mac.Write(header[:bindingAt])
	mac.Write([]byte(name))
	return mac.Sum(nil)[:bindingSize]
}

// segments gives Tink's construction our ciphers.
type segments struct{ cipher.AEAD }

func (s segments) EncryptSegment(segment, nonce []byte) ([]byte, error) {
	return s.EncryptSegmentWithDst(nil, segment, nonce)
}

// EncryptSegmentWithDst lets one buffer serve all segments of a file.
func (s segments) EncryptSegmentWithDst(dst, segment, nonce []byte) ([]byte, error) {
	return s.Seal(dst, nonce, segment, nil), nil
}

func (s segments) DecryptSegment(segment, nonce []byte) ([]byte, error) {
	plain, err := s.AEAD.Open(nil, nonce, segment, nil)
	if err != nil {
		return nil, ErrTampered
	}
	return plain, nil
}
