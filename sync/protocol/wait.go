package protocol

import "time"

// PathWait answers once there is something to pull, or a while has passed: for
// who is behind a proxy that keeps a stream to itself until it ends. It is asked
// by GET with ?workspace=hex&replica=n&head=seq, and within=ms for less time.
const PathWait = "/sync/v1/wait"

// WaitAtMost is how long a PathWait may take: less than the minute after which
// proxies close a request that nothing answers.
const WaitAtMost = 50 * time.Second

// Waited answers a PathWait.
type Waited struct {
	_     struct{} `cbor:",toarray"`
	Moved bool     // the head is another than the one that was named, or something else is to be heard
}
