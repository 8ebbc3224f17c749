package hub_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"patio/sync/client"
	"patio/sync/protocol"
)

func TestTheBlobDoorRefusesWhatIsNoRequest(t *testing.T) {
	g := newGallery(t)
	d := g.join(shopA)
	b, id := picture(1, 2<<20)
	g.mustPut(d, b)
	who := "?workspace=" + hexOf(g.ws[:]) + "&replica=" + numberOf(d)
	for name, c := range map[string]struct {
		method, path, header, value string
		body                        int
		code                        protocol.Code
	}{
		"no id":                   {"GET", "xyz" + who, "Range", "bytes=0-1", 0, protocol.CodeMalformed},
		"an id in capitals":       {"GET", strings.ToUpper(id.String()) + who, "Range", "bytes=0-1", 0, protocol.CodeMalformed},
		"nobody":                  {"GET", id.String(), "Range", "bytes=0-1", 0, protocol.CodeMalformed},
		"no range":                {"GET", id.String() + who, "", "", 0, protocol.CodeMalformed},
		"an open range":           {"GET", id.String() + who, "Range", "bytes=5-", 0, protocol.CodeMalformed},
		"a range backwards":       {"GET", id.String() + who, "Range", "bytes=5-4", 0, protocol.CodeMalformed},
		"a range without end":     {"GET", id.String() + who, "Range", "bytes=0-9223372036854775807", 0, protocol.CodeMalformed},
		"beyond its end":          {"GET", id.String() + who, "Range", "bytes=2097152-2097153", 0, protocol.CodeMalformed},
		"state of no size":        {"GET", id.String() + "/state" + who, "", "", 0, protocol.CodeMalformed},
		"state of less than none": {"GET", id.String() + "/state" + who + "&size=-1", "", "", 0, protocol.CodeMalformed},
		"nothing said of a part":  {"PUT", id.String() + who, "", "", 10, protocol.CodeMalformed},
		"a part beyond the whole": {"PUT", id.String() + who, "Content-Range", "bytes 0-9/5", 10, protocol.CodeMalformed},
		"an empty one":            {"PUT", id.String() + who, "Content-Range", "bytes 0-0/0", 0, protocol.CodeMalformed},
		"more than it says":       {"PUT", id.String() + who, "Content-Range", "bytes 0-4/50", 10, protocol.CodeMalformed},
		"a large part":            {"PUT", id.String() + who, "Content-Range", "bytes 0-1048576/2097152", 10, protocol.CodeTooLarge},
		"another workspace":       {"PUT", id.String() + "?workspace=00000000000000000000000000000000&replica=70000", "Content-Range", "bytes 0-4/5", 5, protocol.CodeUnknown},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, protocol.PathBlob+c.path, bytes.NewReader(make([]byte, c.body)))
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		r.Header.Set("Authorization", bearerOf(d.key))
		w := httptest.NewRecorder()
		g.door.ServeHTTP(w, r)
		if w.Body.String() != string(c.code) || w.Code != c.code.Status() {
			t.Errorf("%s: %d %q", name, w.Code, w.Body)
		}
	}
}

// broken is a line on which requests and answers end early.
type broken struct {
	to      http.RoundTripper
	request func() int // bytes of a body that get through, -1 all
	answer  func() int
}

func (b *broken) RoundTrip(r *http.Request) (*http.Response, error) {
	whole, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	cut := b.request()
	if cut >= 0 && cut < len(whole) {
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(whole[:cut]), torn{}))
	} else {
		r.Body = io.NopCloser(bytes.NewReader(whole))
	}
	answer, err := b.to.RoundTrip(r)
	if err != nil || cut >= 0 && cut < len(whole) {
		return nil, errors.Join(errTorn, err)
	}
	if cut = b.answer(); cut >= 0 {
		if cut == 0 {
			return nil, errTorn
		}
		answer.Body = io.NopCloser(io.MultiReader(io.LimitReader(answer.Body, int64(cut)), torn{}))
	}
	return answer, nil
}

