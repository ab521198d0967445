// Package disk keeps a part of a disk free of files. Field records are small and go on while files have to wait, and a disk
// that is full to the last byte stops both. It also writes the files that must survive a power cut.
package disk

import (
	"fmt"
	"io"
	"syscall"
)

// Spare is how many bytes of a disk files leave free; 0 leaves as much as suits the disk.
type Spare int64

// usual is a twentieth of the disk, but not more than field records of some weeks need.
func usual(total int64) int64 { return min(total/20, 4<<30) }

// Room fails unless so many more bytes of files fit on the disk of a folder beside the spare. The error is syscall.ENOSPC, as
// that of a disk which is full. Where the disk cannot be asked there is room.
func (s Spare) Room(dir string, bytes int64) error {
	free, total, known := space(dir)
	if !known {
		return nil
	}
	spare := int64(s)
	if spare == 0 {
		spare = usual(total)
	}
	if left := free - spare; left < bytes {
		return fmt.Errorf("%d MB free, of which %d MB are not for files; %d MB needed: %w", free>>20, spare>>20, bytes>>20, syscall.ENOSPC)
	}
	return nil
}

// every is how much is written between two looks at the disk.
const every = 1 << 20

// Writer writes to a file in a folder as long as there is Room.
func (s Spare) Writer(dir string, to io.Writer) io.Writer {
	return &bounded{Writer: to, spare: s, dir: dir}
}

type bounded struct {
	io.Writer
	spare Spare
	dir   string
	left  int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		if err := b.spare.Room(b.dir, int64(len(p))); err != nil {
			return 0, err
		}
		b.left = every
	}
	return b.Writer.Write(p)
}
