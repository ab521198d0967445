// Package process asks Linux what memory a process holds.
package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Memory is the resident memory of a process, in MB: now, and the most that it has had. It fails where the system does not tell.
func Memory(pid int) (now, most int, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		var mb *int
		switch name {
		case "VmRSS":
			mb = &now
		case "VmHWM":
			mb = &most
		default:
			continue
		}
		kb, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
		if err != nil {
			return 0, 0, err
		}
		*mb = kb >> 10
	}
	if most == 0 {
		return 0, 0, fmt.Errorf("process %d does not tell its memory", pid)
	}
	return now, most, nil
}

// ForgetMost makes the system measure the most memory of a process anew.
func ForgetMost(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}
