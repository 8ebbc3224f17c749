package store

import "patio/backend/crm"

// RankAfter answers the lowest rank above rank in a stage, "" when there is
// none. With "" it answers the first of the stage. It sees the stage as it was
// before the transaction.
func (tx *Tx) RankAfter(stageID, rank string) (string, error) {
	return tx.edge("min", ">", stageID, rank)
}

// RankBefore answers the highest rank below rank in a stage, "" when there is
// none. With "" it answers the last of the stage.
func (tx *Tx) RankBefore(stageID, rank string) (string, error) {
	if rank == "" {
		rank = "~" // above every digit
	}
	return tx.edge("max", "<", stageID, rank)
}

// edge asks the board's index, in which the degrees of freshness stand apart.
func (tx *Tx) edge(best, beyond, stageID, rank string) (string, error) {
	ref, err := tx.s.ref(tx.ctx, stageID)
	if err != nil {
		return "", err
	}
	query := "SELECT coalesce(" + best + "(rank),'') FROM ("
	var args []any
	for i, fresh := range []int{crm.FreshNone, crm.FreshNew, crm.FreshReply} {
		if i > 0 {
			query += " UNION ALL "
		}
		query += "SELECT " + best + "(rank) rank FROM leads WHERE live=1 AND stage=? AND fresh=? AND rank" + beyond + "?"
		args = append(args, ref, fresh, rank)
	}
	var out string
	err = tx.s.row(tx.ctx, query+")", args...).Scan(&out)
	return out, err
}
