package client

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"patio/sync/protocol"
)

// Times that a connection may take; a request ends by its context.
const (
	dialTimeout   = 10 * time.Second
	answerTimeout = 2 * time.Minute // until an answer begins
	idleTimeout   = 90 * time.Second
)

// Pinned speaks to the hub whose public key has this SHA-256 and to nobody
// else, whatever name or authority the certificate tells: a pin comes with the
// code that a device joined by. Anybody else is sync.certificate, and nothing
// was sent. Without a pin the system's authorities decide.
func Pinned(pin []byte) *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: dialTimeout, KeepAlive: 15 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		TLSClientConfig:       pinned(pin),
		TLSHandshakeTimeout:   dialTimeout,
		ResponseHeaderTimeout: answerTimeout,
		IdleConnTimeout:       idleTimeout,
	}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }} // a hub sends nobody elsewhere
}

func pinned(pin []byte) *tls.Config {
	if len(pin) == 0 {
		return &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		InsecureSkipVerify: true, // VerifyConnection is stricter, and is asked of resumed connections, too
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 {
				return protocol.Refuse(protocol.CodeCertificate, errors.New("no certificate"))
			}
			key := sha256.Sum256(s.PeerCertificates[0].RawSubjectPublicKeyInfo)
			if subtle.ConstantTimeCompare(key[:], pin) != 1 {
				return protocol.Refuse(protocol.CodeCertificate, errors.New("another key"))
			}
			return nil
		},
	}
}
