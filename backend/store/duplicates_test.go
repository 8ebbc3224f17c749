package store

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"patio/backend/crm"
)

func TestContactsAreMatchedByPhoneEmailAndDocument(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	var ana, bia, merged crm.Contact
	_, err := s.Transact(ctx, Op{Label: "test"}, func(tx *Tx) error {
		ana = crm.Contact{Name: "Ana", Phones: []crm.Entry{{Key: "+5511985270593"}, {Key: "+5562911112222", Pos: 1}}, Document: "52998224725"}
		bia = crm.Contact{Name: "Bia", Emails: []crm.Entry{{Key: "bia@example.com"}}}
		if err := Put(tx, &ana); err != nil {
			return err
		}
		merged = crm.Contact{Name: "Ana P.", Emails: []crm.Entry{{Key: "ana@example.com"}}, MergedInto: ana.ID}
		if err := Put(tx, &merged); err != nil {
			return err
		}
		return Put(tx, &bia)
	})
	if err != nil {
		t.Fatal(err)
	}
	phones := []string{"1185270593", "6211112222"} // without the ninth digit, as MatchKey has them
	for i := range 10000 {
		phones = append(phones, fmt.Sprint("21", 30000000+i))
	}
	got, err := s.MatchContacts(ctx, phones, []string{"bia@example.com", "ana@example.com", "x@example.com"}, []string{"52998224725", ""})
	if err != nil {
		t.Fatal(err)
	}
	want := []Match{{ana.ID, "1185270593"}, {ana.ID, "6211112222"}, {bia.ID, "bia@example.com"}, {ana.ID, "ana@example.com"}, {ana.ID, "52998224725"}}
	for _, m := range want {
		if !slices.Contains(got, m) {
			t.Errorf("%+v is missing", m)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d matches, want %d: %+v", len(got), len(want), got)
	}
}
