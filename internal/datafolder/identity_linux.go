package datafolder

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// IdentityOf reads the identity of a file without opening it.
func IdentityOf(path string) (Identity, error) {
	var st unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, 0, unix.STATX_INO|unix.STATX_BTIME, &st); err != nil {
		return Identity{}, fmt.Errorf("identity of %s: %w", path, err)
	}
	id := Identity{Inode: st.Ino}
	if st.Mask&unix.STATX_BTIME != 0 {
		id.Born = st.Btime.Sec*1e9 + int64(st.Btime.Nsec)
	}
	return id, nil
}
