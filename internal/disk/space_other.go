//go:build !linux && !darwin

package disk

func space(string) (free, total int64, known bool) { return 0, 0, false }