var errTorn = errors.New("the line broke")

type torn struct{}

func (torn) Read([]byte) (int, error) { return 0, errTorn }

// Wherever a line breaks, and however often, what arrived before counts, and in
// the end it is the file.
func TestALineThatBreaksAnywhereBringsABlobInTheEnd(t *testing.T) {
	g := newGallery(t)
	g.limits.Spare = 1 << 30
	g.serve()
	d := g.join(shopA)
	r := rand.New(rand.NewPCG(5, 5))
	for n := range 60 {
		size := 1 + r.IntN(300_000)
		if n%20 == 0 {
			size = protocol.BlobPart*(n/20) + n/20
			size = max(size, 1)
		}
		b, id := picture(uint64(n), size)
		offset := r.IntN(size + 1)
		all := func() int { return -1 }
		// Each request dies once, at its own byte; every second answer is lost or cut.
		odd := false
		line := &broken{g, all, all}
		line.request = func() int {
			if odd = !odd; odd {
				return offset
			}
			return -1
		}
		asked := 0
		line.answer = func() int {
			if asked++; asked%2 == 0 {
				return r.IntN(40)
			}
			return -1
		}
		wire := d.wire(line)
		var err error
		for range 200 { // as syncing would, after a while
			if err = wire.PutBlob(t.Context(), d.ask.Replica, id, bytes.NewReader(b), int64(size)); err == nil {
				break
			}
			if !errors.Is(err, errTorn) && !errors.Is(err, client.ErrNoAnswer) {
				break
			}
		}
		if err != nil {
			t.Fatalf("%d bytes, cut at %d: %v", size, offset, err)
		}
		line.request = all
		line.answer = func() int { return r.IntN(offset + 100) }
		out := file{t.TempDir()}.open(t)
		for range 100_000 {
			st, failed := out.Stat()
			if failed != nil {
				t.Fatal(failed)
			}
			if _, err = wire.GetBlob(t.Context(), d.ask.Replica, id, out, st.Size()); err == nil || !errors.Is(err, errTorn) {
				break
			}
		}
		got, failed := os.ReadFile(out.Name())
		if err != nil || failed != nil || !bytes.Equal(got, b) {
			t.Fatalf("%d bytes back, cut at %d: %v, %v", size, offset, err, failed)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNobodyGoesOnForEver(t *testing.T) {
	g := newGallery(t)
	d := g.join(shopA)
	b, id := picture(1, 100_000)
	dead := &broken{g, func() int { return 0 }, func() int { return 0 }}
	if err := d.wire(dead).PutBlob(t.Context(), d.ask.Replica, id, bytes.NewReader(b), 100_000); !errors.Is(err, errTorn) {
		t.Error(err)
	}
	g.mustPut(d, b)
	out := file{t.TempDir()}.open(t)
	defer out.Close()
	if _, err := d.wire(dead).GetBlob(t.Context(), d.ask.Replica, id, out, 0); !errors.Is(err, errTorn) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.wire(g).PutBlob(ctx, d.ask.Replica, id, bytes.NewReader(b), 100_000); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	// A hotel's page is no blob, nor is a part that wasn't asked for.
	for _, answer := range []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>Welcome</html>") },
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", protocol.ContentBlob)
			w.Header().Set("Content-Range", "bytes 7-8/9")
			w.WriteHeader(http.StatusPartialContent)
			_, _ = io.WriteString(w, "xx")
		},
	} {
		hotel := handler(answer)
		if _, err := d.wire(hotel).GetBlob(t.Context(), d.ask.Replica, id, out, 0); !errors.Is(err, client.ErrNoAnswer) {
			t.Error(err)
		}
		if err := d.wire(hotel).PutBlob(t.Context(), d.ask.Replica, id, bytes.NewReader(b), 100_000); !errors.Is(err, client.ErrNoAnswer) {
			t.Error(err)
		}
	}
}

type handler http.HandlerFunc

func (h handler) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h(w, r)
	return w.Result(), nil
}
