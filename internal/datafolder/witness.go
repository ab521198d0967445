package datafolder

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"doorstep/internal/disk"
)

// Witness is what a server noted of its database in a file outside of it. A database that does not agree with it came
// from somewhere else or is older: tablets may hold more than it does.
type Witness struct {
	Database Identity `json:"database"`
	Audit    Mark     `json:"audit"` // a row of the audit chain that the database has to have
	Feed     int64    `json:"feed"`  // the feed of changes goes at least as far
	Boot     string   `json:"boot"`  // of the machine, when this was written
	Clean    bool     `json:"clean"` // the server had ended, and this is the last that it noted
}

// Mark is one row of the audit chain.
type Mark struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// WitnessOf is where the witness of a data folder lies unless told otherwise: beside it, so that a copy of the one is no
// copy of the other.
func WitnessOf(dir string) string { return filepath.Clean(dir) + ".witness.json" }

// ReadWitness reads what was noted last; found is false where nothing was, or nothing that can be read.
func ReadWitness(path string) (w Witness, found bool, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return w, false, nil
	}
	if err != nil {
		return w, false, fmt.Errorf("witness of the database: %w", err)
	}
	return w, json.Unmarshal(b, &w) == nil, nil
}

// Write takes the place of what was noted before, all at once.
func (w Witness) Write(path string) error {
	b, err := json.Marshal(w)
	if err != nil {
		return err
	}
	if err := disk.Replace(path, b); err != nil {
		return fmt.Errorf("witness of the database: %w", err)
	}
	return nil
}

// Identity tells one file from every other one, also from its own copies: copying gives another inode, or at least
// another time of birth where the inode of a deleted file is used again.
type Identity struct {
	Inode uint64 `json:"inode"`
	Born  int64  `json:"born"` // nanoseconds; 0 where the file system does not know
}

// Boot names the time for which this machine has been up; "" where that cannot be told.
func Boot() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}
