package shopserver

import (
	"net"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"patio/app/hubd"
	"patio/app/syncing"
	"patio/backend/crm"
	"patio/sync/enroll"
)

func TestACodeIsGoodForOnePC(t *testing.T) {
	n := lan(t)
	desk, yard, third := newPC(t, n, "Carla"), newPC(t, n, "Tiago"), newPC(t, silent(n), "Rosa")
	desk.serve()
	code := desk.code("Tiago Melo", crm.RoleSeller)
	if st := desk.status().Code; st == nil || st.Text != code.Text || st.Asked || st.Used || st.Expires-st.Given != codeLasts.Milliseconds() {
		t.Fatalf("%+v", st)
	}
	yard.join(code)
	if st := desk.status().Code; st == nil || !st.Asked || !st.Used {
		t.Errorf("%+v", st)
	}
	wantCode(t, third.sync.Join(t.Context(), syncing.Joining{Code: code.Text, Name: "PC"}), syncing.CodeNobody)
	desk.server.WithdrawCode()
	if st := desk.status().Code; st != nil {
		t.Errorf("%+v", st)
	}
}

func TestACodeThatIsNoneOfTheServersIsTold(t *testing.T) {
	n := lan(t)
	desk, yard := newPC(t, n, "Carla"), newPC(t, silent(n), "Tiago")
	wrong := enroll.Short{1}.String()
	wantCode(t, yard.sync.Join(t.Context(), syncing.Joining{Code: wrong, Name: "PC"}), syncing.CodeNobody)
	desk.serve()
	wantCode(t, yard.sync.Join(t.Context(), syncing.Joining{Code: wrong, Name: "PC"}), syncing.CodeNobody)
	code := desk.code("Tiago Melo", crm.RoleSeller)
	yard.refused(wrong)
	if st := desk.status().Code; st == nil || !st.Asked || st.Used {
		t.Errorf("%+v", st)
	}
	desk.server.WithdrawCode()
	wantCode(t, yard.sync.Join(t.Context(), syncing.Joining{Code: code.Text, Name: "PC"}), syncing.CodeNobody)
	if yard.syncStatus().Joined {
		t.Error("it joined")
	}
}

func TestACodeExpires(t *testing.T) {
	n := lan(t)
	desk, yard, third := newPC(t, n, "Carla"), newPC(t, n, "Tiago"), newPC(t, silent(n), "Rosa")
	desk.serve()
	code := desk.code("Rosa Lima", crm.RoleSeller)
	desk.ahead.Add(int64(codeLasts))
	wantCode(t, third.sync.Join(t.Context(), syncing.Joining{Code: code.Text, Name: "PC"}), syncing.CodeNobody)
	if st := desk.status().Code; st != nil {
		t.Errorf("%+v", st)
	}
	code = desk.code("Tiago Melo", crm.RoleSeller)
	desk.ahead.Add(int64(codeLasts - time.Minute))
	yard.join(code)
}

func TestANewCodeTakesThePlaceOfTheOldOne(t *testing.T) {
	n := lan(t)
	desk, yard, third := newPC(t, n, "Carla"), newPC(t, n, "Tiago"), newPC(t, silent(n), "Rosa")
	desk.serve()
	old := desk.code("Tiago Melo", crm.RoleSeller)
	code := desk.code("Rosa Lima", crm.RoleSeller)
	third.refused(old.Text)
	yard.join(code)
}

// Two shops in one building, or two servers by mistake: each code leads to its own.
func TestEachCodeLeadsToItsOwnServer(t *testing.T) {
	n, other := lan(t), lan(t)
	both := n
	both.Ports = append(slices.Clone(n.Ports), other.Ports...)
	here, there := newPC(t, n, "Carla"), newPC(t, other, "Rui")
	a, b := newPC(t, both, "Tiago"), newPC(t, both, "Rosa")
	mine, theirs := here.add("Ana"), there.add("Bia")
	here.serve()
	there.serve()
	one, two := here.code("Tiago Melo", crm.RoleSeller), there.code("Rosa Lima", crm.RoleSeller)
	a.join(one)
	b.join(two)
	a.sees(mine, "Gol")
	b.sees(theirs, "Gol")
	if a.vehicle(theirs) != "" || b.vehicle(mine) != "" {
		t.Error("a lead is in the other shop")
	}
}

func TestWhoeverIsLetInIsOnePersonEverywhere(t *testing.T) {
	n := lan(t)
	desk := newPC(t, n, "Carla")
	desk.serve()
	carla := desk.users()[0]
	desk.code("Tiago Melo", crm.RoleSeller)
	tiago := desk.users()[slices.IndexFunc(desk.users(), func(u crm.User) bool { return u.Name == "Tiago Melo" })]
	if _, err := desk.server.GiveCode(t.Context(), Person{UserID: tiago.ID, Role: "manager"}); err != nil {
		t.Fatal(err)
	}
	desk.until("agreement", desk.agrees)
	h := desk.server.running()
	var users []hubd.User
	if err := h.hub.Call(t.Context(), hubd.ListUsers, hubd.Named{Name: h.id()}, &users); err != nil {
		t.Fatal(err)
	}
	shops := []string{crm.ReadyShop}
	want := []hubd.User{{ID: carla.ID, Name: "Carla", Role: "admin", Shops: shops}, {ID: tiago.ID, Name: "Tiago Melo", Role: "manager", Shops: shops}}
	if d := cmp.Diff(want, users); d != "" {
		t.Error(d)
	}
	if here := desk.users(); len(here) != 2 || desk.syncStatus().Conflicts != 0 {
		t.Errorf("%+v, %+v", here, desk.syncStatus())
	}
	for code, p := range map[crm.Code]Person{
		crm.CodeNotFound: {UserID: desk.store.NewID(), Role: "seller"},
		crm.CodeInvalid:  {UserID: tiago.ID, Role: "owner"},
		crm.CodeRequired: {Role: "seller"},
	} {
		_, err := desk.server.GiveCode(t.Context(), p)
		wantCode(t, err, code)
	}
}

func TestAServerThatCannotBeLookedForSaysSoWhenItMatters(t *testing.T) {
	n := lan(t)
	desk, yard := newPC(t, n, "Carla"), newPC(t, n, "Tiago")
	squatter, err := net.ListenUDP("udp4", &net.UDPAddr{IP: loopback.AsSlice(), Port: n.Ports[0]})
	if err != nil {
		t.Fatal(err)
	}
	defer squatter.Close()
	desk.serve()
	if st := desk.status(); st.Phase != PhaseOn || st.Search != 0 {
		t.Errorf("%+v", st)
	}
	_, err = desk.server.GiveCode(t.Context(), Person{Name: "Tiago Melo", Role: "seller"})
	wantCode(t, err, CodePorts)
	if err := squatter.Close(); err != nil {
		t.Fatal(err)
	}
	yard.join(desk.code("Tiago Melo", crm.RoleSeller))
}
