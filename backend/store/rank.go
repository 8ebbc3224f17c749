package store

// RankAfter answers the lowest rank above rank in a stage, "" when there is
// none. With "" it answers the first of the stage. It sees the stage as it was
// before the transaction.
func (tx *Tx) RankAfter(stageID, rank string) (string, error) {
	return tx.edge("SELECT coalesce(min(rank),'') FROM leads WHERE live=1 AND stage=? AND rank>?", stageID, rank)
}

// RankBefore answers the highest rank below rank in a stage, "" when there is
// none. With "" it answers the last of the stage.
func (tx *Tx) RankBefore(stageID, rank string) (string, error) {
	if rank == "" {
		rank = "~" // above every digit
	}
	return tx.edge("SELECT coalesce(max(rank),'') FROM leads WHERE live=1 AND stage=? AND rank<?", stageID, rank)
}

func (tx *Tx) edge(query, stageID, rank string) (string, error) {
	ref, err := tx.s.ref(tx.ctx, stageID)
	if err != nil {
		return "", err
	}
	var out string
	err = tx.s.row(tx.ctx, query, ref, rank).Scan(&out)
	return out, err
}
