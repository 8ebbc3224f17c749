package client_test

import (
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"patio/sync/client"
	"patio/sync/protocol"
	"patio/sync/record"
)

// behindTLS is a server that counts what reaches it, and the pin of its key.
func behindTLS(t *testing.T) (server *httptest.Server, pin []byte, reached *int) {
	t.Helper()
	reached = new(int)
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		*reached++
		_, _ = io.WriteString(w, "here")
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	key := sha256.Sum256(server.Certificate().RawSubjectPublicKeyInfo)
	return server, key[:], reached
}

func TestOnlyTheHubThatWasJoinedIsSpokenTo(t *testing.T) {
	server, pin, reached := behindTLS(t)
	answer, err := client.Pinned(pin).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || *reached != 1 || answer.ProtoMajor != 2 {
		t.Errorf("%v, reached %d times by HTTP/%d", err, *reached, answer.ProtoMajor)
	}
	for name, other := range map[string][]byte{"another key": make([]byte, 32), "half a key": pin[:16]} {
		wire := &client.Wire{Address: server.URL, Workspace: record.ID{1}, Client: client.Pinned(other)}
		_, err := wire.Join(t.Context(), make([]byte, 32), "Balcão", client.Meta{})
		var refusal *protocol.Error
		if !errors.As(err, &refusal) || refusal.Code != protocol.CodeCertificate {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Without a pin an authority has to vouch for it, and none does.
	answer, err = client.Pinned(nil).Get(server.URL)
	if err == nil {
		answer.Body.Close()
	}
	if unknown := (*tls.CertificateVerificationError)(nil); !errors.As(err, &unknown) {
		t.Errorf("without a pin: %v", err)
	}
	if *reached != 1 {
		t.Errorf("something was sent to a stranger: %d requests", *reached)
	}
}

func TestAHubSendsNobodyElsewhere(t *testing.T) {
	_, _, reached := behindTLS(t)
	server := httptest.NewTLSServer(http.RedirectHandler("http://127.0.0.1:1/", http.StatusTemporaryRedirect))
	t.Cleanup(server.Close)
	key := sha256.Sum256(server.Certificate().RawSubjectPublicKeyInfo)
	answer, err := client.Pinned(key[:]).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusTemporaryRedirect || *reached != 0 {
		t.Errorf("%d, %d", answer.StatusCode, *reached)
	}
}
