package disk

import (
	"io/fs"
	"os"
	"path/filepath"
)

// Glob returns the paths of what lies below a folder and fits a pattern, in the order of their names. The folder's own name is
// taken as it is, whatever characters it has; filepath.Glob would read it as a pattern.
func Glob(dir, pattern string) []string {
	names, _ := fs.Glob(os.DirFS(dir), pattern) // fails for a malformed pattern alone
	for i, name := range names {
		names[i] = filepath.Join(dir, filepath.FromSlash(name))
	}
	return names
}
