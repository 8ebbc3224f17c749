import type { Filter, StageView, Totals } from './filters';

export interface BoardView {
  /** Every stage of the pipeline, in order. */
  stages: StageView[];
  totals: Totals;
  /** Not counted: there may be more than these cards. */
  partial?: boolean;
}

/** Where a card stands; index −1 when the filter leaves it out. */
export interface Place {
  stageId: string;
  index: number;
}

/** How many leads the views of a pipeline hold. */
export interface TabCounts {
  mine: number;
  overdue: number;
  none: number;
  unread: number;
}

declare module './api' {
  interface Api {
    Board: {
      /** At once, and not counted where counting takes long. limit: cards a stage, at most 200. */
      First(ask: { pipelineId: string; filter: Filter; limit: number }): Promise<BoardView>;
      /** limit: cards a stage, at most 200. */
      Load(ask: { pipelineId: string; filter: Filter; limit: number }): Promise<BoardView>;
      /** Cards [offset, offset + limit) of one stage, with its totals. limit: at most 200. */
      Window(ask: {
        stageId: string;
        filter: Filter;
        offset: number;
        limit: number;
      }): Promise<StageView>;
      Locate(leadId: string, filter: Filter): Promise<Place>;
      Tabs(pipelineId: string): Promise<TabCounts>;
    };
  }
}
