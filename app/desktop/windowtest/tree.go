//go:build window

package windowtest

import (
	"context"
	"fmt"
	"image"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/introspect"
)

// Tree is the screen as a screen reader gets it (AT-SPI). It tells where things
// stand without any door into the program.
type Tree struct {
	t   testing.TB
	bus *dbus.Conn
	pid uint32
}

// Node is one thing on the screen.
type Node struct {
	Role string // "button", "heading", "list item" …, as AT-SPI names them
	Name string
	Box  image.Rectangle // on the screen
	ref  reference
}

// Centre is where a person would click.
func (n Node) Centre() image.Point {
	return image.Pt((n.Box.Min.X+n.Box.Max.X)/2, (n.Box.Min.Y+n.Box.Max.Y)/2)
}

// reference is how AT-SPI points at something.
type reference struct {
	Bus  string
	Path dbus.ObjectPath
}

const (
	accessible = "org.a11y.atspi.Accessible"
	component  = "org.a11y.atspi.Component"
	registry   = "org.a11y.atspi.Registry"
	rootPath   = dbus.ObjectPath("/org/a11y/atspi/accessible/root")
)

// Tree opens the accessibility bus.
func (w *Window) Tree() *Tree {
	w.t.Helper()
	session, err := dbus.ConnectSessionBus()
	if err != nil {
		w.t.Fatalf("session bus: %v", err)
	}
	defer session.Close()
	var address string
	if err := session.Object("org.a11y.Bus", "/org/a11y/bus").Call("org.a11y.Bus.GetAddress", 0).Store(&address); err != nil {
		w.t.Fatalf("accessibility bus: %v (is at-spi2-core installed?)", err)
	}
	bus, err := dbus.Connect(address)
	if err != nil {
		w.t.Fatalf("accessibility bus: %v", err)
	}
	w.t.Cleanup(func() { _ = bus.Close() })
	return &Tree{t: w.t, bus: bus, pid: uint32(w.program.Pid())}
}

// Find waits for the first visible thing of a role whose name contains text.
// role "" takes any.
func (tr *Tree) Find(role, text string) Node {
	tr.t.Helper()
	var found Node
	Eventually(tr.t, fmt.Sprintf("%s %q on the screen; there is:\n%s", role, text, lazy(tr.Outline)), func() bool {
		nodes := tr.All(role, text)
		if len(nodes) == 0 {
			return false
		}
		found = nodes[0]
		return true
	})
	return found
}

// lazy is written only when a test fails.
type lazy func() string

func (l lazy) String() string { return l() }

// All lists the visible things of a role whose name contains text, in reading
// order.
func (tr *Tree) All(role, text string) []Node {
	var found []Node
	tr.walk(func(n Node, _ int) {
		if (role == "" || n.Role == role) && strings.Contains(n.Name, text) && !n.Box.Empty() {
			found = append(found, n)
		}
	})
	return found
}

// FindLast waits for the last visible thing of exactly this name: a dialog's
// comes after the page's.
func (tr *Tree) FindLast(name string) Node {
	tr.t.Helper()
	var found Node
	Eventually(tr.t, fmt.Sprintf("%q on the screen; there is:\n%s", name, lazy(tr.Outline)), func() bool {
		for _, n := range tr.All("", name) {
			if n.Name == name {
				found = n
			}
		}
		return found.Name != ""
	})
	return found
}

// Outline writes the whole tree, for the log of a failed test.
func (tr *Tree) Outline() string {
	var b strings.Builder
	tr.walk(func(n Node, depth int) {
		if n.Name != "" {
			fmt.Fprintf(&b, "%s%s %q %v\n", strings.Repeat(" ", depth), n.Role, n.Name, n.Box)
		}
	})
	return b.String()
}

// walk visits everything that belongs to the program: the toolkit's widgets,
// dialogs among them, and then the page. The tree changes while it is read:
// what is gone when asked about is left out.
func (tr *Tree) walk(visit func(n Node, depth int)) {
	for _, app := range tr.children(reference{registry, rootPath}) {
		if tr.owner(app.Bus) == tr.pid {
			tr.descend(app, 0, visit)
		}
	}
	for _, page := range tr.pages() {
		tr.descend(page, 0, visit)
	}
}

// pages are the roots of the web view's content. They live on the bus under
// their own process, and name the web view as their parent; the web view
// doesn't name them as its children.
func (tr *Tree) pages() []reference {
	var names []string
	if err := tr.bus.BusObject().Call("org.freedesktop.DBus.ListNames", 0).Store(&names); err != nil {
		return nil
	}
	const folder = dbus.ObjectPath("/org/a11y/webkit/accessible")
	var roots []reference
	for _, name := range names {
		if !strings.HasPrefix(name, "org.webkit.") {
			continue
		}
		inside, err := introspect.Call(tr.bus.Object(name, folder))
		if err != nil {
			continue // gone
		}
		for _, child := range inside.Children {
			root := reference{name, folder + "/" + dbus.ObjectPath(child.Name)}
			var parent reference
			if tr.bus.Object(root.Bus, root.Path).StoreProperty(accessible+".Parent", &parent) == nil && tr.owner(parent.Bus) == tr.pid {
				roots = append(roots, root)
			}
		}
	}
	return roots
}

func (tr *Tree) descend(ref reference, depth int, visit func(n Node, depth int)) {
	const deepest = 60 // a tree that is changing could be read in a circle
	if depth > deepest {
		return
	}
	visit(tr.node(ref), depth)
	for _, child := range tr.children(ref) {
		tr.descend(child, depth+1, visit)
	}
}

func (tr *Tree) node(ref reference) Node {
	n := Node{ref: ref}
	_ = tr.call(ref, accessible+".GetRoleName").Store(&n.Role) // gone: stays ""
	_ = tr.call(ref, "org.freedesktop.DBus.Properties.Get", accessible, "Name").Store(&n.Name)
	if n.Role == "application" { // stands nowhere
		return n
	}
	var box struct{ X, Y, Width, Height int32 }
	const onScreen = uint32(0)
	if tr.call(ref, component+".GetExtents", onScreen).Store(&box) == nil {
		n.Box = image.Rect(int(box.X), int(box.Y), int(box.X+box.Width), int(box.Y+box.Height))
	}
	return n
}

func (tr *Tree) children(ref reference) []reference {
	var list []reference
	_ = tr.call(ref, accessible+".GetChildren").Store(&list) // gone: none
	return list
}

// call asks something on the screen, which may be busy: a page that prints
// answers nothing until its dialog is closed.
func (tr *Tree) call(ref reference, method string, args ...any) *dbus.Call {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return tr.bus.Object(ref.Bus, ref.Path).CallWithContext(ctx, method, 0, args...)
}

// owner is the process behind a bus name.
func (tr *Tree) owner(name string) uint32 {
	var pid uint32
	_ = tr.bus.BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, name).Store(&pid) // gone: 0
	return pid
}
