package shopserver

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"patio/app/syncing"
	"patio/backend/crm"
)

func TestEditsTravelBothWaysOnceTheOtherPCHasJoined(t *testing.T) {
	n := lan(t)
	desk, yard := newPC(t, n, "Carla"), newPC(t, n, "Tiago")
	id := desk.add("Ana")
	desk.serve()
	if st := desk.status(); st.Phase != PhaseOn || st.PCs != 1 || st.PC != "PC do balcão" || st.Search != n.Ports[0] || !strings.HasSuffix(st.Address, strconv.Itoa(st.Port)) {
		t.Errorf("%+v", st)
	}
	desk.until("all leads up", desk.agrees)
	yard.join(desk.code("Tiago Melo", crm.RoleSeller))
	yard.sees(id, "Gol")
	yard.write(id, "Polo")
	desk.sees(id, "Polo")
	desk.write(id, "Up")
	yard.sees(id, "Up")
	if st := desk.status(); st.PCs != 2 {
		t.Errorf("%+v", st)
	}
}

func TestAServerGoesOnWhereItWasAfterARestart(t *testing.T) {
	n := lan(t)
	desk, yard := newPC(t, n, "Carla"), newPC(t, n, "Tiago")
	id := desk.add("Ana")
	desk.serve()
	yard.join(desk.code("Tiago Melo", crm.RoleSeller))
	yard.sees(id, "Gol")
	was := desk.status()
	desk.close()
	yard.write(id, "Polo")
	desk.open()
	desk.until("a server", func() bool { return desk.status().Phase == PhaseOn })
	yard.sync.Now()
	desk.sees(id, "Polo")
	if is := desk.status(); is.Port != was.Port || is.PCs != 2 || is.PC != was.PC || is.Code != nil {
		t.Errorf("%+v, was %+v", is, was)
	}
}

func TestAServerAtAnotherAddressIsFoundWithoutAnybody(t *testing.T) {
	n := lan(t)
	desk, yard := newPC(t, n, "Carla"), newPC(t, n, "Tiago")
	id := desk.add("Ana")
	desk.serve()
	yard.join(desk.code("Tiago Melo", crm.RoleSeller))
	yard.sees(id, "Gol")
	was := desk.status().Port
	desk.close()
	squatter, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(was)))
	if err != nil {
		t.Fatal(err)
	}
	defer squatter.Close()
	desk.open()
	desk.until("a server", func() bool { return desk.status().Phase == PhaseOn })
	is := desk.status()
	if is.Port == was {
		t.Fatalf("%+v", is)
	}
	desk.write(id, "Polo")
	desk.until("its own device finds it", desk.agrees)
	if err := squatter.Close(); err != nil {
		t.Fatal(err)
	}
	yard.sync.Now()
	yard.sees(id, "Polo")
	yard.until("the new address", func() bool { return yard.syncStatus().Hub == is.Address })
	yard.restart()
	if st := yard.syncStatus(); st.Hub != is.Address {
		t.Errorf("the new address was forgotten: %+v", st)
	}
}

func TestWhoStopsBeingTheServerLosesNothingAndMayGoOn(t *testing.T) {
	n := lan(t)
	desk, yard := newPC(t, n, "Carla"), newPC(t, n, "Tiago")
	id := desk.add("Ana")
	desk.serve()
	yard.join(desk.code("Tiago Melo", crm.RoleSeller))
	yard.sees(id, "Gol")
	if err := desk.server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st := desk.status(); st.Phase != PhaseOff || st.Address != "" {
		t.Errorf("%+v", st)
	}
	wantCode(t, desk.server.Stop(t.Context()), CodeOff)
	desk.restart()
	if st := desk.syncStatus(); st.Joined || !st.Detached || desk.status().Phase != PhaseOff {
		t.Errorf("%+v", st)
	}
	desk.write(id, "Up")
	yard.write(id, "Polo")
	desk.serve()
	yard.sync.Now()
	desk.until("both edits", func() bool { return desk.syncStatus().Conflicts == 1 })
	yard.until("both edits", func() bool { return yard.syncStatus().Conflicts == 1 })
	if one, other := desk.vehicle(id), yard.vehicle(id); one != other {
		t.Errorf("%q and %q", one, other)
	}
}

