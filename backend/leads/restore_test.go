package leads

import (
	"testing"

	"patio/backend/crm"
	"patio/backend/store"
)

// A PC may have put a lead into a stage that another deleted: it is still there,
// and takes no more.
func TestADiscardedLeadDoesNotComeBackToADeletedStage(t *testing.T) {
	sh := newShop(t)
	id, _ := sh.lead("Ana", to(qualified)), sh.lead("Bia", to(qualified))
	sh.discard(id)
	if _, err := sh.s.Transact(ctx, store.Op{Label: "stage.delete"}, func(tx *store.Tx) error {
		return store.Delete[crm.Stage](tx, qualified)
	}); err != nil {
		t.Fatal(err)
	}
	sh.must(Unarchive(ctx, sh.s, crm.Selection{IDs: []string{id}}, nil))
	if l := sh.get(id); l.StageID != arrived || l.ArchivedAt != 0 {
		t.Errorf("back: %+v", l)
	}
}
