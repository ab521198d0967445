// Package process asks Linux what memory a process holds, and what processor time it has used.
package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// ticks are the parts of a second in which Linux counts processor time.
const ticks = 100

// Busy is the processor time that a process has used, in hundredths of a second. It fails where the system does not tell.
func Busy(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, behind, _ := strings.Cut(string(stat), ") ") // the name of the program stands in brackets
	fields := strings.Fields(behind)
	if len(fields) < 13 {
		return 0, fmt.Errorf("process %d does not tell its processor time", pid)
	}
	user, err := strconv.Atoi(fields[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(fields[12])
	return time.Duration(user+system) * time.Second / ticks, err
}

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
