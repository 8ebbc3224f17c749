package api

import (
	"context"

	"patio/backend/crm"
	"patio/backend/store"
)

// Board answers what the kanban shows, window by window.
type Board struct {
	store *store.Store
}

// NewBoard binds a Board to an open store.
func NewBoard(s *store.Store) *Board { return &Board{s} }

// BoardRequest asks for a pipeline's stages with their first cards.
type BoardRequest struct {
	PipelineID string     `json:"pipelineId"`
	Filter     crm.Filter `json:"filter"`
	Limit      int        `json:"limit"` // cards a stage, at most 200
}

// BoardView is the first screen of a board.
type BoardView struct {
	Stages []crm.StageView `json:"stages"`
	Totals crm.Totals      `json:"totals"`

	Partial bool `json:"partial"` // not counted: there may be more than these cards
}

// Load answers the stages of a pipeline with counts, sums and first cards.
func (a *Board) Load(r BoardRequest) (BoardView, error) {
	stages, totals, err := a.store.Board(context.Background(), r.PipelineID, r.Filter, r.Limit)
	return BoardView{Stages: stages, Totals: totals}, err
}

// First answers the first cards of a pipeline at once, not counted where
// counting takes long; Load counts them.
func (a *Board) First(r BoardRequest) (BoardView, error) {
	stages, ok, err := a.store.FirstBoard(context.Background(), r.PipelineID, r.Filter, r.Limit)
	if err != nil || ok {
		return BoardView{Stages: stages, Partial: ok}, err
	}
	return a.Load(r)
}

// WindowRequest asks for cards of one stage.
type WindowRequest struct {
	StageID string     `json:"stageId"`
	Filter  crm.Filter `json:"filter"`
	Offset  int        `json:"offset"`
	Limit   int        `json:"limit"` // at most 200
}

// Window answers the cards [offset, offset+limit) of a stage, and its totals.
func (a *Board) Window(r WindowRequest) (crm.StageView, error) {
	return a.store.StageWindow(context.Background(), r.StageID, r.Filter, r.Offset, r.Limit)
}

// Place is where a card stands.
type Place struct {
	StageID string `json:"stageId"`
	Index   int    `json:"index"` // -1 when the filter leaves it out
}

// Locate answers where a lead's card stands now.
func (a *Board) Locate(leadID string, f crm.Filter) (Place, error) {
	stage, index, err := a.store.Locate(context.Background(), leadID, f)
	return Place{stage, index}, err
}

// Tabs counts what the views above the board hold.
type Tabs struct {
	Mine    int `json:"mine"`
	Overdue int `json:"overdue"`
	None    int `json:"none"` // no next activity
	Unread  int `json:"unread"`
}

// Tabs answers the counts of a pipeline's open stages.
func (a *Board) Tabs(pipelineID string) (Tabs, error) {
	mine, overdue, none, unread, err := a.store.Tabs(context.Background(), pipelineID)
	return Tabs{mine, overdue, none, unread}, err
}
