package hubd

import (
	"context"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"patio/app/version"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// figures are what /metrics shows: counts and sizes, no word of a record, and
// workspaces by id only. docs/hub.md says what each means.
type figures struct {
	store    backing
	now      func() time.Time
	registry *prometheus.Registry

	requests *prometheus.CounterVec   // path, code
	seconds  *prometheus.HistogramVec // path
	received *prometheus.CounterVec   // path
	sent     *prometheus.CounterVec   // path
	refusedC prometheus.Counter
	streams  prometheus.Gauge
	items    prometheus.Counter
	verdicts *prometheus.CounterVec // status
	rows     prometheus.Counter

	seen, head, size, blobs, unreadable *prometheus.Desc

	mu      sync.Mutex
	devices map[device]time.Time // when each last was answered
}

type device struct {
	workspace record.ID
	replica   vv.Replica
}

const figurePrefix = "patio_hub_"

// spans are how lately a device may have been seen.
var spans = map[string]time.Duration{"5m": 5 * time.Minute, "1h": time.Hour, "24h": 24 * time.Hour}

func newFigures(store backing, now func() time.Time) *figures {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: figurePrefix + name, Help: help}, labels)
	}
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(figurePrefix+name, help, labels, nil)
	}
	f := &figures{
		store: store, now: now, registry: prometheus.NewRegistry(), devices: map[device]time.Time{},
		requests: counter("requests_total", "Requests answered, by path and by what they were answered: ok, a refusal's code, or an HTTP status.", "path", "code"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: figurePrefix + "request_seconds", Help: "How long a request took, its body's way included; who listens doesn't count.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"path"}),
		received: counter("received_bytes_total", "Bytes of bodies that came, as they came: compressed.", "path"),
		sent:     counter("sent_bytes_total", "Bytes of bodies that went, as they went: compressed.", "path"),
		refusedC: prometheus.NewCounter(prometheus.CounterOpts{Name: figurePrefix + "connection_errors_total", Help: "Connections that failed before there was a request, such as those that would not accept the certificate."}),
		streams:  prometheus.NewGauge(prometheus.GaugeOpts{Name: figurePrefix + "streams", Help: "Devices that listen for changes now."}),
		items:    prometheus.NewCounter(prometheus.CounterOpts{Name: figurePrefix + "pushed_items_total", Help: "Records that devices pushed, those of a batch that was sent again included."}),
		verdicts: counter("verdicts_total", "What became of pushed records: accepted, refused, whole, gone, erased; and partly for those of which some fields were refused.", "status"),
		rows:     prometheus.NewCounter(prometheus.CounterOpts{Name: figurePrefix + "pulled_rows_total", Help: "Records that devices pulled."}),

		seen:       describe("devices_seen", "Devices that pushed or pulled within a while, since the hub started.", "within"),
		head:       describe("head", "Changes of a workspace so far.", "workspace"),
		size:       describe("store_bytes", "What the database takes on the disk."),
		blobs:      describe("blob_bytes", "What the files of a workspace take that devices brought: named by records, or loose for nothing names them any more, or yet.", "workspace", "state"),
		unreadable: describe("store_unreadable", "1 when the store could not be read for these figures."),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: figurePrefix + "build_info", Help: "1; the labels say which build runs.", ConstLabels: prometheus.Labels{"version": version.Number, "revision": version.Revision()},
	})
	build.Set(1)
	f.registry.MustRegister(f.requests, f.seconds, f.received, f.sent, f.refusedC, f.streams, f.items, f.verdicts, f.rows, f, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return f
}

// handler answers /metrics.
func (f *figures) handler() http.Handler {
	return promhttp.HandlerFor(f.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

// statuses names verdicts.
var statuses = map[protocol.Status]string{
	protocol.Accepted: "accepted", protocol.Refused: "refused", protocol.Whole: "whole", protocol.Gone: "gone", protocol.Erased: "erased",
}

// Pushed counts a batch.
func (f *figures) Pushed(workspace record.ID, from vv.Replica, verdicts []protocol.Verdict) {
	f.note(workspace, from)
	f.items.Add(float64(len(verdicts)))
	for i := range verdicts {
		status := statuses[verdicts[i].Status]
		if verdicts[i].Status == protocol.Accepted && len(verdicts[i].Refused) > 0 {
			status = "partly"
		}
		f.verdicts.WithLabelValues(status).Inc()
	}
}

// Pulled counts a page.
func (f *figures) Pulled(workspace record.ID, from vv.Replica, rows int) {
	f.note(workspace, from)
	f.rows.Add(float64(rows))
}

func (f *figures) note(workspace record.ID, from vv.Replica) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.devices[device{workspace, from}] = f.now()
}

// seenWithin counts devices, and forgets those that no span holds any more.
func (f *figures) seenWithin() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	maps.DeleteFunc(f.devices, func(_ device, at time.Time) bool { return now.Sub(at) > spans["24h"] })
	out := map[string]int{}
	for name, span := range spans {
		out[name] = 0
		for _, at := range f.devices {
			if now.Sub(at) <= span {
				out[name]++
			}
		}
	}
	return out
}

// Describe names what Collect answers.
func (f *figures) Describe(out chan<- *prometheus.Desc) {
	out <- f.seen
	out <- f.head
	out <- f.size
	out <- f.blobs
	out <- f.unreadable
}

// collectFor is how long the store may take for a scrape.
const collectFor = 5 * time.Second

// Collect reads what is not counted but kept.
func (f *figures) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	for name, n := range f.seenWithin() {
		gauge(f.seen, float64(n), name)
	}
	ctx, cancel := context.WithTimeout(context.Background(), collectFor)
	defer cancel()
	failed := 0.0
	if size, err := f.store.Size(ctx); err == nil {
		gauge(f.size, float64(size))
	} else {
		failed = 1
	}
	heads, err := f.heads(ctx)
	if err != nil {
		failed = 1
	}
	for id, seq := range heads {
		gauge(f.head, float64(seq), idText(id))
		var all, loose int64
		if err := f.store.Read(ctx, id, func(v hub.View) (err error) { all, loose, err = v.BlobBytes(); return err }); err != nil {
			failed = 1
			continue
		}
		gauge(f.blobs, float64(all-loose), idText(id), "named")
		gauge(f.blobs, float64(loose), idText(id), "loose")
	}
	gauge(f.unreadable, failed)
}

func (f *figures) heads(ctx context.Context) (map[record.ID]uint64, error) {
	ids, err := f.store.Workspaces(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[record.ID]uint64, len(ids))
	for _, id := range ids {
		if err := f.store.Read(ctx, id, func(v hub.View) error {
			head, err := v.Head()
			out[id] = head.Seq
			return err
		}); err != nil {
			return out, err
		}
	}
	return out, nil
}
