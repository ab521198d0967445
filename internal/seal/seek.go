package seal

import (
	"errors"
	"io"
)

// File is a sealed file that can be read from any place: what lies before it is deciphered and left aside.
type File struct {
	sealed io.ReadSeeker
	keys   *Keys
	name   string
	size   int64
	at     int64 // where the next byte is wanted
	plain  io.Reader
	read   int64 // where plain stands
}

// NewFile reads a sealed file of that name. It fails as NewReader does.
func (k *Keys) NewFile(sealed io.ReadSeeker, name string) (*File, error) {
	end, err := sealed.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	f := &File{sealed: sealed, keys: k, name: name, size: PlainSize(end)}
	return f, f.rewind()
}

func (f *File) rewind() (err error) {
	if _, err = f.sealed.Seek(0, io.SeekStart); err != nil {
		return err
	}
	f.plain, err = f.keys.NewReader(f.sealed, f.name)
	f.read = 0
	return err
}

// Read deciphers what follows. What fails with ErrTampered is not the file that was stored.
func (f *File) Read(b []byte) (int, error) {
	if f.at < f.read {
		if err := f.rewind(); err != nil {
			return 0, err
		}
	}
	if f.at > f.read {
		n, err := io.CopyN(io.Discard, f.plain, f.at-f.read)
		if f.read += n; err != nil {
			return 0, err
		}
	}
	n, err := f.plain.Read(b)
	f.read += int64(n)
	f.at = f.read
	return n, err
}

// Seek moves to a byte of the plain file.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning of a file")
	}
	f.at = offset
	return offset, nil
}
