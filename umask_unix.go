//go:build unix

package main

import "syscall"

// keepPrivate lets nobody else read what this process creates: databases, attachments, backups, exports.
func keepPrivate() { syscall.Umask(0o077) }
