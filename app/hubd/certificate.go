package hubd

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"os"
	"time"
)

// certificateYears is how long the hub's own certificate says to last. Devices
// pin its key and look at no date: this is for tools that do.
const certificateYears = 30

// certificate reads the hub's own certificate, and makes key and certificate at
// the first start. A key that is gone is never made anew: every device would
// take this hub for a stranger. Errors: not_found.
func (f *folder) certificate(now time.Time) (tls.Certificate, error) {
	a, err := f.about()
	if err != nil {
		return tls.Certificate{}, err
	}
	if _, err := os.Stat(f.path(keyName)); err != nil {
		if !errors.Is(err, fs.ErrNotExist) || a.Key {
			return tls.Certificate{}, ofFile(err, "key", f.path(keyName))
		}
		if err := f.makeCertificate(now); err != nil {
			return tls.Certificate{}, err
		}
	}
	c, err := tls.LoadX509KeyPair(f.path(certName), f.path(keyName))
	if err != nil {
		return c, fmt.Errorf("read the hub's certificate: %w", err)
	}
	if !a.Key {
		a.Key = true
		err = f.setAbout(a)
	}
	return c, err
}

// makeCertificate writes the key last: a certificate without its key is made anew.
func (f *folder) makeCertificate(now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	about := x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "patio-hub"}, DNSNames: []string{"patio-hub"},
		NotBefore: now.AddDate(0, 0, -2), NotAfter: now.AddDate(certificateYears, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, &about, &about, key.Public(), key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := writePEM(f.path(certName), "CERTIFICATE", cert); err != nil {
		return err
	}
	return writePEM(f.path(keyName), "PRIVATE KEY", secret)
}

func writePEM(path, kind string, b []byte) error {
	return writeWhole(path, func(out io.Writer) error { return pem.Encode(out, &pem.Block{Type: kind, Bytes: b}) })
}

// pinOf answers the SHA-256 of a certificate's public key.
func pinOf(c tls.Certificate) []byte {
	sum := sha256.Sum256(c.Leaf.RawSubjectPublicKeyInfo)
	return bytes.Clone(sum[:])
}
