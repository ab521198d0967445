//go:build !crashpoints

// Package crash names the points at which the crash test (durability_test.go) kills the server. Only a build with the tag
// crashpoints can die at one.
package crash

// At is nothing, and costs nothing.
func At(string) {}
