package syncing

import (
	"slices"
	"testing"
	"time"

	"patio/app/hubd"
	"patio/backend/crm"
	"patio/sync/protocol"
)

// codeFor lets one device of a new person in.
func (s *server) codeFor(name, role string) string {
	s.t.Helper()
	call[hubd.User](s, hubd.AddUser, hubd.NewUser{Workspace: "Loja", Name: name, Role: role})
	return call[hubd.Enrolled](s, hubd.Enroll, hubd.Enrolment{Workspace: "Loja", User: name, Hours: 1}).Code
}

func (p *pc) joinAs(code, name string) {
	p.t.Helper()
	if err := p.sync.Join(p.t.Context(), Joining{Code: code, Name: name}); err != nil {
		p.t.Fatal(err)
	}
	p.agree()
}

func (p *pc) agree() {
	p.t.Helper()
	if _, err := p.sync.Sync(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pc) listed() Devices {
	p.t.Helper()
	d, err := p.sync.Devices(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return d
}

// named answers the device of a name.
func (d Devices) named(t *testing.T, name string) Device {
	t.Helper()
	i := slices.IndexFunc(d.List, func(one Device) bool { return one.Name == name })
	if i < 0 {
		t.Fatalf("no %s in %+v", name, d.List)
	}
	return d.List[i]
}

func TestThePCsOfAWorkspaceAreListedAlsoWithoutTheHub(t *testing.T) {
	hub := newServer(t)
	a, b := newPC(t), newPC(t)
	if _, err := a.sync.Devices(t.Context()); crm.CodeOf(err) != CodeNotJoined {
		t.Errorf("of a lone PC: %v", err)
	}
	wantCode(t, a.sync.RevokeDevice(t.Context(), 70_000), CodeNotJoined)
	a.joinAs(hub.code(), "PC do escritório")
	b.joinAs(hub.codeFor("Bia", "seller"), "PC do balcão")
	people := call[[]hubd.User](hub, hubd.ListUsers, hubd.Named{Name: "Loja"})
	now := a.listed()
	if len(now.List) != 2 || !now.Manages || now.Told == 0 || now.Failure != nil {
		t.Fatalf("%+v", now)
	}
	desk := now.named(t, "PC do balcão")
	if desk.Here || desk.Seen == 0 || desk.Joined == 0 || desk.State != DeviceActive || !slices.ContainsFunc(people, func(u hubd.User) bool { return u.ID == desk.UserID && u.Name == "Bia" }) {
		t.Errorf("%+v", desk)
	}
	if !now.named(t, "PC do escritório").Here || b.listed().Manages {
		t.Error("whose is which")
	}
	hub.stop()
	for range 2 { // the second time it is known already that nobody answers
		then := a.listed()
		if len(then.List) != 2 || then.Told != now.Told || then.Failure == nil || then.Failure.Code != CodeUnreachable {
			t.Errorf("%+v", then)
		}
		if _, err := a.sync.Sync(t.Context()); crm.CodeOf(err) != CodeUnreachable {
			t.Error(err)
		}
	}
	wantCode(t, a.sync.RevokeDevice(t.Context(), desk.Number), CodeUnreachable)
}

func TestAnAdminsPCRevokesAnotherWhichKeepsItsWork(t *testing.T) {
	hub := newServer(t)
	a, b := newPC(t), newPC(t)
	a.joinAs(hub.code(), "PC do escritório")
	b.joinAs(hub.codeFor("Bia", "seller"), "PC do balcão")
	id := b.add("Ana", "11987654321")
	wantCode(t, b.sync.RevokeDevice(t.Context(), a.listed().named(t, "PC do escritório").Number), CodeNotAllowed)
	if err := a.sync.RevokeDevice(t.Context(), a.listed().named(t, "PC do balcão").Number); err != nil {
		t.Fatal(err)
	}
	_, err := b.sync.Sync(t.Context())
	wantCode(t, err, crm.Code(protocol.CodeRevoked))
	if st := b.status(); st.Phase != PhaseStopped || st.Waiting == 0 || b.vehicle(id) != "Gol" {
		t.Errorf("%+v", st)
	}
	if d := a.listed().named(t, "PC do balcão"); d.State != DeviceRevoked {
		t.Errorf("%+v", d)
	}
}

func TestAValueOfAnotherPCIsNamedByItAlsoWithoutTheHub(t *testing.T) {
	hub := newServer(t)
	a, b := newPC(t), newPC(t)
	id := a.add("Ana", "11987654321")
	a.joinAs(hub.code(), "PC do escritório")
	a.sync.learn(t.Context()) // when there was no other yet
	b.joinAs(hub.codeFor("Bia", "admin"), "PC do balcão")
	a.write(id, "Polo do Rui")
	b.write(id, "Polo da Bia")
	for range 2 {
		a.agree()
		b.agree()
	}
	other := func() (device, user string) {
		t.Helper()
		list, err := a.store.Conflicts(t.Context(), 10)
		if err == nil {
			err = a.sync.NameWriters(t.Context(), list)
		}
		if err != nil || len(list) != 1 || len(list[0].Values) != 2 {
			t.Fatalf("%+v, %v", list, err)
		}
		i := slices.IndexFunc(list[0].Values, func(v crm.ConflictValue) bool { return !v.Here })
		return list[0].Values[i].Device, list[0].Values[i].UserID
	}
	if device, user := other(); device != "" || user != "" {
		t.Errorf("it is known already: %q %q", device, user)
	}
	// Now it is wanted, and asked for once a while has passed.
	now := time.Now()
	a.sync.cfg.Now = func() time.Time { return now }
	a.sync.learn(t.Context())
	if device, _ := other(); device != "" {
		t.Errorf("asked at once: %q", device)
	}
	now = now.Add(learnSoon)
	a.sync.learn(t.Context())
	hub.stop()
	if device, user := other(); device != "PC do balcão" || user == "" {
		t.Errorf("%q %q", device, user)
	}
}

func (s *server) states() (out []string) {
	s.t.Helper()
	for _, d := range call[[]hubd.Device](s, hubd.ListDevices, hubd.Named{Name: "Loja"}) {
		out = append(out, d.State)
	}
	return out
}

func TestWhoLeavesGivesItsNumberUpWhereTheHubIsReached(t *testing.T) {
	for _, reached := range []bool{true, false} {
		hub := newServer(t)
		a := newPC(t)
		a.joinAs(hub.code(), "PC do escritório")
		want := []string{DeviceRetired}
		if !reached {
			hub.stop()
			want = []string{DeviceActive}
		}
		if err := a.sync.Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
		if st := a.status(); st.Joined || !st.Detached || st.Phase != PhaseOff {
			t.Errorf("%+v", st)
		}
		if got := hub.states(); !slices.Equal(got, want) {
			t.Errorf("reached %v: %v, want %v", reached, got, want)
		}
	}
}
