//go:build linux || darwin

package disk

import "golang.org/x/sys/unix"

// space is what a disk has free and altogether, in bytes.
func space(dir string) (free, total int64, known bool) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, 0, false
	}
	return int64(st.Bavail) * int64(st.Bsize), int64(st.Blocks) * int64(st.Bsize), true
}
