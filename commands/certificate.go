package commands

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// certificate comes from two files, and is read again when they change, as when somebody renews it.
type certificate struct {
	certFile, keyFile string

	mu      sync.Mutex
	current *tls.Certificate
	changed time.Time
}

// loadCertificate fails where a file is missing, does not fit, or lets others read the key.
func loadCertificate(certFile, keyFile string) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile}
	info, err := os.Stat(keyFile)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return nil, fmt.Errorf("私钥文件 %s 任何人可读，请 chmod 600 · everybody may read the key file %s: chmod 600", keyFile, keyFile)
	}
	return c, c.load()
}

func (c *certificate) load() error {
	newest, err := c.newest()
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	c.current, c.changed = &pair, newest
	return nil
}

func (c *certificate) newest() (time.Time, error) {
	var newest time.Time
	for _, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return newest, err
		}
		if info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	return newest, nil
}

// forClient is what tls.Config.GetCertificate wants. Files that cannot be read, or are half written, leave the
// certificate that was good before.
func (c *certificate) forClient(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if newest, err := c.newest(); err == nil && !newest.Equal(c.changed) {
		_ = c.load()
	}
	return c.current, nil
}
