//go:build !unix

package main

// keepPrivate does nothing where files have no modes: the folder's access list is the operator's.
func keepPrivate() {}
