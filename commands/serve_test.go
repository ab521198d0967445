package commands_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// writePair writes a self-signed certificate for this machine and its key.
func writePair(t *testing.T, certFile, keyFile string, serial int64) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	plan := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, plan, plan, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func trusting(certs ...*x509.Certificate) *http.Client {
	pool := x509.NewCertPool()
	for _, c := range certs {
		pool.AddCert(c)
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
}

// TestServeWithCertificateFiles runs the binary: TLS with certificates from files, renewed while it runs, HSTS, and a data
// folder that is its owner's alone although the shell's umask lets everybody read.
func TestServeWithCertificateFiles(t *testing.T) {
	bin, dir := program(t), t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	first := writePair(t, cert, key, 1)
	data, address := filepath.Join(dir, "data"), freePort(t)
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "/bin/sh", "-c", `umask 000; exec "$0" "$@"`, bin, "serve", "--dir", data, "--https", address, "--http", freePort(t), "--tls-cert", cert, "--tls-key", key, "--origins", "https://tablet.example")
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Signal(syscall.SIGTERM); c.Wait() })
	res := waitFor(t, trusting(first), "https://"+address+"/api/health", &said)
	if got := res.Header.Get("Strict-Transport-Security"); got == "" || res.TLS.PeerCertificates[0].SerialNumber.Int64() != 1 {
		t.Errorf("HSTS %q, certificate %v", got, res.TLS.PeerCertificates[0].SerialNumber)
	}
	oldAndWeak(t, address, first)
	for origin, want := range map[string]string{"https://tablet.example": "https://tablet.example", "https://elsewhere.example": "", "null": ""} {
		if got := allowed(t, trusting(first), "https://"+address+"/api/health", origin); got != want {
			t.Errorf("%s may call: %q", origin, got)
		}
	}
	second := writePair(t, cert, key, 2)
	later := time.Now().Add(time.Minute) // whatever the file system's clock can tell apart
	if err := os.Chtimes(cert, later, later); err != nil {
		t.Fatal(err)
	}
	if res := waitFor(t, trusting(second), "https://"+address+"/api/health", &said); res.TLS.PeerCertificates[0].SerialNumber.Int64() != 2 {
		t.Error("a renewed certificate is not served")
	}
	err := filepath.WalkDir(data, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// oldAndWeak wants a client to be refused that knows nothing of TLS 1.2, or only ciphers without forward secrecy.
func oldAndWeak(t *testing.T, address string, cert *x509.Certificate) {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	for name, c := range map[string]*tls.Config{
		"TLS 1.1":            {RootCAs: pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
		"no forward secrecy": {RootCAs: pool, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}},
	} {
		if conn, err := tls.Dial("tcp", address, c); err == nil {
			conn.Close()
			t.Errorf("%s is taken", name)
		}
	}
}

// allowed is the origin that an answer lets a browser's page of another server read it from.
func allowed(t *testing.T, client *http.Client, url, origin string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", origin)
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.Header.Get("Access-Control-Allow-Origin")
}

// TestPagesOfOtherServersMayNotCall: without --origins, or with an empty one, no other server's page may read an answer.
func TestPagesOfOtherServersMayNotCall(t *testing.T) {
	bin := program(t)
	for _, args := range [][]string{nil, {"--origins", ""}} {
		dir, address := filepath.Join(t.TempDir(), "data"), freePort(t)
		c := exec.CommandContext(t.Context(), bin, append([]string{"serve", "--dir", dir, "--http", address}, args...)...)
		var said bytes.Buffer
		c.Stdout, c.Stderr = &said, &said
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, http.DefaultClient, "http://"+address+"/api/health", &said)
		for _, origin := range []string{"https://elsewhere.example", "http://" + address, "null"} {
			if got := allowed(t, http.DefaultClient, "http://"+address+"/api/health", origin); got != "" {
				t.Errorf("%v: %s may call", args, origin)
			}
		}
		c.Process.Signal(syscall.SIGTERM)
		c.Wait()
	}
}

func waitFor(t *testing.T, client *http.Client, url string, said *bytes.Buffer) *http.Response {
	t.Helper()
	for range 300 {
		res, err := client.Get(url)
		if err == nil {
			res.Body.Close()
			return res
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s does not answer: %s", url, said)
	return nil
}

func TestServeRefuses(t *testing.T) {
	bin, dir := program(t), t.TempDir()
	cert, key, open := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), filepath.Join(dir, "open.pem")
	writePair(t, cert, key, 1)
	readable, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(open, readable, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ args, want string }{
		"no key":                {"--https 127.0.0.1:1 --tls-cert " + cert, "tls-key"},
		"no address":            {"--tls-cert " + cert + " --tls-key " + key, "--https"},
		"no such file":          {"--https 127.0.0.1:1 --tls-cert " + cert + " --tls-key nowhere.pem", "nowhere.pem"},
		"everybody's key":       {"--https 127.0.0.1:1 --tls-cert " + cert + " --tls-key " + open, "chmod 600"},
		"a key in cert's place": {"--https 127.0.0.1:1 --tls-cert " + key + " --tls-key " + key, "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), bin, append([]string{"serve", "--dir", filepath.Join(dir, "data")}, strings.Fields(tt.args)...)...).CombinedOutput()
			if err == nil || !strings.Contains(string(out), tt.want) {
				t.Errorf("%v %s, want %q", err, out, tt.want)
			}
		})
	}
}
