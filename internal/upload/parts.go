package upload

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/tus/tusd/v2/pkg/handler"

	"doorstep/internal/disk"
	"doorstep/internal/seal"
)

// parts keeps uploads that are not whole yet: a file of what came, and one of what was announced beside it. Each piece
// is a frame of its own, its length in four bytes and then its bytes sealed at its offset, so that an upload goes on
// after a cut, and a frame that a power cut left behind is dropped.
type parts struct {
	dir   string
	keys  *seal.Keys
	spare func() disk.Spare
	told  func(error) error // what the handler is given for an error: it shows every other one as it is, with paths of the server
}

// Keys of handler.FileInfo.Storage, which is never shown.
const (
	ownerKey = "worker"
	wholeKey = "whole" // that the file was settled, and its bytes are in the store
)

func whole(info handler.FileInfo) bool { return info.Storage[wholeKey] != "" }

const pieceSize = 64 << 10 // plain bytes of a frame at most

func (p parts) path(id string) string { return filepath.Join(p.dir, id) }

func (p parts) place(id string, offset int64) string {
	return "uploads/" + id + "/" + strconv.FormatInt(offset, 10)
}

// NewUpload begins an upload.
func (p parts) NewUpload(_ context.Context, info handler.FileInfo) (handler.Upload, error) {
	err := os.MkdirAll(filepath.Dir(p.path(info.ID)), 0o700)
	if err == nil {
		err = os.WriteFile(p.path(info.ID), nil, 0o600)
	}
	if err == nil {
		err = p.describe(info)
	}
	if err != nil {
		return nil, p.told(fmt.Errorf("begin an upload: %w", err))
	}
	return &part{parts: p, info: info}, nil
}

// describe writes what is known of an upload beside it.
func (p parts) describe(info handler.FileInfo) error {
	text, err := json.Marshal(info)
	if err != nil {
		return err
	}
	if p.keys.Sealing() {
		text = []byte(p.keys.Seal(text, p.place(info.ID, -1)))
	}
	return os.WriteFile(p.path(info.ID)+".info", text, 0o600)
}

// settled notes that a file is whole and elsewhere, and gives its room free. An upload of which that cannot be read any
// more is unknown to its tablet, which then asks whether the file is here.
func (p parts) settled(info handler.FileInfo) error {
	if info.Storage == nil {
		info.Storage = map[string]string{}
	}
	info.Storage[wholeKey] = "yes"
	if err := p.describe(info); err != nil {
		return fmt.Errorf("settle an upload: %w", err)
	}
	return os.Truncate(p.path(info.ID), 0)
}

// GetUpload finds an upload and how far it has come. It fails with handler.ErrNotFound.
func (p parts) GetUpload(_ context.Context, id string) (handler.Upload, error) {
	text, err := os.ReadFile(p.path(id) + ".info")
	if errors.Is(err, os.ErrNotExist) {
		return nil, handler.ErrNotFound
	}
	if err == nil && p.keys.Sealing() {
		text, err = p.keys.Open(string(text), p.place(id, -1))
	}
	if errors.Is(err, seal.ErrNotSealed) {
		return nil, handler.ErrNotFound // from before anything was sealed: the tablet begins anew
	}
	u := &part{parts: p}
	if err == nil {
		err = json.Unmarshal(text, &u.info)
	}
	if err == nil {
		u.info.Offset, u.end, err = p.measure(id)
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil, handler.ErrNotFound
	}
	if err != nil {
		return nil, p.told(fmt.Errorf("find an upload: %w", err))
	}
	if whole(u.info) {
		u.info.Offset = u.info.Size
	}
	return u, nil
}

// AsTerminatableUpload lets a tablet give an upload up.
func (p parts) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload { return u.(*part) }