// The PC that was the server is broken. Another one takes its place, with the
// same workspace; what it had not told comes from whoever has it.
func TestAnotherPCTakesThePlaceOfAServerThatIsGone(t *testing.T) {
	n := lan(t)
	desk, yard, third := newPC(t, n, "Carla"), newPC(t, n, "Tiago"), newPC(t, n, "Rosa")
	id := desk.add("Ana")
	desk.serve()
	yard.join(desk.code("Tiago Melo", crm.RoleAdmin))
	third.join(desk.code("Rosa Lima", crm.RoleSeller))
	yard.sees(id, "Gol")
	third.sees(id, "Gol")
	desk.close()
	third.write(id, "Polo")
	for _, p := range []*pc{yard, third} {
		if err := p.sync.Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	yard.serve()
	person := Person{Role: string(crm.RoleSeller)}
	for _, u := range yard.users() {
		if u.Name == "Rosa Lima" {
			person.UserID = u.ID
		}
	}
	code, err := yard.server.GiveCode(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	third.join(code)
	yard.sees(id, "Polo")
	yard.write(id, "Up")
	third.sees(id, "Up")
}

func TestAStartThatWasCutShortIsFinishedAtTheNext(t *testing.T) {
	n := lan(t)
	desk := newPC(t, n, "Carla")
	id := desk.add("Ana")
	if err := writeFile(desk.folder(), file{On: true, Name: "PC do balcão"}); err != nil {
		t.Fatal(err)
	}
	desk.restart()
	desk.until("a device of its own hub", func() bool { return desk.status().Phase == PhaseOn && desk.agrees() })
	yard := newPC(t, n, "Tiago")
	yard.join(desk.code("Tiago Melo", crm.RoleSeller))
	yard.sees(id, "Gol")
}

func TestAServerThatLostItsDataHasThemBackFromItsHub(t *testing.T) {
	n := lan(t)
	desk := newPC(t, n, "Carla")
	id := desk.add("Ana")
	desk.serve()
	desk.until("all leads up", desk.agrees)
	desk.close()
	for _, lost := range []string{desk.dir, filepath.Join(desk.home, "devices")} {
		if err := os.RemoveAll(lost); err != nil {
			t.Fatal(err)
		}
	}
	desk.open()
	desk.sees(id, "Gol")
	if st := desk.status(); st.Phase != PhaseOn || len(desk.users()) != 1 {
		t.Errorf("%+v, %+v", st, desk.users())
	}
}

func TestAServerBeginsAnewWithOtherData(t *testing.T) {
	n := lan(t)
	desk := newPC(t, n, "Carla")
	old := desk.add("Ana")
	desk.serve()
	desk.until("all leads up", desk.agrees)
	if err := desk.server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	desk.close()
	if err := os.RemoveAll(desk.dir); err != nil {
		t.Fatal(err)
	}
	other := newPC(t, n, "Tiago")
	other.close()
	other.home = desk.home
	other.open()
	id := other.add("Bia")
	other.serve()
	other.until("all leads up", other.agrees)
	if other.vehicle(id) != "Gol" || other.vehicle(old) != "" {
		t.Error("what another shop's data had left there came along")
	}
	aside, err := filepath.Glob(filepath.Join(desk.folder(), hubName+"-before-*"))
	if err != nil || len(aside) != 1 {
		t.Errorf("%v, %v", aside, err)
	}
}

func TestAPCThatCannotServeStaysAlone(t *testing.T) {
	desk := newPC(t, lan(t), "Carla")
	wantCode(t, desk.server.Start(t.Context(), " "), crm.CodeRequired)
	wantCode(t, desk.server.Start(t.Context(), strings.Repeat("a", 400)), crm.CodeTooLong)
	if err := os.MkdirAll(desk.folder(), 0o700); err != nil {
		t.Fatal(err)
	}
	inTheWay := filepath.Join(desk.folder(), hubName)
	if err := os.WriteFile(inTheWay, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantCode(t, desk.server.Start(t.Context(), "PC do balcão"), crm.CodeInvalid)
	if st := desk.status(); st.Phase != PhaseOff || desk.syncStatus().Joined {
		t.Fatalf("%+v", st)
	}
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	desk.serve()
	wantCode(t, desk.server.Start(t.Context(), "PC do balcão"), CodeOn)
}

func TestADeviceOfAnotherServerIsNoServer(t *testing.T) {
	n := lan(t)
	desk, yard := newPC(t, n, "Carla"), newPC(t, n, "Tiago")
	desk.serve()
	yard.join(desk.code("Tiago Melo", crm.RoleSeller))
	wantCode(t, yard.server.Start(t.Context(), "PC do pátio"), syncing.CodeJoined)
	if yard.status().Phase != PhaseOff {
		t.Errorf("%+v", yard.status())
	}
}

func TestAServerThatDoesNotComeUpSaysWhyAndIsTriedAgain(t *testing.T) {
	desk := newPC(t, lan(t), "Carla")
	desk.serve()
	desk.close()
	key := filepath.Join(desk.folder(), hubName, "hub.key")
	if err := os.Rename(key, key+".away"); err != nil {
		t.Fatal(err)
	}
	desk.open()
	desk.until("a failure", func() bool { return desk.status().Phase == PhaseFailed })
	if st := desk.status(); st.Failure == nil || st.Failure.Code != crm.CodeNotFound {
		t.Errorf("%+v", st)
	}
	wantCode(t, desk.server.Start(t.Context(), "PC do balcão"), crm.CodeNotFound)
	if st := desk.status(); st.Phase != PhaseFailed {
		t.Errorf("%+v", st)
	}
	if err := os.Rename(key+".away", key); err != nil {
		t.Fatal(err)
	}
	desk.serve()
	desk.until("agreement", desk.agrees)
}

func TestAHubThatEndsByItselfIsShown(t *testing.T) {
	desk := newPC(t, lan(t), "Carla")
	desk.serve()
	desk.server.running().stop()
	desk.until("a failure", func() bool { return desk.status().Phase == PhaseFailed })
	desk.serve()
	desk.until("agreement", desk.agrees)
}

func TestNothingIsOpenedWhereThereIsNoServer(t *testing.T) {
	desk := newPC(t, lan(t), "Carla")
	if _, err := os.Stat(desk.folder()); !os.IsNotExist(err) {
		t.Errorf("its folder is there: %v", err)
	}
	if st := desk.status(); st.Phase != PhaseOff || st.Port != 0 || st.Search != 0 {
		t.Errorf("%+v", st)
	}
	_, err := desk.server.GiveCode(t.Context(), Person{Name: "Tiago", Role: "seller"})
	wantCode(t, err, CodeOff)
	desk.server.WithdrawCode()
}

func TestAFileThatWasCutShortMeansAServer(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileName), []byte(`{"on":tr`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := readFile(dir); err != nil || !got.On {
		t.Errorf("%+v, %v", got, err)
	}
	if err := writeFile(filepath.Join(dir, fileName), file{}); err == nil {
		t.Error("it was written into a file")
	}
	if _, err := readFile(filepath.Join(dir, fileName)); err == nil {
		t.Error("it was read out of a file")
	}
}
