package hubd

import (
	"net"
	"sync"
)

// fewer is a listener with so many open connections at most; others wait.
type fewer struct {
	net.Listener
	open   chan struct{}
	once   sync.Once
	closed chan struct{}
}

func atMost(l net.Listener, connections int) *fewer {
	return &fewer{Listener: l, open: make(chan struct{}, connections), closed: make(chan struct{})}
}

func (l *fewer) Accept() (net.Conn, error) {
	select {
	case l.open <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.open
		return nil, err
	}
	return &oneOfFew{Conn: c, done: sync.OnceFunc(func() { <-l.open })}, nil
}

func (l *fewer) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type oneOfFew struct {
	net.Conn
	done func()
}

func (c *oneOfFew) Close() error {
	err := c.Conn.Close()
	c.done()
	return err
}
