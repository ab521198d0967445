// Package geofile reads the outlines and the properties of GeoPackages and of zipped shapefiles, one feature at a time and
// from memory: nothing of a file that somebody sent is written to the disk.
package geofile

import (
	"errors"
	"fmt"

	"github.com/paulmach/orb"
)

// Feature is one row of a file. Its outline is as the file has it: nobody has looked whether its rings are sound.
type Feature struct {
	Number     int               // from 1
	Properties map[string]string // those that were asked for and are not empty
	Outline    orb.MultiPolygon
	Wrong      error // why there is no outline; nil where there is one
}

// Wanted reports whether a property is read.
type Wanted func(name string) bool

var (
	// ErrFormat is the error of a file that is not what it should be.
	ErrFormat = errors.New("not readable")
	// ErrTooLarge is the error of a file that expands to more than is read.
	ErrTooLarge = errors.New("too large")
	// ErrNoPolygon is why a feature has no outline: it is a point, a line, or nothing.
	ErrNoPolygon = errors.New("no polygon")
)

const (
	// mostExpanded bounds what one part of a file may expand to.
	mostExpanded = 512 << 20
	// mostFeature bounds the bytes of one feature's outline.
	mostFeature = 32 << 20
	// mostRings bounds the rings of one feature.
	mostRings = 10_000
)

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrFormat}, args...)...)
}