// measure tells how many plain bytes an upload has, and where the last whole frame ends.
func (p parts) measure(id string) (offset, end int64, err error) {
	f, err := os.Open(p.path(id))
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, 0, err
	}
	if !p.keys.Sealing() {
		return info.Size(), info.Size(), nil
	}
	var head [8]byte
	for end+int64(len(head)) <= info.Size() {
		if _, err := f.ReadAt(head[:], end); err != nil {
			return 0, 0, err
		}
		plain, sealed := int64(binary.BigEndian.Uint32(head[:4])), int64(binary.BigEndian.Uint32(head[4:]))
		next := end + int64(len(head)) + sealed
		if next > info.Size() {
			break
		}
		offset, end = offset+plain, next
	}
	return offset, end, nil
}

// part is one upload.
type part struct {
	parts
	info handler.FileInfo
	end  int64
}

// GetInfo tells what was announced and how far it has come.
func (u *part) GetInfo(context.Context) (handler.FileInfo, error) { return u.info, nil }

// FinishUpload has nothing to do: the door settles the file.
func (u *part) FinishUpload(context.Context) error { return nil }

// Terminate forgets the upload.
func (u *part) Terminate(context.Context) error { return u.told(drop(u.path(u.info.ID))) }

// WriteChunk adds what src brings, and tells how many bytes of it are on the way to the disk also when it fails.
func (u *part) WriteChunk(_ context.Context, offset int64, src io.Reader) (int64, error) {
	f, err := os.OpenFile(u.path(u.info.ID), os.O_WRONLY, 0o600)
	if err != nil {
		return 0, u.told(err)
	}
	add := u.frames
	if !u.keys.Sealing() {
		add = u.plain
	}
	n, err := add(f, offset, src)
	u.info.Offset += n
	return n, u.told(errors.Join(err, f.Close()))
}

func (u *part) plain(f *os.File, offset int64, src io.Reader) (int64, error) {
	return io.Copy(u.spare().Writer(u.dir, io.NewOffsetWriter(f, offset)), src)
}

func (u *part) frames(f *os.File, offset int64, src io.Reader) (written int64, err error) {
	to := u.spare().Writer(u.dir, io.NewOffsetWriter(f, u.end))
	piece := make([]byte, pieceSize)
	for {
		n, read := io.ReadFull(src, piece)
		if n > 0 {
			sealed := u.keys.Seal(piece[:n], u.place(u.info.ID, offset+written))
			frame := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(make([]byte, 0, 8+len(sealed)), uint32(n)), uint32(len(sealed)))
			if _, err := to.Write(append(frame, sealed...)); err != nil {
				return written, err
			}
			u.end += int64(8 + len(sealed))
			written += int64(n)
		}
		if errors.Is(read, io.EOF) || errors.Is(read, io.ErrUnexpectedEOF) {
			return written, nil
		}
		if read != nil {
			return written, read
		}
	}
}

// GetReader reads what has come, in clear.
func (u *part) GetReader(context.Context) (io.ReadCloser, error) {
	f, err := os.Open(u.path(u.info.ID))
	if err != nil || !u.keys.Sealing() {
		return f, err
	}
	return &unframed{part: u, f: f}, nil
}

// unframed reads the frames of an upload.
type unframed struct {
	part   *part
	f      *os.File
	offset int64
	left   []byte
}

func (r *unframed) Close() error { return r.f.Close() }

func (r *unframed) Read(b []byte) (int, error) {
	for len(r.left) == 0 {
		if r.offset == r.part.info.Offset {
			return 0, io.EOF
		}
		var head [8]byte
		if _, err := io.ReadFull(r.f, head[:]); err != nil {
			return 0, err
		}
		sealed := make([]byte, min(binary.BigEndian.Uint32(head[4:]), 2*pieceSize))
		if _, err := io.ReadFull(r.f, sealed); err != nil {
			return 0, err
		}
		plain, err := r.part.keys.Open(string(sealed), r.part.place(r.part.info.ID, r.offset))
		if err != nil {
			return 0, err
		}
		r.left, r.offset = plain, r.offset+int64(len(plain))
	}
	n := copy(b, r.left)
	r.left = r.left[n:]
	return n, nil
}
