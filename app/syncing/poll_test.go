package syncing

import (
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"patio/sync/client"
	"patio/sync/protocol"
)

// holdBack puts a proxy between a PC and its hub that keeps each answer until
// it is whole, and counts who waits.
func (p *pc) holdBack(hub *server) (waited *atomic.Int64) {
	p.t.Helper()
	waited = &atomic.Int64{}
	line := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // what is tested is the way, not who answers
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Transport: line,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "https", Host: hub.listen})
			if r.In.URL.Path == protocol.PathWait {
				waited.Add(1)
			}
		},
		ModifyResponse: func(r *http.Response) error {
			body, err := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			return err
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }, // who asked is gone
	})
	near := &http.Transport{}
	p.t.Cleanup(func() {
		p.close() // or the proxy would wait for who waits
		near.CloseIdleConnections()
		proxy.Close()
		line.CloseIdleConnections()
	})
	p.sync.mu.Lock()
	defer p.sync.mu.Unlock()
	p.sync.wire.Address, p.sync.wire.Client, p.sync.wire.Silence = proxy.URL, &http.Client{Transport: near}, 50*time.Millisecond
	p.sync.client = client.New(p.sync.local, p.sync.wire, p.sync.cfg.Now)
	return waited
}

func TestAnEditIsSeenByItselfBehindAProxyThatHoldsStreamsBack(t *testing.T) {
	hub := newServer(t)
	a, b := newPC(t), newPC(t)
	id := a.add("Ana", "11987654321")
	a.join(hub.code())
	b.join(hub.code())
	waited := b.holdBack(hub)
	a.sync.Start()
	b.sync.Start()
	b.until("the lead on the other PC", func() bool { return b.vehicle(id) == "Gol" })
	for _, vehicle := range []string{"Polo", "Uno", "Argo"} {
		a.write(id, vehicle)
		b.until("the edit on the other PC", func() bool { return b.vehicle(id) == vehicle })
	}
	b.write(id, "Mobi")
	a.until("its own edit on the first", func() bool { return a.vehicle(id) == "Mobi" })
	if waited.Load() == 0 {
		t.Error("it came another way")
	}
}
